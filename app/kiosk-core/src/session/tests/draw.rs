//! The capsule machine: on disk before anything moves, and the same after a power cut.

use jiff::tz::TimeZone;
use machitap_domain::{
    FactBody, Incarnation, Pseudonym, Quality,
    draw::{Deal, Deals, DrawSecret, DrawTable, Machine, secret::commitment, verify::verify},
    fact::{Class, Component},
};
use uuid::Uuid;

use super::town::{City, Kiosk, LIFE, VISIT, card, citizen, purposes};
use crate::{
    input::{Input, StoreTrouble, Touch},
    output::Tone,
    session::{CAPSULE_MS, OPENED_MS, READY_MS},
    view::{Draw, DrawLater, DrawOffer, DrawStage, View, Won},
};

const DAY: u64 = 86_400_000;

fn secret() -> DrawSecret {
    DrawSecret::new([0x5E; 32])
}

fn table() -> DrawTable {
    let text = r#"{"id":"spring","name":{"ja":"春のガチャ","en":"Spring"},
        "from":"2026-04-01","until":"2026-04-30","per_day":2,"spins":{"visit":2},
        "ceiling":{"blanks":3,"row":"towel"},
        "rows":[
            {"id":"towel","name":{"ja":"手ぬぐい"},"picture":"towel","weight":2500,
             "when_gone":"thanks"},
            {"id":"sticker","name":{"ja":"シール"},"picture":"star","weight":2500},
            {"id":"thanks","name":{"ja":"ありがとう"},"picture":"thanks","weight":5000,
             "blank":true}],
        "kiosks":{"kiosk-1":{"stock":{"towel":3}}}}"#;
    let mut table: DrawTable = serde_json::from_str(text).unwrap();
    let kiosk = "kiosk-1".parse().unwrap();
    let promised = commitment(&table, &kiosk, &secret());
    table.kiosks.get_mut(&kiosk).unwrap().commitment = Some(promised);
    table
}

fn deals(secret: DrawSecret, life: Incarnation) -> Deals {
    Deals {
        deals: vec![Deal {
            table: table().id,
            secret,
            life,
            given: Default::default(),
        }],
    }
}

pub(super) fn city() -> City {
    City {
        draws: vec![table()],
        deals: deals(secret(), LIFE),
        ..City::default()
    }
}

fn kiosk() -> Kiosk {
    Kiosk::in_city(VISIT, city())
}

fn who(n: u32) -> Pseudonym {
    purposes().visit.unwrap().pseudonym(&citizen(n))
}

fn offer(kiosk: &Kiosk) -> DrawOffer {
    match kiosk.view() {
        View::VisitDone(done) => done.draw.clone().expect("the machine is offered"),
        other => panic!("a visit expected, found {other:?}"),
    }
}

fn draw(kiosk: &Kiosk) -> &Draw {
    match kiosk.view() {
        View::Draw(draw) => draw,
        other => panic!("the machine expected, found {other:?}"),
    }
}

fn opened(kiosk: &Kiosk) -> Won {
    match &draw(kiosk).stage {
        DrawStage::Opened(won) => won.clone(),
        other => panic!("an open capsule expected, found {other:?}"),
    }
}

fn drawn(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Drawn(_)))
}

fn seen(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::DrawSeen))
}

fn machine(kiosk: &Kiosk) -> Machine {
    kiosk.folds.machines().of(&table().id)
}

fn left(kiosk: &Kiosk, n: u32) -> u32 {
    kiosk.folds.spins(&who(n)).of(&table().id).left()
}

/// A visit and one spin; the capsule is still closed.
fn spun(n: u32) -> Kiosk {
    let mut kiosk = kiosk();
    kiosk.tap(card(n));
    kiosk.touch(Touch::Spin);
    kiosk
}

