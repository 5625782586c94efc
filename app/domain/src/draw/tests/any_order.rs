//! All the rules in any order: visits, spins, undos and days.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    draw::sample::*,
    fact::{FactBody, FactId},
    fold::Folds,
    points::sample::tokyo,
};

/// What somebody does at the kiosk.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Visit {
        who: u8,
        streak: bool,
    },
    Turn {
        who: u8,
    },
    /// Takes the n-th latest visit back.
    Undo {
        who: u8,
        back: usize,
    },
    NextDay,
}

pub(super) fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0..3u8, any::<bool>()).prop_map(|(who, streak)| Op::Visit { who, streak }),
        6 => (0..3u8).prop_map(|who| Op::Turn { who }),
        2 => (0..3u8, 0..4usize).prop_map(|(who, back)| Op::Undo { who, back }),
        1 => Just(Op::NextDay),
    ];
    prop::collection::vec(op, 1..120)
}

pub(super) fn play(ops: &[Op]) -> Kiosk {
    let mut kiosk = Kiosk::new();
    let mut visits: BTreeMap<u8, Vec<FactId>> = BTreeMap::new();
    let mut day = 1;
    for op in ops {
        let at = noon(day);
        match *op {
            Op::Visit { who, streak } => {
                let visit = kiosk.visit(resident(who), at, streak);
                visits.entry(who).or_default().push(visit);
            }
            Op::Turn { who } => {
                let _ = kiosk.turn(resident(who), at);
            }
            Op::Undo { who, back } => {
                let made = visits.entry(who).or_default();
                if back < made.len() {
                    let visit = made.remove(made.len() - 1 - back);
                    kiosk.undo(resident(who), at, visit);
                }
            }
            Op::NextDay => day = (day + 1).min(30),
        }
    }
    kiosk
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_verifier_agrees_with_every_run(ops in ops()) {
        let kiosk = play(&ops);
        let agrees = kiosk.verified().map_err(|e| TestCaseError::fail(e.to_string()))?;
        let draws = kiosk.facts.iter().filter(|f| matches!(f.body, FactBody::Drawn(_))).count();
        prop_assert_eq!(agrees.draws, draws as u64);
        let standing: u64 = kiosk.given().values().map(|n| u64::from(*n)).sum();
        prop_assert_eq!(agrees.draws - agrees.void, standing);
    }

    #[test]
    fn stock_is_never_oversold_and_caps_hold(ops in ops()) {
        let kiosk = play(&ops);
        let mut folds = Folds::default();
        let mut counter = 0;
        let mut by_day: BTreeMap<_, u32> = BTreeMap::new();
        for fact in &kiosk.facts {
            folds.apply(fact, &tokyo());
            let machine = folds.machines().of(&kiosk.table.id);
            let allotted = &kiosk.table.kiosks[&hall()].stock;
            for (prize, pieces) in allotted {
                let given = machine.given().get(prize).copied().unwrap_or(0);
                prop_assert!(given <= *pieces, "{given} of {pieces} {prize}");
            }
            if let FactBody::Drawn(drawn) = &fact.body {
                counter += 1;
                prop_assert_eq!(drawn.counter, counter);
                let turned = by_day.entry((fact.subject, fact.at.day(&tokyo()))).or_default();
                *turned += 1;
                prop_assert!(*turned <= kiosk.table.per_day);
            }
        }
    }

    /// What was given is what was drawn for deeds that stand, counted here without a fold.
    #[test]
    fn a_prize_taken_back_can_be_won_again(ops in ops()) {
        let kiosk = play(&ops);
        let undone: Vec<FactId> = kiosk.facts.iter().filter_map(|f| match f.body {
            FactBody::Undone { fact } => Some(fact),
            _ => None,
        }).collect();
        let stands = |gift: Option<FactId>| {
            let gift = kiosk.facts.iter().find(|f| Some(f.id) == gift).unwrap();
            !undone.contains(&gift.caused_by.unwrap())
        };
        let mut given: BTreeMap<_, u32> = kiosk.given().into_keys().map(|p| (p, 0)).collect();
        for fact in &kiosk.facts {
            if let FactBody::Drawn(drawn) = &fact.body {
                *given.entry(drawn.prize.clone()).or_default() += u32::from(stands(fact.caused_by));
            }
        }
        prop_assert_eq!(given, kiosk.given());
    }

    /// Over a whole run nobody turns more spins than deeds that stand, or stood, gave, and
    /// taking a deed back never wins a spin.
    #[test]
    fn nobody_turns_what_was_not_given(ops in ops()) {
        let kiosk = play(&ops);
        let mut turned: BTreeMap<_, u32> = BTreeMap::new();
        let mut most: BTreeMap<_, u32> = BTreeMap::new();
        let mut standing: BTreeMap<_, Vec<(FactId, u32)>> = BTreeMap::new();
        for fact in &kiosk.facts {
            let Some(who) = fact.subject else { continue };
            let gifts = standing.entry(who).or_default();
            match &fact.body {
                FactBody::SpinsGiven(given) => gifts.push((fact.caused_by.unwrap(), given.spins)),
                FactBody::Undone { fact } => gifts.retain(|(deed, _)| deed != fact),
                FactBody::Drawn(_) => *turned.entry(who).or_default() += 1,
                _ => {}
            }
            let now: u32 = gifts.iter().map(|(_, n)| n).sum();
            let most = most.entry(who).or_default();
            *most = (*most).max(now);
        }
        for (who, n) in turned {
            prop_assert!(n <= most[&who], "turned {n} of {}", most[&who]);
        }
    }

    #[test]
    fn rebuilt_is_live(ops in ops(), cut in any::<prop::sample::Index>()) {
        let kiosk = play(&ops);
        let mut rebuilt = Folds::default();
        let cut = cut.index(kiosk.facts.len() + 1);
        for fact in &kiosk.facts[..cut] {
            rebuilt.apply(fact, &tokyo());
        }
        // What the store does between two runs: entries out, through JSON, and in again.
        let mut loaded = Folds::default();
        for (key, value) in rebuilt.entries() {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert!(loaded.put(key, serde_json::from_str(&text).unwrap()));
        }
        for fact in &kiosk.facts[cut..] {
            loaded.apply(fact, &tokyo());
        }
        prop_assert_eq!(loaded, kiosk.folds);
    }
}
