use std::{
    fs,
    path::{Path, PathBuf},
};

use machitap_domain::{
    Fact, FactBody,
    fact::{Class, Component},
    reception::HandOffNote,
};
use machitap_kiosk_core::{Touch, View};
use machitap_wire::DocumentName;
use tempfile::TempDir;

use super::{
    super::{Msg, handoff::STUCK_MS},
    rig::{Kiosk, Place, citizen, opener},
};
use crate::handoff::CannotHandOver;

/// The patient's number at the clinic.
pub(super) const NUMBER: &str = "PATIENT-0417";
const PATIENT: &str = "SKM-300001";
const DAY_MS: u64 = 86_400_000;

fn catalogue(directory: &Path) -> String {
    let directory = directory.display();
    format!(
        r#"{{"city":"town","name":{{"ja":"みほん町"}},"contact":"0",
 "facilities":{{"hall":{{"name":{{"ja":"みほん診療所"}},"time_zone":"Asia/Tokyo",
 "service":{{"kind":"reception","system":"clinic",
 "handoff":{{"file-drop":{{"directory":"{directory}"}}}}}}}}}}}}"#
    )
}

/// A kiosk of a clinic whose system watches that directory.
fn clinic(place: &Place, directory: &Path) -> Kiosk {
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    kiosk.publish(DocumentName::Catalogue, 1, catalogue(directory).as_bytes());
    let roster = format!(
        r#"{{"facility":"hall","residents":[{{"citizen":"{PATIENT}","links":{{"clinic":"{NUMBER}"}}}}]}}"#
    );
    let name = DocumentName::Roster("kiosk-1".parse().unwrap());
    let sealed = opener().public().seal(roster.as_bytes(), &name.aad(1));
    kiosk.publish(name, 1, &sealed);
    kiosk.settle();
    kiosk
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Until the thread has answered and nothing is under way.
fn until_tried(kiosk: &mut Kiosk) {
    kiosk.engine.due();
    kiosk.run_until(|kiosk| !kiosk.engine.hand_offs.is_under_way());
    kiosk.engine.due();
}

fn handed_off(facts: &[Fact]) -> Vec<bool> {
    let bodies = facts.iter().map(|f| &f.body);
    bodies
        .filter_map(|body| match body {
            FactBody::HandedOff { withdrawn } => Some(*withdrawn),
            _ => None,
        })
        .collect()
}

fn health(facts: &[Fact]) -> Vec<Option<Class>> {
    let bodies = facts.iter().map(|f| &f.body);
    bodies
        .filter_map(|body| match body {
            FactBody::Health {
                component: Component::HandOff,
                trouble,
            } => Some(*trouble),
            _ => None,
        })
        .collect()
}

#[test]
fn a_tap_becomes_a_file_and_then_a_fact_and_an_undo_another() {
    let dir = TempDir::new().unwrap();
    let place = Place::new();
    let mut kiosk = clinic(&place, dir.path());
    kiosk.tap(citizen(PATIENT));
    assert!(matches!(kiosk.view(), View::Announced(shown) if shown.queue == 1));
    until_tried(&mut kiosk);
    kiosk.say(Msg::Touch(Touch::Undo));
    until_tried(&mut kiosk);
    drop(kiosk);
    let facts = place.facts();
    let announced = facts
        .iter()
        .find(|f| matches!(f.body, FactBody::Announced { .. }))
        .unwrap();
    let id = announced.id.0;
    let names = [format!("{id}-withdrawn.json"), format!("{id}.json")];
    assert_eq!(files(dir.path()), names.map(|name| dir.path().join(name)));
    for path in files(dir.path()) {
        let note: HandOffNote = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!((note.id, note.queue), (announced.id, 1));
        assert_eq!(note.number.reveal(), NUMBER);
        assert_eq!(note.day.unwrap().to_string(), "2026-04-01");
    }
    assert_eq!(handed_off(&facts), [false, true]);
    assert_eq!(health(&facts), []);
}

#[test]
fn a_directory_that_is_missing_is_told_once_and_the_note_follows_when_it_is_there() {
    let dir = TempDir::new().unwrap();
    let directory = dir.path().join("in");
    let place = Place::new();
    let mut kiosk = clinic(&place, &directory);
    kiosk.tap(citizen(PATIENT));
    for _ in 0..3 {
        until_tried(&mut kiosk);
        place.pass(60_000);
    }
    fs::create_dir(&directory).unwrap();
    until_tried(&mut kiosk);
    assert_eq!(files(&directory).len(), 1);
    drop(kiosk);
    let facts = place.facts();
    assert_eq!(handed_off(&facts), [false]);
    assert_eq!(health(&facts), [Some(Class::Repair), None]);
}

#[test]
fn what_waits_outlives_a_restart_but_not_its_day() {
    for (later_ms, restart, comes) in [
        (3_600_000, false, 1),
        (3_600_000, true, 1),
        (DAY_MS, false, 0),
        (DAY_MS, true, 0),
    ] {
        let dir = TempDir::new().unwrap();
        let directory = dir.path().join("in");
        let place = Place::new();
        let mut kiosk = clinic(&place, &directory);
        kiosk.tap(citizen(PATIENT));
        until_tried(&mut kiosk);
        fs::create_dir(&directory).unwrap();
        place.pass(later_ms);
        if restart {
            drop(kiosk);
            kiosk = place.kiosk();
            kiosk.engine.start();
        }
        until_tried(&mut kiosk);
        assert_eq!(files(&directory).len(), comes, "{later_ms} {restart}");
    }
}

#[test]
fn a_hand_off_that_never_ends_is_told_and_taken_when_it_does() {
    let dir = TempDir::new().unwrap();
    let place = Place::new();
    let mut kiosk = clinic(&place, dir.path());
    // The thread answers to nobody, as one that a share holds up.
    let (nobody, held) = std::sync::mpsc::channel();
    kiosk.engine.with_hand_offs(nobody);
    kiosk.tap(citizen(PATIENT));
    let answer = held.recv().unwrap();
    place.pass(STUCK_MS);
    kiosk.engine.due();
    place.pass(STUCK_MS);
    kiosk.engine.due();
    kiosk.say(answer);
    drop(kiosk);
    let facts = place.facts();
    assert_eq!(health(&facts), [Some(Class::Retry), None]);
    assert_eq!(handed_off(&facts), [false]);
}

#[test]
fn an_answer_that_nobody_waits_for_is_none() {
    let dir = TempDir::new().unwrap();
    let place = Place::new();
    let mut kiosk = clinic(&place, dir.path());
    let before = kiosk.engine.status().last_seq;
    kiosk.say(Msg::HandOffTried(Ok(())));
    kiosk.say(Msg::HandOffTried(Err(CannotHandOver::Ended)));
    assert_eq!(kiosk.engine.status().last_seq, before);
}

/// A note that goes and one that does not, for whoever reads the log.
pub(super) fn play() {
    let dir = TempDir::new().unwrap();
    for directory in [dir.path().to_owned(), dir.path().join("missing")] {
        let place = Place::new();
        let mut kiosk = clinic(&place, &directory);
        kiosk.tap(citizen(PATIENT));
        until_tried(&mut kiosk);
    }
}
