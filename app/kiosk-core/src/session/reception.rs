//! A reception: one tap announces the patient and gives a number; the note follows the record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use machitap_domain::{
    Credential, DayKey, FactBody, Folds, Now, Pseudonym,
    catalogue::Service,
    fact::{Class, Component, Refusal},
    ids::LinkNumber,
    reception::{Announcement, HandOffNote, NOTE_VERSION, ReceptionRules, queue::Open},
};

use super::{After, Session, State, Turn, done};
use crate::{
    input::NoteOf,
    output::{Output, Tone},
    view::{HandOffs, MessageKind},
};

impl Session {
    pub(super) fn reception_rules(&self) -> Option<&ReceptionRules> {
        self.service().and_then(Service::as_reception)
    }

    /// Who can be announced here: the numbers of this reception's system, by the patient's
    /// pseudonym. Made with each roster, so that a tap looks through nothing.
    pub(super) fn know_patients(&mut self) {
        self.patients = self.patients_of_roster().unwrap_or_default();
    }

    fn patients_of_roster(&self) -> Option<BTreeMap<Pseudonym, LinkNumber>> {
        let system = &self.reception_rules()?.system;
        let key = self.purposes.reception.as_ref()?;
        let (roster, _) = self.roster.as_ref()?;
        let numbers = roster.residents.iter().filter_map(|resident| {
            let number = resident.links.get(system)?;
            Some((key.pseudonym(&resident.citizen), number.clone()))
        });
        Some(numbers.collect())
    }

    pub(super) fn announce(
        &mut self,
        cx: &mut Turn<'_>,
        rules: &ReceptionRules,
        credential: &Credential,
    ) {
        let key = self.purposes.reception.as_ref();
        let citizen = self.resident(credential);
        let Some(patient) = citizen.zip(key).map(|(c, key)| key.pseudonym(&c)) else {
            return self.refuse(cx, MessageKind::UnknownCard, Refusal::UnknownCard);
        };
        if !self.patients.contains_key(&patient) {
            return self.refuse(cx, MessageKind::NotLinked, Refusal::NotLinked);
        }
        let today = cx.now.stamp().day(&self.zone);
        let before = cx.folds.patient(&patient);
        if let Some(made) = before.latest().filter(|m| self.is_again(cx, rules, m)) {
            cx.out.push(Output::Tone(Tone::Read));
            let done = done::Done::announced_before(self, cx, patient, made);
            return self.go(State::Done(done));
        }
        let queue = cx.folds.receptions().next(today);
        let system = rules.system.clone();
        let body = FactBody::Announced { system, queue };
        let announced = self.draft(cx.now, Some(patient), None, body);
        let planned = done::Planned::Announced {
            patient,
            fact: announced.id,
            queue,
        };
        self.append(cx, vec![announced], After::Done(planned));
    }

    /// One number a day: whoever forgot it holds the card once more. A second visit on one day
    /// is a word at the desk.
    fn is_again(&self, cx: &Turn<'_>, rules: &ReceptionRules, made: &Announcement) -> bool {
        let today = cx.now.stamp().day(&self.zone);
        let lately = cx.now.at_least_since(&made.at) < self.timing().repeat_ms;
        made.system == rules.system && (made.day == today || lately)
    }

    /// Gives the shell every note that waits and that it does not have yet: after each commit,
    /// after a start, and when a roster brings a number that was missing.
    pub(super) fn offer_notes(&mut self, cx: &mut Turn<'_>) {
        let Some(rules) = self.reception_rules().cloned() else {
            return;
        };
        for open in cx.folds.receptions().open() {
            if open.made.system != rules.system || self.is_over(open, cx.now) {
                continue;
            }
            let Some(number) = self.patients.get(&open.patient).cloned() else {
                continue;
            };
            let note_of = NoteOf {
                announcement: open.made.fact,
                withdrawn: open.made.undone,
            };
            if self.offered.insert(note_of) {
                cx.out.push(Output::HandOff {
                    note: Box::new(self.note(&open.made, number)),
                    to: rules.handoff.clone(),
                });
            }
        }
    }

    fn note(&self, made: &Announcement, number: LinkNumber) -> HandOffNote {
        let at = Timestamp::from_millisecond(made.at.wall_ms).ok();
        HandOffNote {
            version: NOTE_VERSION,
            id: made.fact,
            kiosk: self.kiosk.clone(),
            system: made.system.clone(),
            queue: made.queue,
            number,
            day: match made.day {
                DayKey::Date(date) => Some(date),
                DayKey::Boot(_) => None,
            },
            at: at.filter(|_| made.at.quality.is_trusted()),
            withdrawn: made.undone,
        }
    }

    fn is_over(&self, open: &Open, now: &Now) -> bool {
        open.made.is_over(now.stamp().day(&self.zone), now)
    }

    /// A note was taken: journalled once, however often the shell says so.
    pub(super) fn handed_off(&mut self, cx: &mut Turn<'_>, note: NoteOf) {
        let NoteOf {
            announcement,
            withdrawn,
        } = note;
        self.tell_hand_off(cx, None);
        if let Some(patient) = cx.folds.receptions().awaits(announcement, withdrawn) {
            let body = FactBody::HandedOff { withdrawn };
            let taken = self.draft(cx.now, Some(patient), Some(announcement), body);
            self.append(cx, vec![taken], After::Quiet);
        }
    }

    /// The city hears that the other system takes nothing, and of the end of it.
    pub(super) fn tell_hand_off(&mut self, cx: &mut Turn<'_>, trouble: Option<Class>) {
        if self.told_hand_off == trouble {
            return;
        }
        self.told_hand_off = trouble;
        let body = FactBody::Health {
            component: Component::HandOff,
            trouble,
        };
        let draft = self.draft(cx.now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }

    /// What has not reached the other system.
    pub(super) fn hand_offs(&self, now: &Now, folds: &Folds) -> Option<HandOffs> {
        self.reception_rules()?;
        let mut lines = HandOffs::default();
        for open in folds.receptions().open() {
            if self.is_over(open, now) {
                lines.missed += 1;
            } else {
                lines.waiting += 1;
            }
        }
        (lines != HandOffs::default()).then_some(lines)
    }
}
