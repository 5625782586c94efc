//! What each control says when it is pressed, by finger and by assistive means.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::stage::{Stage, label_of};
use i_slint_backend_testing::AccessibleRole;
use machitap_domain::{
    attendance::Direction,
    catalogue::Language,
    preferences::{Preference, TextSize},
};
use machitap_kiosk_core::{
    Screen, Touch, View,
    input::StaffAct,
    view::{Desk, DeskDeed, DeskStep, DrawStage, EnrolStep, Own, OwnPage, OwnTab},
};
use machitap_kiosk_ui::gallery;
use slint::platform::PointerEventButton;

/// The languages as their keys say them.
const TONGUES: [(&str, Language); 6] = [
    ("日本語", Language::Ja),
    ("やさしい にほんご", Language::Easy),
    ("English", Language::En),
    ("中文", Language::Zh),
    ("Tiếng Việt", Language::Vi),
    ("Português", Language::Pt),
];

/// All that must be on that screen in Japanese, and nothing else.
fn expected(screen: &Screen) -> BTreeMap<String, Touch> {
    if let Some(all) = crate::staff::expected(&screen.view) {
        return all;
    }
    let mut all = BTreeMap::new();
    let mut put = |label: &str, touch| {
        assert_eq!(all.insert(label.to_owned(), touch), None, "{label}");
    };
    let undo = "まちがえたとき：とりけす（あと58秒）";
    match &screen.view {
        View::Idle(_) => put("ことば Language", Touch::Languages),
        View::Languages => {
            for (label, language) in TONGUES {
                put(label, Touch::Language(language));
            }
            put("もどる", Touch::Cancel);
        }
        View::Household(household) => {
            let taken = household.children.iter().any(|c| c.selected);
            if household.quote.is_some_and(|q| q.cheaper.is_some()) {
                put("待つ", Touch::Wait);
                put("いま 記録する", Touch::Confirm);
            } else {
                if taken {
                    put("記録する", Touch::Confirm);
                }
                put("やめる", Touch::Cancel);
            }
            let mut ways: Vec<_> = household.children.iter().map(|c| c.direction).collect();
            ways.dedup();
            match (ways.as_slice(), household.children.len()) {
                (_, 1) => {}
                ([Direction::In], _) => put("みんな 降園に かえる", Touch::TurnAll),
                ([Direction::Out], _) => put("みんな 登園に かえる", Touch::TurnAll),
                _ => put("みんな 反対に かえる", Touch::TurnAll),
            }
            for (i, child) in household.children.iter().enumerate() {
                let name = child.name.reveal();
                put(name, Touch::ToggleChild(i));
                let other = match child.direction {
                    Direction::In => "降園",
                    Direction::Out => "登園",
                };
                put(&format!("{name}を {other}に かえる"), Touch::TurnChild(i));
            }
        }
        View::Notice(_) => put("見ました", Touch::Confirm),
        View::Question(question) => {
            for (i, answer) in question.answers.iter().enumerate() {
                put(answer, Touch::Pick(i));
            }
            put("あとで 先生に 話す", Touch::Cancel);
        }
        View::NurseryDone(done) if done.undo.is_some() => put(undo, Touch::Undo),
        View::VisitDone(done) if done.undo.is_some() => {
            put(undo, Touch::Undo);
            if done.own {
                put("わたしの ページ", Touch::Own);
            }
            if let Some(offer) = done.draw.as_ref().filter(|o| o.later.is_none()) {
                put(
                    &format!("ガチャを まわす（あと{}回）", offer.left),
                    Touch::Spin,
                );
            }
        }
        View::Draw(draw) if draw.odds.is_some() => put("もどる", Touch::Odds),
        View::Draw(draw) => match draw.stage {
            DrawStage::Capsule(_) => put("あける", Touch::Confirm),
            DrawStage::Ready | DrawStage::Opened(_) => {
                let turn = match draw.stage {
                    DrawStage::Ready => "まわす",
                    _ => "もう1回 まわす",
                };
                if draw.spin {
                    put(turn, Touch::Spin);
                }
                put("当たる割合", Touch::Odds);
                put("おわる", Touch::Cancel);
            }
        },
        View::VisitEnded(ended) if ended.undo.is_some() => {
            put(undo, Touch::Undo);
            if ended.own {
                put("わたしの ページ", Touch::Own);
            }
        }
        View::EventDone(done) if done.undo.is_some() => put(undo, Touch::Undo),
        View::EventLeft(left) if left.undo.is_some() => put(undo, Touch::Undo),
        View::Announced(announced) if announced.undo.is_some() => put(undo, Touch::Undo),
        View::Own(own) => on_own(own, &mut put),
        View::VisitChoice(choice) => {
            for (i, purpose) in choice.purposes.iter().enumerate() {
                put(&purpose.name, Touch::Pick(i));
            }
            if choice.heads.is_some() {
                put("1人 へらす", Touch::Heads(-1));
                put("1人 ふやす", Touch::Heads(1));
                put("記録する", Touch::Confirm);
            }
            put("やめる", Touch::Cancel);
        }
        View::Message(_) => put("もどる", Touch::Cancel),
        View::StaffPin(_) => {
            for digit in 0..10 {
                put(&digit.to_string(), Touch::Digit(digit));
            }
            put("1文字 けす", Touch::Erase);
            put("やめる", Touch::Cancel);
        }
        View::Enrol(enrol) => match enrol.step {
            EnrolStep::Code { .. } => {
                for digit in 0..10 {
                    put(&digit.to_string(), Touch::Digit(digit));
                }
                put("1文字 けす", Touch::Erase);
                put("English", Touch::Languages);
            }
            EnrolStep::Asking => {}
            EnrolStep::Done { .. } => put("はじめる", Touch::Confirm),
        },
        View::Registered(done) => {
            if done.undo.is_some() {
                put(undo, Touch::Undo);
            }
        }
        View::Desk(desk) => at_the_desk(desk, &mut put),
        View::StaffPanel(panel) => {
            put("とじる", Touch::Cancel);
            if panel.desk.is_some() {
                put("カードの 登録", Touch::Act(StaffAct::Register));
            }
            if panel.helping {
                put("お手伝いの ポイント", Touch::Act(StaffAct::Help));
            }
            if panel.prizes {
                put("景品を わたす", Touch::Act(StaffAct::Prizes));
            }
        }
        View::NurseryDone(_)
        | View::VisitDone(_)
        | View::VisitEnded(_)
        | View::Starting
        | View::Reading
        | View::Undone
        | View::Fare(_)
        | View::EventDone(_)
        | View::EventLeft(_)
        | View::Announced(_)
        | View::OutOfService(_) => {}
        view => panic!("nobody said what is on {view:?}"),
    }
    all
}

