//! The power goes, at any moment, again and again: nothing that was said to be kept is lost.
//!
//! `MACHITAP_CUTS` sets how many cuts the honest disk gets, over both of its tests
//! together.

use std::{path::Path, time::Instant};

use machitap_sim::crash::{Figures, Mounted, Plan, drive, settings, visit};
use machitap_store::{AppendError, Backing, Journal, Synchronous};

const CUTS: u64 = 20_000;
const HONEST: Plan = Plan {
    seed: 0,
    cuts: 0,
    synchronous: Synchronous::Full,
    lies: false,
};

fn run(what: &str, plan: Plan) -> Figures {
    let start = Instant::now();
    let figures = drive(plan);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{what}, seed {}: {figures}; {:.0} cuts a second",
        plan.seed,
        figures.cuts as f64 / seconds
    );
    figures
}

fn nothing_is_lost(seed: u64) {
    let cuts = std::env::var("MACHITAP_CUTS").map_or(CUTS, |n| {
        n.parse().expect("MACHITAP_CUTS is a number of cuts")
    });
    let figures = run(
        "an honest disk",
        Plan {
            seed,
            cuts: cuts.div_ceil(2),
            ..HONEST
        },
    );
    assert!(figures.is_clean(), "{figures}");
    assert!(figures.cuts >= cuts / 2 && figures.acknowledged > figures.cuts);
    assert!(figures.kept_unsaid > 0 && figures.gone_unsaid > 0 && figures.cuts_while_opening > 0);
}

#[test]
fn nothing_acknowledged_is_lost_first_half() {
    nothing_is_lost(1);
}

#[test]
fn nothing_acknowledged_is_lost_second_half() {
    nothing_is_lost(2);
}

/// Were this not to find losses, the tests above would prove nothing.
#[test]
fn sabotage_commits_that_do_not_wait_for_the_disk_are_found_out() {
    let figures = run(
        "sabotage, synchronous=NORMAL",
        Plan {
            seed: 3,
            cuts: 300,
            synchronous: Synchronous::Normal,
            ..HONEST
        },
    );
    assert!(figures.lost > 0, "{figures}");
    assert_eq!((figures.corrupt, figures.doubled), (0, 0), "{figures}");
}

/// No program can save what a disk only says it has written; but the damage is seen.
#[test]
fn sabotage_a_disk_that_lies_about_having_written_is_found_out() {
    let figures = run(
        "sabotage, lying disk",
        Plan {
            seed: 4,
            cuts: 300,
            lies: true,
            ..HONEST
        },
    );
    assert!(figures.lost > 0 && figures.corrupt > 0, "{figures}");
}

fn open(mounted: &Mounted) -> Journal {
    let backing = Backing {
        vfs: Some(mounted.name().to_owned()),
        ..Backing::default()
    };
    Journal::open_on(Path::new("journal.db"), settings(), &backing)
        .unwrap()
        .journal
}

#[test]
fn a_write_that_fails_changes_nothing_and_the_next_one_works() {
    for n in 1..40 {
        let mounted = Mounted::new(n);
        let mut journal = open(&mounted);
        journal.append(visit(10, 1)).unwrap();
        let (head, folds) = (journal.head(), journal.folds().clone());
        mounted.with(|disk| disk.fail_in(n));
        match journal.append(visit(20, 2)) {
            Ok(_) => assert_eq!(journal.last_seq(), 4, "the failure is still to come"),
            Err(error) => {
                assert!(matches!(error, AppendError::Store(_)), "{error}");
                assert_eq!((journal.last_seq(), journal.head()), (2, head));
                assert_eq!(journal.folds(), &folds);
                journal.verify().unwrap();
            }
        }
        mounted.with(|disk| disk.fail_in(u64::MAX / 2));
        journal.append(visit(30, 3)).unwrap();
        journal.verify().unwrap();
        let (last, head) = (journal.last_seq(), journal.head());
        drop(journal);
        let journal = open(&mounted);
        assert_eq!((journal.last_seq(), journal.head()), (last, head));
    }
}

#[test]
fn a_disk_that_fills_up_refuses_and_works_again_when_there_is_room() {
    let mounted = Mounted::new(1);
    let mut journal = open(&mounted);
    mounted.with(|disk| disk.capacity = Some(disk.used() + (1 << 20)));
    let mut n = 10;
    let error = loop {
        n += 10;
        if let Err(error) = journal.append(visit(n, n % 7)) {
            break error;
        }
        assert!(n < 1_000_000, "it must be full some day");
    };
    assert!(matches!(error, AppendError::Full(_)), "{error}");
    let last = journal.last_seq();
    journal.verify().unwrap();
    assert!(journal.append(visit(n, 1)).is_err(), "still full");
    mounted.with(|disk| disk.capacity = None);
    journal.append(visit(n, 1)).unwrap();
    assert_eq!(journal.last_seq(), last + 2);
    journal.verify().unwrap();
    drop(journal);
    open(&mounted).verify().unwrap();
}
