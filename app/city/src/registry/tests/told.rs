//! What kiosks are told of the claims that stand and of those that do not.

use jiff::{civil::date, tz::TimeZone};
use machitap_domain::{
    Credential, Draft, FactBody,
    catalogue::{Service, Text},
    ranking::GroupKind,
    register::{Answer, WhyNot},
};

use super::sample::*;
use crate::{db::GroupRow, registry::merged};

fn register(nth: u32, card: u8) -> Deed {
    Deed::Register { nth, card }
}

fn ready() -> Town {
    let town = Town::new();
    town.lease("hall-1", 700_000, 3).unwrap();
    town.lease("hall-2", 800_000, 3).unwrap();
    for kiosk in ["hall-1", "hall-2", "nursery-1"] {
        town.born(kiosk, 1);
    }
    town.stage();
    town
}

fn at(minute: i64) -> i64 {
    noon(TODAY) + minute * 60_000
}

#[test]
fn a_card_registered_at_one_hall_opens_at_the_other_and_the_seal_is_told_once() {
    let mut town = ready();
    let claim = town.done("hall-1", at(0), register(0, 7));
    town.stage();
    let told = town.leases("hall-1").unwrap();
    assert_eq!(told.answers, [(claim, Answer::Accepted)].into());
    for hall in ["hall-1", "hall-2"] {
        let roster = town.roster(hall);
        let there = roster.residents.iter().find(|r| r.citizen == id(700_000));
        assert_eq!(there.unwrap().cards, [uid(7)]);
    }
    let nursery = town.roster("nursery-1");
    assert!(nursery.residents.is_empty() && nursery.released.is_empty());
    // The kiosk writes the answer down, and is not told it again.
    let heard = Draft {
        caused_by: Some(claim),
        body: FactBody::RegistrationAnswered {
            answer: Answer::Accepted,
        },
        ..town.fact("hall-1", 1, at(1), Deed::Undo { fact: claim })
    };
    town.count("hall-1", 1, heard);
    town.stage();
    assert_eq!(town.leases("hall-1").unwrap().answers, [].into());
    assert!(town.stage().iter().all(|s| !s.changed));
}

#[test]
fn the_form_stays_with_the_city() {
    let mut town = ready();
    town.done("hall-1", at(0), register(0, 7));
    town.stage();
    let roster = serde_json::to_string(&town.roster("hall-2")).unwrap();
    assert!(!roster.contains("1950"), "{roster}");
    let facts = town.db.claims().unwrap();
    assert!(
        !String::from_utf8(facts[0].fact.to_bytes())
            .unwrap()
            .contains("NGS-")
    );
}

#[test]
fn a_relink_keeps_the_id_and_the_old_card_is_released_everywhere() {
    let mut town = ready();
    town.done("hall-1", at(0), register(0, 7));
    let moved = town.done(
        "hall-2",
        at(1),
        Deed::Relink {
            n: 700_000,
            card: 8,
            born: BORN,
        },
    );
    let other = Deed::Relink {
        n: 700_000,
        card: 9,
        born: date(1950, 1, 3),
    };
    let wrong = town.done("hall-2", at(2), other);
    let of_roster = Deed::Relink {
        n: 50,
        card: 51,
        born: BORN,
    };
    town.done("hall-2", at(3), of_roster);
    town.stage();
    let why = WhyNot::NotThePerson;
    let answers = town.leases("hall-2").unwrap().answers;
    assert_eq!(answers[&moved], Answer::Accepted);
    assert_eq!(answers[&wrong], Answer::Refused { why });
    let hall = town.roster("hall-1");
    for (n, card) in [(700_000, 8), (50, 51)] {
        let of = hall.residents.iter().find(|r| r.citizen == id(n)).unwrap();
        assert_eq!(of.cards, [uid(card)]);
    }
    for card in [7, 50] {
        assert!(hall.is_released(&uid(card)));
    }
}

#[test]
fn a_released_id_opens_nothing_anywhere() {
    let mut town = ready();
    town.done("hall-1", at(0), register(0, 7));
    let release = Deed::Release {
        n: 700_000,
        card: 7,
    };
    let released = town.done("hall-2", at(1), release);
    town.stage();
    let hall = town.roster("hall-1");
    assert!(hall.residents.iter().all(|r| r.citizen != id(700_000)));
    assert!(hall.is_released(&uid(7)));
    assert!(hall.is_released(&Credential::Citizen(id(700_000))));
    // It was a slip: all is as before.
    town.done("hall-2", at(2), Deed::Undo { fact: released });
    town.stage();
    let hall = town.roster("hall-1");
    assert!(hall.residents.iter().any(|r| r.citizen == id(700_000)));
    assert!(!hall.is_released(&uid(7)));
}