/// What can be touched at the desk, as its pages open.
fn at_the_desk(desk: &Desk, put: &mut impl FnMut(&str, Touch)) {
    put("もどる", Touch::Cancel);
    let digits = |put: &mut dyn FnMut(&str, Touch)| {
        for digit in 0..10 {
            put(&digit.to_string(), Touch::Digit(digit));
        }
        put("1文字 けす", Touch::Erase);
    };
    match &desk.step {
        DeskStep::Hold => {}
        DeskStep::Card {
            register,
            relink,
            release,
            ..
        } => {
            for (there, label, act) in [
                (register, "はじめての 登録", StaffAct::Register),
                (relink, "カードの 取り替え", StaffAct::Relink),
                (release, "利用を やめる", StaffAct::Release),
            ] {
                if *there {
                    put(label, Touch::Act(act));
                }
            }
        }
        DeskStep::Kana { .. } => {
            for kana in "アイウエオ".chars() {
                put(&format!("{kana}を 書く"), Touch::Kana(kana));
            }
            put("ー", Touch::Kana('ー'));
            put("空白を 入れる", Touch::Kana('\u{3000}'));
            put("てんてん・まる・小さい字", Touch::Mark);
            put("1文字 けす", Touch::Erase);
        }
        DeskStep::Birth { .. } | DeskStep::Number { .. } => digits(put),
        DeskStep::Area { areas, .. } => {
            for (i, area) in areas.iter().enumerate() {
                put(area, Touch::Pick(i));
            }
        }
        DeskStep::Consent { guardian, .. } => {
            if guardian.is_some() {
                put("わたしは 保護者です", Touch::Pick(0));
            }
            if *guardian != Some(false) {
                put("同意します", Touch::Confirm);
            }
        }
        DeskStep::Summary(_) if desk.deed == Some(DeskDeed::Release) => {
            put("利用を やめる", Touch::Confirm);
        }
        DeskStep::Summary(_) => put("これで 記録する", Touch::Confirm),
    }
    let asks = matches!(
        desk.step,
        DeskStep::Kana { .. }
            | DeskStep::Birth { .. }
            | DeskStep::Number { .. }
            | DeskStep::Area { .. }
    );
    if asks {
        put("すすむ", Touch::Confirm);
    }
}

