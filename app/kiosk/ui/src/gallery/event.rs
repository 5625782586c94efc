//! An event's door, and a reception.

use machitap_kiosk_core::view::{
    Announced, EventCounts, EventDone, EventDoor, EventLeft, EventSign, HandOffs, Idle, Message,
    MessageKind, NextEvent, Remaining, Screen, ServiceKind, StaffPanel, View, WallTime,
};

use super::{CONTACT, EVENING, HALL, LONG, screen, trusted};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};
const NAME: &str = "いきいき 健康 体操";
const LONG_NAME: &str = "みなと子どもまつり 2026 ― 海と 山の ふしぎな 科学 じっけん 教室";
const CLINIC: &str = "みなと 診療所";

const fn at(hour: u8, minute: u8) -> WallTime {
    WallTime {
        hour,
        minute,
        ..EVENING
    }
}

fn idle(service: ServiceKind, event: Option<EventSign>) -> View {
    View::Idle(Idle {
        service,
        notices: Vec::new(),
        boards: Vec::new(),
        boards_as_of: None,
        points: 0,
        event,
        draw: None,
    })
}

fn sign(name: &str, door: EventDoor, places_left: Option<u32>, listed_only: bool) -> View {
    let event = EventSign {
        name: name.into(),
        from: at(18, 0),
        until: at(19, 30),
        door,
        places_left,
        listed_only,
    };
    idle(ServiceKind::Event, Some(event))
}

fn done(name: &str, points: u32, already: bool) -> EventDone {
    EventDone {
        name: name.into(),
        at: Some(at(17, 5)),
        points,
        cut: None,
        provisional: false,
        balance: (points > 0).then_some(530),
        tap_to_leave: false,
        already,
        undo: Some(UNDO),
    }
}

fn message(kind: MessageKind, next: Option<&str>) -> View {
    View::Message(Message {
        kind,
        contact: CONTACT.into(),
        next_event: next.map(|name| NextEvent {
            name: name.into(),
            opens: at(17, 30),
            from: at(18, 0),
        }),
    })
}

fn panel(event: Option<EventCounts>, hand_offs: Option<HandOffs>) -> View {
    View::StaffPanel(StaffPanel {
        who: "佐藤 みどり".to_owned().into(),
        here: None,
        expected: 0,
        helping: false,
        prizes: false,
        event,
        hand_offs,
        roster_days: Some(0),
        connected: true,
        pending: 0,
        facts: 48_215,
        software: "0.1.0".into(),
        desk: None,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let hall = |view| screen(HALL.0, trusted(EVENING), &[], view);
    let clinic = |view| screen(CLINIC, trusted(EVENING), &[], view);
    let counts = EventCounts {
        name: NAME.into(),
        came: 28,
        inside: 21,
        left: 7,
        capacity: Some(30),
    };
    let provisional = EventDone {
        provisional: true,
        tap_to_leave: true,
        ..done(LONG_NAME, 1_000, false)
    };
    vec![
        (
            "event-idle",
            hall(sign(NAME, EventDoor::Open, Some(12), false)),
        ),
        (
            "event-idle-later",
            hall(sign(NAME, EventDoor::OpensAt(at(17, 45)), None, true)),
        ),
        (
            "event-idle-full",
            screen(
                LONG.0,
                trusted(EVENING),
                &[],
                sign(LONG_NAME, EventDoor::Full, Some(0), true),
            ),
        ),
        ("event-idle-none", hall(idle(ServiceKind::Event, None))),
        ("event-done", hall(View::EventDone(done(NAME, 20, false)))),
        ("event-done-long", hall(View::EventDone(provisional))),
        (
            "event-done-already",
            hall(View::EventDone(done(NAME, 20, true))),
        ),
        (
            "event-left",
            hall(View::EventLeft(EventLeft {
                name: NAME.into(),
                minutes: Some(85),
                already: false,
                undo: Some(UNDO),
            })),
        ),
        (
            "message-no-event",
            hall(message(MessageKind::NoEvent, Some(NAME))),
        ),
        (
            "message-no-event-at-all",
            hall(message(MessageKind::NoEvent, None)),
        ),
        (
            "message-event-full",
            hall(message(MessageKind::EventFull, Some(LONG_NAME))),
        ),
        (
            "message-not-listed",
            hall(message(MessageKind::NotListed, None)),
        ),
        ("staff-panel-event", hall(panel(Some(counts), None))),
        ("reception-idle", clinic(idle(ServiceKind::Reception, None))),
        (
            "reception-announced",
            clinic(View::Announced(Announced {
                queue: 7,
                already: false,
                undo: Some(UNDO),
            })),
        ),
        (
            "reception-already",
            clinic(View::Announced(Announced {
                queue: 128,
                already: true,
                undo: None,
            })),
        ),
        (
            "message-not-linked",
            clinic(message(MessageKind::NotLinked, None)),
        ),
        (
            "staff-panel-reception",
            clinic(panel(
                None,
                Some(HandOffs {
                    waiting: 2,
                    missed: 1,
                }),
            )),
        ),
    ]
}
