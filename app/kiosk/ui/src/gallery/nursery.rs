use machitap_domain::{
    attendance::{Direction, Role},
    roster::ClassMark,
};
use machitap_kiosk_core::view::{
    Badge, ChildRow, Household, Idle, NurseryDone, OutOfService, OutReason, Remaining, RowReason,
    Screen, ServiceKind, StaffPanel, StaffPin, View, WallTime,
};

use super::{CONTACT, EVENING, LONG, MORNING, NURSERY, screen, trusted, unsure};

pub(super) const CONFIRM: Remaining = Remaining {
    left_ms: 5_000,
    total_ms: 5_000,
};
pub(super) const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};

fn child(
    (name, kana): (&str, &str),
    (class, mark): (&str, ClassMark),
    direction: Direction,
    reason: RowReason,
) -> ChildRow {
    ChildRow {
        name: name.to_owned().into(),
        kana: kana.to_owned().into(),
        class: class.into(),
        mark,
        direction,
        reason,
        selected: true,
        yen: 0,
    }
}

pub(super) fn hanako(direction: Direction, reason: RowReason) -> ChildRow {
    let class = ("さくら組", ClassMark::Cherry);
    child(("山田 花子", "やまだ はなこ"), class, direction, reason)
}

pub(super) fn taro(direction: Direction, reason: RowReason) -> ChildRow {
    let class = ("くま組", ClassMark::Bear);
    child(("山田 太郎", "やまだ たろう"), class, direction, reason)
}

/// A name and kana that leave little room.
pub(super) fn long_name(direction: Direction, reason: RowReason) -> ChildRow {
    child(
        (
            "アレクサンドリーナ・ビクトリア・マリア 長宗我部",
            "あれくさんどりーな・びくとりあ・まりあ ちょうそかべ",
        ),
        ("ひまわり組", ClassMark::Sunflower),
        direction,
        reason,
    )
}

pub(super) fn many() -> Vec<ChildRow> {
    let left = RowReason::LeftAt(Some(WallTime {
        hour: 12,
        minute: 5,
        ..EVENING
    }));
    let here = RowReason::HereSince(Some(MORNING));
    vec![
        long_name(Direction::Out, here),
        child(
            ("髙橋 翔", "たかはし しょう"),
            ("うさぎ組", ClassMark::Rabbit),
            Direction::In,
            left,
        ),
        child(
            ("渡邉 結衣", "わたなべ ゆい"),
            ("ほし組", ClassMark::Star),
            Direction::Out,
            RowReason::ByHand,
        ),
        child(
            ("齋藤 蓮", "さいとう れん"),
            ("さかな組", ClassMark::Fish),
            Direction::Out,
            RowReason::HereSince(None),
        ),
        child(
            ("NGUYEN THI MAI", "ぐえん てぃ まい"),
            ("さくら組", ClassMark::Cherry),
            Direction::In,
            RowReason::NotHereYet,
        ),
    ]
}

fn household(who: Option<&str>, children: Vec<ChildRow>, confirms_in: Option<Remaining>) -> View {
    View::Household(Household {
        who: who.map(|who| who.to_owned().into()),
        role: Role::Guardian,
        children,
        confirms_in,
        quote: None,
    })
}

fn done(children: Vec<ChildRow>, already: bool, undo: Option<Remaining>) -> View {
    View::NurseryDone(NurseryDone {
        children,
        already,
        undo,
    })
}

pub(super) fn idle(notices: &[&str]) -> View {
    View::Idle(Idle {
        service: ServiceKind::Nursery,
        notices: notices.iter().map(|&n| n.into()).collect(),
        boards: Vec::new(),
        boards_as_of: None,
        points: 0,
        event: None,
        draw: None,
    })
}

