use jiff::civil::{DateTime, date};

use super::*;
use crate::{
    credential::CredentialKind,
    fact::FactBody,
    points::{
        caps::{Age, CapSet, Caps, CapsFrom, Period, Scope},
        sample::{Kiosk, at, rule, tokyo, town},
    },
    time::Quality,
};

fn noon(month: i8, day: i8) -> DateTime {
    date(2026, month, day).at(12, 0, 0, 0)
}

fn hall(parts: &str) -> PointRule {
    rule(&format!(
        r#"{{"base":0,"visits_per_day":1,"rules":[{{"from":"2026-04-01","base":10{parts}}}]}}"#
    ))
}

/// The lines in short: reason and points.
fn short(earning: &Earning) -> String {
    let line = |l: &Award| {
        let reason = match &l.reason {
            AwardReason::Visit => "visit".to_owned(),
            AwardReason::FirstVisit => "first".to_owned(),
            AwardReason::Streak => "streak".to_owned(),
            AwardReason::Stamps => "stamps".to_owned(),
            AwardReason::Window => "window".to_owned(),
            AwardReason::Birthday => "birthday".to_owned(),
            AwardReason::Campaign(id) => id.to_string(),
            AwardReason::Volunteering(id) => id.to_string(),
            AwardReason::Event(id) => id.to_string(),
        };
        format!("{reason} {}", l.points)
    };
    let lines: Vec<String> = earning.lines.iter().map(line).collect();
    lines.join(", ")
}

/// What visits at these moments earn, one after the other, at one kiosk.
fn week(
    rule: &PointRule,
    points: TownPoints,
    person: Person,
    moments: &[DateTime],
) -> Vec<Earning> {
    let town = town(&[("hall", rule)], points);
    let mut kiosk = Kiosk::new(1, "hall");
    moments
        .iter()
        .map(|when| {
            let earning = kiosk.earning(&town, &at(*when), person);
            kiosk.visit(&town, at(*when), person);
            let after = next(&Asked {
                rule,
                town: &town.points,
                person,
                account: &kiosk.account(),
                at: &at(*when),
                zone: &tokyo(),
                purpose: None,
            });
            assert_eq!(after, earning.next, "said before and after");
            earning
        })
        .collect()
}

fn lines(rule: &PointRule, moments: &[DateTime]) -> Vec<String> {
    week(rule, TownPoints::default(), Person::default(), moments)
        .iter()
        .map(short)
        .collect()
}

#[test]
fn each_rule_gives_its_line() {
    let sat = date(2026, 4, 4).at(10, 0, 0, 0);
    for (parts, moments, said) in [
        (
            "",
            vec![noon(4, 1), noon(4, 2)],
            vec!["visit 10", "visit 10"],
        ),
        (
            r#","first_visit":50"#,
            vec![noon(4, 1), noon(4, 2)],
            vec!["visit 10, first 50", "visit 10"],
        ),
        (
            r#","streak":{"every":3,"points":20}"#,
            vec![
                noon(4, 1),
                noon(4, 2),
                noon(4, 3),
                noon(4, 4),
                noon(4, 5),
                noon(4, 6),
            ],
            vec![
                "visit 10",
                "visit 10",
                "visit 10, streak 20",
                "visit 10",
                "visit 10",
                "visit 10, streak 20",
            ],
        ),
        (
            r#","streak":{"every":2,"points":20}"#,
            vec![noon(4, 1), noon(4, 3), noon(4, 4)],
            vec!["visit 10", "visit 10", "visit 10, streak 20"],
        ),
        (
            r#","stamps":{"every":2,"points":30}"#,
            vec![noon(4, 1), noon(4, 9), noon(4, 10), noon(5, 30)],
            vec![
                "visit 10",
                "visit 10, stamps 30",
                "visit 10",
                "visit 10, stamps 30",
            ],
        ),
        (
            r#","windows":[{"when":{"days":["sat"]},"points":5},
                {"when":{"hours":{"from":"10:00:00","until":"11:00:00"}},"points":3}]"#,
            vec![
                noon(4, 3),
                sat,
                date(2026, 4, 5).at(10, 59, 59, 0),
                date(2026, 4, 6).at(11, 0, 0, 0),
            ],
            vec![
                "visit 10",
                "visit 10, window 5",
                "visit 10, window 3",
                "visit 10",
            ],
        ),
        (
            r#","campaigns":[
                {"id":"twice","name":{"ja":"2倍"},"from":"2026-04-02","until":"2026-04-03","times":2},
                {"id":"more","name":{"ja":"もっと"},"from":"2026-04-03","until":"2026-04-04","extra":7}]"#,
            vec![noon(4, 1), noon(4, 2), noon(4, 3), noon(4, 4), noon(4, 5)],
            vec![
                "visit 10",
                "visit 10, twice 10",
                "visit 10, twice 10, more 7",
                "visit 10, more 7",
                "visit 10",
            ],
        ),
        ("", vec![noon(3, 31), noon(4, 1)], vec!["", "visit 10"]),
    ] {
        assert_eq!(lines(&hall(parts), &moments), said, "{parts}");
    }
}

