use jiff::civil::{DateTime, date};
use machitap_domain::{
    FactBody, Quality,
    catalogue::{Service, Text},
    event::{Event, EventRules},
    fact::Refusal,
    points::{AwardReason, caps::TownPoints},
    roster::Attending,
};

use super::town::{City, Kiosk, MORNING, NTP, card, citizen, felica, purposes};
use crate::{
    input::{StoreTrouble, Touch},
    output::Tone,
    view::{EventDone, EventDoor, EventLeft, Idle, MessageKind, NextEvent, View, WallTime},
};

fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 4, 1).at(hour, minute, 0, 0)
}

fn clock(hour: u8, minute: u8) -> WallTime {
    WallTime {
        month: 4,
        day: 1,
        weekday: 3,
        hour,
        minute,
    }
}

/// The kiosk wakes at 8:55. A drill from 9 to 10, doors at 8:50, for two, left by a tap, 50
/// points; a concert at 12 for whoever is on the list.
pub(super) fn door() -> Service {
    let drill = Event {
        id: "drill".parse().unwrap(),
        name: Text {
            ja: "くんれん".into(),
            en: Some("Drill".into()),
            ..Text::default()
        },
        from: at(9, 0),
        until: at(10, 0),
        open_before_min: 10,
        capacity: Some(2),
        listed_only: false,
        exit: true,
        points: 50,
    };
    let concert = Event {
        id: "concert".parse().unwrap(),
        from: at(12, 0),
        until: at(13, 0),
        capacity: None,
        listed_only: true,
        exit: false,
        points: 0,
        ..drill.clone()
    };
    Service::Event(Box::new(EventRules {
        events: vec![drill, concert],
    }))
}

fn idle(kiosk: &Kiosk) -> &Idle {
    match kiosk.view() {
        View::Idle(idle) => idle,
        other => panic!("the idle screen expected, found {other:?}"),
    }
}

fn done(kiosk: &Kiosk) -> &EventDone {
    match kiosk.view() {
        View::EventDone(done) => done,
        other => panic!("an entry expected, found {other:?}"),
    }
}

fn left(kiosk: &Kiosk) -> &EventLeft {
    match kiosk.view() {
        View::EventLeft(left) => left,
        other => panic!("a leaving expected, found {other:?}"),
    }
}

fn refused(kiosk: &Kiosk) -> Refusal {
    let fact = kiosk.last(|b| matches!(b, FactBody::Refused { .. }));
    assert_eq!(fact.subject, None, "counted, not followed");
    match fact.body {
        FactBody::Refused { why } => why,
        _ => unreachable!("asked for above"),
    }
}

fn entries(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::EventEntered { .. }))
}

#[test]
fn a_tap_comes_in_and_earns_once_it_is_on_disk() {
    let mut kiosk = Kiosk::new(door());
    kiosk.tap(card(1));
    let done = done(&kiosk);
    assert_eq!(
        (done.name.as_str(), done.points, done.balance),
        ("くんれん", 50, Some(50))
    );
    assert_eq!(done.at, Some(clock(8, 55)));
    assert!(done.tap_to_leave && !done.already && !done.provisional);
    assert!(done.undo.is_some());
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    let subject = purposes().visit.unwrap().pseudonym(&citizen(1));
    let entry = kiosk.last(|b| matches!(b, FactBody::EventEntered { .. }));
    assert_eq!(entry.subject, Some(subject));
    let award = kiosk.last(|b| matches!(b, FactBody::Award(_)));
    assert_eq!(
        (award.subject, award.caused_by),
        (Some(subject), Some(entry.id))
    );
    let FactBody::Award(given) = &award.body else {
        unreachable!("asked for above")
    };
    assert_eq!(given.reason, AwardReason::Event("drill".parse().unwrap()));
}

#[test]
fn nothing_is_said_when_the_disk_is_full() {
    let mut kiosk = Kiosk::new(door());
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    assert_eq!(entries(&kiosk), 0);
}

