//! Every view in every language holds on every panel.

use crate::stage::{Area, LANGUAGES, SIZES, Stage, label_of};
use machitap_domain::preferences::TextSize;
use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::gallery;

/// The least a control measures, millimetres, on the panel the tokens assume.
const FINGER_MM: f32 = 20.0;
const PANEL_INCHES: f32 = 10.1;
/// Dead space between two controls, as part of a finger.
const DEAD: f32 = 0.09;

/// A finger in pixels.
pub(crate) fn finger((width, height): (u32, u32), inches: f32) -> f32 {
    (width as f32).hypot(height as f32) / inches * FINGER_MM / 25.4
}

/// What does not hold of what is shown. Texts stand in one of the rooms, controls in the first.
pub(crate) fn faults(stage: &Stage, rooms: &[Area], least: f32) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(what);
    let has_room = |area: &Area| rooms.iter().any(|room| area.within(room));
    for element in stage.accessible() {
        let (label, area) = (label_of(&element), Area::of(&element));
        if !has_room(&area) {
            say(format!("{label:?} leaves the window"));
        }
        if !label.is_empty() && (area.w < 1.0 || area.h < 1.0) {
            say(format!("{label:?} has no room"));
        }
    }
    let texts: Vec<_> = stage
        .texts()
        .iter()
        .map(|t| (label_of(t), Area::of(t)))
        .collect();
    for (i, (text, area)) in texts.iter().enumerate() {
        if !has_room(area) {
            say(format!("text {text:?} leaves the window: {area:?}"));
        }
        for (other, there) in &texts[..i] {
            if area.apart(there) < -1.0 {
                say(format!("texts {text:?} and {other:?} overlap"));
            }
        }
    }
    let controls: Vec<_> = stage
        .controls()
        .iter()
        .map(|c| (label_of(c), Area::of(c)))
        .collect();
    for (i, (label, area)) in controls.iter().enumerate() {
        if !area.within(&rooms[0]) {
            say(format!("{label:?} is out of reach: {area:?}"));
        }
        if area.w < least || area.h < least {
            say(format!("{label:?} is smaller than {least} px: {area:?}"));
        }
        for (other, there) in &controls[..i] {
            if area.apart(there) < least * DEAD {
                say(format!("{label:?} and {other:?} stand too close"));
            }
        }
        for (text, there) in &texts {
            if area.apart(there) < -1.0 && !there.within(area) {
                say(format!("text {text:?} crosses the edge of {label:?}"));
            }
        }
    }
    wrong
}

fn holds(size: usize, screens: Vec<(&'static str, Screen)>) {
    let (w, h) = SIZES[size];
    let stage = Stage::new();
    stage.resize(w, h);
    let window = Area {
        x: 0.0,
        y: 0.0,
        w: w as f32,
        h: h as f32,
    };
    let least = finger((w, h), PANEL_INCHES);
    let mut wrong = Vec::new();
    for (name, screen) in screens {
        for (code, language) in LANGUAGES {
            stage.show(&gallery::in_language(&screen, language));
            let mut say = |what: String| wrong.push(format!("{name}.{code}.{w}x{h}: {what}"));

            if stage.picture().marked() < (w * h) as usize / 100 {
                say("next to nothing is drawn".into());
            }
            faults(&stage, &[window], least).into_iter().for_each(say);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What whoever chose larger text sees, in both sizes.
fn in_large_text() -> Vec<(&'static str, Screen)> {
    let served = gallery::views()
        .into_iter()
        .filter(|(_, s)| gallery::is_served(&s.view));
    served
        .flat_map(|(name, screen)| {
            [TextSize::Large, TextSize::Largest]
                .map(|size| (name, gallery::in_text_size(&screen, size)))
        })
        .collect()
}

#[test]
fn every_view_holds_on_1280x800() {
    holds(0, gallery::views());
}

#[test]
fn every_view_holds_on_1024x600() {
    holds(1, gallery::views());
}

#[test]
fn every_view_holds_on_800x480() {
    holds(2, gallery::views());
}

#[test]
fn every_view_holds_on_720x1280() {
    holds(3, gallery::views());
}

#[test]
fn twenty_millimetres_are_118_pixels_on_the_ten_inch_panel() {
    assert_eq!(finger((1280, 800), PANEL_INCHES).ceil(), 118.0);
}

#[test]
fn what_a_resident_sees_holds_in_large_text_on_1280x800() {
    holds(0, in_large_text());
}

#[test]
fn what_a_resident_sees_holds_in_large_text_on_1024x600() {
    holds(1, in_large_text());
}

#[test]
fn what_a_resident_sees_holds_in_large_text_on_800x480() {
    holds(2, in_large_text());
}

#[test]
fn what_a_resident_sees_holds_in_large_text_on_720x1280() {
    holds(3, in_large_text());
}
