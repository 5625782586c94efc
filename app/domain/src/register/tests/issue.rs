//! Numbers are issued once, cards open what they should, and a journal can be folded again.

use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::sample::*;
use crate::{
    fact::{Class, FactBody, FactId},
    fold::{FoldKey, Folds},
    ids::Incarnation,
    points::sample::tokyo,
    register::{Answer, CardState, IdForm, NoNumber, Numbers, WhyNot},
};

#[test]
fn a_lease_is_issued_from_until_it_is_used_up_or_over() {
    let far = date(2027, 3, 31);
    let town = leases(vec![lease("l-a", 100, 2, far), lease("l-b", 500, 1, far)]);
    let mut desk = Desk::default();
    let issued = |desk: &mut Desk, card| desk.register(&town, card).map(|(_, c)| c);
    assert_eq!(issued(&mut desk, 1), Some(id(100)));
    assert_eq!(issued(&mut desk, 2), Some(id(101)));
    assert_eq!(issued(&mut desk, 3), Some(id(500)));
    assert_eq!(issued(&mut desk, 4), None);
    let why = |leases: &super::super::Leases, day| {
        leases.next(desk.folds.numbers(), LIFE, day).unwrap_err()
    };
    assert_eq!(why(&town, Some(TODAY)), NoNumber::UsedUp);
    assert_eq!(why(&town, None), NoNumber::ClockUnsure);
    let over = leases(vec![lease("l-c", 1, 9, date(2026, 11, 23))]);
    assert_eq!(why(&over, Some(TODAY)), NoNumber::Over);
    assert_eq!(why(&leases(Vec::new()), Some(TODAY)), NoNumber::NoLease);
    let other = Incarnation(Uuid::from_u128(2));
    let none = town.next(&Numbers::new(), other, Some(TODAY));
    assert_eq!(none, Err(NoNumber::NoLease));
    assert_eq!(NoNumber::ClockUnsure.class(), Class::Retry);
    assert_eq!(NoNumber::Over.class(), Class::Repair);
    assert_eq!(town.left(&Numbers::new(), LIFE, TODAY), 3);
    assert_eq!(town.left(desk.folds.numbers(), LIFE, TODAY), 0);
    assert_eq!(town.issued(&"l-a".parse().unwrap(), 1), Some(id(101)));
    assert_eq!(town.issued(&"l-a".parse().unwrap(), 2), None);
    assert_eq!(form().number(&id(101)), Some(101));
    assert_eq!(IdForm::of(&id(101)), Some((form(), 101)));
    assert_eq!(IdForm::of(&"ABCDEF".parse().unwrap()), None);
}

#[test]
fn a_number_that_was_issued_stays_used_when_it_is_taken_back() {
    let town = leases(vec![lease("l-a", 1, 9, date(2027, 3, 31))]);
    let mut desk = Desk::default();
    let (fact, first) = desk.register(&town, 1).unwrap();
    let card = key().card(&uid(1));
    let opens = CardState::Opens { provisional: true };
    assert_eq!(
        desk.folds.card(&card),
        Some((key().pseudonym(&first), opens))
    );
    desk.undo(&first, fact);
    assert_eq!(desk.folds.card(&card), None);
    let (_, second) = desk.register(&town, 1).unwrap();
    assert_eq!(second, id(2));
    assert_eq!(
        desk.folds.card(&card),
        Some((key().pseudonym(&second), opens))
    );
}

#[test]
fn another_card_takes_the_place_and_the_old_one_opens_nothing() {
    let town = leases(vec![lease("l-a", 1, 9, date(2027, 3, 31))]);
    let mut desk = Desk::default();
    let (_, citizen) = desk.register(&town, 1).unwrap();
    let who = key().pseudonym(&citizen);
    let state = |desk: &Desk, n| desk.folds.card(&key().card(&uid(n)));
    let opens = CardState::Opens { provisional: true };
    let relinked = desk.relink(&citizen, 2);
    assert_eq!(state(&desk, 1), Some((who, CardState::Released)));
    assert_eq!(state(&desk, 2), Some((who, opens)));
    // The city does not take it: the earlier card opens again.
    let answer = Answer::Refused {
        why: WhyNot::NotThePerson,
    };
    desk.record(
        who,
        Some(relinked),
        FactBody::RegistrationAnswered { answer },
    );
    assert_eq!(state(&desk, 1), Some((who, opens)));
    assert_eq!(state(&desk, 2), None);
    let released = desk.release(&citizen, 1);
    assert_eq!(state(&desk, 1), Some((who, CardState::Released)));
    desk.undo(&citizen, released);
    assert_eq!(state(&desk, 1), Some((who, opens)));
}

