use std::fs;

use machitap_domain::FactBody;
use machitap_kiosk_core::{Touch, View};

use super::{
    super::Msg,
    rig::{Place, citizen},
};

/// The law of the house, with the disk taken away: nothing says that it was done.
#[test]
fn a_store_that_fails_never_shows_done() {
    let mut place = Place::new();
    place.hall();
    place.settings.min_free_bytes = u64::MAX;
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    for n in 0..5 {
        kiosk.tap(citizen(&format!("SKM-00000{n}")));
        kiosk.say(Msg::Touch(Touch::Confirm));
        kiosk.say(Msg::Touch(Touch::Undo));
    }
    let seen = kiosk.seen.take();
    assert!(seen.iter().any(|s| s == "tone: ask"), "{seen:?}");
    for said in &seen {
        assert!(!said.contains("done"), "{said} without a fact: {seen:?}");
    }
    assert_eq!(kiosk.engine.status().view, "out-of-service:disk-full");
    drop(kiosk);
    assert!(!place.trace().contains("confirmed"));
    place.settings.min_free_bytes = 0;
    let visit = |f: &machitap_domain::Fact| matches!(f.body, FactBody::Visit { .. });
    assert!(!place.facts().iter().any(visit));
}

#[test]
fn a_full_journal_serves_again_once_the_city_has_counted() {
    let mut place = Place::new();
    place.settings.max_bytes = 160 * 1024;
    let mut kiosk = place.hall();
    let mut taps = 0;
    while kiosk.engine.status().view != "out-of-service:disk-full" {
        taps += 1;
        assert!(taps < 2_000, "the limit is never reached");
        kiosk.tap(citizen(&format!("SKM-{taps:06}")));
        place.pass(1_000);
    }
    place.pass(super::super::outputs::PROBE_MS);
    kiosk.engine.due();
    assert_eq!(kiosk.engine.status().view, "out-of-service:disk-full");
    let last_seq = kiosk.engine.status().last_seq;
    kiosk.receipt(last_seq);
    place.pass(super::super::outputs::PROBE_MS);
    kiosk.engine.due();
    kiosk.settle();
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.tap(citizen("SKM-999999"));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
}

#[test]
fn a_full_disk_at_the_start_is_made_up_for() {
    let mut place = Place::new();
    place.settings.min_free_bytes = u64::MAX;
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    assert_eq!(
        kiosk.engine.unwritten.len(),
        1,
        "the start is not on disk yet"
    );
    assert_eq!(kiosk.engine.status().view, "out-of-service:disk-full");
    assert!(kiosk.engine.due.probe.is_some());
}

#[test]
fn a_damaged_journal_is_replaced_and_the_first_fact_says_so() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    drop(kiosk);
    let mut bytes = fs::read(place.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[100..middle].fill(0xA5);
    fs::write(place.path(), bytes).unwrap();
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    drop(kiosk);
    let facts = place.facts();
    assert!(matches!(facts[0].body, FactBody::JournalReplaced { .. }));
    assert!(matches!(facts[1].body, FactBody::Started { .. }));
}

#[test]
fn the_log_is_copied_while_nobody_waits_for_the_disk() {
    let place = Place::new();
    let mut kiosk = place.hall();
    for n in 0..10 {
        kiosk.tap(citizen(&format!("SKM-{n:06}")));
        assert!(kiosk.engine.logged > n / 2, "not in the middle of a tap");
        place.pass(100);
    }
    assert!(kiosk.engine.due.checkpoint.is_some());
    place.pass(700);
    kiosk.engine.due();
    assert_eq!(kiosk.engine.logged, 0);
    assert!(kiosk.engine.due.checkpoint.is_none(), "once is enough");
}