#[test]
fn one_touch_turns_and_everything_is_on_disk_before_it_moves() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    let offered = offer(&kiosk);
    assert_eq!((offered.earned, offered.left, offered.later), (2, 2, None));
    let screens = kiosk.screens.len();
    kiosk.touch(Touch::Spin);
    let (on_disk, screen) = &kiosk.screens[screens];
    assert_eq!(
        kiosk.screens.len(),
        screens + 1,
        "nothing was shown between"
    );
    assert!(matches!(&screen.view, View::Draw(d) if matches!(d.stage, DrawStage::Capsule(_))));
    assert!(matches!(&kiosk.journal[on_disk - 1].body, FactBody::Drawn(d) if d.counter == 1));
    assert_eq!(left(&kiosk, 1), 1);
    assert_eq!(seen(&kiosk), 0);

    kiosk.wait(CAPSULE_MS);
    let won = opened(&kiosk);
    assert!(!won.again && draw(&kiosk).spin && draw(&kiosk).left == Some(1));
    kiosk.touch(Touch::Spin);
    assert_eq!((drawn(&kiosk), seen(&kiosk)), (2, 1));
    kiosk.touch(Touch::Confirm);
    assert!(!opened(&kiosk).again && !draw(&kiosk).spin);
    kiosk.touch(Touch::Spin);
    assert_eq!(drawn(&kiosk), 2);
    kiosk.touch(Touch::Confirm);
    assert_eq!(seen(&kiosk), 2);
    assert!(matches!(kiosk.view(), View::Idle(_)));

    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let deal = &city().deals.deals[0];
    let kiosk_id = "kiosk-1".parse().unwrap();
    let agrees = verify(&table(), &kiosk_id, deal, &kiosk.journal, &zone).unwrap();
    assert_eq!(agrees.draws, 2);
}

#[test]
fn a_disk_that_fails_draws_nothing() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tones.clear();
    kiosk.touch(Touch::Spin);
    assert!(!matches!(kiosk.view(), View::Draw(_)));
    assert_eq!(kiosk.tones, [Tone::Ask]);
    assert_eq!((drawn(&kiosk), left(&kiosk, 1)), (0, 2));
}

#[test]
fn after_a_power_cut_the_same_result_is_shown_until_it_was_seen() {
    let mut kiosk = spun(1);
    let DrawStage::Capsule(before) = draw(&kiosk).stage.clone() else {
        panic!("a closed capsule expected");
    };
    let wall = kiosk.now.clock.wall_ms;
    kiosk.restart(2, 9_000, wall + 30_000, kiosk.now.clock.quality);
    let again = opened(&kiosk);
    assert_eq!(
        again,
        Won {
            again: true,
            ..before.clone()
        }
    );
    assert_eq!((draw(&kiosk).left, draw(&kiosk).spin), (None, false));
    assert_eq!(drawn(&kiosk), 1);
    // Nobody touched it: it is kept for the one who turned.
    kiosk.wait(OPENED_MS);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(seen(&kiosk), 0);
    kiosk.tap(card(2));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    kiosk.tap(card(1));
    assert_eq!(opened(&kiosk), again);
    kiosk.touch(Touch::Confirm);
    assert_eq!(seen(&kiosk), 1);
    kiosk.restart(3, 9_000, wall + 90_000, kiosk.now.clock.quality);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
}

#[test]
fn without_the_citys_word_nothing_is_drawn_and_the_city_hears_of_it() {
    let other_life = Incarnation(Uuid::from_u128(9));
    for wrong in [
        Deals::default(),
        deals(DrawSecret::new([1; 32]), LIFE),
        deals(secret(), other_life),
    ] {
        let city = City {
            deals: wrong,
            ..city()
        };
        let mut kiosk = Kiosk::in_city(VISIT, city);
        kiosk.tap(card(1));
        kiosk.wait(70_000);
        let health = |trouble| move |b: &FactBody| matches!(b, FactBody::Health { component: Component::Draw, trouble: t } if *t == trouble);
        assert_eq!(kiosk.count(health(Some(Class::Repair))), 1, "said once");
        kiosk.tap(card(2));
        assert_eq!(offer(&kiosk).later, Some(DrawLater::NotReady));
        kiosk.touch(Touch::Spin);
        assert_eq!(drawn(&kiosk), 0);
        kiosk.give(Input::Deals(Box::new(deals(secret(), LIFE))));
        assert_eq!(kiosk.count(health(None)), 1);
        kiosk.tap(card(1));
        assert_eq!((offer(&kiosk).later, left(&kiosk, 1)), (None, 2));
    }
}

