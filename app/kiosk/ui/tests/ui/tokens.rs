//! Colours keep their contrast, measured on the tokens.

use std::collections::BTreeMap;

use crate::stage::light;
use machitap_domain::look::{INKS, Paints};

/// WCAG 2.2, enhanced contrast of text (1.4.6).
const TEXT: f64 = 7.0;
/// WCAG 2.2, contrast of what is not text (1.4.11).
const SHAPE: f64 = 3.0;

fn tokens() -> BTreeMap<&'static str, [u8; 3]> {
    let theme = include_str!("../../ui/theme.slint");
    let mut all = BTreeMap::new();
    for line in theme.lines() {
        let line = line.trim().trim_start_matches("in-");
        let Some(rest) = line.strip_prefix("out property <color> ") else {
            continue;
        };
        let (name, value) = rest.split_once(": #").expect("a colour with its value");
        let value = u32::from_str_radix(value.trim_end_matches(';'), 16).expect("six digits");
        let [_, r, g, b] = value.to_be_bytes();
        all.insert(name, [r, g, b]);
    }
    all
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    light::contrast(light::light(a), light::light(b))
}

#[test]
fn black_on_white_is_21() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
}

#[test]
fn every_ink_is_read_on_its_paper() {
    let t = tokens();
    let mut pairs = vec![
        ("ink", "paper"),
        ("ink", "surface"),
        ("ink", "primary-tint"),
        ("ink-soft", "paper"),
        ("ink-soft", "surface"),
        ("primary", "paper"),
        ("primary", "surface"),
        ("on-primary", "primary-pressed"),
        ("on-warn", "paper"),
    ];
    let own: Vec<_> = t
        .keys()
        .filter_map(|on| Some((*on, on.strip_prefix("on-")?)))
        .collect();
    assert!(own.len() >= 7, "each coloured paper has an ink");
    pairs.extend(own);
    for (ink, paper) in pairs {
        let c = contrast(t[ink], t[paper]);
        assert!(c >= TEXT, "{ink} on {paper}: {c:.2}");
    }
}

#[test]
fn every_edge_of_a_control_is_seen() {
    let t = tokens();
    for (edge, paper) in [
        ("outline", "paper"),
        ("outline", "surface"),
        ("primary", "primary-tint"),
    ] {
        let c = contrast(t[edge], t[paper]);
        assert!(c >= SHAPE, "{edge} on {paper}: {c:.2}");
    }
}

#[test]
fn the_house_that_a_citys_colours_are_measured_with_is_the_one_drawn() {
    let t = tokens();
    let house = Paints::HOUSE;
    let paints = [
        ("paper", house.paper),
        ("line", house.line),
        ("primary", house.primary),
        ("primary-pressed", house.primary_pressed),
        ("primary-tint", house.primary_tint),
        ("on-primary-tint", house.on_primary_tint),
    ];
    let inks = INKS.map(|(name, ink, _)| (name, ink));
    for (name, colour) in paints.into_iter().chain(inks) {
        assert_eq!(t[name], colour.rgb(), "{name}");
    }
}
