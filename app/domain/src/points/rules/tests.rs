use jiff::civil::date;

use super::*;
use crate::points::{
    caps::{Age, Caps, CapsFrom, TownPoints},
    sample::{rule, text},
    visit::VisitPurpose,
};

fn purposes() -> Vec<VisitPurpose> {
    vec![
        VisitPurpose {
            id: "study".parse().unwrap(),
            name: text("自習室"),
        },
        VisitPurpose {
            id: "gym".parse().unwrap(),
            name: text("体育館"),
        },
    ]
}

#[test]
fn a_plain_rule_is_written_and_read_as_before() {
    let old = r#"{"base":10,"visits_per_day":1}"#;
    assert_eq!(rule(old), PointRule::plain(10, 1));
    assert_eq!(
        serde_json::to_string(&PointRule::plain(10, 1)).unwrap(),
        old
    );
    let day = date(2026, 4, 1);
    assert_eq!(*rule(old).on(day), Rules::plain(10, 1));
}

#[test]
fn each_rule_holds_until_the_next_begins() {
    let dated = rule(
        r#"{"base":10,"visits_per_day":1,"rules":[
            {"from":"2026-04-01","base":20},{"from":"2026-10-01","base":30}]}"#,
    );
    for (day, base) in [
        (date(2026, 3, 31), 10),
        (date(2026, 4, 1), 20),
        (date(2026, 9, 30), 20),
        (date(2026, 10, 1), 30),
        (date(2030, 1, 1), 30),
    ] {
        assert_eq!(dated.on(day).base, base, "{day}");
    }
}

/// Every part of a rule, written as a city would.
const ALL: &str = r#"{"base":10,"visits_per_day":1,"rules":[{
    "from":"2026-04-01","base":10,"visits_per_day":2,
    "purposes":{"study":15},"first_visit":50,
    "streak":{"every":5,"points":20},"stamps":{"every":10,"points":50},
    "open":[{"days":["mon","tue"],"hours":{"from":"09:00","until":"17:00"}}],
    "windows":[{"when":{"days":["mon"]},"points":5}],
    "birthday":30,
    "campaigns":[{"id":"spring","name":{"ja":"はる"},"from":"2026-04-01","until":"2026-04-30","times":2}],
    "volunteering":[{"id":"beach","name":{"ja":"海の掃除"},"points":100}],
    "caps":{"all":{"day":100,"month":500},"ages":{"child":{"day":50}}}}]}"#;

#[test]
fn every_part_is_read_kept_and_sound() {
    let all = rule(ALL);
    assert_eq!(all.check(&purposes()), Ok(()));
    let again = serde_json::to_string(&all).unwrap();
    assert_eq!(rule(&again), all);
    let caps = &all.rules[0].caps;
    assert_eq!(caps.of(Some(Age::Child)).day, Some(50));
    assert_eq!(caps.of(Some(Age::Senior)).day, Some(100));
    assert_eq!(caps.of(None).day, Some(100));
}

#[test]
fn an_unknown_word_is_a_slip() {
    for (right, wrong) in [
        ("first_visit", "first-visit"),
        ("\"every\"", "\"days\""),
        ("\"times\"", "\"multiplier\""),
        ("\"ages\"", "\"age\""),
    ] {
        let slip = ALL.replace(right, wrong);
        assert_ne!(slip, ALL);
        assert!(serde_json::from_str::<PointRule>(&slip).is_err(), "{wrong}");
    }
}

