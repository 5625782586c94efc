use machitap_domain::ranking::Period;
use machitap_kiosk_core::view::{
    AsOf, Badge, BoardOf, BoardRows, BoardTitle, DrawSign, Gained, GroupRow, Idle, IdleBoard,
    Message, MessageKind, OutOfService, OutReason, RankRow, Remaining, Screen, ServiceKind, View,
    VisitDone,
};

use super::{CONTACT, EVENING, HALL, LONG, MORNING, screen, trusted, unsure};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};

fn residents() -> Vec<IdleBoard> {
    let row = |place, nickname: Option<&str>, points| RankRow {
        place,
        nickname: nickname.map(|n| n.to_owned().into()),
        points,
    };
    let rows = vec![
        row(1, Some("みなとのカモメ"), 240),
        row(2, Some("はなちゃん"), 180),
        row(3, None, 170),
        row(3, Some("図書館だいすき"), 170),
        row(5, Some("あさひ"), 90),
    ];
    vec![IdleBoard {
        title: BoardTitle {
            of: BoardOf::Town,
            period: Period::Week,
            last: false,
        },
        rows: BoardRows::Residents(rows),
    }]
}

fn areas() -> Vec<IdleBoard> {
    let row = |place, name: &str, points| GroupRow {
        place,
        name: name.into(),
        members: 40,
        points,
    };
    let rows = vec![
        row(1, "みなと東地区・新田・浜の町内会 連合", 124_800),
        row(2, "中央地区", 98_120),
        row(3, "山の手", 64_000),
    ];
    vec![IdleBoard {
        title: BoardTitle {
            of: BoardOf::Areas,
            period: Period::Month,
            last: true,
        },
        rows: BoardRows::Groups(rows),
    }]
}

fn boards(boards: Vec<IdleBoard>, as_of: Option<AsOf>) -> View {
    View::Idle(Idle {
        service: ServiceKind::Visit,
        notices: Vec::new(),
        boards,
        boards_as_of: as_of,
        points: 10,
        event: None,
        draw: None,
    })
}

fn idle(notices: &[&str], boards: Vec<IdleBoard>, points: u32) -> View {
    View::Idle(Idle {
        service: ServiceKind::Visit,
        notices: notices.iter().map(|&n| n.into()).collect(),
        boards,
        boards_as_of: None,
        points,
        event: None,
        draw: None,
    })
}

fn with_machine(view: View, name: &str, spins: u32) -> View {
    match view {
        View::Idle(idle) => View::Idle(Idle {
            draw: Some(DrawSign {
                name: name.into(),
                spins,
            }),
            ..idle
        }),
        other => other,
    }
}

fn visit(gained: Gained, balance: Option<u64>, visits: Option<u64>, already: bool) -> View {
    View::VisitDone(VisitDone {
        balance,
        visits,
        already,
        undo: (!already).then_some(UNDO),
        ..VisitDone::of(gained)
    })
}

fn message(kind: MessageKind) -> View {
    View::Message(Message {
        kind,
        contact: CONTACT.into(),
        next_event: None,
    })
}

fn out(why: OutReason) -> View {
    View::OutOfService(OutOfService {
        why,
        contact: CONTACT.into(),
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let (am, pm) = (trusted(MORNING), trusted(EVENING));
    let at = |view| screen(HALL.0, pm, &[], view);
    let notice = "11月30日（月）は 休館日です。";
    vec![
        ("starting", screen("", unsure(None), &[], View::Starting)),
        ("visit-idle", at(idle(&[notice], residents(), 10))),
        (
            "visit-idle-draw",
            at(with_machine(
                idle(&[notice], residents(), 10),
                "秋の ガチャ",
                1,
            )),
        ),
        (
            "visit-idle-draw-long",
            at(with_machine(
                idle(&[], Vec::new(), 100),
                "みなと子どもまつりと 防災の日の とくべつ ガチャ",
                0,
            )),
        ),
        (
            "visit-idle-areas",
            at(boards(areas(), Some(AsOf::Hours(30)))),
        ),
        ("visit-idle-plain", at(idle(&[], Vec::new(), 0))),
        (
            "visit-idle-long",
            screen(
                LONG.0,
                am,
                &[Badge::Sending { pending: 1_204 }],
                idle(
                    &[
                        "「みなと子どもまつり」の お手伝いを してくださる方を さがしています。くわしくは 窓口まで。",
                    ],
                    residents(),
                    100,
                ),
            ),
        ),
        ("reading", at(View::Reading)),
        (
            "visit-done",
            at(visit(Gained::Points(10), Some(120), Some(12), false)),
        ),
        (
            "visit-done-offline",
            screen(
                HALL.0,
                pm,
                &[Badge::Offline { pending: 3 }],
                visit(Gained::Points(100), Some(12_480), Some(1_024), false),
            ),
        ),
        (
            "visit-done-today",
            at(visit(Gained::AlreadyToday, Some(120), Some(13), false)),
        ),
        (
            "visit-done-none",
            at(visit(Gained::NotHere, None, None, false)),
        ),
        (
            "visit-done-already",
            at(visit(Gained::Points(10), Some(120), Some(12), true)),
        ),
        ("undone", at(View::Undone)),
        (
            "message-unknown-card",
            at(message(MessageKind::UnknownCard)),
        ),
        ("message-hold-still", at(message(MessageKind::HoldStill))),
        (
            "message-removed-early",
            at(message(MessageKind::RemovedEarly)),
        ),
        ("message-two-cards", at(message(MessageKind::TwoCards))),
        ("message-not-genuine", at(message(MessageKind::NotGenuine))),
        (
            "message-staff-locked",
            at(message(MessageKind::StaffLocked { minutes: 5 })),
        ),
        ("out-reader-gone", at(out(OutReason::ReaderGone))),
        ("out-disk-full", at(out(OutReason::DiskFull))),
        ("out-disk-broken", at(out(OutReason::DiskBroken))),
        (
            "out-no-catalogue",
            screen("", unsure(None), &[], out(OutReason::NoCatalogue)),
        ),
        ("out-unknown-facility", at(out(OutReason::UnknownFacility))),
        (
            "out-renewing",
            at(View::OutOfService(OutOfService {
                why: OutReason::Renewing,
                contact: String::new(),
            })),
        ),
    ]
}
