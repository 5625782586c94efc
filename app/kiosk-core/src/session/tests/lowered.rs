//! Everything drawn low for whoever sits, and high again for whoever comes next.

use machitap_domain::catalogue::{Language, Service};

use super::town::{Kiosk, NTP, VISIT, card};
use crate::{
    input::{CardProblem, Input, StaffAct, StoreTrouble, Touch},
    session::{LANGUAGE_MS, LOWERED_MS},
    view::View,
};

fn lowered(kiosk: &Kiosk) -> bool {
    kiosk.screen().lowered
}

fn idle(kiosk: &Kiosk) -> bool {
    matches!(kiosk.view(), View::Idle(_))
}

fn low(service: Service) -> Kiosk {
    let mut kiosk = Kiosk::new(service);
    assert!(!lowered(&kiosk));
    kiosk.touch(Touch::Lower);
    assert!(lowered(&kiosk) && idle(&kiosk));
    kiosk
}

/// Lets the session end, and says how long the screen stayed low after that.
fn stays_for(kiosk: &mut Kiosk) -> u64 {
    while !idle(kiosk) {
        assert!(lowered(kiosk), "{:?}", kiosk.view());
        kiosk.wait(1_000);
    }
    let mut ms = 0;
    while lowered(kiosk) {
        kiosk.wait(1_000);
        ms += 1_000;
    }
    ms
}

#[test]
fn the_same_key_lowers_and_raises() {
    let mut kiosk = low(VISIT);
    kiosk.touch(Touch::Lower);
    assert!(!lowered(&kiosk));
    kiosk.touch(Touch::Lower);
    assert!(lowered(&kiosk));
}

#[test]
fn it_ends_by_itself_when_nobody_is_there() {
    let mut kiosk = low(VISIT);
    kiosk.wait(LOWERED_MS - 1);
    assert!(lowered(&kiosk));
    kiosk.wait(1);
    assert!(!lowered(&kiosk) && idle(&kiosk));
}

#[test]
fn it_stays_through_a_session_and_for_a_time_after_it() {
    let mut kiosk = low(VISIT);
    kiosk.wait(LOWERED_MS - 1_000);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(_)) && lowered(&kiosk));
    kiosk.touch(Touch::Own);
    assert!(matches!(kiosk.view(), View::Own(_)) && lowered(&kiosk));
    let after = stays_for(&mut kiosk);
    let least = LOWERED_MS - 1_000;
    assert!((least..=LOWERED_MS).contains(&after), "{after} ms");
}

#[test]
fn what_does_not_come_to_a_deed_keeps_it_too() {
    let mut kiosk = low(VISIT);
    kiosk.wait(LOWERED_MS - 1_000);
    kiosk.bad_tap(CardProblem::Silent);
    assert!(matches!(kiosk.view(), View::Message(_)) && lowered(&kiosk));
    kiosk.wait(1_000);
    kiosk.touch(Touch::Cancel);
    assert!(idle(&kiosk));
    kiosk.touch(Touch::Languages);
    kiosk.wait(10_000);
    kiosk.touch(Touch::Language(Language::Vi));
    kiosk.wait(LANGUAGE_MS);
    assert_eq!(kiosk.screen().language, Language::Ja);
    assert!(lowered(&kiosk), "the two end each in its own time");
    kiosk.wait(LOWERED_MS - LANGUAGE_MS);
    assert!(!lowered(&kiosk));
}

#[test]
fn a_language_outlives_a_screen_that_was_raised() {
    let mut kiosk = low(VISIT);
    kiosk.wait(LOWERED_MS - 1_000);
    // What no key of the idle screen says: nothing but the language's own time begins anew.
    kiosk.touch(Touch::Language(Language::Pt));
    kiosk.wait(1_000);
    assert!(!lowered(&kiosk));
    assert_eq!(kiosk.screen().language, Language::Pt);
}

#[test]
fn the_staff_have_it_low_too() {
    let mut kiosk = low(Service::nursery());
    kiosk.open_panel();
    assert!(matches!(kiosk.view(), View::Board(_)) && lowered(&kiosk));
    kiosk.act(StaffAct::Alarms);
    assert!(matches!(kiosk.view(), View::Alarms(_)) && lowered(&kiosk));
}

#[test]
fn nothing_but_the_idle_screen_takes_it() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Lower);
    assert!(!lowered(&kiosk), "nothing moves under a finger");
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.give(Input::Store(Some(StoreTrouble::Full)));
    kiosk.touch(Touch::Lower);
    assert!(!lowered(&kiosk), "there is no key on it");
}

#[test]
fn a_kiosk_that_starts_anew_stands_as_usual() {
    let mut kiosk = low(VISIT);
    let now = kiosk.now;
    kiosk.restart(1, now.mono_ms + 1_000, now.clock.wall_ms + 1_000, NTP);
    assert!(!lowered(&kiosk));
}
