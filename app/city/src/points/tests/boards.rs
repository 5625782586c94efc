//! The boards of the town and of its facilities, and the groups.

use std::{collections::BTreeMap, time::Instant};

use machitap_domain::{
    Pii, Pseudonym,
    catalogue::Text,
    points::caps::{Age, Person},
    ranking::{GroupKind, Period, Ranking, Scope},
};
use machitap_wire::DocumentName;

use super::sample::{City, DAY, Kiosk, catalogue, who};
use crate::db::GroupRow;

fn ranking(city: &City) -> Ranking {
    let bytes = city.db.plain_document(&DocumentName::Ranking).unwrap();
    serde_json::from_slice(&bytes.unwrap()).unwrap()
}

type Row = (u32, Option<String>, i64);

fn rows(ranking: &Ranking, scope: &Scope, period: Period) -> Vec<Row> {
    let board = ranking.board(scope, period).unwrap();
    let row = |r: &machitap_domain::ranking::Row| {
        let nickname = r.nickname.as_ref().map(|n| n.reveal().clone());
        (r.place, nickname, r.points)
    };
    board.rows.iter().map(row).collect()
}

fn group(id: &str, members: &[Pseudonym]) -> GroupRow {
    GroupRow {
        kind: GroupKind::Area,
        id: id.parse().unwrap(),
        name: Text {
            ja: id.to_owned(),
            ..Text::default()
        },
        members: members.to_vec(),
    }
}

#[test]
fn weeks_and_months_places_nicknames_children_and_groups() {
    let mut city = City::new(&catalogue("{}"));
    let child = Person {
        age: Some(Age::Child),
        birth_month: None,
    };
    city.db.put_people(&[(who(9), child)].into()).unwrap();
    let nickname = Pii::new("さんぽ".to_owned());
    city.db.put_nicknames(&[(who(1), nickname)].into()).unwrap();
    let groups = [
        group("north", &[who(1), who(9)]),
        group("south", &[who(2), who(3), who(4)]),
        group("tiny", &[who(2)]),
    ];
    city.db.put_groups(&groups).unwrap();
    city.db.published().unwrap();
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    // Tuesday the 24th; nine days before it are another week of the same month.
    hall.visit(who(1), city.now_ms - 9 * DAY);
    hall.visit(who(1), city.now_ms);
    gym.visit(who(2), city.now_ms);
    for _ in 0..5 {
        gym.visit(who(9), city.now_ms);
    }
    hall.visit(who(3), city.now_ms - 40 * DAY);
    hall.heard_by(&city, 99);
    gym.heard_by(&city, 99);
    city.turn();
    let said = ranking(&city);
    let named = |points| (1, Some("さんぽ".to_owned()), points);
    let nobody = |place, points| (place, None, points);
    assert_eq!(
        rows(&said, &Scope::Town, Period::Week),
        [named(10), nobody(1, 10)]
    );
    assert_eq!(
        rows(&said, &Scope::Town, Period::Month),
        [named(20), nobody(2, 10)]
    );
    let at = |id: &str| Scope::Facility(id.parse().unwrap());
    assert_eq!(rows(&said, &at("hall"), Period::Month), [named(20)]);
    assert_eq!(rows(&said, &at("gym"), Period::Week), [nobody(1, 10)]);
    let curve = &said.board(&Scope::Town, Period::Week).unwrap().curve;
    assert_eq!(curve.residents(), 2, "no child in it");
    let of = |g: &machitap_domain::ranking::GroupBoard| -> Vec<(u32, String, u32, i64)> {
        let row =
            |r: &machitap_domain::ranking::Group| (r.place, r.name.ja.clone(), r.members, r.points);
        g.rows.iter().map(row).collect()
    };
    assert_eq!(said.groups.len(), 2);
    // A child counts in its group; a group of one is left out.
    assert_eq!(
        of(&said.groups[0]),
        [
            (1, "north".to_owned(), 2, 60),
            (2, "south".to_owned(), 3, 10)
        ]
    );

    // The next Monday: another week, the same month.
    city.now_ms += 6 * DAY;
    city.turn();
    let said = ranking(&city);
    assert_eq!(rows(&said, &Scope::Town, Period::Week), []);
    assert_eq!(
        rows(&said, &Scope::Town, Period::Month),
        [named(20), nobody(2, 10)]
    );

    // Whoever takes the nickname back stands there without.
    city.db.put_nicknames(&BTreeMap::new()).unwrap();
    city.db.published().unwrap();
    city.turn();
    assert_eq!(
        rows(&ranking(&city), &Scope::Town, Period::Month)[0],
        nobody(1, 20)
    );
}

#[test]
fn other_rules_judge_everybody_anew() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    hall.visit(who(1), city.now_ms);
    hall.heard_by(&city, 9);
    city.turn();
    let week = |city: &City| rows(&ranking(city), &Scope::Town, Period::Week);
    assert_eq!(week(&city), [(1, None, 20)]);
    let capped = r#"{"caps":[{"from":"2026-01-01","caps":{"all":{"day":15}}}]}"#;
    city.publish(&catalogue(capped));
    city.turn();
    assert_eq!(week(&city), [(1, None, 15)]);
    hall.is_told(&city);
    assert_eq!(hall.known(&who(1)).free, 15);
}

#[test]
fn in_another_time_zone_days_are_others() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    // Monday 2 a.m. in Japan is Sunday noon in New York.
    hall.visit(who(1), city.now_ms - DAY - 10 * 3_600_000);
    hall.heard_by(&city, 9);
    city.turn();
    let week = |city: &City| rows(&ranking(city), &Scope::Town, Period::Week);
    assert_eq!(week(&city), [(1, None, 10)]);
    let mut rules = catalogue("{}");
    for facility in rules.facilities.values_mut() {
        facility.time_zone = "America/New_York".to_owned();
    }
    city.publish(&rules);
    city.turn();
    assert_eq!(week(&city), []);
}

/// `cargo test -p machitap-city --lib twenty_thousand -- --ignored --nocapture`
#[test]
#[ignore = "it measures"]
fn one_more_tap_among_twenty_thousand_residents() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    let resident = |n: u32| Pseudonym::try_from(format!("{n:032x}")).unwrap();
    for round in 0..5 {
        for n in 0..20_000 {
            hall.visit(resident(n), city.now_ms - i64::from(round) * DAY);
        }
    }
    hall.heard_by(&city, usize::MAX / 2);
    let begun = Instant::now();
    city.turn();
    println!("built from 200000 facts in {:?}", begun.elapsed());
    for _ in 0..3 {
        hall.visit(resident(77), city.now_ms);
        hall.heard_by(&city, 9);
        let begun = Instant::now();
        city.turn();
        println!("one more tap in {:?}", begun.elapsed());
    }
    city.now_ms += DAY;
    let begun = Instant::now();
    city.turn();
    println!("the next day in {:?}", begun.elapsed());
}
