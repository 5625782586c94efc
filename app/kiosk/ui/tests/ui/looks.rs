//! What the pixels say: words stand out from their ground, keys from theirs, and no state is
//! told by colour alone.

use std::collections::BTreeMap;

use crate::stage::{
    Area, Picture, Stage, label_of,
    light::{Light, contrast, light},
};
use machitap_kiosk_ui::gallery;

/// WCAG 2.2, 1.4.6.
const TEXT: f64 = 7.0;
/// WCAG 2.2, 1.4.11.
const SHAPE: f64 = 3.0;
/// A colour of fewer pixels is the edge of a letter.
const INK: usize = 3;

/// How often each colour stands in that box.
fn colours(picture: &Picture, area: &Area) -> BTreeMap<[u8; 3], usize> {
    let (width, height) = picture.size();
    let end = |at: f32, most: u32| (at.max(0.0).ceil() as u32).min(most);
    let mut all = BTreeMap::new();
    for y in end(area.y.floor(), height)..end(area.y + area.h, height) {
        for x in end(area.x.floor(), width)..end(area.x + area.w, width) {
            *all.entry(picture.colour(x, y)).or_default() += 1;
        }
    }
    all
}

/// The best contrast of a word in that box to its ground; `None` where nothing is drawn.
fn read(picture: &Picture, area: &Area) -> Option<f64> {
    let all = colours(picture, area);
    let (ground, _) = all.iter().max_by_key(|(_, n)| **n)?;
    let inks = all.iter().filter(|(c, n)| **n >= INK && *c != ground);
    inks.map(|(ink, _)| contrast(light(*ink), light(*ground)))
        .max_by(f64::total_cmp)
}

fn all_is_read_and_seen(look: usize) {
    let stage = Stage::new();
    let mut wrong = Vec::new();
    let mut words = 0;
    let (of, look) = &gallery::looks()[look];
    for (name, screen) in gallery::views() {
        stage.show(&gallery::in_look(&screen, look));
        let picture = stage.picture();
        for text in stage.texts() {
            let (label, area) = (label_of(&text), Area::of(&text));
            if label.trim().is_empty() || area.w < 4.0 || area.h < 4.0 {
                continue;
            }
            words += 1;
            match read(&picture, &area) {
                Some(found) if found >= TEXT => {}
                found => wrong.push(format!("{name} ({of}): {label:?} {found:?}")),
            }
        }
        for key in stage.controls() {
            let area = Area::of(&key);
            let y = (area.y + area.h / 2.0) as u32;
            let outside = light(picture.colour((area.x - 3.0).max(0.0) as u32, y));
            let seen = (0..12)
                .map(|x| {
                    contrast(
                        light(picture.colour((area.x + x as f32) as u32, y)),
                        outside,
                    )
                })
                .fold(1.0, f64::max);
            if seen < SHAPE {
                let key = label_of(&key);
                wrong.push(format!("{name} ({of}): key {key:?} {seen:.1}"));
            }
        }
    }
    assert!(words > 2_000, "only {words} words were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_word_is_read_and_every_key_is_seen() {
    all_is_read_and_seen(0);
}

#[test]
fn every_word_is_read_and_every_key_is_seen_in_a_citys_look() {
    all_is_read_and_seen(1);
}

/// What an eye without one kind of cones makes of a light; the matrices of Viénot, Brettel and
/// Mollon (1999, for the first two) and of Machado et al. (2009, for the third), on linear RGB.
const EYES: [(&str, [Light; 3]); 4] = [
    (
        "protanopia",
        [
            [0.11238, 0.88762, 0.0],
            [0.11238, 0.88762, 0.0],
            [0.00401, -0.00401, 1.0],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.29275, 0.70725, 0.0],
            [0.29275, 0.70725, 0.0],
            [-0.02234, 0.02234, 1.0],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
    ("no colour", [[0.2126, 0.7152, 0.0722]; 3]),
];

fn seen_by(eye: &[Light; 3], light: Light) -> Light {
    eye.map(|row| {
        let sum: f64 = row.iter().zip(light).map(|(m, l)| m * l).sum();
        sum.clamp(0.0, 1.0)
    })
}

/// The part of the picture that the eye sees clearly lighter or darker in the other.
fn apart(eye: &[Light; 3], a: &Picture, b: &Picture) -> f64 {
    let (width, height) = a.size();
    let mut differ = 0;
    for y in 0..height {
        for x in 0..width {
            let [a, b] = [a, b].map(|p| seen_by(eye, light(p.colour(x, y))));
            differ += u32::from(contrast(a, b) >= 1.5);
        }
    }
    f64::from(differ) / f64::from(width * height)
}

#[test]
fn no_state_is_told_by_colour_alone() {
    let stage = Stage::new();
    let views: BTreeMap<_, _> = gallery::views().into_iter().collect();
    let states: [&[&str]; 3] = [
        &[
            "fare-full",
            "fare-half",
            "fare-free",
            "fare-child",
            "fare-hundred",
        ],
        &["nursery-done-in", "nursery-done-out"],
        &["event-done", "event-left", "message-event-full"],
    ];
    for group in states {
        let pictures: Vec<_> = group
            .iter()
            .map(|name| {
                let screen = views.get(name).unwrap_or_else(|| panic!("no view {name}"));
                stage.show(screen);
                (name, stage.picture())
            })
            .collect();
        for (i, (one, a)) in pictures.iter().enumerate() {
            for (other, b) in &pictures[..i] {
                for (eye, matrix) in &EYES {
                    let part = apart(matrix, a, b);
                    assert!(
                        part > 0.02,
                        "{eye}: {one} and {other}: {:.3} %",
                        part * 100.0
                    );
                }
            }
        }
    }
}

#[test]
fn an_eye_without_green_takes_this_red_for_this_green() {
    let [red, green] = [[163, 112, 0], [112, 128, 0]].map(light);
    let (_, deutan) = EYES[1];
    assert!(contrast(seen_by(&deutan, red), seen_by(&deutan, green)) < 1.1);
}
