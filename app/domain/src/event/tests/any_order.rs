//! Taps, undos, power cuts and lost clocks in any order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::sample::*;
use crate::{
    event::Presence,
    fact::{FactBody, FactId},
    fold::Folds,
    points::sample::tokyo,
    time::Stamp,
};

#[derive(Debug, Clone, Copy)]
enum Op {
    Tap {
        person: u8,
    },
    /// Takes the n-th latest deed of somebody back, perhaps once more.
    Undo {
        person: u8,
        back: usize,
    },
    Minutes(i64),
    /// A new boot, with a clock or without.
    Boot {
        clock: bool,
    },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (1..7u8).prop_map(|person| Op::Tap { person }),
        2 => (1..7u8, 0..3usize).prop_map(|(person, back)| Op::Undo { person, back }),
        2 => prop_oneof![Just(5i64), Just(70)].prop_map(Op::Minutes),
        1 => any::<bool>().prop_map(|clock| Op::Boot { clock }),
    ];
    prop::collection::vec(op, 1..80)
}

fn play(ops: &[Op], mut check: impl FnMut(&Door)) -> Door {
    let mut door = Door::new();
    door.rules.events[1].listed_only = false;
    door.rules.events[1].capacity = Some(2);
    let mut deeds: BTreeMap<u8, Vec<FactId>> = BTreeMap::new();
    let (mut minute, mut boot, mut clock) = (0, 1u128, true);
    for op in ops {
        let sure = on(13, 30);
        let sure = Stamp {
            wall_ms: sure.wall_ms + minute * 60_000,
            ..sure
        };
        let at = if clock { sure } else { unsure(sure, boot) };
        match *op {
            Op::Tap { person } => {
                let deed = door.tap(person, at);
                deeds.entry(person).or_default().extend(deed);
            }
            Op::Undo { person, back } => {
                let of = deeds.entry(person).or_default();
                if let Some(fact) = of.len().checked_sub(back + 1).and_then(|n| of.get(n)) {
                    let fact = *fact;
                    door.undo(person, at, fact);
                }
            }
            Op::Minutes(more) => minute = (minute + more).min(300),
            Op::Boot { clock: known } => {
                boot += 1;
                clock = known;
            }
        }
        check(&door);
    }
    door
}

/// Who came and who is inside, from the facts alone.
fn by_hand(door: &Door, event: &str) -> (u32, u32) {
    let undone: BTreeSet<FactId> = door
        .facts
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Undone { fact } => Some(fact),
            _ => None,
        })
        .collect();
    let stands = |f: &&crate::fact::Fact| !undone.contains(&f.id);
    let mut latest: BTreeMap<_, FactId> = BTreeMap::new();
    for fact in door.facts.iter().filter(stands) {
        if let FactBody::EventEntered { event: of, .. } = &fact.body
            && of.as_str() == event
        {
            latest.insert(fact.subject, fact.id);
        }
    }
    let left: BTreeSet<FactId> = door
        .facts
        .iter()
        .filter(stands)
        .filter(|f| matches!(f.body, FactBody::EventLeft))
        .filter_map(|f| f.caused_by)
        .collect();
    let inside = latest.values().filter(|e| !left.contains(e)).count();
    (latest.len().try_into().unwrap(), inside.try_into().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Inside ≤ came ≤ capacity after every step, and both are what the facts say.
    #[test]
    fn the_counts_hold(ops in ops()) {
        play(&ops, |door| {
            for (event, capacity) in [("drill", 3), ("concert", 2)] {
                let (came, inside) = door.counts(event);
                assert!(inside <= came && came <= capacity, "{event}: {inside} {came}");
                assert_eq!((came, inside), by_hand(door, event), "{event}");
            }
        });
    }

    /// Nobody earns an event twice or without having come, and rebuild = live.
    #[test]
    fn the_accounts_hold(ops in ops()) {
        let door = play(&ops, |_| {});
        for person in 1..7 {
            let balance = door.balance(person);
            let away = door.folds.account(&who(person)).presence(&id("drill")) == Presence::Away;
            prop_assert!(balance == 0 || balance == 50 && !away, "{balance}");
        }
        let mut rebuilt = Folds::default();
        for fact in &door.facts {
            rebuilt.apply(fact, &tokyo());
        }
        prop_assert_eq!(&rebuilt, &door.folds);
        let mut copy = Folds::default();
        for (key, value) in door.folds.entries() {
            let written = serde_json::to_string(&value).unwrap();
            prop_assert!(copy.put(key, serde_json::from_str(&written).unwrap()));
        }
        prop_assert_eq!(copy, rebuilt);
    }
}
