//! A terminal on its way to being a kiosk.

use machitap_kiosk_core::view::{Enrol, EnrolStep, EnrolTold, Screen, View};

const ADDRESS: &str = "mqtt.minato.example.jp:8884";

fn step(step: EnrolStep) -> Screen {
    Screen::bare(View::Enrol(Enrol {
        step,
        address: ADDRESS.into(),
    }))
}

fn code(digits: &[u8], told: Option<EnrolTold>) -> Screen {
    step(EnrolStep::Code {
        digits: digits.into(),
        told,
    })
}

fn done(place: &str, clock_off: bool) -> Screen {
    step(EnrolStep::Done {
        kiosk: "hall-1".parse().expect("a kiosk's id"),
        place: place.into(),
        clock_off,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let told = |told| code(&[], Some(told));
    let slip = &[4, 8, 2, 1, 0, 9, 3, 7, 1, 1, 2, 6];
    let wanted = "nursery-1".parse().expect("a kiosk's id");
    vec![
        ("enrol-code", code(&[], None)),
        ("enrol-code-typed", code(&slip[..7], None)),
        ("enrol-slip", code(slip, Some(EnrolTold::Slip))),
        ("enrol-wrong", told(EnrolTold::Wrong { tries_left: 4 })),
        ("enrol-unknown", told(EnrolTold::Unknown)),
        ("enrol-used", told(EnrolTold::Used)),
        ("enrol-over", told(EnrolTold::Over)),
        ("enrol-spent", told(EnrolTold::Spent)),
        ("enrol-other", told(EnrolTold::OtherJournal { wanted })),
        ("enrol-no-answer", told(EnrolTold::NoAnswer)),
        ("enrol-unable", told(EnrolTold::Unable)),
        ("enrol-cannot-keep", told(EnrolTold::CannotKeep)),
        ("enrol-revoked", told(EnrolTold::Revoked)),
        ("enrol-asking", step(EnrolStep::Asking)),
        ("enrol-done", done(super::HALL.0, false)),
        ("enrol-done-clock", done(super::LONG.0, true)),
    ]
}