/// What can be touched on a resident's own page.
fn on_own(own: &Own, put: &mut impl FnMut(&str, Touch)) {
    let turns = |put: &mut dyn FnMut(&str, Touch), page, of| {
        put("もどる", Touch::Tab(OwnTab::Overview));
        if page > 1 {
            put("まえへ", Touch::Pages(-1));
        }
        if page < of {
            put("つぎへ", Touch::Pages(1));
        }
    };
    match &own.page {
        OwnPage::Overview(_) => {
            for tab in own.tabs.iter().copied() {
                let label = match tab {
                    OwnTab::Overview => continue,
                    OwnTab::History => "これまでの きろく",
                    OwnTab::Prizes => "景品に おうぼする",
                    OwnTab::Projects => "まちを おうえんする",
                    OwnTab::Held => "わたしの 情報",
                    OwnTab::Phone => "スマホで 見る",
                    OwnTab::Preferences => "画面の せってい",
                };
                put(label, Touch::Tab(tab));
            }
            put("おわる", Touch::Cancel);
        }
        OwnPage::History(list) => turns(put, list.page, list.of),
        OwnPage::Prizes(list) => {
            for (i, card) in list.rows.iter().enumerate() {
                let label = format!(
                    "{}（{} ポイント）を 見る",
                    card.name,
                    said(card.points.into())
                );
                put(&label, Touch::Pick(i));
            }
            turns(put, list.page, list.of);
        }
        OwnPage::Projects(list) => {
            for (i, card) in list.rows.iter().enumerate() {
                put(&format!("{} を 見る", card.name), Touch::Pick(i));
            }
            turns(put, list.page, list.of);
        }
        OwnPage::Prize(sheet) => {
            put("もどる", Touch::Cancel);
            if sheet.after.is_some() {
                let label = format!("{} ポイントで おうぼする", said(sheet.card.points.into()));
                put(&label, Touch::Confirm);
            }
        }
        OwnPage::Gift(sheet) => {
            put("もどる", Touch::Cancel);
            let keys = sheet.amounts.iter().enumerate();
            for (i, amount) in keys.filter(|(_, a)| a.cannot.is_none()) {
                let label = format!("{} ポイント", said(amount.points.into()));
                put(&label, Touch::Pick(i));
            }
            if let Some(chosen) = sheet.amounts.iter().find(|a| a.selected) {
                let label = format!("{} ポイントで おうえんする", said(chosen.points.into()));
                put(&label, Touch::Confirm);
            }
        }
        OwnPage::Spent(spent) => {
            put("もどる", Touch::Cancel);
            if spent.undo.is_some() {
                put("まちがえたとき：とりけす（あと58秒）", Touch::Undo);
            }
        }
        OwnPage::Phone(phone) => {
            put("もどる", Touch::Tab(OwnTab::Overview));
            if !phone.no_clock {
                let label = format!("コードを 出す（{} 分間）", phone.minutes);
                put(&label, Touch::Confirm);
            }
        }
        OwnPage::Held(_) => put("もどる", Touch::Tab(OwnTab::Overview)),
        OwnPage::Languages => {
            for (label, language) in TONGUES {
                put(label, Touch::Prefer(Preference::Language(Some(language))));
            }
            put("もどる", Touch::Cancel);
        }
        OwnPage::OfferGone | OwnPage::Code(_) => put("もどる", Touch::Cancel),
        OwnPage::Preferences(sheet) => {
            put("もどる", Touch::Tab(OwnTab::Overview));
            put("ことばを かえる", Touch::Languages);
            let chosen = sheet.chosen;
            let mut prefer = |label: &str, one| put(label, Touch::Prefer(one));
            prefer("ふつう", Preference::Text(TextSize::Normal));
            prefer("大きい", Preference::Text(TextSize::Large));
            prefer("とても 大きい", Preference::Text(TextSize::Largest));
            prefer("画面を うごかさない", Preference::Still(!chosen.still));
            prefer("声でも 知らせる", Preference::Voice(Some(!sheet.spoken)));
            if sheet.undo.is_some() {
                put("まちがえたとき：とりけす（あと58秒）", Touch::Undo);
            }
        }
    }
}

