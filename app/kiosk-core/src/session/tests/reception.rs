use machitap_domain::{
    FactBody, FactId, Pseudonym, Quality,
    catalogue::Service,
    fact::{Class, Component, Refusal},
    reception::{Handoff, ReceptionRules},
};

use super::town::{Kiosk, MORNING, NTP, card, catalogue, citizen, felica, purposes};
use crate::{
    input::{Input, NoteOf, StoreTrouble, Touch},
    output::Tone,
    view::{Announced, HandOffs, MessageKind, OutReason, View},
};

const DAY: i64 = 86_400_000;

pub(super) fn clinic() -> Service {
    Service::Reception(Box::new(ReceptionRules {
        system: "clinic".parse().unwrap(),
        handoff: Handoff::Http {
            url: "http://127.0.0.1:8080/announce".into(),
        },
    }))
}

/// Residents 1, 11, 13 and 50 have numbers at the clinic; 2 has one elsewhere.
pub(super) fn with_patients(kiosk: &mut Kiosk) {
    kiosk.roster(|roster| {
        let resident = roster.residents[0].clone();
        for n in [1, 2, 11, 13] {
            roster.residents.push(machitap_domain::roster::Resident {
                citizen: citizen(n),
                cards: Vec::new(),
                ..resident.clone()
            });
        }
        // A guardian's id stands once: here they are patients.
        roster.households.clear();
        for (n, resident) in roster.residents.iter_mut().enumerate() {
            let elsewhere = resident.citizen == citizen(2);
            let system = if elsewhere { "dentist" } else { "clinic" };
            let number = format!("00{n}").parse().unwrap();
            resident.links = [(system.parse().unwrap(), number)].into();
        }
    });
}

fn kiosk() -> Kiosk {
    let mut kiosk = Kiosk::new(clinic());
    with_patients(&mut kiosk);
    kiosk
}

fn patient(n: u32) -> Pseudonym {
    purposes().reception.unwrap().pseudonym(&citizen(n))
}

fn announced(kiosk: &Kiosk) -> Announced {
    match kiosk.view() {
        View::Announced(announced) => *announced,
        other => panic!("a number expected, found {other:?}"),
    }
}

fn note_of(kiosk: &Kiosk, n: usize) -> NoteOf {
    let (_, note, _) = &kiosk.notes[n];
    NoteOf {
        announcement: note.id,
        withdrawn: note.withdrawn,
    }
}

fn taken(kiosk: &mut Kiosk, n: usize) {
    let note = note_of(kiosk, n);
    kiosk.give(Input::HandedOff(note));
}

fn handed_off(kiosk: &Kiosk) -> Vec<(Option<FactId>, bool)> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::HandedOff { withdrawn } => Some((f.caused_by, withdrawn)),
            _ => None,
        })
        .collect()
}

fn hand_offs(kiosk: &mut Kiosk) -> Option<HandOffs> {
    kiosk.open_panel();
    let lines = match kiosk.view() {
        View::StaffPanel(panel) => panel.hand_offs,
        other => panic!("the staff panel expected, found {other:?}"),
    };
    kiosk.touch(Touch::Cancel);
    lines
}

#[test]
fn a_tap_gives_a_number_and_the_note_follows_the_record() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    let shown = announced(&kiosk);
    assert_eq!((shown.queue, shown.already), (1, false));
    assert!(shown.undo.is_some());
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    let fact = kiosk.last(|b| matches!(b, FactBody::Announced { .. }));
    assert_eq!(fact.subject, Some(patient(1)));
    let visitor = purposes().visit.unwrap().pseudonym(&citizen(1));
    assert_ne!(fact.subject, Some(visitor), "no stream can be joined");
    let (on_disk, note, to) = &kiosk.notes[0];
    assert_eq!(*on_disk, kiosk.journal.len(), "commit, then hand over");
    assert_eq!((note.id, note.queue, note.withdrawn), (fact.id, 1, false));
    assert_eq!(note.number.reveal(), "001");
    assert_eq!(note.at.unwrap().as_millisecond(), MORNING);
    assert_eq!(note.day.unwrap().to_string(), "2026-04-01");
    assert!(matches!(to, Handoff::Http { .. }));
    kiosk.tap(felica(50));
    assert_eq!(announced(&kiosk).queue, 2);
}

#[test]
fn no_fact_carries_a_number_of_the_clinic() {
    let mut kiosk = kiosk();
    for n in [1, 11, 13] {
        kiosk.tap(card(n));
    }
    let journal = serde_json::to_string(&kiosk.journal).unwrap();
    for (_, note, _) in &kiosk.notes {
        let number = format!("\"{}\"", note.number.reveal());
        assert!(!journal.contains(&number), "{number}");
    }
    assert_eq!(kiosk.notes.len(), 3);
}

#[test]
fn nothing_is_said_nor_handed_over_when_the_disk_is_full() {
    let mut kiosk = kiosk();
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    assert_eq!(kiosk.notes, []);
}

#[test]
fn a_number_is_kept_for_the_day() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    kiosk.tap(card(11));
    kiosk.wait_until("15:00");
    kiosk.tap(card(1));
    let again = announced(&kiosk);
    assert_eq!((again.queue, again.already, again.undo), (1, true, None));
    assert_eq!(kiosk.tones.last(), Some(&Tone::Read));
    assert_eq!(kiosk.notes.len(), 2);
    kiosk.restart(2, 5_000, MORNING + DAY, NTP);
    with_patients(&mut kiosk);
    kiosk.tap(card(11));
    assert_eq!(
        (announced(&kiosk).queue, announced(&kiosk).already),
        (1, false)
    );
}