#[test]
fn the_seal_ends_what_is_provisional_and_is_heard_once() {
    let town = leases(vec![lease("l-a", 1, 9, date(2027, 3, 31))]);
    let mut desk = Desk::default();
    let (fact, citizen) = desk.register(&town, 1).unwrap();
    let who = key().pseudonym(&citizen);
    let answer = Answer::Accepted;
    let heard = FactBody::RegistrationAnswered { answer };
    desk.record(who, Some(fact), heard.clone());
    let sealed = CardState::Opens { provisional: false };
    assert_eq!(desk.folds.card(&key().card(&uid(1))), Some((who, sealed)));
    let before = desk.folds.clone();
    desk.record(who, Some(fact), heard);
    assert_eq!(desk.folds, before);
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Register { card: u8 },
    Relink { of: usize, card: u8 },
    Release { of: usize },
    Undo { back: usize },
    Answer { back: usize, accepted: bool },
    Restart,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (1..6u8).prop_map(|card| Op::Register { card }),
        3 => (0..4usize, 1..6u8).prop_map(|(of, card)| Op::Relink { of, card }),
        2 => (0..4usize).prop_map(|of| Op::Release { of }),
        2 => (0..4usize).prop_map(|back| Op::Undo { back }),
        3 => (0..6usize, any::<bool>()).prop_map(|(back, accepted)| Op::Answer { back, accepted }),
        1 => Just(Op::Restart),
    ];
    prop::collection::vec(op, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_number_twice_no_card_twice_and_rebuilt_is_live(ops in ops()) {
        let far = date(2027, 3, 31);
        let town = leases(vec![lease("l-a", 1, 5, far), lease("l-b", 50, 40, far)]);
        let mut desk = Desk::default();
        let mut people = Vec::new();
        let mut claims: Vec<(FactId, usize)> = Vec::new();
        for op in ops {
            let person = |of: usize| (!people.is_empty()).then(|| of % people.len());
            match op {
                // As the session does: only a card that opens nothing is registered.
                Op::Register { card } => {
                    if desk.folds.card(&key().card(&uid(card))).is_none()
                        && let Some((fact, citizen)) = desk.register(&town, card)
                    {
                        prop_assert!(!people.contains(&citizen), "issued twice");
                        people.push(citizen);
                        claims.push((fact, people.len() - 1));
                    }
                }
                Op::Relink { of, card } => {
                    if desk.folds.card(&key().card(&uid(card))).is_none()
                        && let Some(n) = person(of)
                    {
                        let citizen = people[n].clone();
                        claims.push((desk.relink(&citizen, card), n));
                    }
                }
                Op::Release { of } => {
                    if let Some(n) = person(of) {
                        let citizen = people[n].clone();
                        claims.push((desk.release(&citizen, 1), n));
                    }
                }
                Op::Undo { back } => {
                    if let Some((fact, n)) = claims.iter().rev().nth(back).copied() {
                        desk.undo(&people[n].clone(), fact);
                    }
                }
                Op::Answer { back, accepted } => {
                    if let Some((fact, n)) = claims.iter().rev().nth(back).copied() {
                        let why = WhyNot::CardTaken;
                        let answer = if accepted { Answer::Accepted } else { Answer::Refused { why } };
                        let who = key().pseudonym(&people[n]);
                        desk.record(who, Some(fact), FactBody::RegistrationAnswered { answer });
                    }
                }
                Op::Restart => {
                    let mut again = Folds::default();
                    for (key, value) in desk.folds.entries().collect::<Vec<_>>().into_iter().rev() {
                        prop_assert!(again.put(key, value));
                    }
                    prop_assert_eq!(&again, &desk.folds);
                    desk.folds = again;
                }
            }
            for card in 1..6 {
                let card = key().card(&uid(card));
                let open = desk.folds.holders().filter(|(_, h)| {
                    matches!(h.card(&card), Some(CardState::Opens { .. }))
                });
                let open: Vec<_> = open.map(|(who, _)| *who).collect();
                if let Some((who, CardState::Opens { .. })) = desk.folds.card(&card) {
                    prop_assert!(open.contains(&who));
                } else {
                    prop_assert!(open.is_empty());
                }
            }
        }
        let mut again = Folds::default();
        for fact in &desk.facts {
            again.apply(fact, &tokyo());
        }
        prop_assert_eq!(&again, &desk.folds);
        prop_assert_eq!(again.get(FoldKey::Numbers).is_some(), !people.is_empty());
    }
}
