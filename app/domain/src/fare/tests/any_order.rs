//! Taps, undos, days, power cuts and corrected clocks in any order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan as _, civil::date};
use proptest::prelude::*;

use crate::{
    fact::FactBody,
    fare::{sample::*, *},
    fold::Folds,
    points::{caps::Month, sample::tokyo},
    time::{DayKey, Stamp},
};

#[derive(Debug, Clone, Copy)]
enum Op {
    Tap {
        who: u8,
    },
    /// Takes the n-th latest ride of somebody back.
    Undo {
        who: u8,
        back: usize,
    },
    Days(i64),
    /// Power gone: a new boot, with a clock or without.
    Boot {
        clock: bool,
    },
    /// The clock of the present boot becomes known.
    Correct,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => Just(Op::Tap { who: 1 }),
        6 => (1..6u8).prop_map(|who| Op::Tap { who }),
        2 => (1..3u8, 0..3usize).prop_map(|(who, back)| Op::Undo { who, back }),
        2 => prop_oneof![Just(1i64), Just(40)].prop_map(Op::Days),
        2 => any::<bool>().prop_map(|clock| Op::Boot { clock }),
        1 => Just(Op::Correct),
    ];
    prop::collection::vec(op, 1..200)
}

/// Few trips, so that limits are met soon; many, so that more are made than are remembered one
/// by one.
fn limits() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![Just((2, 5)), Just((10, 36))]
}

/// A bus with a list that holds through all of it.
fn play((day, year): (u32, u32), ops: &[Op]) -> Bus {
    let (mut rules, list) = (rules(), long_list());
    let limits = rules.classes[1].limits.as_mut().unwrap();
    (limits.day, limits.year) = (Some(day), Some(year));
    let mut bus = Bus::default();
    let mut made: BTreeMap<u8, Vec<_>> = BTreeMap::new();
    let (mut day, mut minute, mut boot, mut clock) = (TODAY, 0u64, 1u128, true);
    for op in ops {
        minute += 1;
        let true_at = Stamp {
            boot: unsure(boot, 0).boot,
            mono_ms: minute * 60_000,
            ..on(day.at(6, 0, 0, 0))
        };
        let at = if clock {
            true_at
        } else {
            unsure(boot, minute * 60_000)
        };
        match *op {
            Op::Tap { who } => {
                let ride = bus.tap(&rules, &list, who, at);
                if ride.why.is_of_a_holder() {
                    made.entry(who).or_default().push(bus.last());
                }
            }
            Op::Undo { who, back } => {
                let of = made.entry(who).or_default();
                if back < of.len() {
                    let fact = of.remove(of.len() - 1 - back);
                    bus.undo(who, at, fact);
                }
            }
            Op::Days(days) => {
                let later = day.checked_add(days.days()).unwrap();
                day = later.min(date(2028, 3, 1));
            }
            Op::Boot { clock: known } => {
                boot += 1;
                clock = known;
            }
            Op::Correct if !clock => {
                let boot_wall = true_at.wall_ms - i64::try_from(true_at.mono_ms).unwrap();
                bus.correct(boot, boot_wall, true_at);
                clock = true;
            }
            Op::Correct => {}
        }
    }
    bus
}

fn long_list() -> FareList {
    FareList {
        expires: date(2028, 3, 31),
        ..list()
    }
}

