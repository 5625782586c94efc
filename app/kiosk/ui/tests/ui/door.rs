//! What the nursery's door must say, and must not.

use crate::stage::{LANGUAGES, SIZES, Stage, label_of};
use machitap_kiosk_core::{Screen, View, view::MessageKind};
use machitap_kiosk_ui::gallery;

fn view(name: &str) -> Screen {
    let found = gallery::views().into_iter().find(|(n, _)| *n == name);
    found.expect("it is in the gallery").1
}

/// All that is said on the screen, in its order.
fn said(stage: &Stage) -> Vec<String> {
    let all = stage.accessible();
    all.iter()
        .map(label_of)
        .filter(|label| !label.is_empty())
        .collect()
}

#[test]
fn the_price_is_said_before_it_is_confirmed() {
    let stage = Stage::new();
    for (name, wanted) in [
        ("price-none", &["延長料金 なし"][..]),
        ("price-soon", &["延長料金 なし", "18:00 から 200円"]),
        (
            "price-now",
            &["延長料金", "200円", "18:30 から 400円", "100円"],
        ),
        (
            "price-waiting-pays",
            &[
                "9:00 まで 待ちますか？",
                "9:00 から 0円",
                "いま 記録すると 100円",
            ],
        ),
        (
            "price-at-handover",
            &["200円", "料金は 引き渡しの\n時刻で 決まります"],
        ),
        (
            "price-unsettled",
            &["時計が 不確かなので\n料金は 職員が\n確認します"],
        ),
    ] {
        for (w, h) in SIZES {
            stage.resize(w, h);
            stage.show(&view(name));
            let said = said(&stage);
            for line in wanted {
                assert!(
                    said.iter().any(|s| s == line),
                    "{name} {w}x{h}: {line:?} in {said:?}"
                );
            }
        }
    }
}

#[test]
fn no_amount_is_named_that_nobody_vouches_for() {
    let stage = Stage::new();
    for name in ["price-unsettled", "price-no-clock", "household-in"] {
        stage.show(&view(name));
        for line in said(&stage) {
            assert!(
                !line.contains('円') && !line.contains("なし"),
                "{name}: {line:?}"
            );
        }
    }
}

#[test]
fn whoever_waits_for_a_teacher_learns_nothing() {
    let stage = Stage::new();
    let mut screen = view("message-please-wait");
    for (_, language) in LANGUAGES {
        screen = gallery::in_language(&screen, language);
        let View::Message(message) = &mut screen.view else {
            panic!("a message");
        };
        assert_eq!(message.kind, MessageKind::PleaseWait);
        message.contact = "0880-00-0000".into();
        stage.show(&screen);
        let calm = stage.picture();
        let said = said(&stage);
        assert!(!said.iter().any(|s| s.contains("0880")), "{said:?}");
        let View::Message(message) = &mut screen.view else {
            panic!("a message");
        };
        message.contact = String::new();
        stage.show(&screen);
        assert_eq!(calm.differs(&stage.picture()), 0, "whoever is to be called");
    }
}

#[test]
fn what_comes_after_the_drop_off_says_that_it_counts_already() {
    let stage = Stage::new();
    for name in ["notice", "notice-long", "question", "question-long"] {
        for (w, h) in SIZES {
            stage.resize(w, h);
            stage.show(&view(name));
            let said = said(&stage);
            assert!(said.iter().any(|s| s == "記録しました"), "{name}: {said:?}");
        }
    }
}

#[test]
fn a_household_sees_the_time_and_that_the_link_rests() {
    let stage = Stage::new();
    for name in ["price-at-handover", "nursery-done-fee-many"] {
        stage.show(&view(name));
        let said = said(&stage);
        assert!(said.iter().any(|s| s == "18:12"), "{name}: {said:?}");
        assert!(
            said.iter().any(|s| s.contains("12 件 待ち")),
            "{name}: {said:?}"
        );
    }
}

#[test]
fn at_most_one_button_is_filled() {
    /// `Palette.primary` and what stands on it.
    const FILLED: (u8, u8, u8) = (0x0a, 0x5a, 0x4c);
    let stage = Stage::new();
    for (name, screen) in gallery::views() {
        stage.show(&screen);
        let picture = stage.picture();
        let filled = stage.controls().into_iter().filter(|control| {
            let (at, size) = (control.absolute_position(), control.size());
            // Inside the edge, where no word stands.
            let (x, y) = (at.x + size.width / 2.0, at.y + size.height - 12.0);
            let pixel = picture.at(x as u32, y as u32);
            (pixel.r, pixel.g, pixel.b) == FILLED
        });
        let labels: Vec<_> = filled.map(|c| label_of(&c)).collect();
        assert!(labels.len() <= 1, "{name}: {labels:?}");
    }
}
