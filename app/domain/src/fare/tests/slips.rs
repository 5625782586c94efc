//! Each slip in a bus's settings is named.

use crate::{
    catalogue::{InvalidCatalogue, Service},
    fare::{
        rules::{InvalidFare, MAX_CLASSES},
        sample::*,
        *,
    },
    points::sample::{rule, town},
};

#[test]
fn each_slip_is_named() {
    assert_eq!(rules().check(), Ok(()));
    type Slip = fn(&mut FareRules);
    let half = || class("half");
    let cases: [(Slip, InvalidFare); 13] = [
        (|r| r.classes.clear(), InvalidFare::Classes),
        (
            |r| {
                let one = r.classes[0].clone();
                r.classes = vec![one; MAX_CLASSES + 1];
            },
            InvalidFare::Classes,
        ),
        (
            |r| r.classes[2].id = class("half"),
            InvalidFare::Twice(half()),
        ),
        (
            |r| r.classes[2].colour = r.classes[0].colour,
            InvalidFare::Alike(class("free"), class("usual"), "colour"),
        ),
        (
            |r| r.classes[2].shape = r.classes[1].shape,
            InvalidFare::Alike(half(), class("usual"), "shape"),
        ),
        (
            |r| r.classes[1].chime = r.classes[0].chime,
            InvalidFare::Alike(class("free"), half(), "chime"),
        ),
        (
            |r| r.default = class("none"),
            InvalidFare::Default(class("none")),
        ),
        (
            |r| r.default = class("half"),
            InvalidFare::DefaultLimits(half()),
        ),
        (|r| limits(r).day = Some(0), InvalidFare::Limit(half())),
        (|r| limits(r).day = Some(6), InvalidFare::Limit(half())),
        (
            |r| limits(r).beyond = Some(class("half")),
            InvalidFare::Beyond(half(), half()),
        ),
        (|r| r.honoured_days = 93, InvalidFare::Honoured),
        (|r| r.year_begins = 0, InvalidFare::YearBegins),
    ];
    for (slip, named) in cases {
        let mut rules = rules();
        slip(&mut rules);
        assert_eq!(rules.check(), Err(named));
    }
    let mut rules = rules();
    *limits(&mut rules) = rules::Limits {
        day: None,
        year: None,
        beyond: None,
    };
    assert_eq!(rules.check(), Err(InvalidFare::NoLimit(half())));
}

fn limits(rules: &mut FareRules) -> &mut rules::Limits {
    rules.classes[1].limits.as_mut().unwrap()
}

#[test]
fn a_catalogue_names_the_bus_and_the_slip() {
    let mut catalogue = town(
        &[("bus", &rule(r#"{"base":0,"visits_per_day":1}"#))],
        Default::default(),
    );
    let mut bad = rules();
    bad.honoured_days = 100;
    let bus = catalogue
        .facilities
        .get_mut(&"bus".parse().unwrap())
        .unwrap();
    bus.service = Service::Fare(Box::new(bad));
    let slip = catalogue.check().unwrap_err();
    assert!(matches!(slip, InvalidCatalogue::Fare { .. }));
    assert_eq!(
        slip.to_string(),
        "bus: fares: honoured_days must be at most 92"
    );
}

/// What an officer writes, and what they may leave out.
#[test]
fn settings_are_read_as_written() {
    let text = r#"{"kind":"fare","default":"usual","classes":[
        {"id":"usual","name":{"ja":"ふつう"},"colour":"grey","shape":"bar","chime":"one"},
        {"id":"half","name":{"ja":"はんがく"},"colour":"blue","shape":"circle","chime":"two",
         "limits":{"day":2,"year":70}}]}"#;
    let Service::Fare(fare) = serde_json::from_str(text).unwrap() else {
        panic!("a fare service");
    };
    assert_eq!(fare.check(), Ok(()));
    assert_eq!((fare.honoured_days, fare.year_begins), (0, 4));
    let slip = text.replace("\"day\":2", "\"dya\":2");
    assert!(serde_json::from_str::<Service>(&slip).is_err());
}

#[test]
fn the_bytes_of_a_ride_are_fixed() {
    let mut bus = Bus::default();
    let (rules, list) = (rules(), list());
    for who in [1, 9] {
        bus.tap(&rules, &list, who, on(TODAY.at(8, 0, 0, 0)));
    }
    let bytes: Vec<String> = bus
        .facts
        .iter()
        .map(|f| serde_json::to_string(&f.body).unwrap())
        .collect();
    assert_eq!(
        bytes,
        [
            r#"{"kind":"ride","class":"half","why":"listed","counts":true,"list":3}"#,
            r#"{"kind":"ride","class":"usual","why":"not-listed","list":3}"#,
        ]
    );
    assert_eq!(
        bus.facts[1].subject, None,
        "whoever is in no list is not followed"
    );
}