#[test]
fn spins_keep_while_no_clock_vouches_and_when_enough_were_turned() {
    let mut kiosk = kiosk();
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.tap(card(1));
    assert_eq!(offer(&kiosk).later, Some(DrawLater::ClockUnsure));
    kiosk.touch(Touch::Spin);
    assert_eq!((drawn(&kiosk), left(&kiosk, 1)), (0, 2));

    let mut kiosk = spun(1);
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Confirm);
    kiosk.wait(DAY);
    for turned in 1..=3 {
        kiosk.tap(card(1));
        kiosk.touch(Touch::Spin);
        kiosk.touch(Touch::Confirm);
        kiosk.touch(Touch::Confirm);
        assert_eq!(drawn(&kiosk), (turned + 1).min(3));
    }
    kiosk.tap(card(1));
    let offered = offer(&kiosk);
    assert_eq!(
        (offered.left, offered.later),
        (1, Some(DrawLater::EnoughToday))
    );
}

#[test]
fn the_odds_are_printed_with_what_is_left() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    kiosk.touch(Touch::Odds);
    let ready = draw(&kiosk);
    assert_eq!((&ready.stage, ready.spin), (&DrawStage::Ready, true));
    let odds = ready.odds.as_ref().unwrap();
    let rows: Vec<_> = odds
        .iter()
        .map(|r| (r.name.as_str(), r.weight, r.left))
        .collect();
    assert_eq!(
        rows,
        [
            ("手ぬぐい", 2_500, Some(3)),
            ("シール", 2_500, None),
            ("ありがとう", 5_000, None)
        ]
    );
    let ceiling = ready.ceiling.as_ref().unwrap();
    assert_eq!((ceiling.blanks, ceiling.name.as_str()), (3, "手ぬぐい"));
    kiosk.touch(Touch::Odds);
    assert_eq!(draw(&kiosk).odds, None);
    kiosk.touch(Touch::Spin);
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Odds);
    let given = machine(&kiosk).given().clone();
    let towels = given.get(&"towel".parse().unwrap()).copied().unwrap_or(0);
    assert_eq!(
        draw(&kiosk).odds.as_ref().unwrap()[0].left,
        Some(3 - towels)
    );
    kiosk.wait(OPENED_MS + READY_MS);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn taking_the_visit_back_takes_the_prize_with_it() {
    let mut kiosk = spun(1);
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Confirm);
    let given: u32 = machine(&kiosk).given().values().sum();
    assert_eq!(given, 1);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    assert_eq!(machine(&kiosk).given().values().sum::<u32>(), 0);
    assert_eq!((machine(&kiosk).turned(), left(&kiosk, 1)), (1, 0));
    // The next visit's spins pay for the one that was turned.
    kiosk.wait(10_000);
    kiosk.tap(card(1));
    let offered = offer(&kiosk);
    assert_eq!((offered.earned, offered.left), (2, 1));
}

#[test]
fn the_next_card_ends_it_and_a_strangers_bad_card_does_not() {
    let mut kiosk = spun(1);
    kiosk.bad_tap(crate::input::CardProblem::HoldStill);
    assert!(matches!(kiosk.view(), View::Draw(_)));
    kiosk.tap(card(2));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    assert_eq!(seen(&kiosk), 1);
}

#[test]
fn where_no_table_stands_nothing_is_said_of_one() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    let View::VisitDone(done) = kiosk.view() else {
        panic!("a visit expected");
    };
    assert_eq!(done.draw, None);
    kiosk.touch(Touch::Spin);
    kiosk.touch(Touch::Odds);
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
}
