use jiff::civil::date;
use machitap_domain::{
    FactBody, Pseudonym, Quality,
    catalogue::{Service, Text},
    credential::Credential,
    fact::{Class, Component, Refusal},
    fare::{
        FareClass, FareList, FareRules, Ride, Why,
        list::FareEntry,
        rules::{Chime, Colour, Limits, Shape},
    },
};

use super::town::{Kiosk, MORNING, NTP, card, citizen, felica, purposes};
use crate::{
    input::{CardProblem, Input, StoreTrouble, Touch},
    output::Tone,
    session::FARE_MS,
    view::{Badge, FareTold, MessageKind, OutReason, View},
};

const DAY: u64 = 86_400_000;

fn class(id: &str, colour: Colour, shape: Shape, chime: Chime) -> FareClass {
    FareClass {
        id: id.parse().unwrap(),
        name: Text {
            ja: "くぶん".into(),
            en: Some(id.into()),
            ..Text::default()
        },
        colour,
        shape,
        chime,
        limits: None,
    }
}

/// Half fare for some, twice a day; the rest pay.
pub(super) fn bus() -> Service {
    Service::Fare(Box::new(FareRules {
        classes: vec![
            FareClass {
                limits: Some(Limits {
                    day: Some(2),
                    year: Some(70),
                    beyond: None,
                }),
                ..class("half", Colour::Blue, Shape::Circle, Chime::Two)
            },
            class("usual", Colour::Grey, Shape::Bar, Chime::One),
        ],
        default: "usual".parse().unwrap(),
        honoured_days: 7,
        year_begins: 4,
    }))
}

fn rider(n: u32) -> Pseudonym {
    purposes().transport.unwrap().pseudonym(&citizen(n))
}

/// Citizens 1, 11, 13 and 50 hold the half fare, through the first week of April.
pub(super) fn list() -> FareList {
    let half = FareEntry {
        class: "half".parse().unwrap(),
        until: None,
        elsewhere: None,
    };
    FareList {
        version: 3,
        issued: date(2026, 3, 1),
        expires: date(2026, 4, 7),
        entries: [1, 11, 13, 50].map(|n| (rider(n), half.clone())).into(),
    }
}

fn kiosk() -> Kiosk {
    let mut kiosk = Kiosk::new(bus());
    kiosk.fares(list());
    kiosk
}

fn told(kiosk: &Kiosk) -> &FareTold {
    match kiosk.view() {
        View::Fare(told) => told,
        other => panic!("a class expected, found {other:?}"),
    }
}

