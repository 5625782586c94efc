//! Announcements: the patient's latest, and the kiosk's queue.

use jiff::tz::TimeZone;

use super::{FoldKey, Folds, changed};
use crate::{
    fact::{Fact, FactId},
    ids::SystemId,
    pseudonym::Pseudonym,
    reception::{Announcement, Patient, Receptions},
    time::{DayKey, Stamp},
};

impl Folds {
    /// A patient's latest announcement; none for one never seen.
    pub fn patient(&self, patient: &Pseudonym) -> Patient {
        self.patients.get(patient).cloned().unwrap_or_default()
    }

    /// The kiosk's queue and what it has to hand off.
    pub const fn receptions(&self) -> &Receptions {
        &self.receptions
    }

    pub(super) fn announce(
        &mut self,
        fact: &Fact,
        patient: Pseudonym,
        system: &SystemId,
        queue: u32,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let made = Announcement {
            fact: fact.id,
            system: system.clone(),
            queue,
            day: fact.at.day(zone),
            at: fact.at,
            undone: false,
        };
        self.receptions.announce(patient, &made);
        self.patients.entry(patient).or_default().announce(made);
        vec![FoldKey::Patient(patient), FoldKey::Receptions]
    }

    pub(super) fn hand_off(&mut self, fact: &Fact, withdrawn: bool) -> Vec<FoldKey> {
        let taken = fact
            .caused_by
            .is_some_and(|a| self.receptions.hand_off(a, withdrawn));
        changed(taken, FoldKey::Receptions)
    }

    pub(super) fn void_announcement(&mut self, patient: Pseudonym, fact: FactId) -> Vec<FoldKey> {
        let of = self.patients.get_mut(&patient);
        let Some(undone) = of.and_then(|p| p.undo(fact)) else {
            return Vec::new();
        };
        self.receptions.undo(patient, undone);
        vec![FoldKey::Patient(patient), FoldKey::Receptions]
    }

    pub(super) fn mend_receptions(
        &mut self,
        mend: impl Fn(&mut Stamp, &mut DayKey) -> bool,
    ) -> Vec<FoldKey> {
        let mut keys = Vec::new();
        for (who, patient) in &mut self.patients {
            keys.extend(patient.mend(&mend).then_some(FoldKey::Patient(*who)));
        }
        keys.extend(changed(self.receptions.mend(&mend), FoldKey::Receptions));
        keys
    }
}
