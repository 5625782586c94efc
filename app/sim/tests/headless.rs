//! A kiosk without a display: residents hold their cards to a real card service, the city counts
//! what was confirmed, and both sides agree.
//!
//! It needs nothing that only a test's build has, so that `MACHITAP_BIN_DIR` may name a package's
//! programs: `cargo xtask package --arch arm64 --check` has those of another processor play it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use machitap_domain::CitizenId;
use machitap_sim::{
    oracle::{self, Witness},
    stage::{Documents, Kiosk, Plan, Stage, Surface, trace::Line, wait},
    town,
};

const TAPS: usize = 5;
/// An emulated processor is ten times slower than this one.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a card is held before it is held again: the first may come before the city's documents.
const HELD: Duration = Duration::from_secs(2);

#[test]
fn taps_without_a_display_are_counted_once() {
    let mut stage = Stage::build(&Documents {
        catalogue: town::QUICK_CATALOGUE.into(),
        fares: None,
        ..Documents::sample()
    })
    .unwrap();
    if let Err(error) = play(&mut stage) {
        panic!("{error:?}\n{}", stage.tails());
    }
}

fn play(stage: &mut Stage) -> Result<()> {
    let plan = Plan {
        surface: Surface::Headless,
        ..Plan::default()
    };
    let mut kiosk = stage.kiosk("centre-1", "community-centre", plan)?;
    kiosk.start()?;
    for tap in 1..=TAPS {
        let begun = Instant::now();
        let before = confirmed(&kiosk).map_or(0, |seqs| seqs.len());
        let more = || confirmed(&kiosk).filter(|seqs| seqs.len() > before);
        while more().is_none() {
            ensure!(begun.elapsed() < PATIENCE, "tap {tap} was not confirmed");
            let resident = CitizenId::new(&format!("MHN-{}", 700_000 + tap))?;
            let _held = kiosk.insert(stage.wallet.resident(resident)?)?;
            let _ = wait::for_some(HELD, "a tap to be confirmed", more);
        }
        println!("tap {tap}: confirmed after {:?}", begun.elapsed());
    }
    wait::for_some(PATIENCE, "the city to count what was confirmed", || {
        let promised = confirmed(&kiosk)?;
        let ledger = stage.city.ledger().ok()?;
        let there: BTreeSet<u64> = ledger
            .journals
            .values()
            .flat_map(|counted| counted.facts.iter().map(|(seq, ..)| *seq))
            .collect();
        promised.is_subset(&there).then_some(())
    })?;
    kiosk.stop()?;
    let verdict = oracle::judge(&[Witness::hear(&kiosk)?], &stage.city.ledger()?);
    println!("{verdict:#?}");
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    ensure!(verdict.points_there > 0, "nobody got points");
    stage.city.stop()
}

/// The facts a screen would have shown as done; nothing while a line is half written.
fn confirmed(kiosk: &Kiosk) -> Option<BTreeSet<u64>> {
    let lines = kiosk.trace().ok()?;
    let seqs = lines.into_iter().filter_map(|line| match line {
        Line::Confirmed { seqs, .. } => Some(seqs),
        _ => None,
    });
    Some(seqs.flatten().collect())
}