/// A number as the screens write it, up to a million.
fn said(n: u64) -> String {
    if n < 1_000 {
        n.to_string()
    } else {
        format!("{},{:03}", n / 1_000, n % 1_000)
    }
}

fn listening() -> (Stage, Rc<RefCell<Vec<Touch>>>) {
    let stage = Stage::new();
    let heard: Rc<RefCell<Vec<Touch>>> = Rc::default();
    let ear = heard.clone();
    stage.ui.on_touch(move |touch| ear.borrow_mut().push(touch));
    (stage, heard)
}

/// Keys that turn the page of a long list, which is no touch.
fn turns_page(label: &str) -> bool {
    turns_on(label)
        || label.starts_with("まえの ページ")
        || label.starts_with("まえ：")
        // A row of the kana board: the key beside it changes, nobody is told.
        || label.ends_with("の 行")
}

fn turns_on(label: &str) -> bool {
    ["ほかの お子さん", "つぎの ページ", "つぎ："]
        .iter()
        .any(|on| label.starts_with(on))
}

/// Presses all of one page, and says which labels there were.
fn press_all(stage: &Stage, heard: &RefCell<Vec<Touch>>, want: &BTreeMap<String, Touch>) {
    for control in stage.controls() {
        let label = label_of(&control);
        let Some(touch) = want.get(&label) else {
            assert!(turns_page(&label), "unforeseen {label:?}");
            continue;
        };
        for by_finger in [true, false] {
            if by_finger {
                control.mock_single_click(PointerEventButton::Left);
            } else {
                control.invoke_accessible_default_action();
            }
            assert_eq!(heard.take(), [*touch], "{label:?}, by finger: {by_finger}");
        }
    }
}

#[test]
fn every_control_says_the_right_touch_and_no_other_is_there() {
    let (stage, heard) = listening();
    for (name, screen) in gallery::views() {
        stage.show(&screen);
        let want = expected(&screen);
        // Long lists take more than one page, and come round to the first.
        let mut pages: BTreeSet<Vec<String>> = BTreeSet::new();
        loop {
            let labels: Vec<_> = stage.controls().iter().map(label_of).collect();
            if !pages.insert(labels) {
                break;
            }
            press_all(&stage, &heard, &want);
            let next = stage
                .controls()
                .into_iter()
                .find(|c| turns_on(&label_of(c)));
            let Some(next) = next else { break };
            next.mock_single_click(PointerEventButton::Left);
            assert_eq!(heard.take(), [], "turning a page is no touch");
        }
        let seen: BTreeSet<_> = pages.into_iter().flatten().collect();
        for label in want.keys() {
            assert!(seen.contains(label), "{name}: {label:?} is missing");
        }
    }
}

#[test]
fn a_child_tells_assistive_means_whether_it_is_taken_along() {
    let stage = Stage::new();
    let (_, screen) = gallery::views()
        .into_iter()
        .find(|(name, _)| *name == "household-touched")
        .expect("it is in the gallery");
    stage.show(&screen);
    for (name, taken) in [("山田 花子", true), ("山田 太郎", false)] {
        let row = stage.control(name);
        assert_eq!(row.accessible_role(), Some(AccessibleRole::Checkbox));
        assert_eq!(row.accessible_checked(), Some(taken));
    }
}

#[test]
fn the_way_to_the_languages_reads_the_same_in_all_of_them() {
    let (stage, heard) = listening();
    let (_, idle) = gallery::views()
        .into_iter()
        .find(|(name, _)| *name == "visit-idle")
        .expect("it is in the gallery");
    for (_, language) in crate::stage::LANGUAGES {
        stage.show(&gallery::in_language(&idle, language));
        stage
            .control("ことば Language")
            .mock_single_click(PointerEventButton::Left);
        assert_eq!(heard.take(), [Touch::Languages]);
    }
}
