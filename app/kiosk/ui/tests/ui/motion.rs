//! What moves, and that it comes to rest.

use std::time::Duration;

use crate::stage::{Area, SIZES, Stage, label_of};
use machitap_domain::{catalogue::Language, preferences::TextSize};
use machitap_kiosk_core::{Screen, View};
use machitap_kiosk_ui::gallery;

fn view(name: &str) -> Screen {
    let found = gallery::views().into_iter().find(|(n, _)| *n == name);
    found.expect("it is in the gallery").1
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn the_ring_of_a_household_runs_out() {
    let stage = Stage::new();
    stage.show(&view("household-in"));
    let whole = stage.picture();
    stage.pass(ms(2_000));
    let part = stage.picture();
    stage.pass(ms(4_000));
    let gone = stage.picture();
    assert!(whole.differs(&part) > 500, "two of five seconds show");
    assert!(part.differs(&gone) > 500, "and the rest does");
    stage.pass(ms(1_000));
    assert_eq!(gone.differs(&stage.picture()), 0, "then nothing is drawn");
}

#[test]
fn a_new_view_starts_its_ring_anew_and_a_minute_of_the_clock_does_not() {
    let stage = Stage::new();
    let mut screen = view("household-in");
    stage.show(&screen);
    let seconds = || {
        let all = stage.accessible();
        let ring = all.iter().find(|e| label_of(e) == "のこり時間");
        ring.and_then(|r| r.accessible_value()).map(String::from)
    };
    assert_eq!(seconds().as_deref(), Some("5"));
    stage.pass(ms(2_100));
    assert_eq!(seconds().as_deref(), Some("3"));
    screen.header.clock.time.as_mut().expect("a time").minute += 1;
    stage.show(&screen);
    assert_eq!(seconds().as_deref(), Some("3"), "the clock is no touch");
    let View::Household(household) = &mut screen.view else {
        panic!("a household");
    };
    household.children.pop();
    stage.show(&screen);
    assert_eq!(seconds().as_deref(), Some("5"), "another view is");
}

#[test]
fn a_question_runs_out_and_a_choice_about_money_waits() {
    let stage = Stage::new();
    stage.show(&view("question"));
    let whole = stage.picture();
    stage.pass(ms(8_000));
    assert!(whole.differs(&stage.picture()) > 500, "its ring runs");
    for name in ["price-waiting-pays", "notice"] {
        stage.show(&view(name));
        let shown = stage.picture();
        stage.pass(ms(8_000));
        assert_eq!(shown.differs(&stage.picture()), 0, "{name} hurries nobody");
        assert!(!stage.ui.window().has_active_animations());
    }
}

#[test]
fn undo_counts_its_seconds_down_and_goes() {
    let stage = Stage::new();
    stage.show(&view("visit-done"));
    stage.control("まちがえたとき：とりけす（あと58秒）");
    stage.pass(ms(10_000));
    stage.control("まちがえたとき：とりけす（あと48秒）");
    for _ in 0..50 {
        stage.pass(ms(1_000));
    }
    assert!(stage.controls().is_empty());
}

#[test]
fn the_idle_card_glides_and_rests() {
    let stage = Stage::new();
    stage.show(&view("nursery-idle"));
    let rest = stage.picture();
    stage.pass(ms(9_000));
    assert_eq!(rest.differs(&stage.picture()), 0, "at rest nothing moves");
    assert!(!stage.ui.window().has_active_animations());
    stage.pass(ms(1_000));
    let before = stage.picture();
    stage.pass(ms(300));
    assert!(before.differs(&stage.picture()) > 1_000, "it is on its way");
    assert!(stage.ui.window().has_active_animations());
    stage.pass(ms(500));
    let near = stage.picture();
    assert!(rest.differs(&near) > 5_000, "the card lies on the reader");
    assert!(
        !stage.ui.window().has_active_animations(),
        "and rests there"
    );
    stage.pass(ms(1_000));
    assert_eq!(near.differs(&stage.picture()), 0);
    stage.pass(ms(700));
    let _going = stage.picture();
    stage.pass(ms(700));
    assert_eq!(rest.differs(&stage.picture()), 0, "and is back");
}

/// The samples lie so that each part of a cycle has its turn.
const SAMPLES: u32 = 75;
const BETWEEN: u64 = 490;

/// How many of the samples find something moving.
fn moving(stage: &Stage) -> u32 {
    // Only what is drawn moves: an animation nobody looks at does not run.
    (0..SAMPLES)
        .filter(|_| {
            stage.pass(ms(BETWEEN));
            stage.picture();
            stage.ui.window().has_active_animations()
        })
        .count()
        .try_into()
        .expect("a few")
}

#[test]
fn an_idle_kiosk_rests_most_of_the_time() {
    let stage = Stage::new();
    stage.resize(480, 320);
    for name in ["nursery-idle", "visit-idle"] {
        stage.show(&view(name));
        let moving = moving(&stage);
        assert!(moving > 0, "{name}: it shows where the card goes");
        assert!(moving * 7 <= SAMPLES, "{name}: {moving} of {SAMPLES} move");
    }
}

#[test]
fn with_reduced_motion_the_card_lies_still_on_the_reader() {
    let stage = Stage::new();
    stage.resize(480, 320);
    stage.show(&view("visit-idle-plain"));
    let away = stage.picture();
    stage.ui.reduce_motion(true);
    stage.pass(ms(100));
    let near = stage.picture();
    assert!(away.differs(&near) > 500, "at once, without a move");
    assert_eq!(moving(&stage), 0);
    assert_eq!(near.differs(&stage.picture()), 0);
}

#[test]
fn whoever_wants_nothing_to_move_has_the_capsule_lying_there_at_once() {
    let stage = Stage::new();
    let falling = view("draw-capsule");
    let still = machitap_kiosk_core::Screen {
        motion: false,
        ..falling.clone()
    };
    stage.show(&still);
    let lies = stage.picture();
    stage.pass(ms(3_000));
    assert_eq!(lies.differs(&stage.picture()), 0);
    // Whoever comes next sees it fall.
    stage.show(&view("undone"));
    stage.show(&falling);
    assert!(lies.differs(&stage.picture()) > 100);
    stage.pass(ms(3_000));
    assert_eq!(lies.differs(&stage.picture()), 0);
}

#[test]
fn points_fly_to_the_balance_once() {
    let stage = Stage::new();
    // Without undo, for its seconds are drawn, too.
    let mut screen = view("visit-done");
    let View::VisitDone(done) = &mut screen.view else {
        panic!("a visit");
    };
    done.undo = None;
    stage.show(&screen);
    stage.pass(ms(900));
    let flying = stage.picture();
    assert!(stage.ui.window().has_active_animations());
    stage.pass(ms(1_200));
    let landed = stage.picture();
    assert!(flying.differs(&landed) > 500, "coins are on their way");
    assert!(!stage.ui.window().has_active_animations());
    stage.pass(ms(2_000));
    assert_eq!(landed.differs(&stage.picture()), 0, "and do not come again");
    // Who was told of it already has gained nothing.
    stage.show(&view("visit-idle"));
    stage.show(&view("visit-done-already"));
    stage.pass(ms(900));
    assert!(!stage.ui.window().has_active_animations(), "no second gain");
}

/// How much of a bar's middle line is filled.
fn filled(stage: &Stage) -> f32 {
    let all = stage.accessible();
    let mut bars = all
        .iter()
        .filter(|e| label_of(e).starts_with("6,290 / 10,000"));
    let area = Area::of(bars.next().expect("a goal's bar"));
    let picture = stage.picture();
    let at = |x: u32| picture.colour(area.x as u32 + x, (area.y + area.h * 0.2) as u32);
    let width = area.w as u32;
    let full = (0..width).filter(|x| at(*x) == at(width / 20)).count();
    full as f32 / area.w
}

#[test]
fn a_goals_bar_grows_to_what_its_number_says() {
    let stage = Stage::new();
    for (w, h) in SIZES {
        stage.resize(w, h);
        stage.show(&view("visit-idle"));
        stage.show(&view("own-spent-gift"));
        let before = filled(&stage);
        stage.pass(ms(1_500));
        let after = filled(&stage);
        assert!((after - 0.62).abs() < 0.015, "{w}x{h}: {after}");
        assert!(before < after, "{w}x{h}: a gift is seen to arrive");
    }
}

#[test]
fn larger_text_is_larger_and_ends_with_whom_it_was_for() {
    let stage = Stage::new();
    let own = view("own-held");
    stage.show(&own);
    let normal = stage.picture();
    stage.show(&gallery::in_text_size(&own, TextSize::Largest));
    assert!(normal.differs(&stage.picture()) > 5_000);
    stage.show(&own);
    assert_eq!(normal.differs(&stage.picture()), 0);
}

#[test]
fn the_language_changes_while_the_screen_stands() {
    let stage = Stage::new();
    let idle = view("visit-idle");
    stage.show(&idle);
    let ja = stage.picture();
    stage.show(&gallery::in_language(&idle, Language::En));
    assert!(ja.differs(&stage.picture()) > 5_000);
    stage.show(&idle);
    assert_eq!(ja.differs(&stage.picture()), 0);
}

#[test]
fn notices_take_turns() {
    let stage = Stage::new();
    let mut screen = view("visit-idle-plain");
    let View::Idle(idle) = &mut screen.view else {
        panic!("an idle view");
    };
    idle.notices = vec!["ひとつめ".into(), "ふたつめ".into()];
    stage.show(&screen);
    let shown = |text: &str| stage.accessible().iter().any(|e| label_of(e) == text);
    assert!(shown("ひとつめ") && !shown("ふたつめ"));
    stage.pass(ms(9_100));
    assert!(shown("ふたつめ") && !shown("ひとつめ"));
    stage.pass(ms(9_100));
    assert!(shown("ひとつめ"));
}
