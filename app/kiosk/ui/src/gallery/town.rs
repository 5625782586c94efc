use machitap_kiosk_core::view::{
    Badge, Gained, Idle, Message, MessageKind, OutOfService, OutReason, RankRow, Remaining, Screen,
    ServiceKind, View, VisitDone,
};

use super::{CONTACT, EVENING, HALL, LONG, MORNING, screen, trusted, unsure};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};

fn ranking() -> Vec<RankRow> {
    let row = |place, nickname: Option<&str>, points| RankRow {
        place,
        nickname: nickname.map(|n| n.to_owned().into()),
        points,
    };
    vec![
        row(1, Some("みなとのカモメ"), 1_240),
        row(2, Some("はなちゃん"), 980),
        row(3, None, 870),
        row(3, Some("図書館だいすき"), 870),
        row(5, Some("あさひ"), 640),
    ]
}

fn idle(notices: &[&str], ranking: Vec<RankRow>, points: u32) -> View {
    View::Idle(Idle {
        service: ServiceKind::Visit,
        notices: notices.iter().map(|&n| n.into()).collect(),
        ranking,
        points,
    })
}

fn visit(gained: Gained, balance: Option<i64>, visits: Option<u64>, already: bool) -> View {
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
        ("visit-idle", at(idle(&[notice], ranking(), 10))),
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
                    ranking(),
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
    ]
}