#[test]
fn each_slip_is_named() {
    let id = |text: &str| text.parse().unwrap();
    for (right, wrong, why) in [
        (
            "\"first_visit\":50",
            "\"first_visit\":10001",
            InvalidPoints::TooMany("first_visit"),
        ),
        (
            "{\"study\":15}",
            "{\"study\":99999}",
            InvalidPoints::TooMany("purposes"),
        ),
        (
            "\"points\":100}",
            "\"points\":10001}",
            InvalidPoints::TooMany("volunteering"),
        ),
        ("\"every\":5", "\"every\":1", InvalidPoints::Reach("streak")),
        (
            "\"every\":10",
            "\"every\":61",
            InvalidPoints::Reach("stamps"),
        ),
        (
            "\"study\":15",
            "\"sauna\":15",
            InvalidPoints::NoSuchPurpose(id("sauna")),
        ),
        ("{\"days\":[\"mon\"]}", "{}", InvalidPoints::WindowEmpty),
        (
            "\"until\":\"17:00\"",
            "\"until\":\"09:00\"",
            InvalidPoints::WindowEnds,
        ),
        (
            "\"2026-04-30\"",
            "\"2026-03-31\"",
            InvalidPoints::CampaignEnds("spring".parse().unwrap()),
        ),
        (
            "\"times\":2",
            "\"times\":1",
            InvalidPoints::CampaignEffect("spring".parse().unwrap()),
        ),
        (
            "\"times\":2",
            "\"times\":11",
            InvalidPoints::CampaignEffect("spring".parse().unwrap()),
        ),
        (
            "\"times\":2",
            "\"times\":2,\"extra\":5",
            InvalidPoints::CampaignEffect("spring".parse().unwrap()),
        ),
        (
            ",\"times\":2",
            "",
            InvalidPoints::CampaignEffect("spring".parse().unwrap()),
        ),
        ("\"day\":50", "\"day\":0", InvalidPoints::Cap("day")),
        (
            "\"month\":500",
            "\"month\":99",
            InvalidPoints::CapOrder("month"),
        ),
    ] {
        let slip = ALL.replace(right, wrong);
        assert_ne!(slip, ALL, "{right}");
        assert_eq!(rule(&slip).check(&purposes()), Err(why), "{wrong}");
    }
    let mut twice = rule(ALL);
    let again = twice.rules[0].clone();
    twice.rules.push(again);
    assert_eq!(
        twice.check(&purposes()),
        Err(InvalidPoints::Order(date(2026, 4, 1)))
    );
    let mut twice = rule(ALL);
    let again = twice.rules[0].campaigns[0].clone();
    twice.rules[0].campaigns.push(again);
    assert!(matches!(
        twice.check(&purposes()),
        Err(InvalidPoints::CampaignTwice(_))
    ));
    let mut twice = rule(ALL);
    let again = twice.rules[0].volunteering[0].clone();
    twice.rules[0].volunteering.push(again);
    assert!(matches!(
        twice.check(&purposes()),
        Err(InvalidPoints::ActivityTwice(_))
    ));
    let mut twice = purposes();
    twice.push(twice[0].clone());
    assert!(matches!(
        rule(ALL).check(&twice),
        Err(InvalidPoints::PurposeTwice(_))
    ));
    let many: Vec<VisitPurpose> = (10..19)
        .map(|n| VisitPurpose {
            id: id(&format!("p{n}")),
            name: text("部屋"),
        })
        .collect();
    assert_eq!(
        PointRule::plain(1, 1).check(&many),
        Err(InvalidPoints::Purposes)
    );
}

#[test]
fn each_slip_of_the_town_is_named() {
    let from = |day| CapsFrom {
        from: day,
        caps: Default::default(),
    };
    let town = TownPoints {
        expire_months: Some(12),
        caps: vec![from(date(2026, 4, 1)), from(date(2027, 4, 1))],
        ..TownPoints::default()
    };
    assert_eq!(town.check(), Ok(()));
    let year = TownPoints {
        year_begins: 13,
        ..town.clone()
    };
    assert_eq!(year.check(), Err(InvalidPoints::YearBegins));
    let expiry = TownPoints {
        expire_months: Some(0),
        ..town.clone()
    };
    assert_eq!(expiry.check(), Err(InvalidPoints::Expiry));
    let order = TownPoints {
        caps: town.caps.iter().rev().cloned().collect(),
        ..town
    };
    assert_eq!(order.check(), Err(InvalidPoints::Order(date(2026, 4, 1))));
}

#[test]
fn a_year_of_the_town_begins_in_its_month() {
    let town = TownPoints::default();
    for (day, year, next) in [
        (date(2026, 3, 31), 2025, date(2026, 4, 1)),
        (date(2026, 4, 1), 2026, date(2027, 4, 1)),
        (date(2026, 12, 31), 2026, date(2027, 4, 1)),
    ] {
        assert_eq!(town.year_of(super::super::caps::Month::of(day)), year);
        let after = town.next_after(day, super::super::caps::Period::Year);
        assert_eq!(after, Some(next));
    }
    assert_eq!(Caps::default().day, None);
}

/// The example in the module's documentation, read as the service it stands for.
#[test]
fn the_example_is_a_sound_service() {
    let service: crate::catalogue::Service = serde_json::from_str(
        r#"{"kind": "visit", "purposes": [{"id": "study", "name": {"ja": "自習室"}}], "stay": true, "points": {"base": 10, "visits_per_day": 1, "rules": [{"from": "2026-04-01", "base": 10, "purposes": {"study": 15}, "first_visit": 50, "streak": {"every": 5, "points": 20}, "stamps": {"every": 10, "points": 50}, "open": [{"days": ["mon", "tue"], "hours": {"from": "09:00", "until": "17:00"}}], "windows": [{"when": {"days": ["mon"]}, "points": 5}], "birthday": 30, "caps": {"all": {"day": 100}, "ages": {"child": {"day": 50}}}, "volunteering": [{"id": "beach", "name": {"ja": "海の掃除"}, "points": 100}], "campaigns": [{"id": "spring", "name": {"ja": "はるまつり"}, "from": "2026-04-01", "until": "2026-04-30", "times": 2}]}]}}"#,
    )
    .unwrap();
    let crate::catalogue::Service::Visit {
        points,
        purposes,
        groups,
        stay,
    } = service
    else {
        panic!("a visit");
    };
    assert_eq!(points.check(&purposes), Ok(()));
    assert_eq!((points.rules.len(), groups, stay), (1, false, true));
}