/// The rides that count and stand after all facts, from the facts alone, with the days their
/// clocks were corrected to.
fn standing(bus: &Bus) -> Vec<(crate::Pseudonym, DayKey, Option<i16>)> {
    let undone: BTreeSet<_> = bus
        .facts
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Undone { fact } => Some(fact),
            _ => None,
        })
        .collect();
    let clocks: BTreeMap<_, _> = bus
        .facts
        .iter()
        .filter_map(|f| match f.body {
            FactBody::ClockCorrected {
                boot, boot_wall_ms, ..
            } => Some((boot, boot_wall_ms)),
            _ => None,
        })
        .collect();
    bus.facts
        .iter()
        .filter_map(|f| match &f.body {
            FactBody::Ride(ride) if ride.counts && !undone.contains(&f.id) => {
                let mut at = f.at;
                if let (false, Some(wall)) = (at.quality.is_trusted(), clocks.get(&at.boot)) {
                    at.wall_ms = wall + i64::try_from(at.mono_ms).unwrap();
                    at.quality = crate::points::sample::NTP;
                }
                let day = at.day(&tokyo());
                let year = match day {
                    DayKey::Date(d) => Some(rules().year_of(Month::of(d))),
                    DayKey::Boot(_) => None,
                };
                Some((f.subject.unwrap(), day, year))
            }
            _ => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// On any clock, also after every correction: no year holds more than its limit, wherever
    /// the rides without a date may belong.
    #[test]
    fn no_year_holds_more_than_its_limit(limits in limits(), ops in ops()) {
        let bus = play(limits, &ops);
        let mut years: BTreeMap<_, u32> = BTreeMap::new();
        let mut unsure: BTreeMap<_, u32> = BTreeMap::new();
        for (who, _, year) in standing(&bus) {
            match year {
                Some(year) => *years.entry((who, year)).or_default() += 1,
                None => *unsure.entry(who).or_default() += 1,
            }
        }
        for ((who, year), rides) in years {
            let loose = unsure.get(&who).copied().unwrap_or(0);
            prop_assert!(rides + loose <= limits.1, "{rides} and {loose} in {year}");
        }
    }

    /// Whenever a tap is answered, its day holds no more than the limit, as far as anybody
    /// could know then.
    #[test]
    fn no_day_is_given_more_than_its_limit(limits in limits(), ops in ops()) {
        let bus = play(limits, &ops);
        let mut folds = Folds::default();
        for fact in &bus.facts {
            folds.apply(fact, &tokyo());
            if let (FactBody::Ride(ride), Some(holder)) = (&fact.body, fact.subject)
                && ride.counts
            {
                let today = folds.rides(&holder).on(&ride.class, fact.at.day(&tokyo()));
                prop_assert!(today <= limits.0, "{today}");
            }
        }
    }

    /// Nobody is refused what is theirs: where a limit is said to be used up, it is.
    #[test]
    fn a_limit_is_used_up_only_by_rides(limits in limits(), ops in ops()) {
        let bus = play(limits, &ops);
        for (n, fact) in bus.facts.iter().enumerate() {
            let FactBody::Ride(Ride { why: why @ (Why::DayFull | Why::YearFull), .. }) = &fact.body else { continue };
            let before = Bus { facts: bus.facts[..n].to_vec(), ..Bus::default() };
            let day = fact.at.day(&tokyo());
            let of = standing(&before).into_iter().filter(|(who, ..)| Some(*who) == fact.subject);
            let used = match why {
                Why::DayFull => of.filter(|(_, d, _)| *d == day).count() >= limits.0 as usize,
                _ => of.count() >= limits.1 as usize,
            };
            prop_assert!(used, "{why:?}");
        }
    }

    #[test]
    fn rebuilt_is_live(limits in limits(), ops in ops(), cut in any::<prop::sample::Index>()) {
        let bus = play(limits, &ops);
        let cut = cut.index(bus.facts.len() + 1);
        let mut rebuilt = Folds::default();
        for fact in &bus.facts[..cut] {
            rebuilt.apply(fact, &tokyo());
        }
        // What the store does between two runs: entries out, through JSON, and in again.
        let mut loaded = Folds::default();
        for (key, value) in rebuilt.entries() {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert!(loaded.put(key, serde_json::from_str(&text).unwrap()));
        }
        for fact in &bus.facts[cut..] {
            loaded.apply(fact, &tokyo());
        }
        prop_assert_eq!(&loaded, &bus.folds);
        // The same facts give the same answers: another run is the same to the byte.
        prop_assert_eq!(play(limits, &ops).facts, bus.facts);
    }
}
