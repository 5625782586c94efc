//! What a kiosk is leased, and what it is not.

use jiff::civil::date;
use machitap_domain::{CitizenId, Incarnation, register::NoNumber};
use uuid::Uuid;

use super::sample::*;
use crate::registry::lease::{Asked, COUNT_MAX, NotLeased, lease};

#[test]
fn a_range_is_leased_once_and_to_nobody_else() {
    let town = Town::new();
    town.lease("hall-1", 700_000, 100).unwrap();
    for (from, count) in [
        (700_099, 1),
        (699_999, 2),
        (700_000, 100),
        (600_000, 10_000),
    ] {
        let refused = town.lease("hall-2", from, count);
        let overlaps = from == 600_000;
        assert_eq!(
            matches!(refused, Err(NotLeased::Leased { .. })),
            !overlaps,
            "{from}"
        );
    }
    town.lease("hall-2", 700_100, 1).unwrap();
    let said = |refused: Result<(), NotLeased>| refused.unwrap_err().to_string();
    assert_eq!(
        said(town.lease("hall-2", 40, 20)),
        "1 of these ids are residents' already"
    );
    for (from, count) in [(1, 0), (1, COUNT_MAX + 1), (999_999, 2)] {
        assert!(matches!(
            town.lease("hall-2", from, count),
            Err(NotLeased::Count)
        ));
    }
    let asked = |first: &str, until| Asked {
        kiosk: "hall-2".parse().unwrap(),
        first: CitizenId::new(first).unwrap(),
        count: 1,
        until,
    };
    let lease = |asked: &Asked| {
        lease(&town.db, asked, &[].into(), TODAY, 1)
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    assert!(lease(&asked("SKM-000001", UNTIL)).contains("NGS- and 6 digits"));
    assert!(lease(&asked("NGS-00001", UNTIL)).contains("NGS- and 6 digits"));
    assert!(lease(&asked("ABCDEF", UNTIL)).starts_with("--from"));
    let over = lease(&asked("NGS-000001", date(2026, 11, 23)));
    assert_eq!(over, "--until: 2026-11-23 is over");
}

#[test]
fn a_lease_waits_for_the_kiosks_journal_and_ends_with_it() {
    let town = Town::new();
    town.lease("hall-1", 700_000, 3).unwrap();
    town.stage();
    assert_eq!(town.leases("hall-1"), None);
    town.born("hall-1", 1);
    town.stage();
    let told = town.leases("hall-1").unwrap();
    let life = |n| Incarnation(Uuid::from_u128(n));
    let next = |told: &machitap_domain::register::Leases, n| {
        let numbers = machitap_domain::register::Numbers::new();
        told.next(&numbers, life(n), Some(TODAY)).map(|n| n.citizen)
    };
    assert_eq!(next(&told, 1), Ok(id(700_000)));
    // Another life has forgotten what was issued: the range is closed to it.
    town.born("hall-1", 2);
    town.stage();
    let told = town.leases("hall-1").unwrap();
    assert_eq!(next(&told, 2), Err(NoNumber::NoLease));
    town.lease("hall-1", 700_003, 3).unwrap();
    town.stage();
    assert_eq!(next(&town.leases("hall-1").unwrap(), 2), Ok(id(700_003)));
    // What was issued from the old one is still recognised.
    assert_eq!(town.leases("hall-1").unwrap().leases.len(), 2);
    assert!(town.stage().iter().all(|s| !s.changed));
}
