//! When the kiosk cannot serve, it says why, and comes back by itself.

use machitap_domain::{
    Quality,
    catalogue::{Language, Service},
    roster::Roster,
};

use super::town::{Kiosk, MORNING, NTP, VISIT, card, catalogue, roster};
use crate::{
    input::{Input, LinkView, StoreTrouble, Touch},
    output::Tone,
    session::{LANGUAGE_MS, READING_MS},
    view::{Badge, MessageKind, OutReason, View},
};

fn out_of_service(kiosk: &Kiosk) -> OutReason {
    match kiosk.view() {
        View::OutOfService(out) => out.why,
        other => panic!("out of service expected, found {other:?}"),
    }
}

#[test]
fn a_full_disk_refuses_visibly_and_the_next_tap_tries_again() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tap(card(1));
    assert_eq!(out_of_service(&kiosk), OutReason::DiskFull);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
    kiosk.disk = None;
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(done) if !done.already));
    kiosk.wait(10_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_reader_that_goes_and_comes_back_is_said_and_journalled_once() {
    let mut kiosk = Kiosk::new(VISIT);
    let before = kiosk.journal.len();
    for ready in [false, false, true, true] {
        kiosk.give(Input::Reader { ready });
        let gone = matches!(kiosk.view(), View::OutOfService(_));
        assert_eq!(gone, !ready);
    }
    assert_eq!(kiosk.journal.len(), before + 2);
}

#[test]
fn a_boot_for_an_update_is_said_and_who_comes_before_it_is_served() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.give(Input::Renewing(true));
    assert_eq!(out_of_service(&kiosk), OutReason::Renewing);
    assert!(matches!(kiosk.view(), View::OutOfService(out) if out.contact.is_empty()));
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    kiosk.wait(10_000);
    assert_eq!(out_of_service(&kiosk), OutReason::Renewing);
    // What is wrong is more to be known than what will be.
    kiosk.give(Input::Reader { ready: false });
    assert_eq!(out_of_service(&kiosk), OutReason::ReaderGone);
    kiosk.give(Input::Reader { ready: true });
    kiosk.give(Input::Renewing(false));
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_catalogue_that_does_not_name_this_facility_is_said() {
    let mut kiosk = Kiosk::new(VISIT);
    let mut other = catalogue(VISIT);
    other.facilities.clear();
    kiosk.give(Input::Catalogue(Box::new(other)));
    assert_eq!(out_of_service(&kiosk), OutReason::UnknownFacility);
    kiosk.tap(card(1));
    assert_eq!(out_of_service(&kiosk), OutReason::UnknownFacility);
    assert_eq!(kiosk.screen().header.clock.time, None, "in whose zone?");
    kiosk.give(Input::Catalogue(Box::new(catalogue(VISIT))));
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_card_that_never_answers_does_not_hang_the_screen() {
    let mut kiosk = Kiosk::new(VISIT);
    let tap = kiosk.seen();
    assert!(matches!(kiosk.view(), View::Reading));
    kiosk.wait(READING_MS);
    assert_eq!(kiosk.message(), MessageKind::HoldStill);
    // And an answer of a card long gone is not taken for the next one's.
    kiosk.seen();
    kiosk.give(Input::CardRead(tap, card(1)));
    assert!(matches!(kiosk.view(), View::Reading));
}

#[test]
fn two_cards_are_told_to_come_one_by_one() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.give(Input::TwoCards);
    assert_eq!(kiosk.message(), MessageKind::TwoCards);
    kiosk.touch(Touch::Cancel);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn the_header_tells_what_a_person_should_know() {
    let mut kiosk = Kiosk::new(Service::nursery());
    assert_eq!(kiosk.screen().header.badges, []);
    kiosk.give(Input::Link(LinkView {
        pending: 7,
        forked: true,
        ..LinkView::default()
    }));
    assert_eq!(
        kiosk.screen().header.badges,
        [Badge::Forked, Badge::Offline { pending: 7 }]
    );
    kiosk.give(Input::Link(LinkView {
        connected: true,
        city_listening: true,
        pending: 5_000,
        forked: false,
    }));
    assert_eq!(
        kiosk.screen().header.badges,
        [Badge::Sending { pending: 5_000 }]
    );
    kiosk.give(Input::Link(LinkView {
        connected: true,
        city_listening: true,
        ..LinkView::default()
    }));
    kiosk.give(Input::Roster {
        roster: Box::new(roster()),
        issued_ms: MORNING - 9 * 86_400_000,
    });
    assert_eq!(kiosk.screen().header.badges, [Badge::OldRoster { days: 9 }]);
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.give(Input::Tick);
    assert_eq!(kiosk.screen().header.badges, [Badge::ClockUnsure]);
    assert_eq!(kiosk.screen().header.clock.time, None);
}

#[test]
fn the_clock_turns_with_the_minute() {
    let mut kiosk = Kiosk::new(VISIT);
    let minute = |kiosk: &Kiosk| kiosk.screen().header.clock.time.unwrap().minute;
    assert_eq!(minute(&kiosk), 55);
    let drawn = kiosk.screens.len();
    kiosk.wait(59_999);
    assert_eq!(kiosk.screens.len(), drawn, "nothing is drawn in between");
    kiosk.wait(1);
    assert_eq!(minute(&kiosk), 56);
}

#[test]
fn a_language_lasts_for_its_session() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.touch(Touch::Language(Language::En));
    assert_eq!(kiosk.screen().header.facility, "Here");
    kiosk.tap(card(1));
    assert_eq!(kiosk.screen().language, Language::En);
    kiosk.wait(8_000);
    assert_eq!(kiosk.screen().language, Language::Ja);
    kiosk.touch(Touch::Language(Language::En));
    kiosk.wait(LANGUAGE_MS);
    assert_eq!(kiosk.screen().language, Language::Ja);
}

#[test]
fn an_empty_roster_is_a_roster() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.give(Input::Roster {
        roster: Box::new(Roster::empty("here".parse().unwrap())),
        issued_ms: MORNING,
    });
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.now.clock.quality = NTP;
}
