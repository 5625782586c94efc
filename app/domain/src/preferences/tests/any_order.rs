//! Kiosks off and on the line, with clocks of every kind: what holds in the end.

use proptest::prelude::*;

use super::sample::{MORNING, Town};
use crate::{
    catalogue::Language,
    fold::Folds,
    points::sample::tokyo,
    preferences::{Preference, TextSize},
};

const KIOSKS: usize = 3;

#[derive(Debug, Clone)]
enum Op {
    Choose(usize, Preference),
    Undo(usize),
    Send(usize, usize),
    Tell(usize),
    Clock(usize, i64, bool),
    Correct(usize),
}

fn preference() -> impl Strategy<Value = Preference> {
    prop_oneof![
        prop_oneof![
            Just(None),
            Just(Some(Language::Ja)),
            Just(Some(Language::En))
        ]
        .prop_map(Preference::Language),
        prop_oneof![
            Just(TextSize::Normal),
            Just(TextSize::Large),
            Just(TextSize::Largest)
        ]
        .prop_map(Preference::Text),
        any::<Option<bool>>().prop_map(Preference::Voice),
        any::<bool>().prop_map(Preference::Still),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let kiosk = || 0..KIOSKS;
    let op = prop_oneof![
        4 => (kiosk(), preference()).prop_map(|(k, p)| Op::Choose(k, p)),
        1 => kiosk().prop_map(Op::Undo),
        2 => (kiosk(), 0usize..4).prop_map(|(k, n)| Op::Send(k, n)),
        2 => kiosk().prop_map(Op::Tell),
        1 => (kiosk(), -3i64..4, any::<bool>()).prop_map(|(k, ms, t)| Op::Clock(k, ms, t)),
        1 => kiosk().prop_map(Op::Correct),
    ];
    proptest::collection::vec(op, 0..40)
}

fn played(ops: &[Op]) -> Town {
    let mut town = Town::new(KIOSKS);
    for op in ops {
        match *op {
            Op::Choose(kiosk, one) => {
                let wanted = town.at(kiosk).unwrap_or_default().with(one);
                town.choose(kiosk, one);
                assert_eq!(town.at(kiosk), Some(wanted), "seen at once");
            }
            Op::Undo(kiosk) => {
                if let Some(last) = town.last(kiosk) {
                    town.undo(kiosk, last);
                }
            }
            Op::Send(kiosk, more) => town.send(kiosk, more),
            Op::Tell(kiosk) => town.tell(kiosk),
            Op::Clock(kiosk, ms, trusted) => {
                town.kiosks[kiosk].clock_ms = MORNING + ms;
                town.kiosks[kiosk].trusted = trusted;
            }
            Op::Correct(kiosk) => town.correct(kiosk),
        }
    }
    town
}

proptest! {
    #[test]
    fn in_the_end_all_say_the_same_whatever_came_when(ops in ops()) {
        let mut town = played(&ops);
        town.settle();
        town.everywhere();
        for kiosk in &town.kiosks {
            let mut rebuilt = Folds::default();
            for fact in &kiosk.facts {
                rebuilt.apply(fact, &tokyo());
            }
            prop_assert_eq!(&rebuilt, &kiosk.folds);
            let mut stored = Folds::default();
            for (key, value) in kiosk.folds.entries() {
                prop_assert!(stored.put(key, value));
            }
            prop_assert_eq!(&stored, &kiosk.folds);
        }
    }

    #[test]
    fn what_is_changed_with_the_old_before_ones_eyes_wins_whatever_the_clocks_say(
        ops in ops(), kiosk in 0..KIOSKS, one in preference(),
    ) {
        let mut town = played(&ops);
        town.settle();
        let before = town.everywhere();
        let wanted = before.unwrap_or_default().with(one);
        let fact = town.choose(kiosk, one);
        town.settle();
        prop_assert_eq!(town.everywhere(), Some(wanted));
        town.undo(kiosk, fact);
        prop_assert_eq!(town.at(kiosk), before, "at once, though the city has not heard");
        town.settle();
        prop_assert_eq!(town.everywhere(), before);
    }
}
