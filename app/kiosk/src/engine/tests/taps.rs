use machitap_card::{CardProblem, ReaderEvent, TapId};
use machitap_domain::FactBody;
use machitap_kiosk_core::{Touch, View};

use super::{
    super::Msg,
    rig::{Place, citizen, felica},
};

#[test]
fn a_tap_is_on_disk_before_it_is_seen_or_heard_and_leaves_a_trace() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.seen.take();
    kiosk.tap(citizen("SKM-000001"));
    assert_eq!(
        kiosk.seen.take(),
        ["tone: read", "reading", "tone: done", "visit-done"]
    );
    let head = kiosk.engine.status();
    assert_eq!((head.view, head.taps, head.points), ("visit-done", 1, 5));
    drop(kiosk);
    let facts = place.facts();
    let deeds: Vec<u64> = facts
        .iter()
        .filter(|f| matches!(f.body, FactBody::Visit { .. } | FactBody::Award(_)))
        .map(|f| f.key.seq)
        .collect();
    assert_eq!(deeds, [2, 3]);
    let trace = place.trace();
    assert!(trace.contains(r#""ev":"tap","tap":1,"seen_ns":1,"read_ns":2,"committed_ns":"#));
    assert!(trace.contains(r#""ev":"confirmed","view":"visit-done","seqs":[2,3]"#));
    assert_eq!(trace.matches(r#""ev":"idle""#).count(), 1);
}

#[test]
fn a_card_is_counted_when_it_is_seen_and_when_its_reading_ends() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let (tap, at_mono_ms) = (TapId(1), 0);
    kiosk.say(Msg::Reader(ReaderEvent::CardSeen { tap, at_mono_ms }, 1));
    let status = kiosk.engine.status();
    assert_eq!((status.taps, status.read), (1, 0));
    let problem = CardProblem::RemovedEarly;
    kiosk.say(Msg::Reader(ReaderEvent::CardProblem { tap, problem }, 2));
    let status = kiosk.engine.status();
    assert_eq!((status.taps, status.read), (1, 1));
    kiosk.tap(citizen("SKM-000001"));
    let status = kiosk.engine.status();
    assert_eq!((status.taps, status.read), (2, 2));
}

#[test]
fn what_was_done_before_a_restart_is_not_done_twice() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    drop(kiosk);
    let mut again = place.kiosk();
    again.engine.start();
    again.tap(citizen("SKM-000001"));
    assert!(matches!(again.view(), View::VisitDone(done) if done.already));
    drop(again);
    let visits = |f: &&machitap_domain::Fact| matches!(f.body, FactBody::Visit { .. });
    assert_eq!(place.facts().iter().filter(visits).count(), 1);
    assert_eq!(place.trace().matches("confirmed").count(), 1);
}

#[test]
fn an_undo_is_confirmed_by_its_own_fact() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    kiosk.say(Msg::Touch(Touch::Undo));
    assert_eq!(kiosk.view(), View::Undone);
    assert_eq!(kiosk.engine.status().points, 0);
    drop(kiosk);
    let last = place.facts().pop().unwrap();
    assert!(matches!(last.body, FactBody::Undone { .. }));
    let line = format!(r#""view":"undone","seqs":[{}]"#, last.key.seq);
    assert!(place.trace().contains(&line));
}

#[test]
fn a_screen_goes_back_when_its_time_is_over() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(felica(1));
    assert!(kiosk.engine.due.session.is_some());
    place.pass(60_000);
    kiosk.engine.due();
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_reader_that_goes_and_comes_back_is_told_to_people_and_to_the_city() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.seen.take();
    let why = machitap_card::GoneReason::NoService;
    kiosk.say(Msg::Reader(ReaderEvent::Gone { why }, 1));
    let reader = "Any".to_owned();
    kiosk.say(Msg::Reader(ReaderEvent::Ready { reader }, 2));
    assert_eq!(kiosk.seen.take(), ["out-of-service:reader-gone", "idle"]);
    drop(kiosk);
    let health = |f: &&machitap_domain::Fact| matches!(f.body, FactBody::Health { .. });
    assert_eq!(place.facts().iter().filter(health).count(), 2);
}

#[test]
fn a_missing_key_is_for_staff_not_for_the_person() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let tap = TapId(1);
    let at_mono_ms = 0;
    kiosk.say(Msg::Reader(ReaderEvent::CardSeen { tap, at_mono_ms }, 1));
    let problem = machitap_card::CardProblem::KeyMissing;
    kiosk.say(Msg::Reader(ReaderEvent::CardProblem { tap, problem }, 2));
    assert_eq!(kiosk.engine.status().view, "message:not-genuine");
}
