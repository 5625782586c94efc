//! A city's look comes with its catalogue and goes with it.

use std::{collections::BTreeMap, sync::Arc};

use crate::stage::{Picture, Stage};
use machitap_domain::look::{Colours, Look};
use machitap_kiosk_ui::gallery;

fn shown(stage: &Stage, name: &str, look: &Arc<Look>) -> Picture {
    let views: BTreeMap<_, _> = gallery::views().into_iter().collect();
    stage.show(&gallery::in_look(&views[name], look));
    stage.picture()
}

/// The part of the pixels that differ.
fn changed(a: &Picture, b: &Picture) -> f64 {
    let (width, height) = a.size();
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let differ = all.filter(|(x, y)| a.colour(*x, *y) != b.colour(*x, *y));
    differ.count() as f64 / f64::from(width * height)
}

#[test]
fn a_city_has_its_colours_and_the_house_comes_back() {
    let stage = Stage::new();
    let [(_, house), (_, sea)] = gallery::looks();
    let before = shown(&stage, "visit-idle-plain", &house);
    let city = shown(&stage, "visit-idle-plain", &sea);
    assert_eq!(city.colour(2, 400), [0xED, 0xF5, 0xFA], "the ground");
    assert!(changed(&before, &city) > 0.5);
    // Going back leaves nothing of it: crest, mascot and reader are the house's again.
    let after = shown(&stage, "visit-idle-plain", &house);
    assert!(changed(&before, &after) < 1e-9);
}

#[test]
fn crest_and_mascot_are_there_without_the_colours() {
    let stage = Stage::new();
    let [(_, house), (_, sea)] = gallery::looks();
    for view in ["visit-idle-plain", "visit-done"] {
        let bare = shown(&stage, view, &house);
        let with = |crest: bool, mascot: bool| {
            let look = Look {
                colours: Colours::default(),
                crest: sea.crest.clone().filter(|_| crest),
                mascot: sea.mascot.clone().filter(|_| mascot),
            };
            changed(&bare, &shown(&stage, view, &Arc::new(look)))
        };
        assert!(with(true, false) > 1e-3, "{view}: no crest");
        assert!(with(false, true) > 5e-3, "{view}: no mascot");
    }
}