#[test]
fn the_idle_screen_names_the_event_and_the_places_left() {
    let mut kiosk = Kiosk::new(door());
    let sign = idle(&kiosk).event.clone().unwrap();
    assert_eq!((sign.from, sign.until), (clock(9, 0), clock(10, 0)));
    assert_eq!((sign.door, sign.places_left), (EventDoor::Open, Some(2)));
    assert_eq!(idle(&kiosk).points, 50);
    for n in [1, 2] {
        kiosk.tap(card(n));
    }
    kiosk.wait(10_000);
    let sign = idle(&kiosk).event.clone().unwrap();
    assert_eq!((sign.door, sign.places_left), (EventDoor::Full, Some(0)));
    kiosk.wait_until("10:00");
    let sign = idle(&kiosk).event.clone().unwrap();
    assert_eq!(sign.door, EventDoor::OpensAt(clock(11, 50)));
    assert!(sign.listed_only && sign.places_left.is_none());
    kiosk.wait_until("13:00");
    assert_eq!(idle(&kiosk).event, None);
}

#[test]
fn a_second_tap_is_the_same_at_first_and_a_leaving_later() {
    let mut kiosk = Kiosk::new(door());
    kiosk.tap(card(1));
    kiosk.wait(30_000);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Read), "nothing new");
    assert_eq!(entries(&kiosk), 1);
    kiosk.wait_until("09:30");
    kiosk.tap(card(1));
    assert_eq!(
        (left(&kiosk).minutes, left(&kiosk).already),
        (Some(35), false)
    );
    let entry = kiosk
        .last(|b| matches!(b, FactBody::EventEntered { .. }))
        .id;
    let leaving = kiosk.last(|b| matches!(b, FactBody::EventLeft));
    assert_eq!(leaving.caused_by, Some(entry));
    kiosk.wait(30_000);
    kiosk.tap(card(1));
    assert!(left(&kiosk).already);
    // An undo of the leaving: they are inside again.
    kiosk.touch(Touch::Undo);
    assert_eq!(*kiosk.view(), View::Undone);
    kiosk.wait(61_000);
    kiosk.tap(card(1));
    assert!(!left(&kiosk).already);
}

#[test]
fn without_an_exit_a_later_tap_says_since_when() {
    let mut kiosk = Kiosk::new(door());
    kiosk.roster(|r| {
        r.attending = vec![Attending {
            event: "concert".parse().unwrap(),
            citizen: citizen(50),
        }];
    });
    kiosk.wait_until("12:05");
    kiosk.tap(felica(50));
    let first = done(&kiosk).clone();
    assert_eq!((first.points, first.balance), (0, None));
    assert!(!first.tap_to_leave);
    kiosk.wait_until("12:30");
    kiosk.tap(card(50));
    assert_eq!(
        (done(&kiosk).already, done(&kiosk).at),
        (true, Some(clock(12, 5)))
    );
    assert_eq!(done(&kiosk).undo, None, "too late for that");
    assert_eq!(entries(&kiosk), 1);
}

#[test]
fn an_undo_gives_place_and_points_back() {
    let mut kiosk = Kiosk::new(door());
    for n in [1, 2] {
        kiosk.tap(card(n));
    }
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.folds.events().came(&"drill".parse().unwrap()), 1);
    kiosk.tap(card(3));
    assert_eq!(done(&kiosk).points, 50);
    kiosk.tap(card(2));
    assert_eq!(kiosk.message(), MessageKind::EventFull);
}