#[test]
fn days_that_are_closed_do_not_break_a_streak() {
    let rule = hall(
        r#","streak":{"every":3,"points":20},"open":[{"days":["mon","tue","wed","thu","fri"]}]"#,
    );
    // Thursday, Friday, Monday.
    let moments = [noon(4, 2), noon(4, 3), noon(4, 6)];
    assert_eq!(lines(&rule, &moments)[2], "visit 10, streak 20");
}

#[test]
fn a_purpose_has_its_own_base() {
    let rule = hall(r#","purposes":{"study":15,"talk":0}"#);
    let kiosk = Kiosk::new(1, "hall");
    for (purpose, said) in [
        (None, 10),
        (Some("study"), 15),
        (Some("talk"), 0),
        (Some("gym"), 10),
    ] {
        let purpose = purpose.map(|p| p.parse().unwrap());
        let earning = earn(&Asked {
            rule: &rule,
            town: &TownPoints::default(),
            person: Person::default(),
            account: &kiosk.account(),
            at: &at(noon(4, 1)),
            zone: &tokyo(),
            purpose: purpose.as_ref(),
        });
        assert_eq!(earning.points(), said, "{purpose:?}");
        assert_eq!(earning.zero.is_some(), said == 0);
    }
}

#[test]
fn the_birthday_is_once_in_its_month() {
    let april = Person {
        birth_month: Some(4),
        age: None,
    };
    let moments = [noon(4, 5), noon(4, 6), noon(5, 1)];
    let said: Vec<String> = week(
        &hall(r#","birthday":30"#),
        TownPoints::default(),
        april,
        &moments,
    )
    .iter()
    .map(short)
    .collect();
    assert_eq!(said, ["visit 10, birthday 30", "visit 10", "visit 10"]);
}

#[test]
fn zero_has_a_reason_and_says_from_when() {
    let capped = |scope, period, cap| Some(Zero::Capped(CapHit { scope, period, cap }));
    let evening = date(2026, 4, 1).at(20, 0, 0, 0);
    for (parts, moments, zero, from) in [
        (
            "",
            vec![noon(4, 1), noon(4, 1)],
            Some(Zero::AlreadyToday),
            Some(date(2026, 4, 2)),
        ),
        ("", vec![noon(3, 1)], Some(Zero::NotHere), None),
        (
            r#","open":[{"days":["wed","thu"],"hours":{"from":"09:00:00","until":"17:00:00"}}]"#,
            vec![evening],
            Some(Zero::Closed),
            Some(date(2026, 4, 2)),
        ),
        (
            r#","open":[{"hours":{"from":"21:00:00","until":"22:00:00"}}]"#,
            vec![evening],
            Some(Zero::Closed),
            Some(date(2026, 4, 1)),
        ),
        (
            r#","open":[{"days":["wed"]}]"#,
            vec![noon(4, 1), noon(4, 1)],
            Some(Zero::AlreadyToday),
            Some(date(2026, 4, 8)),
        ),
        (
            r#","visits_per_day":9,"caps":{"all":{"day":20}}"#,
            vec![noon(4, 1), noon(4, 1), noon(4, 1)],
            capped(Scope::Facility, Period::Day, 20),
            Some(date(2026, 4, 2)),
        ),
        (
            r#","caps":{"all":{"month":20}}"#,
            vec![noon(4, 1), noon(4, 2), noon(4, 3)],
            capped(Scope::Facility, Period::Month, 20),
            Some(date(2026, 5, 1)),
        ),
        (
            r#","caps":{"all":{"year":20}}"#,
            vec![noon(4, 1), noon(9, 2), noon(12, 3)],
            capped(Scope::Facility, Period::Year, 20),
            Some(date(2027, 4, 1)),
        ),
    ] {
        let last = moments.len() - 1;
        let said = &week(
            &hall(parts),
            TownPoints::default(),
            Person::default(),
            &moments,
        )[last];
        assert_eq!(said.zero, zero, "{parts}");
        assert!(said.lines.is_empty());
        assert_eq!(said.next.points_from, from, "{parts}");
    }
}

#[test]
fn a_cap_takes_a_part_and_differs_by_age() {
    let rule = hall(r#","first_visit":50"#);
    let caps = CapSet {
        all: Caps {
            day: Some(55),
            ..Caps::default()
        },
        ages: [(
            Age::Child,
            Caps {
                day: Some(15),
                ..Caps::default()
            },
        )]
        .into(),
    };
    let points = TownPoints {
        caps: vec![CapsFrom {
            from: date(2026, 4, 1),
            caps,
        }],
        ..TownPoints::default()
    };
    for (age, said, cap) in [
        (None, "visit 10, first 45", 55),
        (Some(Age::Adult), "visit 10, first 45", 55),
        (Some(Age::Child), "visit 10, first 5", 15),
    ] {
        let person = Person {
            age,
            birth_month: None,
        };
        let earning = &week(&rule, points.clone(), person, &[noon(4, 1)])[0];
        assert_eq!(short(earning), said);
        assert_eq!(
            earning.cut,
            Some(CapHit {
                scope: Scope::Person,
                period: Period::Day,
                cap
            })
        );
        assert!(earning.provisional, "another kiosk may have given some");
    }
}

#[test]
fn what_comes_next_counts_this_visit() {
    let rule = hall(r#","streak":{"every":3,"points":20},"stamps":{"every":4,"points":50}"#);
    let moments = [noon(4, 1), noon(4, 2), noon(4, 2), noon(4, 3), noon(4, 5)];
    let have: Vec<(u32, u32)> = week(&rule, TownPoints::default(), Person::default(), &moments)
        .iter()
        .map(|e| (e.next.streak.unwrap().have, e.next.stamps.unwrap().have))
        .collect();
    assert_eq!(have, [(1, 1), (2, 2), (2, 2), (0, 3), (1, 0)]);
}

#[test]
fn an_untrusted_clock_earns_what_hangs_on_no_date() {
    let rule = hall(
        r#","first_visit":50,"open":[{"days":["sun"]}],"streak":{"every":2,"points":20},
        "windows":[{"when":{"days":["wed"]},"points":5}],
        "campaigns":[{"id":"more","name":{"ja":"もっと"},"from":"2026-01-01","until":"2026-12-31","extra":7}]"#,
    );
    let town = town(&[("hall", &rule)], TownPoints::default());
    let mut kiosk = Kiosk::new(1, "hall");
    let mut unsure = at(noon(4, 1));
    unsure.quality = Quality::UNKNOWN;
    let first = kiosk.earning(&town, &unsure, Person::default());
    assert_eq!(short(&first), "visit 10, first 50");
    assert!(first.provisional);
    assert_eq!(first.next.points_from, None);
    kiosk.visit(&town, unsure, Person::default());
    assert_eq!(kiosk.account().provisional(), 60);
    // The whole boot is one day, whatever its clock says.
    unsure.wall_ms += 86_400_000;
    let second = kiosk.earning(&town, &unsure, Person::default());
    assert_eq!(second.zero, Some(Zero::AlreadyToday));
}

#[test]
fn help_is_given_once_a_day_and_under_no_cap() {
    let rule = hall(
        r#","caps":{"all":{"day":10}},
        "volunteering":[{"id":"beach","name":{"ja":"海の掃除"},"points":100}]"#,
    );
    let zone = tokyo();
    let mut kiosk = Kiosk::new(1, "hall");
    let beach: ActivityId = "beach".parse().unwrap();
    let when = at(noon(4, 1));
    let other = "forest".parse().unwrap();
    assert_eq!(
        volunteered(&rule, &kiosk.account(), &other, &when, &zone),
        Err(Zero::NotHere)
    );
    let award = volunteered(&rule, &kiosk.account(), &beach, &when, &zone).unwrap();
    let made = kiosk.record(
        when,
        None,
        FactBody::Volunteered {
            activity: beach.clone(),
            staff: None,
        },
    );
    kiosk.record(when, Some(made.id), FactBody::Award(award));
    assert_eq!(
        (kiosk.account().balance(), kiosk.account().visits()),
        (100, 0)
    );
    assert_eq!(
        volunteered(&rule, &kiosk.account(), &beach, &when, &zone),
        Err(Zero::AlreadyToday)
    );
    // It counts neither as a visit nor under the cap of visits.
    let town = town(&[("hall", &rule)], TownPoints::default());
    assert_eq!(kiosk.earning(&town, &when, Person::default()).points(), 10);
    kiosk.undo(when, made.id);
    assert_eq!(kiosk.account().balance(), 0);
    kiosk.record(when, None, FactBody::visit(CredentialKind::Citizen));
    assert_eq!(kiosk.account().visits(), 1);
}
