//! Whatever is changed after the fact, the verifier names the first fact that disagrees.

use proptest::prelude::*;

use super::any_order::{ops, play};
use crate::{
    draw::{
        record::How,
        sample::*,
        secret::Ticket,
        verify::{Disagrees, Flaw},
        *,
    },
    fact::{Fact, FactBody, Hash},
};

fn check(kiosk: &Kiosk) -> Result<(), Disagrees> {
    kiosk.verified().map(drop)
}

fn is_draw(fact: &Fact) -> bool {
    matches!(fact.body, FactBody::Drawn(_))
}

fn drawn(fact: &mut Fact) -> &mut Drawn {
    match &mut fact.body {
        FactBody::Drawn(drawn) => drawn,
        _ => panic!("a draw"),
    }
}

fn is_broken_word(kiosk: &Kiosk) -> bool {
    matches!(check(kiosk).unwrap_err().flaw, Flaw::Commitment { .. })
}

/// Closes the gap a removed or doubled fact leaves, as somebody who hides it would.
fn renumber(facts: &mut [Fact]) {
    for (seq, fact) in (1..).zip(facts) {
        fact.key.seq = seq;
    }
}

/// A way to cheat.
#[derive(Debug, Clone, Copy)]
enum Cheat {
    Ticket,
    Prize,
    Blank,
    How,
    Counter,
    Commitment,
    Leave,
    Double,
    LeaveOpenly,
    OtherPerson,
    Stranger,
}

const CHEATS: [Cheat; 11] = [
    Cheat::Ticket,
    Cheat::Prize,
    Cheat::Blank,
    Cheat::How,
    Cheat::Counter,
    Cheat::Commitment,
    Cheat::Leave,
    Cheat::Double,
    Cheat::LeaveOpenly,
    Cheat::OtherPerson,
    Cheat::Stranger,
];