fn rides(kiosk: &Kiosk) -> Vec<(&Ride, Option<Pseudonym>)> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match &f.body {
            FactBody::Ride(ride) => Some((ride, f.subject)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_tap_is_told_one_class_for_one_second() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    assert_eq!(
        *told(&kiosk),
        FareTold {
            name: "くぶん".into(),
            colour: Colour::Blue,
            shape: Shape::Circle,
            chime: Chime::Two,
            again: false,
        }
    );
    assert_eq!(kiosk.tones.last(), Some(&Tone::Fare(Chime::Two)));
    kiosk.wait(FARE_MS - 1);
    assert!(matches!(kiosk.view(), View::Fare(_)));
    kiosk.wait(1);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn the_next_card_does_not_wait() {
    let mut kiosk = kiosk();
    for (who, colour) in [(1, Colour::Blue), (77, Colour::Grey), (11, Colour::Blue)] {
        kiosk.tap(card(who));
        assert_eq!(told(&kiosk).colour, colour);
        kiosk.wait(100);
    }
    assert_eq!(rides(&kiosk).len(), 3);
}

#[test]
fn a_reason_and_a_person_are_in_no_view_and_a_stranger_is_not_followed() {
    let mut kiosk = kiosk();
    for who in [1, 77] {
        kiosk.tap(card(who));
        kiosk.wait(2_000);
    }
    let rides = rides(&kiosk);
    assert_eq!((rides[0].0.why, rides[0].1), (Why::Listed, Some(rider(1))));
    assert_eq!((rides[1].0.why, rides[1].1), (Why::NotListed, None));
    // Two who ride for the same class for different reasons see the same.
    let mut stale = kiosk;
    stale.wait(20 * DAY);
    let seen: Vec<_> = [1, 77]
        .map(|who| {
            stale.tap(card(who));
            told(&stale).clone()
        })
        .into();
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn the_same_card_is_told_the_same_and_counted_once() {
    let mut kiosk = kiosk();
    for who in [1, 77] {
        kiosk.tap(card(who));
        assert!(!told(&kiosk).again);
        kiosk.wait(3_000);
        kiosk.tap(card(who));
        assert!(told(&kiosk).again, "{who}");
        kiosk.wait(57_000);
    }
    assert_eq!(rides(&kiosk).len(), 2);
    // For a holder also over a restart in the middle, and without a clock.
    kiosk.tap(card(1));
    kiosk.restart(2, 5_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    assert!(told(&kiosk).again);
    assert_eq!(rides(&kiosk).len(), 3);
}

#[test]
fn the_days_trips_are_used_up_and_the_screen_does_not_say_why() {
    let mut kiosk = kiosk();
    let shapes: Vec<Shape> = (0..3)
        .map(|_| {
            kiosk.tap(card(1));
            let shape = told(&kiosk).shape;
            kiosk.wait(3_600_000);
            shape
        })
        .collect();
    assert_eq!(shapes, [Shape::Circle, Shape::Circle, Shape::Bar]);
    assert_eq!(rides(&kiosk)[2].0.why, Why::DayFull);
    kiosk.wait(DAY);
    kiosk.tap(card(1));
    assert_eq!(told(&kiosk).shape, Shape::Circle);
}

#[test]
fn every_card_rides_and_only_one_that_cannot_be_read_is_asked_again() {
    let mut kiosk = kiosk();
    kiosk.roster(|r| r.released.push(card(11)));
    for (credential, colour) in [
        (felica(50), Colour::Blue),
        (felica(77), Colour::Grey),
        (card(11), Colour::Grey),
    ] {
        kiosk.tap(credential.clone());
        assert_eq!(told(&kiosk).colour, colour, "{credential:?}");
    }
    for problem in [CardProblem::Unknown, CardProblem::NotGenuine] {
        kiosk.bad_tap(problem);
        assert_eq!(told(&kiosk).colour, Colour::Grey, "{problem:?}");
    }
    let refused = |kiosk: &Kiosk| {
        kiosk.count(|b| {
            matches!(
                b,
                FactBody::Refused {
                    why: Refusal::NotGenuine
                }
            )
        })
    };
    assert_eq!(refused(&kiosk), 1, "a forged card is noted");
    let before = rides(&kiosk).len();
    kiosk.bad_tap(CardProblem::HoldStill);
    assert_eq!(kiosk.message(), MessageKind::HoldStill);
    kiosk.give(Input::TwoCards);
    assert_eq!(kiosk.message(), MessageKind::TwoCards);
    assert_eq!(rides(&kiosk).len(), before);
    // And the next one is not kept waiting by the message.
    kiosk.tap(card(1));
    assert_eq!(told(&kiosk).colour, Colour::Blue);
}

#[test]
fn nothing_is_told_that_is_not_on_the_disk() {
    let mut kiosk = kiosk();
    kiosk.disk = Some(StoreTrouble::Full);
    for _ in 0..2 {
        kiosk.tap(card(1));
        match kiosk.view() {
            View::OutOfService(out) => assert_eq!(out.why, OutReason::DiskFull),
            other => panic!("{other:?}"),
        }
        assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
    }
    kiosk.disk = None;
    kiosk.tap(card(1));
    assert!(!told(&kiosk).again);
    assert_eq!(rides(&kiosk).len(), 1);
}

fn health(kiosk: &Kiosk) -> Vec<Option<Class>> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Health {
                component: Component::Fares,
                trouble,
            } => Some(trouble),
            _ => None,
        })
        .collect()
}

#[test]
fn a_list_that_is_not_renewed_is_said_to_the_city_and_in_the_header() {
    let mut kiosk = Kiosk::new(bus());
    kiosk.tap(card(1));
    assert_eq!(told(&kiosk).colour, Colour::Grey, "no list yet");
    assert!(kiosk.screen().header.badges.contains(&Badge::NoFares));
    kiosk.fares(list());
    kiosk.wait(10_000);
    assert!(kiosk.screen().header.badges.is_empty());
    kiosk.wait(9 * DAY);
    assert_eq!(kiosk.screen().header.badges, [Badge::OldFares { days: 3 }]);
    kiosk.tap(card(1));
    assert_eq!(rides(&kiosk).last().unwrap().0.why, Why::Honoured);
    kiosk.wait(9 * DAY);
    assert_eq!(kiosk.screen().header.badges, [Badge::NoFares]);
    kiosk.fares(FareList {
        version: 4,
        expires: date(2026, 5, 31),
        ..list()
    });
    kiosk.wait(60_000);
    assert_eq!(
        health(&kiosk),
        [
            Some(Class::Repair),
            None,
            Some(Class::Retry),
            Some(Class::Repair),
            None
        ]
    );
}

#[test]
fn without_a_clock_no_age_is_told_and_the_list_is_honoured() {
    let mut kiosk = kiosk();
    let told_before = health(&kiosk);
    kiosk.restart(2, 200_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    assert_eq!(told(&kiosk).colour, Colour::Blue);
    assert_eq!(rides(&kiosk).last().unwrap().0.why, Why::NoClock);
    assert_eq!(kiosk.screen().header.badges, [Badge::ClockUnsure]);
    assert_eq!(health(&kiosk), told_before);
    // The clock comes back, and the ride with it to its day.
    kiosk.wait(120_000);
    (kiosk.now.clock.wall_ms, kiosk.now.clock.quality) = (MORNING + 3_600_000, NTP);
    kiosk.give(Input::Tick);
    let ride = kiosk.folds.rides(&rider(1));
    let day = kiosk
        .now
        .stamp()
        .day(&jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    assert_eq!(ride.on(&"half".parse().unwrap(), day), 1);
}

#[test]
fn staff_open_their_panel_and_a_touch_sends_the_class_away() {
    let mut kiosk = kiosk();
    kiosk.tap(felica(90));
    assert!(matches!(kiosk.view(), View::StaffPin(_)));
    let staff: Credential = card(1);
    kiosk.tap(staff);
    kiosk.touch(Touch::Cancel);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}
