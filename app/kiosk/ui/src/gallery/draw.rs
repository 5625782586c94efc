//! The capsule machine in each of its states.

use machitap_domain::draw::{record::How, table::Picture};
use machitap_kiosk_core::view::{
    Card, Coming, Draw, DrawLater, DrawOffer, DrawStage, Gained, OddsRow, PrizeCounter, PrizeRow,
    Remaining, Screen, ToCeiling, View, VisitDone, Won,
};

use super::{EVENING, HALL, LONG, screen, trusted};

const NAME: &str = "秋の ガチャ";
const LONG_PRIZE: &str = "地元の みかん 5キロと 干物の つめあわせ セット";

fn won(name: &str, picture: Picture, how: How, again: bool) -> Won {
    Won {
        name: name.into(),
        picture,
        blank: picture == Picture::Thanks,
        how,
        again,
    }
}

fn draw(stage: DrawStage, left: Option<u32>) -> Draw {
    Draw {
        name: NAME.into(),
        stage,
        left,
        spin: left.is_some_and(|n| n > 0),
        later: None,
        ceiling: Some(ToCeiling {
            blanks: 7,
            name: "みかん ジュース".into(),
        }),
        odds: None,
        remaining: Remaining {
            left_ms: 15_000,
            total_ms: 20_000,
        },
    }
}

fn odds(many: bool) -> Vec<OddsRow> {
    let rows = [
        (LONG_PRIZE, Picture::Orange, 5, Some(1)),
        ("お食事券", Picture::Ticket, 95, Some(0)),
        ("ゆうひの 絵はがき", Picture::Sunset, 900, Some(48)),
        ("干物", Picture::Fish, 300, Some(6)),
        ("花の 苗", Picture::Flower, 700, Some(120)),
        ("お茶", Picture::Cup, 1_000, Some(88)),
        ("文庫本", Picture::Book, 500, Some(20)),
        ("タオル", Picture::Towel, 500, Some(15)),
        ("ボール", Picture::Ball, 200, Some(4)),
        ("ほしの シール", Picture::Star, 1_800, None),
        ("おたのしみ", Picture::Gift, 1_000, Some(30)),
        ("また きてね", Picture::Thanks, 3_000, None),
    ];
    rows.iter()
        .skip(if many { 0 } else { 8 })
        .map(|&(name, picture, weight, left)| OddsRow {
            name: name.into(),
            picture,
            // What the odds of a table leave is a thank-you.
            weight: if picture == Picture::Thanks && !many {
                7_000
            } else {
                weight
            },
            left,
            blank: picture == Picture::Thanks,
        })
        .collect()
}

fn offered(later: Option<DrawLater>) -> VisitDone {
    VisitDone {
        balance: Some(1_290),
        visits: Some(35),
        next: Coming {
            stamps: Some(Card {
                have: 5,
                of: 10,
                points: 100,
            }),
            ..Coming::default()
        },
        draw: Some(DrawOffer {
            name: NAME.into(),
            earned: 1,
            left: 2,
            later,
        }),
        undo: Some(Remaining {
            left_ms: 58_000,
            total_ms: 60_000,
        }),
        ..VisitDone::of(Gained::Points(10))
    }
}

fn counter(rows: Option<&[(&str, Picture, bool)]>) -> View {
    let row = |&(name, picture, handed): &(&str, Picture, bool)| PrizeRow {
        name: name.into(),
        picture,
        won: Some(EVENING),
        handed,
    };
    View::PrizeCounter(PrizeCounter {
        rows: rows.map(|rows| rows.iter().map(row).collect()),
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let at = |view| screen(HALL.0, trusted(EVENING), &[], view);
    let drawn = |draw| at(View::Draw(draw));
    let prize = || won("みかん ジュース", Picture::Orange, How::Ticket, false);
    let thanks = won("また きてね", Picture::Thanks, How::Ticket, false);
    let again = won(LONG_PRIZE, Picture::Gift, How::Gone, true);
    vec![
        ("visit-done-draw", at(View::VisitDone(offered(None)))),
        (
            "visit-done-draw-later",
            at(View::VisitDone(offered(Some(DrawLater::NotReady)))),
        ),
        ("draw-ready", drawn(draw(DrawStage::Ready, Some(2)))),
        (
            "draw-capsule",
            drawn(draw(DrawStage::Capsule(prize()), Some(1))),
        ),
        (
            "draw-opened",
            drawn(draw(DrawStage::Opened(prize()), Some(1))),
        ),
        (
            "draw-thanks",
            drawn(Draw {
                spin: false,
                later: Some(DrawLater::EnoughToday),
                ..draw(DrawStage::Opened(thanks), Some(3))
            }),
        ),
        (
            "draw-again",
            screen(
                LONG.0,
                trusted(EVENING),
                &[],
                View::Draw(Draw {
                    ceiling: None,
                    ..draw(DrawStage::Opened(again), None)
                }),
            ),
        ),
        (
            "draw-odds",
            drawn(Draw {
                odds: Some(odds(false)),
                ..draw(DrawStage::Ready, Some(2))
            }),
        ),
        (
            "draw-odds-many",
            drawn(Draw {
                odds: Some(odds(true)),
                ..draw(DrawStage::Ready, Some(2))
            }),
        ),
        ("staff-prizes", at(counter(None))),
        ("staff-prizes-none", at(counter(Some(&[])))),
        (
            "staff-prizes-waiting",
            at(counter(Some(&[
                ("みかん ジュース", Picture::Orange, true),
                ("タオル", Picture::Towel, false),
            ]))),
        ),
        (
            "staff-prizes-many",
            at(counter(Some(&[
                (LONG_PRIZE, Picture::Orange, false),
                (LONG_PRIZE, Picture::Gift, true),
                ("タオル", Picture::Towel, false),
                ("文庫本", Picture::Book, false),
                ("お茶", Picture::Cup, false),
            ]))),
        ),
    ]
}
