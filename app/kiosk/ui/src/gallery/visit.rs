//! A visit at the hall: asked, done, ended, and help that staff vouch for.

use machitap_domain::points::caps::{CapHit, Period, Scope};
use machitap_kiosk_core::view::{
    Card, Coming, DeskCounts, Gained, GainedFor, GainedLine, HelpRow, Helping, Message,
    MessageKind, PointsFrom, PurposeRow, Remaining, Screen, StaffPanel, View, VisitChoice,
    VisitDone, VisitEnded,
};

use super::{CONTACT, EVENING, HALL, LONG, MORNING, screen, trusted};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};
const ASKED: Remaining = Remaining {
    left_ms: 12_000,
    total_ms: 15_000,
};
const DAY_CAP: CapHit = CapHit {
    scope: Scope::Person,
    period: Period::Day,
    cap: 50,
};
const LONG_NAME: &str = "まちなか にぎわい 秋の さんぽ キャンペーン 2026";

fn purpose(name: &str, points: u32, selected: bool) -> PurposeRow {
    PurposeRow {
        name: name.into(),
        points,
        selected,
    }
}

fn choice(purposes: Vec<PurposeRow>, heads: Option<u16>) -> View {
    View::VisitChoice(VisitChoice {
        purposes,
        heads,
        remaining: ASKED,
    })
}

fn four() -> Vec<PurposeRow> {
    vec![
        purpose("学習室", 10, false),
        purpose("体育室", 10, false),
        purpose("相談", 0, false),
        purpose("そのほか", 5, false),
    ]
}

fn seven() -> Vec<PurposeRow> {
    [
        "学習室",
        "体育室（バドミントン・卓球）",
        "健康相談・栄養相談",
        "料理教室",
        "図書コーナー",
        "会議室",
        "そのほか",
    ]
    .iter()
    .zip(0..)
    .map(|(name, n)| purpose(name, if n == 2 { 0 } else { 10 }, n == 1))
    .collect()
}

fn line(why: GainedFor, points: u32) -> GainedLine {
    GainedLine { why, points }
}

const fn card(have: u32, of: u32, points: u32) -> Option<Card> {
    Some(Card { have, of, points })
}

fn done(gained: Gained, lines: Vec<GainedLine>, next: Coming) -> VisitDone {
    VisitDone {
        lines,
        next,
        balance: Some(1_280),
        visits: Some(34),
        undo: Some(UNDO),
        ..VisitDone::of(gained)
    }
}

fn next(streak: Option<Card>, stamps: Option<Card>) -> Coming {
    Coming {
        streak,
        stamps,
        points_from: None,
    }
}

fn nothing(gained: Gained, from: PointsFrom) -> View {
    View::VisitDone(done(
        gained,
        Vec::new(),
        Coming {
            points_from: Some(from),
            ..next(None, card(4, 10, 100))
        },
    ))
}

fn helping(chosen: Option<usize>, many: bool) -> View {
    let names = [
        ("花だんの 水やり", 100),
        ("子ども食堂", 200),
        ("雪かき", 150),
        ("避難訓練の 受付と 誘導の お手伝い", 300),
        ("読みきかせ", 100),
        ("公園の そうじ", 100),
        ("まつりの 設営", 200),
        ("見守り", 50),
        ("配食", 100),
    ];
    let rows = names.iter().take(if many { 9 } else { 3 }).zip(0..);
    View::Helping(Helping {
        activities: rows
            .map(|((name, points), n)| HelpRow {
                name: (*name).into(),
                points: *points,
                selected: chosen == Some(n),
            })
            .collect(),
    })
}

fn all_lines() -> Vec<GainedLine> {
    vec![
        line(GainedFor::Visit, 10),
        line(GainedFor::FirstVisit, 20),
        line(GainedFor::Streak, 50),
        line(GainedFor::Campaign(LONG_NAME.into()), 1_000),
        line(GainedFor::Birthday, 30),
    ]
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let (am, pm) = (trusted(MORNING), trusted(EVENING));
    let at = |view| screen(HALL.0, pm, &[], view);
    let full = VisitDone {
        purpose: Some("体育室（バドミントン・卓球）".into()),
        heads: Some(12),
        cut: Some(DAY_CAP),
        tap_to_leave: true,
        balance: Some(112_480),
        visits: Some(1_024),
        ..done(
            Gained::Points(1_110),
            all_lines(),
            next(card(6, 7, 50), card(9, 30, 300)),
        )
    };
    let helped = VisitDone {
        visits: None,
        ..done(
            Gained::Points(200),
            vec![line(GainedFor::Volunteering("子ども食堂".into()), 200)],
            Coming::default(),
        )
    };
    let leaving = VisitDone {
        purpose: Some("学習室".into()),
        tap_to_leave: true,
        provisional: true,
        ..done(
            Gained::Points(10),
            vec![line(GainedFor::Visit, 10)],
            next(None, card(4, 10, 100)),
        )
    };
    let bonus = done(
        Gained::Points(80),
        vec![
            line(GainedFor::Visit, 10),
            line(GainedFor::FirstVisit, 20),
            line(GainedFor::Streak, 50),
        ],
        next(card(1, 5, 50), None),
    );
    let ended = |minutes, already| {
        View::VisitEnded(VisitEnded {
            minutes,
            already,
            own: false,
            undo: (!already).then_some(UNDO),
        })
    };
    vec![
        ("visit-choice", at(choice(four(), None))),
        (
            "visit-choice-many",
            screen(LONG.0, am, &[], choice(seven(), Some(12))),
        ),
        ("visit-choice-heads", at(choice(Vec::new(), Some(3)))),
        ("visit-done-bonus", at(View::VisitDone(bonus))),
        (
            "visit-done-full",
            screen(LONG.0, am, &[], View::VisitDone(full)),
        ),
        ("visit-done-leaving", at(View::VisitDone(leaving))),
        (
            "visit-done-capped",
            at(nothing(Gained::Capped(DAY_CAP), PointsFrom::Tomorrow)),
        ),
        (
            "visit-done-closed",
            at(nothing(Gained::Closed, PointsFrom::Day(MORNING))),
        ),
        ("visit-done-helped", at(View::VisitDone(helped))),
        ("visit-ended", at(ended(Some(95), false))),
        ("visit-ended-already", at(ended(None, true))),
        (
            "message-helped-today",
            at(View::Message(Message {
                kind: MessageKind::HelpedToday,
                contact: CONTACT.into(),
                next_event: None,
            })),
        ),
        ("staff-helping", at(helping(None, false))),
        ("staff-helping-chosen", at(helping(Some(1), true))),
        (
            "staff-panel-hall",
            at(View::StaffPanel(StaffPanel {
                who: "佐藤 みどり".to_owned().into(),
                here: None,
                expected: 0,
                helping: true,
                prizes: true,
                event: None,
                hand_offs: None,
                roster_days: Some(0),
                connected: true,
                pending: 0,
                facts: 48_215,
                software: "0.1.0".into(),
                desk: Some(DeskCounts {
                    left: 46,
                    cannot: None,
                    waiting: 2,
                    refused: 1,
                }),
            })),
        ),
    ]
}