/// Cheats at the n-th fact, a draw; false where that cheat would leave no trace in the draws
/// (the journal's chain shows a missing end).
fn cheat(kiosk: &mut Kiosk, n: usize, cheat: Cheat) -> bool {
    let facts = &mut kiosk.facts;
    match cheat {
        Cheat::Ticket => {
            let drawn = drawn(&mut facts[n]);
            drawn.ticket = Ticket::try_from((drawn.ticket.number() + 1) % 10_000).unwrap();
        }
        Cheat::Prize => {
            let drawn = drawn(&mut facts[n]);
            let other = if drawn.prize.as_str() == "towel" {
                "orange"
            } else {
                "towel"
            };
            drawn.prize = prize(other);
        }
        Cheat::Blank => {
            let drawn = drawn(&mut facts[n]);
            drawn.blank = !drawn.blank;
        }
        Cheat::How => {
            let drawn = drawn(&mut facts[n]);
            drawn.how = if drawn.how == How::Ticket {
                How::Ceiling
            } else {
                How::Ticket
            };
        }
        Cheat::Counter => drawn(&mut facts[n]).counter += 1,
        Cheat::Commitment => drawn(&mut facts[n]).commitment = Hash::of(b"another"),
        Cheat::Leave => {
            facts.remove(n);
            renumber(facts);
            return facts[n..].iter().any(is_draw);
        }
        Cheat::Double => {
            let again = facts[n].clone();
            facts.insert(n, again);
            renumber(facts);
        }
        Cheat::LeaveOpenly => {
            facts.remove(n);
            return n < facts.len();
        }
        Cheat::OtherPerson => facts[n].subject = Some(resident(77)),
        Cheat::Stranger => facts[n].key.kiosk = "library-1".parse().unwrap(),
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_kind_of_tampering_is_found(ops in ops(), at in any::<prop::sample::Index>()) {
        let honest = play(&ops);
        let draws: Vec<usize> = (0..honest.facts.len()).filter(|n| is_draw(&honest.facts[*n])).collect();
        prop_assume!(!draws.is_empty());
        let n = draws[at.index(draws.len())];
        prop_assert_eq!(check(&honest), Ok(()));
        for how in CHEATS {
            let mut bent = honest.clone();
            if cheat(&mut bent, n, how) {
                let found = check(&bent);
                prop_assert!(found.is_err(), "{how:?} at {n} went unseen");
                prop_assert!(found.unwrap_err().seq > n as u64);
            }
        }
    }

    #[test]
    fn another_secret_or_other_odds_are_found(ops in ops()) {
        let honest = play(&ops);
        prop_assume!(honest.facts.iter().any(is_draw));
        let mut other = honest.clone();
        other.deal.secret = DrawSecret::new([9; 32]);
        prop_assert!(is_broken_word(&other));
        let mut odds = honest.clone();
        odds.table.rows[0].weight -= 1;
        odds.table.rows[3].weight += 1;
        prop_assert!(is_broken_word(&odds));
        let mut stock = honest;
        stock.table.kiosks.get_mut(&hall()).unwrap().stock.insert(prize("towel"), 3);
        prop_assert!(is_broken_word(&stock));
    }
}

#[test]
fn a_flaw_is_named_by_its_kind() {
    let mut kiosk = Kiosk::new();
    let who = resident(1);
    for day in 1..=20 {
        kiosk.visit(who, noon(day), true);
        for _ in 0..3 {
            kiosk.turn(who, noon(day)).unwrap();
        }
    }
    assert_eq!(check(&kiosk), Ok(()));
    let find = |how: How| {
        kiosk
            .facts
            .iter()
            .position(|f| matches!(&f.body, FactBody::Drawn(d) if d.how == how))
            .unwrap_or_else(|| panic!("no {how:?} in the run"))
    };
    type Bend = fn(&mut Fact);
    let bends: [(usize, Bend, &str); 8] = [
        (
            find(How::Ticket),
            |f| drawn(f).counter += 1,
            "it is recorded as spin",
        ),
        (
            find(How::Ticket),
            |f| drawn(f).ticket = Ticket::try_from(0).unwrap(),
            "it is recorded with ticket",
        ),
        (
            find(How::Ticket),
            |f| drawn(f).prize = prize("car"),
            "the ticket's row decides otherwise",
        ),
        (
            find(How::Gone),
            |f| {
                let d = drawn(f);
                d.prize = prize("towel");
                d.how = How::Ticket;
                d.blank = false;
            },
            "the stock decides otherwise",
        ),
        (
            find(How::Ceiling),
            |f| {
                let d = drawn(f);
                d.prize = prize("thanks");
                d.how = How::Ticket;
                d.blank = true;
            },
            "the ceiling decides otherwise",
        ),
        (
            find(How::Ticket),
            |f| f.caused_by = None,
            "no spin given was left for it",
        ),
        (
            find(How::Ticket),
            |f| f.at = crate::points::sample::at(jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0)),
            "the table did not stand there on that day",
        ),
        (
            find(How::Ticket),
            |f| f.key.seq += 1,
            "the fact before it is missing",
        ),
    ];
    for (n, bend, said) in bends {
        let mut bent = kiosk.clone();
        bend(&mut bent.facts[n]);
        let found = check(&bent).unwrap_err();
        assert!(found.flaw.to_string().starts_with(said), "{found}");
    }
    let mut bent = kiosk.clone();
    let gift = bent.facts.iter_mut().find_map(|f| match &mut f.body {
        FactBody::SpinsGiven(given) => Some(given),
        _ => None,
    });
    gift.unwrap().spins = 4;
    assert_eq!(
        check(&bent).unwrap_err().flaw,
        Flaw::Unearned { expected: 3 }
    );

    // A fourth spin on one day: spins enough, and one too many.
    let mut greedy = Kiosk::new();
    greedy.table.per_day = 4;
    greedy.visit(who, noon(1), true);
    greedy.visit(who, noon(1), true);
    for _ in 0..4 {
        greedy.turn(who, noon(1)).unwrap();
    }
    greedy.table.per_day = 3;
    assert_eq!(check(&greedy).unwrap_err().flaw, Flaw::TooMany);
}
