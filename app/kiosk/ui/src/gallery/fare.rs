//! The bus: one class for one second.

use machitap_domain::fare::rules::{Chime, Colour, Shape};
use machitap_kiosk_core::view::{Badge, FareTold, Idle, Screen, ServiceKind, View};

use super::{EVENING, screen, trusted};

const BUS: &str = "みなと循環バス 1号車";

fn told(name: &str, colour: Colour, shape: Shape, again: bool) -> View {
    View::Fare(FareTold {
        name: name.into(),
        colour,
        shape,
        chime: Chime::One,
        again,
    })
}

fn idle() -> View {
    View::Idle(Idle {
        service: ServiceKind::Fare,
        notices: Vec::new(),
        boards: Vec::new(),
        boards_as_of: None,
        points: 0,
        event: None,
        draw: None,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let at = |badges: &[Badge], view| screen(BUS, trusted(EVENING), badges, view);
    vec![
        ("fare-idle", at(&[], idle())),
        ("fare-idle-old", at(&[Badge::OldFares { days: 3 }], idle())),
        ("fare-idle-none", at(&[Badge::NoFares], idle())),
        (
            "fare-free",
            at(&[], told("無料", Colour::Green, Shape::Circle, false)),
        ),
        (
            "fare-half",
            at(&[], told("半額", Colour::Blue, Shape::Triangle, false)),
        ),
        (
            "fare-again",
            at(&[], told("半額", Colour::Blue, Shape::Triangle, true)),
        ),
        (
            "fare-full",
            at(&[], told("通常運賃", Colour::Grey, Shape::Bar, false)),
        ),
        (
            "fare-hundred",
            at(&[], told("100円", Colour::Yellow, Shape::Star, false)),
        ),
        (
            "fare-long",
            at(
                &[],
                told(
                    "高齢者・障がい者 おでかけ応援 定額運賃",
                    Colour::Purple,
                    Shape::Diamond,
                    true,
                ),
            ),
        ),
        (
            "fare-child",
            at(&[], told("こども", Colour::Orange, Shape::Square, false)),
        ),
    ]
}