#[test]
fn whoever_has_no_number_here_is_sent_to_the_desk() {
    let mut kiosk = kiosk();
    for n in [2, 77] {
        kiosk.tap(card(n));
        assert_eq!(kiosk.message(), MessageKind::NotLinked);
        let fact = kiosk.last(|b| matches!(b, FactBody::Refused { .. }));
        let why = Refusal::NotLinked;
        assert_eq!(
            (&fact.body, fact.subject),
            (&FactBody::Refused { why }, None)
        );
    }
    kiosk.tap(felica(7));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    assert_eq!(kiosk.notes, []);
}

#[test]
fn an_undo_withdraws() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    taken(&mut kiosk, 0);
    kiosk.touch(Touch::Undo);
    assert_eq!(*kiosk.view(), View::Undone);
    let (_, note, _) = &kiosk.notes[1];
    assert_eq!((note.id, note.withdrawn), (kiosk.notes[0].1.id, true));
    taken(&mut kiosk, 1);
    let id = Some(kiosk.notes[0].1.id);
    assert_eq!(handed_off(&kiosk), [(id, false), (id, true)]);
    // Nobody is called by a number that somebody was given.
    kiosk.tap(card(1));
    assert_eq!(
        (announced(&kiosk).queue, announced(&kiosk).already),
        (2, false)
    );
}

#[test]
fn a_note_is_journalled_once_however_often_it_is_taken() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    for _ in 0..3 {
        taken(&mut kiosk, 0);
    }
    let fact = kiosk.last(|b| matches!(b, FactBody::HandedOff { .. }));
    assert_eq!(
        (fact.subject, fact.caused_by),
        (Some(patient(1)), Some(kiosk.notes[0].1.id))
    );
    assert_eq!(handed_off(&kiosk).len(), 1);
    let unheard_of = NoteOf {
        announcement: kiosk.journal[0].id,
        withdrawn: false,
    };
    kiosk.give(Input::HandedOff(unheard_of));
    assert_eq!(handed_off(&kiosk).len(), 1);
}

#[test]
fn what_was_not_taken_is_offered_again_after_a_start_until_its_day_is_over() {
    let mut kiosk = kiosk();
    for n in [1, 11] {
        kiosk.tap(card(n));
    }
    taken(&mut kiosk, 0);
    assert_eq!(
        hand_offs(&mut kiosk),
        Some(HandOffs {
            waiting: 1,
            missed: 0
        })
    );
    kiosk.notes.clear();
    kiosk.restart(2, 5_000, MORNING + 600_000, NTP);
    assert_eq!(kiosk.notes.len(), 1);
    assert_eq!(kiosk.notes[0].1.number.reveal(), "003");
    // Once in a run: the shell tries again by itself.
    kiosk.tap(card(13));
    assert_eq!(kiosk.notes.len(), 2);
    kiosk.notes.clear();
    kiosk.restart(3, 5_000, MORNING + DAY, NTP);
    assert_eq!(kiosk.notes, []);
    assert_eq!(
        hand_offs(&mut kiosk),
        Some(HandOffs {
            waiting: 0,
            missed: 2
        })
    );
}

#[test]
fn a_number_that_comes_back_with_a_roster_is_offered_then() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    kiosk.roster(|_| {});
    kiosk.restart(2, 5_000, MORNING + 600_000, NTP);
    assert_eq!(kiosk.notes.len(), 1, "nobody's number is guessed");
    with_patients(&mut kiosk);
    assert_eq!(kiosk.notes.len(), 2);
}

#[test]
fn what_waits_is_offered_anew_where_the_catalogue_says_another_way() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    let mut rules = clinic().as_reception().unwrap().clone();
    let publish = |rules: &ReceptionRules| {
        let service = Service::Reception(Box::new(rules.clone()));
        Input::Catalogue(Box::new(catalogue(service)))
    };
    kiosk.give(publish(&rules));
    assert_eq!(kiosk.notes.len(), 1, "the same way: the shell has it");
    rules.handoff = Handoff::FileDrop {
        directory: "/srv/clinic/in".into(),
    };
    kiosk.give(publish(&rules));
    assert_eq!(kiosk.notes.len(), 2);
    assert_eq!(kiosk.notes[1].2, rules.handoff);
}

#[test]
fn the_city_hears_once_that_the_system_takes_nothing() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    let note = note_of(&kiosk, 0);
    let failed = |class| Input::HandOffFailed { note, class };
    for class in [Class::Retry, Class::Retry, Class::Repair] {
        kiosk.give(failed(class));
    }
    taken(&mut kiosk, 0);
    let told: Vec<Option<Class>> = kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Health {
                component: Component::HandOff,
                trouble,
            } => Some(trouble),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Some(Class::Retry), Some(Class::Repair), None]);
    assert_eq!(hand_offs(&mut kiosk), None);
}

#[test]
fn without_a_clock_a_boot_counts_by_itself_and_the_note_says_no_time() {
    let mut kiosk = kiosk();
    kiosk.tap(card(1));
    kiosk.restart(2, 5_000, MORNING + 600_000, Quality::UNKNOWN);
    kiosk.tap(card(11));
    assert_eq!(announced(&kiosk).queue, 1);
    let (_, note, _) = kiosk.notes.last().unwrap();
    assert_eq!((note.day, note.at), (None, None));
}

#[test]
fn a_reception_without_a_roster_says_so() {
    let mut kiosk = Kiosk::new(clinic());
    kiosk.without_a_roster();
    let View::OutOfService(out) = kiosk.view() else {
        panic!("out of service expected, found {:?}", kiosk.view())
    };
    assert_eq!(out.why, OutReason::NoRoster);
}
