//! What the staff's pages keep while they stand, and what they never do.

use crate::stage::{Area, SIZES, Stage, label_of};
use i_slint_backend_testing::AccessibleRole;
use machitap_domain::catalogue::Language;
use machitap_kiosk_core::{Screen, View};
use machitap_kiosk_ui::gallery;
use slint::platform::PointerEventButton;

fn view(name: &str) -> Screen {
    let found = gallery::views().into_iter().find(|(n, _)| *n == name);
    found.expect("it is in the gallery").1
}

fn press(stage: &Stage, label: &str) {
    stage
        .control(label)
        .mock_single_click(PointerEventButton::Left);
}

fn stands(stage: &Stage, label: &str) -> bool {
    stage.controls().iter().any(|c| label_of(c) == label)
}

fn says(stage: &Stage, text: &str) -> bool {
    stage.accessible().iter().any(|e| label_of(e) == text)
}

#[test]
fn a_tick_leaves_the_class_that_is_turned_to() {
    let stage = Stage::new();
    let mut screen = view("staff-emergency");
    stage.show(&screen);
    press(&stage, "つぎ：ひまわり組");
    press(&stage, "つぎ：くま組");
    let View::Emergency(emergency) = &mut screen.view else {
        panic!("an emergency");
    };
    let row = emergency
        .rows
        .iter_mut()
        .rfind(|row| row.found.is_none())
        .expect("someone is missing");
    let name = row.name.reveal().clone();
    row.found = Some(None);
    emergency.found += 1;
    let found = emergency.found.to_string();
    assert_eq!(stage.control(&name).accessible_checked(), Some(false));
    stage.show(&screen);
    assert_eq!(stage.control(&name).accessible_checked(), Some(true));
    assert!(says(&stage, &found), "the count goes up");
}

#[test]
fn a_class_that_empties_while_it_is_shown_gives_way_to_one_that_is_there() {
    let stage = Stage::new();
    let mut screen = view("staff-emergency");
    stage.show(&screen);
    press(&stage, "まえ：くま組");
    let View::Emergency(emergency) = &mut screen.view else {
        panic!("an emergency");
    };
    emergency.rows.truncate(9);
    let left = emergency.rows[8].name.reveal().clone();
    stage.show(&screen);
    assert!(stands(&stage, &left));
}

#[test]
fn a_list_stays_on_its_page_and_opens_on_its_first() {
    let stage = Stage::new();
    let mut screen = view("staff-class-full");
    stage.show(&screen);
    let name = |screen: &Screen, i: usize| match &screen.view {
        View::ClassList(list) => list.children[i].name.reveal().clone(),
        _ => panic!("a class"),
    };
    let (first, last) = (name(&screen, 0), name(&screen, 29));
    assert!(stands(&stage, &first) && !stands(&stage, &last));
    press(&stage, "つぎの ページ\n（1／2）");
    assert!(!stands(&stage, &first) && stands(&stage, &last));
    let View::ClassList(list) = &mut screen.view else {
        panic!("a class");
    };
    list.children[29].attention ^= true;
    stage.show(&screen);
    assert!(stands(&stage, &last), "a small change leaves the page");
    stage.show(&view("staff-board"));
    stage.show(&screen);
    assert!(stands(&stage, &first), "it opens on the first");
}

#[test]
fn the_choice_is_told_to_assistive_means() {
    let stage = Stage::new();
    stage.show(&view("staff-correcting"));
    for (label, chosen) in [("時刻の まちがい", true), ("ちがう子を 記録", false)] {
        let chip = stage.control(label);
        assert_eq!(chip.accessible_role(), Some(AccessibleRole::Checkbox));
        assert_eq!(chip.accessible_checked(), Some(chosen), "{label}");
    }
}

#[test]
fn how_old_the_lists_are_is_always_said_and_never_that_all_are_there() {
    let stage = Stage::new();
    for name in ["staff-board-old", "staff-emergency-full"] {
        for (w, h) in SIZES {
            stage.resize(w, h);
            stage.show(&view(name));
            for text in [
                "名簿：9日前",
                "欠席連絡：日づけ不明",
                "通信は お休み中（128 件 待ち）",
                "時計：たしかめ中",
            ] {
                assert!(says(&stage, text), "{name} {w}x{h}: {text}");
            }
        }
    }
    let mut screen = view("staff-emergency");
    let View::Emergency(emergency) = &mut screen.view else {
        panic!("an emergency");
    };
    for row in &mut emergency.rows {
        row.found = Some(None);
    }
    emergency.found = emergency.rows.len().try_into().expect("not many");
    stage.show(&screen);
    assert!(says(
        &stage,
        "名簿だけに たよらず、目でも 人数を かぞえてください。"
    ));
    for element in stage.accessible() {
        let text = label_of(&element);
        assert!(
            !text.contains("全員") && !text.contains("ぜんいん"),
            "{text}"
        );
    }
}

#[test]
fn the_second_press_that_ends_the_count_is_not_where_the_first_was() {
    let stage = Stage::new();
    let mut screen = view("staff-emergency");
    for (w, h) in SIZES {
        stage.resize(w, h);
        let mut show = |sure: bool| {
            let View::Emergency(emergency) = &mut screen.view else {
                panic!("an emergency");
            };
            emergency.sure = sure;
            stage.show(&screen);
        };
        show(false);
        let first = Area::of(&stage.control("点呼を おわる"));
        show(true);
        let second = Area::of(&stage.control("ほんとうに 点呼を おわる"));
        assert!(first.apart(&second) > 0.0, "{w}x{h}");
    }
}

#[test]
fn no_screen_has_two_filled_buttons() {
    const PRIMARY: (u8, u8, u8) = (0x0a, 0x5a, 0x4c);
    let stage = Stage::new();
    let mut filled_somewhere = 0;
    for (name, screen) in gallery::views() {
        stage.show(&gallery::in_language(&screen, Language::Ja));
        let picture = stage.picture();
        let filled = stage
            .controls()
            .iter()
            .map(Area::of)
            .filter(|a| {
                let pixel = picture.at((a.x + a.w / 2.0) as u32, (a.y + a.h * 0.1) as u32);
                (pixel.r, pixel.g, pixel.b) == PRIMARY
            })
            .count();
        assert!(filled <= 1, "{name}: {filled}");
        filled_somewhere += filled;
    }
    assert!(filled_somewhere > 10, "the probe finds them");
}
