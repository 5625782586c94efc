//! Three weeks without a network: what a hundred thousand facts cost.

mod common;

use std::time::Instant;

use common::{Place, receipt, visit};

const FACTS: u64 = 100_000;

/// The bounds are for an unoptimised build on a busy machine; the figures are printed.
#[test]
fn a_hundred_thousand_facts_open_and_stream_in_seconds() {
    let place = Place::new();
    let mut journal = place.journal();
    let start = Instant::now();
    for batch in 0..FACTS / 1_000 {
        let drafts = (0..500).flat_map(|n| visit(1 + batch * 500 + n, (n % 200) as u8));
        journal.append(drafts.collect()).unwrap();
    }
    let filled = start.elapsed();
    drop(journal);

    let start = Instant::now();
    let mut journal = place.journal();
    let opened = start.elapsed();

    let start = Instant::now();
    let (mut from, mut read) = (1, 0);
    loop {
        let stored = journal.read(from, 100, 48 << 10).unwrap();
        let Some(last) = stored.last() else { break };
        from = last.seq + 1;
        read += stored.len() as u64;
    }
    let streamed = start.elapsed();
    assert_eq!(read, FACTS);

    let start = Instant::now();
    for seq in (100..=FACTS).step_by(100) {
        let upto = receipt(&journal, seq);
        journal.apply_receipt(&upto).unwrap();
    }
    let receipts = start.elapsed();

    let start = Instant::now();
    let taps: u32 = 50;
    for n in 0..u64::from(taps) {
        journal.append(visit(FACTS + n, 1)).unwrap();
    }
    let tap = start.elapsed() / taps;

    let start = Instant::now();
    while journal.prune(i64::MAX).unwrap().more {}
    let pruned = start.elapsed();
    journal.verify().unwrap();

    println!(
        "{FACTS} facts: append {filled:.1?}, open {opened:.1?}, stream {streamed:.1?}, 1,000 receipts {receipts:.1?}, a tap beside them {tap:.1?}, prune {pruned:.1?}"
    );
    let rate = FACTS as f64 / streamed.as_secs_f64();
    assert!(rate > 25_000.0, "{rate:.0} facts a second");
    assert!(opened.as_secs() < 15, "{opened:?}");
}
