//! Each slip in an event's settings is named, and what is written is read.

use super::sample::*;
use crate::{
    catalogue::{InvalidCatalogue, Service},
    event::{
        rules::{InvalidEvent, MAX_CAPACITY, MAX_OPEN_BEFORE_MIN},
        *,
    },
    points::caps::TownPoints,
};

#[test]
fn each_slip_is_named() {
    assert_eq!(rules().check(), Ok(()));
    assert_eq!(EventRules::default().check(), Ok(()), "nothing planned yet");
    let drill = || id("drill");
    type Slip = fn(&mut EventRules);
    let cases: [(Slip, InvalidEvent); 10] = [
        (
            |r| r.events[1].id = id("drill"),
            InvalidEvent::Twice(drill()),
        ),
        (
            |r| r.events[0].until = r.events[0].from,
            InvalidEvent::Ends(drill()),
        ),
        (
            |r| r.events[0].until = jiff::civil::date(2027, 12, 5).at(16, 0, 0, 0),
            InvalidEvent::Long(drill()),
        ),
        (
            |r| r.events[0].open_before_min = MAX_OPEN_BEFORE_MIN + 1,
            InvalidEvent::OpenBefore(drill()),
        ),
        (
            |r| r.events[0].capacity = Some(0),
            InvalidEvent::Capacity(drill()),
        ),
        (
            |r| r.events[0].capacity = Some(MAX_CAPACITY + 1),
            InvalidEvent::Capacity(drill()),
        ),
        (
            |r| r.events[0].points = 10_001,
            InvalidEvent::Points(drill()),
        ),
        (
            |r| r.events[1].open_before_min = 31,
            InvalidEvent::Overlap(drill(), id("concert")),
        ),
        (
            |r| r.events[0].until = TODAY.at(16, 1, 0, 0),
            InvalidEvent::Overlap(drill(), id("concert")),
        ),
        (
            |r| {
                r.events.swap(0, 1);
                r.events[0].open_before_min = 31;
            },
            InvalidEvent::Overlap(drill(), id("concert")),
        ),
    ];
    for (slip, named) in cases {
        let mut rules = rules();
        slip(&mut rules);
        assert_eq!(rules.check(), Err(named));
    }
}

#[test]
fn a_catalogue_names_the_place_and_the_slip() {
    let mut city = city(TownPoints::default());
    assert_eq!(city.check(), Ok(()));
    let door = city.facilities.get_mut(&"door".parse().unwrap()).unwrap();
    let mut bad = rules();
    bad.events[0].capacity = Some(0);
    door.service = Service::Event(Box::new(bad));
    let slip = city.check().unwrap_err();
    assert!(matches!(slip, InvalidCatalogue::Event { .. }));
    assert_eq!(
        slip.to_string(),
        "door: events: event drill: capacity must be 1 to 100000"
    );
}

/// What an officer writes, and what they may leave out.
#[test]
fn settings_are_read_as_written() {
    let text = r#"{"kind":"event","events":[
        {"id":"drill","name":{"ja":"くんれん"},"from":"2026-12-05T14:00","until":"2026-12-05T16:00"}]}"#;
    let Service::Event(rules) = serde_json::from_str(text).unwrap() else {
        panic!("events");
    };
    let event = &rules.events[0];
    assert_eq!(event.from, TODAY.at(14, 0, 0, 0));
    assert_eq!((event.open_before_min, event.points), (0, 0));
    assert_eq!(event.capacity, None);
    assert!(!event.listed_only && !event.exit);
    let slip = text.replace("\"until\"", "\"til\"");
    assert!(serde_json::from_str::<Service>(&slip).is_err());
}

#[test]
fn the_bytes_of_an_entry_are_fixed() {
    let mut door = Door::new();
    door.tap(1, on(14, 0));
    door.tap(1, on(15, 0));
    let bytes: Vec<String> = door
        .facts
        .iter()
        .map(|f| serde_json::to_string(&f.body).unwrap())
        .collect();
    assert_eq!(
        bytes,
        [
            r#"{"kind":"event-entered","event":"drill","credential":"citizen"}"#,
            r#"{"kind":"award","points":50,"reason":{"event":"drill"}}"#,
            r#"{"kind":"event-left"}"#,
        ]
    );
}