#[test]
fn what_a_kiosk_may_not_issue_is_refused() {
    let mut town = ready();
    let outside = WhyNot::OutsideLease;
    let beyond = town.done("hall-1", at(0), register(3, 7));
    let late = town.done("hall-1", noon(date(2026, 12, 1)), register(1, 8));
    // A cloned image: another life with the old lease.
    let clone = town.fact("hall-1", 9, at(1), register(2, 9));
    let clone = town.count("hall-1", 9, clone);
    let last = town.done("hall-1", noon(UNTIL), register(2, 10));
    let judged = town.judged();
    let answer = |fact| {
        let key = judged
            .made
            .iter()
            .find(|(_, m)| m.fact.id == fact)
            .unwrap()
            .0;
        judged.registry.answers[key]
    };
    for fact in [beyond, late, clone] {
        assert_eq!(answer(fact), Answer::Refused { why: outside });
    }
    assert_eq!(answer(last), Answer::Accepted);
}

#[test]
fn a_letter_in_another_fact_says_nothing() {
    let mut town = ready();
    let mine = town.fact("hall-1", 1, at(0), register(0, 7));
    let FactBody::Registered(stolen) = &mine.body else {
        panic!("{mine:?}")
    };
    let other = town.fact("hall-2", 1, at(1), register(0, 8));
    let FactBody::Registered(own) = &other.body else {
        panic!("{other:?}")
    };
    let mut forged = own.clone();
    forged.letter = stolen.letter.clone();
    let forged = Draft {
        body: FactBody::Registered(forged),
        ..other
    };
    let fact = town.count("hall-2", 1, forged);
    town.stage();
    let why = WhyNot::Unreadable;
    let answers = town.leases("hall-2").unwrap().answers;
    assert_eq!(answers[&fact], Answer::Refused { why });
}

#[test]
fn the_age_that_caps_hang_on_is_told_to_kiosk_and_ledger_alike() {
    let mut town = ready();
    town.done("hall-1", at(0), register(0, 7));
    let judged = town.judged();
    let resident = &judged.registry.residents[&id(700_000)];
    // Seventy-six: the rosters say who is old.
    assert_eq!(merged::age(resident, TODAY), None);
    assert!(merged::age(resident, date(1980, 1, 1)).is_some());
    town.stage();
    assert!(town.db.people().unwrap().is_empty());
    let service = Service::nursery();
    let base = town.roster("hall-1");
    let nursery = merged::roster(base.clone(), &service, &judged.registry, TODAY);
    assert_eq!(nursery.unwrap(), base);
}

#[test]
fn points_given_for_a_card_under_an_id_that_does_not_stand_go_to_the_cards_own() {
    let mut town = ready();
    // Both halls were off the line; the second is heard first.
    town.done("hall-2", at(5), register(0, 7));
    for (n, minute) in [(800_000, 6), (800_000, 7)] {
        town.visited("hall-2", n, at(minute));
    }
    town.stage();
    assert_eq!(town.points(), [(id(800_000), 20, 2)]);
    town.done("hall-1", at(0), register(0, 7));
    town.visited("hall-1", 700_000, at(1));
    town.stage();
    assert_eq!(town.points(), [(id(700_000), 30, 3)]);
    // The first was a slip that is taken back: all is as it was.
    let first = town
        .judged()
        .made
        .values()
        .map(|m| m.fact.clone())
        .collect::<Vec<_>>();
    let first = first
        .iter()
        .find(|f| f.key.kiosk.as_str() == "hall-1")
        .unwrap();
    town.done("hall-1", at(2), Deed::Undo { fact: first.id });
    town.stage();
    assert_eq!(town.points(), [(id(700_000), 10, 1), (id(800_000), 20, 2)]);
}

#[test]
fn whoever_named_an_area_belongs_to_it_until_the_town_says_otherwise() {
    let mut town = ready();
    let group = |id: &str, members: &[u32]| GroupRow {
        kind: GroupKind::Area,
        id: id.parse().unwrap(),
        name: Text {
            ja: id.to_owned(),
            ..Text::default()
        },
        members: members
            .iter()
            .map(|&n| town.visit.pseudonym(&super::sample::id(n)))
            .collect(),
    };
    let groups = [group("east", &[50]), group("west", &[])];
    let moved = [group("east", &[50]), group("west", &[700_000])];
    town.db.put_groups(&groups).unwrap();
    let living = |town: &Town| -> Vec<(String, usize)> {
        let loaded = crate::points::Town::load(&town.db, TimeZone::UTC).unwrap();
        let of = |g: &GroupRow| (g.id.to_string(), g.members.len());
        loaded.groups.iter().map(of).collect()
    };
    let at_home = |east, west| vec![("east".to_owned(), east), ("west".to_owned(), west)];
    let before = town.db.publication().unwrap();
    town.done("hall-1", at(0), register(0, 7));
    town.stage();
    assert_eq!(living(&town), at_home(2, 0));
    assert!(town.db.publication().unwrap() > before);
    town.db.put_groups(&moved).unwrap();
    assert_eq!(living(&town), at_home(1, 1));
    town.db.put_groups(&groups).unwrap();
    let release = Deed::Release {
        n: 700_000,
        card: 7,
    };
    town.done("hall-1", at(1), release);
    town.stage();
    assert_eq!(living(&town), at_home(1, 0));
}
