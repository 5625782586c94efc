//! What is drawn low for whoever sits, on a panel that hangs high.

use std::{cell::RefCell, rc::Rc};

use crate::{
    layout::{faults, finger},
    stage::{Area, LANGUAGES, SIZES, Stage, label_of},
};
use machitap_domain::catalogue::Language;
use machitap_kiosk_core::{Screen, Touch};
use machitap_kiosk_ui::{Mounting, gallery};
use slint::{
    LogicalPosition,
    platform::{PointerEventButton, WindowEvent},
};

const PANEL: (u32, u32) = SIZES[3];
const LOWER: &str = "画面を 低くする";
const RAISE: &str = "画面を もどす";

/// The longest words among the languages, beside those the layouts were made for.
const LONGEST: [(&str, Language); 2] = [LANGUAGES[0], LANGUAGES[5]];

fn area(x: f32, y: f32, w: f32, h: f32) -> Area {
    Area { x, y, w, h }
}

fn high(mounting: Mounting) -> Stage {
    let stage = Stage::new();
    stage.ui.mount(mounting);
    stage.resize(PANEL.0, PANEL.1);
    stage
}

fn idle() -> Screen {
    let found = gallery::views()
        .into_iter()
        .find(|(n, _)| *n == "visit-idle");
    found.expect("it is in the gallery").1
}

fn is_there(stage: &Stage, label: &str) -> bool {
    stage.controls().iter().any(|c| label_of(c) == label)
}

fn holds(mounting: Mounting, low: bool, rooms: &[Area]) {
    let stage = high(mounting);
    let least = finger(PANEL, mounting.inches);
    let mut wrong = Vec::new();
    for (name, screen) in gallery::views() {
        let screen = Screen {
            lowered: low,
            ..screen
        };
        for (code, language) in LONGEST {
            stage.show(&gallery::in_language(&screen, language));
            let faults = faults(&stage, rooms, least);
            wrong.extend(faults.iter().map(|what| format!("{name}.{code}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_view_holds_drawn_low() {
    let (over, below) = (area(0.0, 0.0, 720.0, 830.0), area(0.0, 830.0, 720.0, 450.0));
    holds(gallery::HIGH, true, &[below, over]);
}

#[test]
fn every_view_holds_where_least_is_in_reach() {
    let mounting = Mounting {
        floor_mm: Some(1_100),
        ..gallery::HIGH
    };
    let (over, below) = (
        area(0.0, 0.0, 720.0, 932.0),
        area(62.0, 932.0, 595.0, 348.0),
    );
    holds(mounting, true, &[below, over]);
}

#[test]
fn every_view_holds_on_a_large_upright_panel_before_it_is_lowered() {
    holds(gallery::HIGH, false, &[area(0.0, 0.0, 720.0, 1_280.0)]);
}

#[test]
fn a_city_s_mascot_has_room_beside_the_key_and_over_what_is_low() {
    let (over, below) = (area(0.0, 0.0, 720.0, 830.0), area(0.0, 830.0, 720.0, 450.0));
    let stage = high(gallery::HIGH);
    let [_, (_, sea)] = gallery::looks();
    let screen = gallery::in_look(&idle(), &sea);
    let least = finger(PANEL, gallery::HIGH.inches);
    for (screen, rooms) in [
        (screen.clone(), &[area(0.0, 0.0, 720.0, 1_280.0)][..]),
        (gallery::lowered(&screen), &[below, over]),
    ] {
        stage.show(&screen);
        assert_eq!(faults(&stage, rooms, least), Vec::<String>::new());
    }
}

#[test]
fn the_key_lies_within_reach_and_says_what_it_does() {
    let stage = high(gallery::HIGH);
    let heard: Rc<RefCell<Vec<Touch>>> = Rc::default();
    let ear = heard.clone();
    stage.ui.on_touch(move |touch| ear.borrow_mut().push(touch));
    for (screen, label) in [(idle(), LOWER), (gallery::lowered(&idle()), RAISE)] {
        stage.show(&screen);
        let key = stage.control(label);
        assert!(Area::of(&key).y > 1_280.0 * 0.8, "at the lower edge");
        key.mock_single_click(PointerEventButton::Left);
        key.invoke_accessible_default_action();
        assert_eq!(heard.take(), [Touch::Lower, Touch::Lower]);
    }
    let other = [LOWER, RAISE].map(|label| is_there(&stage, label));
    assert_eq!(other, [false, true]);
}

#[test]
fn nothing_over_it_is_touched() {
    let stage = high(gallery::HIGH);
    let heard: Rc<RefCell<Vec<Touch>>> = Rc::default();
    let ear = heard.clone();
    stage.ui.on_touch(move |touch| ear.borrow_mut().push(touch));
    let views = gallery::views().into_iter();
    for (name, screen) in views.filter(|(name, _)| name.contains("staff-p")) {
        stage.show(&gallery::lowered(&screen));
        for (x, y) in (0..8).flat_map(|x| (0..16).map(move |y| (x, y))) {
            let position = LogicalPosition::new(x as f32 * 90.0 + 45.0, y as f32 * 50.0 + 25.0);
            let button = PointerEventButton::Left;
            for event in [
                WindowEvent::PointerPressed { position, button },
                WindowEvent::PointerReleased { position, button },
            ] {
                stage.ui.window().dispatch_event(event);
            }
        }
        assert_eq!(heard.take(), [], "{name}");
    }
}

#[test]
fn where_all_is_in_reach_or_no_part_is_large_enough_there_is_no_key_and_nothing_moves() {
    let stage = Stage::new();
    for (mounting, (w, h)) in [
        (Mounting::default(), PANEL),
        (
            Mounting {
                floor_mm: Some(700),
                ..gallery::HIGH
            },
            PANEL,
        ),
        (
            Mounting {
                floor_mm: Some(1_100),
                ..Mounting::default()
            },
            SIZES[0],
        ),
    ] {
        stage.ui.mount(mounting);
        stage.resize(w, h);
        stage.show(&idle());
        assert!(!is_there(&stage, LOWER), "{mounting:?}");
        let usual = stage.picture();
        stage.show(&gallery::lowered(&idle()));
        assert!(!is_there(&stage, RAISE), "{mounting:?}");
        assert_eq!(usual.differs(&stage.picture()), 0, "{mounting:?}");
    }
}
