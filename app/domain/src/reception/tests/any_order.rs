//! Taps, undos, hand-offs, power cuts, days and lost clocks in any order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan as _, civil::Date};
use proptest::prelude::*;

use super::sample::*;
use crate::{
    fact::{FactBody, FactId},
    fold::Folds,
    points::sample::tokyo,
    time::{DayKey, Stamp},
};

#[derive(Debug, Clone, Copy)]
enum Op {
    Tap {
        patient: u8,
    },
    /// Takes the n-th latest announcement back, perhaps once more.
    Undo {
        back: usize,
    },
    /// A note of the n-th latest announcement is said to be taken, perhaps once more.
    Taken {
        back: usize,
        withdrawn: bool,
    },
    Tomorrow,
    /// A new boot, with a clock or without.
    Boot {
        clock: bool,
    },
    /// The clock of the present boot becomes known.
    Correct,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (1..5u8).prop_map(|patient| Op::Tap { patient }),
        2 => (0..3usize).prop_map(|back| Op::Undo { back }),
        4 => (0..4usize, any::<bool>()).prop_map(|(back, withdrawn)| Op::Taken { back, withdrawn }),
        1 => Just(Op::Tomorrow),
        1 => any::<bool>().prop_map(|clock| Op::Boot { clock }),
        1 => Just(Op::Correct),
    ];
    prop::collection::vec(op, 1..80)
}

/// The facts, and each number with the day it was given under.
fn play(ops: &[Op]) -> (Desk, Vec<(DayKey, u32)>) {
    let mut desk = Desk::default();
    let mut given = Vec::new();
    let mut made: Vec<(u8, FactId)> = Vec::new();
    let (mut day, mut minute, mut boot, mut clock): (Date, u32, u128, bool) = (TODAY, 0, 1, true);
    for op in ops {
        minute += 1;
        let at = now(day, minute, boot, clock);
        let back = |n: usize, made: &[(u8, FactId)]| made.iter().rev().nth(n).copied();
        match *op {
            Op::Tap { patient } => {
                let (fact, queue) = desk.announce(patient, &at);
                given.push((at.stamp().day(&tokyo()), queue));
                made.push((patient, fact));
            }
            Op::Undo { back: n } => {
                if let Some((patient, fact)) = back(n, &made) {
                    desk.undo(patient, &at, fact);
                }
            }
            Op::Taken { back: n, withdrawn } => {
                if let Some((_, fact)) = back(n, &made) {
                    desk.taken(&at, fact, withdrawn);
                }
            }
            Op::Tomorrow => day = day.saturating_add(1.days()),
            Op::Boot { clock: known } => {
                boot += 1;
                clock = known;
            }
            Op::Correct if !clock => {
                desk.correct(&at, &now(day, minute, boot, true));
                clock = true;
            }
            Op::Correct => {}
        }
    }
    (desk, given)
}

/// The numbers of each day, once every clock is what it was found to be.
fn by_day(desk: &Desk) -> BTreeMap<DayKey, BTreeSet<u32>> {
    let clocks: BTreeMap<_, _> = desk
        .facts
        .iter()
        .filter_map(|f| match f.body {
            FactBody::ClockCorrected {
                boot, boot_wall_ms, ..
            } => Some((boot, boot_wall_ms)),
            _ => None,
        })
        .collect();
    let mut days: BTreeMap<DayKey, BTreeSet<u32>> = BTreeMap::new();
    for fact in &desk.facts {
        if let FactBody::Announced { queue, .. } = fact.body {
            let mut at: Stamp = fact.at;
            if let (false, Some(zero)) = (at.quality.is_trusted(), clocks.get(&at.boot)) {
                at.wall_ms = zero + i64::try_from(at.mono_ms).unwrap();
                at.quality = crate::points::sample::NTP;
            }
            days.entry(at.day(&tokyo())).or_default().insert(queue);
        }
    }
    days
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// No number is given twice under one day, and no day has a hole.
    #[test]
    fn numbers_are_distinct_and_without_holes(ops in ops()) {
        let (desk, given) = play(&ops);
        let distinct: BTreeSet<_> = given.iter().collect();
        prop_assert_eq!(distinct.len(), given.len());
        for (day, numbers) in by_day(&desk) {
            let all: BTreeSet<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
            prop_assert_eq!(&numbers, &all, "{:?}", day);
        }
    }

    /// Each announcement and each withdrawal is journalled as handed off at most once, a
    /// withdrawal only of what was taken back; and what waits is what is missing.
    #[test]
    fn a_note_is_handed_off_at_most_once(ops in ops()) {
        let (desk, _) = play(&ops);
        let mut handed = BTreeSet::new();
        let mut undone = BTreeSet::new();
        for fact in &desk.facts {
            match fact.body {
                FactBody::HandedOff { withdrawn } => {
                    let of = fact.caused_by.unwrap();
                    prop_assert!(handed.insert((of, withdrawn)), "twice");
                    prop_assert!(!withdrawn || undone.contains(&of));
                }
                FactBody::Undone { fact } => {
                    undone.insert(fact);
                }
                _ => {}
            }
        }
        for (fact, withdrawn) in desk.open() {
            prop_assert!(!handed.contains(&(fact, withdrawn)));
        }
    }

    #[test]
    fn rebuild_is_live(ops in ops()) {
        let (desk, _) = play(&ops);
        let mut rebuilt = Folds::default();
        for fact in &desk.facts {
            rebuilt.apply(fact, &tokyo());
        }
        prop_assert_eq!(&rebuilt, &desk.folds);
        let mut copy = Folds::default();
        for (key, value) in desk.folds.entries() {
            let written = serde_json::to_string(&value).unwrap();
            prop_assert!(copy.put(key, serde_json::from_str(&written).unwrap()));
        }
        prop_assert_eq!(copy, rebuilt);
    }
}