#[test]
fn whoever_may_not_come_in_is_told_why() {
    let mut kiosk = Kiosk::new(door());
    kiosk.tap(felica(7));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    for n in [1, 2, 3] {
        kiosk.tap(card(n));
    }
    assert_eq!(kiosk.message(), MessageKind::EventFull);
    assert_eq!(refused(&kiosk), Refusal::EventFull);
    kiosk.wait_until("11:00");
    kiosk.tap(card(3));
    assert_eq!(kiosk.message(), MessageKind::NoEvent);
    assert_eq!(refused(&kiosk), Refusal::NoEvent);
    let View::Message(message) = kiosk.view() else {
        unreachable!("seen above")
    };
    let next = NextEvent {
        name: "くんれん".into(),
        opens: clock(11, 50),
        from: clock(12, 0),
    };
    assert_eq!(message.next_event, Some(next));
    kiosk.wait_until("12:00");
    kiosk.tap(card(3));
    assert_eq!(kiosk.message(), MessageKind::NotListed);
    assert_eq!(refused(&kiosk), Refusal::NotListed);
    let View::Message(message) = kiosk.view() else {
        unreachable!("seen above")
    };
    assert_eq!(message.next_event, None);
    assert_eq!(entries(&kiosk), 2);
}

#[test]
fn the_persons_cap_is_said() {
    let caps = r#"{"caps":[{"from":"2026-04-01","caps":{"all":{"day":30}}}]}"#;
    let points: TownPoints = serde_json::from_str(caps).unwrap();
    let city = City {
        points,
        ..City::default()
    };
    let mut kiosk = Kiosk::in_city(door(), city);
    kiosk.tap(card(1));
    let done = done(&kiosk);
    assert_eq!((done.points, done.cut.map(|c| c.cap)), (30, Some(30)));
    assert!(
        done.provisional,
        "a cap shared with kiosks that are not heard"
    );
}

#[test]
fn a_number_that_can_be_copied_comes_in_and_is_told_no_balance() {
    let mut kiosk = Kiosk::new(door());
    kiosk.tap(felica(50));
    assert_eq!((done(&kiosk).points, done(&kiosk).balance), (50, None));
    kiosk.wait_until("09:30");
    kiosk.tap(felica(50));
    assert_eq!(left(&kiosk).minutes, None);
}

#[test]
fn without_a_clock_the_event_it_says_is_entered_for_now() {
    let mut kiosk = Kiosk::new(door());
    kiosk.restart(2, 5_000, MORNING, Quality::UNKNOWN);
    kiosk.tap(card(1));
    let entered = done(&kiosk);
    assert!(entered.provisional);
    assert_eq!((entered.points, entered.at), (50, None));
    // The clock comes back: the entry gets its day, and is no second one.
    kiosk.now.clock.quality = NTP;
    kiosk.wait(61_000);
    kiosk.tap(card(1));
    assert_eq!(left(&kiosk).minutes, Some(1));
    assert_eq!(kiosk.folds.total_points(), 50);
}

#[test]
fn without_a_clock_and_without_an_event_staff_are_asked() {
    let mut kiosk = Kiosk::new(door());
    kiosk.restart(2, 5_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    assert_eq!(kiosk.message(), MessageKind::NoEvent);
    let View::Message(message) = kiosk.view() else {
        unreachable!("seen above")
    };
    assert_eq!(message.next_event, None, "no time is promised");
}

#[test]
fn a_restart_forgets_nobody() {
    let mut kiosk = Kiosk::new(door());
    for n in [1, 2] {
        kiosk.tap(card(n));
    }
    kiosk.restart(2, 90_000, MORNING + 120_000, NTP);
    let sign = idle(&kiosk).event.clone().unwrap();
    assert_eq!(sign.places_left, Some(0));
    kiosk.tap(card(1));
    assert!(!left(&kiosk).already);
}

#[test]
fn the_staff_panel_counts() {
    let mut kiosk = Kiosk::new(door());
    for n in [1, 2] {
        kiosk.tap(card(n));
    }
    kiosk.wait_until("09:30");
    kiosk.tap(card(1));
    kiosk.open_panel();
    let View::StaffPanel(panel) = kiosk.view() else {
        panic!("the staff panel expected, found {:?}", kiosk.view())
    };
    let counts = panel.event.clone().unwrap();
    assert_eq!(
        (counts.came, counts.inside, counts.left, counts.capacity),
        (2, 1, 1, Some(2))
    );
    assert_eq!(panel.hand_offs, None);
}
