//! What is drawn fits what is printed.

use std::collections::BTreeMap;

use crate::draw::{sample::*, table::TICKETS};

/// Pearson's statistic of `draws` tickets against the printed odds.
fn chi_square(draws: u32) -> (f64, f64) {
    let table = table();
    let secret = secret();
    let mut by_row: BTreeMap<&str, u32> = BTreeMap::new();
    let mut by_ticket = vec![0u32; usize::from(TICKETS)];
    for n in 1..=u64::from(draws) {
        let ticket = secret.ticket(&table.id, &hall(), LIFE, n);
        *by_row.entry(table.row_of(ticket).id.as_str()).or_default() += 1;
        by_ticket[usize::from(ticket.number())] += 1;
    }
    let term = |seen: u32, expected: f64| (f64::from(seen) - expected).powi(2) / expected;
    let rows = table
        .rows
        .iter()
        .map(|r| {
            let expected = f64::from(draws) * f64::from(r.weight) / f64::from(TICKETS);
            term(by_row.get(r.id.as_str()).copied().unwrap_or(0), expected)
        })
        .sum();
    let expected = f64::from(draws) / f64::from(TICKETS);
    let tickets = by_ticket.iter().map(|seen| term(*seen, expected)).sum();
    (rows, tickets)
}

/// 16.27 is exceeded once in a thousand with 3 degrees of freedom; 9,999 degrees have mean
/// 9,999 and deviation 141.4, and four of those are allowed to either side.
fn fits(draws: u32) {
    let (rows, tickets) = chi_square(draws);
    println!("{draws} draws: chi-square {rows:.3} by row (df 3), {tickets:.1} by ticket (df 9999)");
    assert!(rows < 16.27, "by row: {rows}");
    assert!(
        (9_433.0..10_565.0).contains(&tickets),
        "by ticket: {tickets}"
    );
}

#[test]
fn draws_fit_the_printed_odds() {
    fits(100_000);
}

#[test]
#[ignore = "a million HMACs: run it with --release"]
fn a_million_draws_fit_the_printed_odds() {
    fits(1_000_000);
}
