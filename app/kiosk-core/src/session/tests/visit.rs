use machitap_domain::{FactBody, Quality, catalogue::Service, points::PointRule};

use super::town::{Kiosk, MORNING, NTP, VISIT, card, citizen, felica, purposes};
use crate::{
    input::Touch,
    output::Tone,
    view::{Gained, MessageKind, View, VisitDone},
};

const HOUR: u64 = 3_600_000;

fn done(kiosk: &Kiosk) -> &VisitDone {
    match kiosk.view() {
        View::VisitDone(done) => done,
        other => panic!("a visit expected, found {other:?}"),
    }
}

fn balance(kiosk: &Kiosk, n: u32) -> i64 {
    let subject = purposes().visit.unwrap().pseudonym(&citizen(n));
    kiosk.folds.account(&subject).balance()
}

#[test]
fn one_tap_earns_points_and_says_the_balance() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    let shown = done(&kiosk);
    assert_eq!(shown.gained, Gained::Points(10));
    assert_eq!((shown.balance, shown.visits), (Some(10), Some(1)));
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    kiosk.wait(8_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_second_visit_of_the_day_is_recorded_and_its_zero_explained() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.wait(2 * HOUR);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::AlreadyToday);
    assert!(!done(&kiosk).already);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Visit { .. })), 2);
    kiosk.wait(22 * HOUR);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    assert_eq!(balance(&kiosk, 1), 20);
}

#[test]
fn a_facility_without_points_says_so() {
    let mut kiosk = Kiosk::new(Service::visit(PointRule::plain(0, 1)));
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::NotHere);
}

#[test]
fn a_double_tap_counts_once_and_undo_takes_the_points_back() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.wait(3_000);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already);
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    assert_eq!(
        kiosk.tones.last(),
        Some(&Tone::Read),
        "not a second success"
    );
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    assert_eq!(balance(&kiosk, 1), 0);
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 1);
    kiosk.wait(10_000);
    kiosk.tap(card(1));
    assert_eq!(balance(&kiosk, 1), 10);
}

#[test]
fn undo_ends_with_its_time() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).undo.unwrap().left_ms, 60_000);
    kiosk.wait(59_000);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).undo.unwrap().left_ms, 1_000);
    kiosk.wait(1_500);
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 0);
}

#[test]
fn a_copied_number_is_recorded_but_told_nothing() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(felica(50));
    let shown = done(&kiosk);
    assert_eq!((shown.balance, shown.visits), (None, None));
    assert_eq!(balance(&kiosk, 50), 10);
    kiosk.tap(felica(51));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
}

#[test]
fn the_guard_holds_over_a_restart_in_the_middle() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    let mono = kiosk.now.mono_ms;
    kiosk.restart(1, mono + 5_000, MORNING - HOUR as i64, NTP);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already);
    kiosk.restart(2, 15_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already, "a power cut and no clock");
    assert_eq!(balance(&kiosk, 1), 10);
}

#[test]
fn points_of_a_day_nobody_knows_count_once_for_that_boot() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.restart(2, 200_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    kiosk.wait(HOUR);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::AlreadyToday);
}
