//! Whatever comes in between: kiosk and city say the same.

use proptest::prelude::*;

use super::sample::{City, DAY, Kiosk, catalogue, who};

#[derive(Debug, Clone)]
enum Op {
    Visit(usize, u8),
    UndoVisit(usize, u8, usize),
    Spend(usize, u8, u32),
    UndoSpend(usize, u8),
    /// The city hears so many more facts of that kiosk.
    Hear(usize, usize),
    /// The city's turn.
    Turn,
    /// That kiosk takes what it is told.
    Told(usize),
    /// That kiosk begins a new journal.
    NewLife(usize),
    /// The city's program begins anew.
    CityAgain,
    Wait(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let (k, w) = (0usize..2, 0u8..2);
    prop_oneof![
        8 => (k.clone(), w.clone()).prop_map(|(k, w)| Op::Visit(k, w)),
        2 => (k.clone(), w.clone(), 0usize..3).prop_map(|(k, w, n)| Op::UndoVisit(k, w, n)),
        5 => (k.clone(), w.clone(), 1u32..24).prop_map(|(k, w, p)| Op::Spend(k, w, p)),
        1 => (k.clone(), w).prop_map(|(k, w)| Op::UndoSpend(k, w)),
        6 => (k.clone(), 0usize..9).prop_map(|(k, n)| Op::Hear(k, n)),
        4 => Just(Op::Turn),
        4 => k.clone().prop_map(Op::Told),
        1 => k.prop_map(Op::NewLife),
        1 => Just(Op::CityAgain),
        2 => (0i64..20).prop_map(Op::Wait),
    ]
}

fn play(city: &mut City, kiosks: &mut [Kiosk], op: &Op) {
    let now = city.now_ms;
    let count = kiosks.len();
    match *op {
        Op::Visit(k, w) => drop(kiosks[k % count].visit(who(w), now)),
        Op::UndoVisit(k, w, n) => {
            let kiosk = &mut kiosks[k % count];
            let made: Vec<_> = kiosk.account(&who(w)).standing().map(|v| v.fact).collect();
            if let Some(visit) = made.iter().rev().nth(n) {
                kiosk.undo(who(w), *visit, now);
            }
        }
        Op::Spend(k, w, points) => drop(kiosks[k % count].spend(who(w), points, now)),
        Op::UndoSpend(k, w) => {
            let kiosk = &mut kiosks[k % count];
            let open = kiosk
                .account(&who(w))
                .spends()
                .open()
                .last()
                .map(|r| r.fact);
            if let Some(spend) = open {
                kiosk.undo(who(w), spend, now);
            }
        }
        Op::Hear(k, n) => kiosks[k % count].heard_by(city, n),
        Op::Turn => city.turn(),
        Op::Told(k) => kiosks[k % count].is_told(city),
        Op::NewLife(k) => kiosks[k % count].restart(),
        Op::CityAgain => city.kept = Default::default(),
        Op::Wait(days) => city.now_ms += days * DAY,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Shared caps, points that end, facts that come late, new journals, a city that restarts:
    /// once everything is counted and told, each kiosk knows what the city has. No answer is
    /// ever given twice or changed, and what is kept is what would be built anew.
    #[test]
    fn once_all_is_counted_every_kiosk_knows_what_the_city_has(
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let points = r#"{"expire_months":1,
            "caps":[{"from":"2026-01-01","caps":{"all":{"day":25}}}]}"#;
        let mut city = City::new(&catalogue(points));
        let mut kiosks = [Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym")];
        let mut given = city.db.spend_answers().unwrap();
        for op in &ops {
            play(&mut city, &mut kiosks, op);
            let answers = city.db.spend_answers().unwrap();
            for (spend, answer) in &given {
                prop_assert_eq!(answers.get(spend), Some(answer), "another answer");
            }
            given = answers;
        }
        // Twice: the kiosks' word on the answers they heard is counted too.
        for _ in 0..2 {
            for kiosk in &mut kiosks {
                kiosk.heard_by(&city, usize::MAX / 2);
            }
            city.turn();
            for kiosk in &mut kiosks {
                kiosk.is_told(&city);
            }
        }
        let rebuilt = city.rebuilt();
        for kiosk in &kiosks {
            for (who, standing) in &kiosk.told.holders {
                prop_assert_eq!(kiosk.known(who).free, city.free(who), "{}", kiosk.id);
                prop_assert_eq!(kiosk.known(who).visits, rebuilt.balances()[who].visits);
                prop_assert!(standing.answers.is_empty(), "every answer is journalled");
            }
        }
        let kept = city.kept.ledger().unwrap();
        prop_assert_eq!(kept.balances(), rebuilt.balances());
        prop_assert_eq!(kept.progress(0), rebuilt.progress(0));
        for (who, balance) in rebuilt.balances() {
            prop_assert_eq!(balance.reserved, 0, "every spend has its answer");
            let resident = rebuilt.resident(&who).unwrap();
            let there = kept.resident(&who).unwrap();
            prop_assert_eq!(&there.awards, &resident.awards);
            prop_assert_eq!(&there.spends, &resident.spends);
            let spent: u64 = resident.settled().map(|s| u64::from(s.spend.points)).sum();
            prop_assert!(balance.points <= i64::try_from(balance.earned).unwrap() - i64::try_from(spent).unwrap());
        }
    }

    /// A single kiosk without caps knows what its residents have at every moment, whatever part
    /// of it the city has counted and the kiosk was told.
    #[test]
    fn a_kiosk_alone_is_right_at_every_moment(ops in prop::collection::vec(op(), 1..60)) {
        let mut city = City::new(&catalogue("{}"));
        let mut kiosks = [Kiosk::new(&city, 1, "hall")];
        for op in ops.iter().filter(|op| !matches!(op, Op::NewLife(_))) {
            play(&mut city, &mut kiosks, op);
            for w in 0..2 {
                let account = kiosks[0].account(&who(w));
                prop_assert_eq!(kiosks[0].known(&who(w)).free, account.free(0), "{:?}", op);
                prop_assert_eq!(kiosks[0].known(&who(w)).visits, account.visits());
            }
        }
    }
}