fn panel(connected: bool, roster_days: Option<u32>) -> View {
    View::StaffPanel(StaffPanel {
        who: "佐藤 みどり".to_owned().into(),
        here: roster_days.map(|_| 37),
        expected: if roster_days.is_some() { 64 } else { 0 },
        roster_days,
        helping: false,
        prizes: false,
        event: None,
        hand_offs: None,
        connected,
        pending: if connected { 0 } else { 128 },
        facts: 48_215,
        software: "0.1.0".into(),
        desk: None,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let (am, pm) = (trusted(MORNING), trusted(EVENING));
    let here = RowReason::HereSince(Some(MORNING));
    let offline = Badge::Offline { pending: 12 };
    let mut left_out = taro(Direction::In, RowReason::NotHereYet);
    left_out.selected = false;
    let in_both = || {
        vec![
            hanako(Direction::In, RowReason::NotHereYet),
            taro(Direction::In, RowReason::NotHereYet),
        ]
    };
    let out_both = || vec![hanako(Direction::Out, here), taro(Direction::Out, here)];
    let at = |clock, badges: &[Badge], view| screen(NURSERY.0, clock, badges, view);
    vec![
        ("nursery-idle", at(am, &[], idle(&[]))),
        (
            "nursery-idle-notice",
            at(
                am,
                &[],
                idle(&["あしたは 避難訓練です。動きやすい くつで 来てください。"]),
            ),
        ),
        (
            "nursery-idle-offline",
            at(pm, &[offline, Badge::OldRoster { days: 9 }], idle(&[])),
        ),
        (
            "nursery-idle-clock-unsure",
            at(unsure(Some(MORNING)), &[Badge::ClockUnsure], idle(&[])),
        ),
        (
            "nursery-idle-no-clock",
            at(
                unsure(None),
                &[offline, Badge::ClockUnsure, Badge::Forked],
                idle(&["あしたは 避難訓練です。"]),
            ),
        ),
        (
            "household-in",
            at(
                am,
                &[],
                household(Some("山田 恵"), in_both(), Some(CONFIRM)),
            ),
        ),
        (
            "household-out",
            at(
                pm,
                &[],
                household(Some("山田 恵"), out_both(), Some(CONFIRM)),
            ),
        ),
        (
            "household-own-card",
            at(
                am,
                &[],
                household(
                    None,
                    vec![hanako(Direction::In, RowReason::NotHereYet)],
                    Some(CONFIRM),
                ),
            ),
        ),
        (
            "household-touched",
            at(
                am,
                &[offline],
                household(
                    Some("山田 恵"),
                    vec![hanako(Direction::Out, RowReason::ByHand), left_out],
                    None,
                ),
            ),
        ),
        (
            "household-many",
            screen(
                LONG.0,
                pm,
                &[],
                household(Some("長宗我部 アントワネット"), many(), None),
            ),
        ),
        (
            "nursery-done-in",
            at(am, &[], done(in_both(), false, Some(UNDO))),
        ),
        (
            "nursery-done-out",
            at(pm, &[], done(out_both(), false, Some(UNDO))),
        ),
        (
            "nursery-done-one",
            at(
                am,
                &[],
                done(
                    vec![hanako(Direction::In, RowReason::NotHereYet)],
                    false,
                    Some(UNDO),
                ),
            ),
        ),
        (
            "nursery-done-many",
            screen(LONG.0, pm, &[], done(many(), false, Some(UNDO))),
        ),
        (
            "nursery-done-already",
            at(am, &[], done(in_both(), true, None)),
        ),
        (
            "staff-pin",
            at(
                am,
                &[],
                View::StaffPin(StaffPin {
                    entered: 2,
                    length: 4,
                    wrong: None,
                }),
            ),
        ),
        (
            "staff-pin-wrong",
            at(
                am,
                &[],
                View::StaffPin(StaffPin {
                    entered: 0,
                    length: 6,
                    wrong: Some(3),
                }),
            ),
        ),
        ("staff-panel", at(am, &[], panel(true, Some(0)))),
        (
            "staff-panel-offline",
            at(
                pm,
                &[Badge::Offline { pending: 128 }],
                panel(false, Some(9)),
            ),
        ),
        ("staff-panel-no-roster", at(am, &[], panel(true, None))),
        (
            "out-no-roster",
            at(
                am,
                &[],
                View::OutOfService(OutOfService {
                    why: OutReason::NoRoster,
                    contact: CONTACT.into(),
                }),
            ),
        ),
    ]
}
