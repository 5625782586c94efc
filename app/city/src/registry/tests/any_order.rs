//! Two kiosks off the line: however their facts come in, rosters and answers end the same.

use proptest::prelude::*;

use super::sample::*;

#[derive(Debug, Clone, Copy)]
enum Op {
    Register { card: u8 },
    Relink { of: u32, card: u8 },
    Release { of: u32, card: u8 },
    Undo { back: usize },
}

fn ops() -> impl Strategy<Value = Vec<(bool, i64, Op)>> {
    let op = prop_oneof![
        4 => (1..5u8).prop_map(|card| Op::Register { card }),
        3 => (0..4u32, 1..7u8).prop_map(|(of, card)| Op::Relink { of, card }),
        2 => (0..4u32, 1..5u8).prop_map(|(of, card)| Op::Release { of, card }),
        1 => (0..3usize).prop_map(|back| Op::Undo { back }),
    ];
    prop::collection::vec((any::<bool>(), 0..30i64, op), 1..14)
}

fn town() -> Town {
    let town = Town::new();
    town.lease("hall-1", 700_000, 20).unwrap();
    town.lease("hall-2", 800_000, 20).unwrap();
    for kiosk in ["hall-1", "hall-2"] {
        town.born(kiosk, 1);
    }
    town.stage();
    town
}

/// The facts of both kiosks, each in its own order.
fn facts(town: &mut Town, ops: &[(bool, i64, Op)]) -> [Vec<machitap_domain::Draft>; 2] {
    let mut made: [Vec<machitap_domain::Draft>; 2] = [Vec::new(), Vec::new()];
    let mut issued = [0, 0];
    for (second, minute, op) in ops {
        let n = usize::from(*second);
        let kiosk = ["hall-1", "hall-2"][n];
        let person = |of: u32| [50, 700_000, 800_000, 700_001][of as usize];
        let deed = match *op {
            Op::Register { card } => {
                issued[n] += 1;
                Deed::Register {
                    nth: issued[n] - 1,
                    card,
                }
            }
            Op::Relink { of, card } => Deed::Relink {
                n: person(of),
                card,
                born: BORN,
            },
            Op::Release { of, card } => Deed::Release {
                n: person(of),
                card,
            },
            Op::Undo { back } => match made[n].iter().rev().nth(back) {
                Some(draft) => Deed::Undo { fact: draft.id },
                None => continue,
            },
        };
        let at_ms = noon(TODAY) + minute * 60_000;
        let draft = town.fact(kiosk, 1, at_ms, deed);
        made[n].push(draft);
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_city_ends_the_same_whoever_is_heard_first(
        ops in ops(), picks in prop::collection::vec(any::<bool>(), 14), look in any::<bool>()
    ) {
        let (mut one, mut two) = (town(), town());
        let made = facts(&mut one, &ops);
        let again = facts(&mut two, &ops);
        for (n, drafts) in made.into_iter().enumerate() {
            for draft in drafts {
                one.count(["hall-1", "hall-2"][n], 1, draft);
            }
        }
        let [first, second] = again;
        let (mut first, mut second) = (first.into_iter(), second.into_iter());
        let mut picks = picks.into_iter();
        loop {
            let hall_1 = picks.next().unwrap_or(true);
            let next = if hall_1 { first.next().map(|d| (0, d)) } else { second.next().map(|d| (1, d)) };
            let next = next.or_else(|| first.next().map(|d| (0, d)));
            let Some((n, draft)) = next.or_else(|| second.next().map(|d| (1, d))) else { break };
            two.count(["hall-1", "hall-2"][n], 1, draft);
            // Told on the way: what was said early may be said otherwise later.
            if look {
                two.stage();
            }
        }
        one.stage();
        two.stage();
        for kiosk in ["hall-1", "hall-2"] {
            prop_assert_eq!(one.leases(kiosk), two.leases(kiosk));
            prop_assert_eq!(one.roster(kiosk), two.roster(kiosk));
            prop_assert!(one.roster(kiosk).check().is_ok());
        }
        prop_assert_eq!(one.judged().registry, two.judged().registry);
    }
}
