//! Entries to events: in the person's account as visits are, and in the event's counts.

use jiff::tz::TimeZone;

use super::{FoldKey, Folds, changed};
use crate::{
    event::Counts,
    fact::{Fact, FactId},
    ids::EventId,
    points::{Account, VisitMade, account::Ended},
    pseudonym::Pseudonym,
};

impl Folds {
    /// How many came to the facility's events.
    pub const fn events(&self) -> &Counts {
        &self.events
    }

    pub(super) fn enter(
        &mut self,
        fact: &Fact,
        person: Pseudonym,
        event: &EventId,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let entry = VisitMade {
            event: Some(event.clone()),
            ..VisitMade::new(fact.id, fact.at.day(zone), fact.at)
        };
        self.accounts.entry(person).or_default();
        self.move_person(person, Some(event.clone()), |account| {
            account.visit(entry);
            true
        })
    }

    pub(super) fn leave(&mut self, fact: &Fact, person: Pseudonym) -> Vec<FoldKey> {
        let Some(entry) = fact.caused_by else {
            return Vec::new();
        };
        let ended = Ended {
            fact: fact.id,
            at: fact.at,
        };
        let event = self.event_of(person, entry);
        self.move_person(person, event, |account| account.leave(entry, ended))
    }

    /// Takes a visit, an entry, a leaving or a spend back.
    pub(super) fn undo_in_account(&mut self, person: Pseudonym, undone: FactId) -> Vec<FoldKey> {
        let event = self.event_of(person, undone);
        self.move_person(person, event, |account| account.undo(undone))
    }

    fn event_of(&self, person: Pseudonym, fact: FactId) -> Option<EventId> {
        self.accounts.get(&person)?.event_of(fact).cloned()
    }

    /// Changes an account, and the counts of that event by where the person was and is.
    fn move_person(
        &mut self,
        person: Pseudonym,
        event: Option<EventId>,
        change: impl FnOnce(&mut Account) -> bool,
    ) -> Vec<FoldKey> {
        let Some(account) = self.accounts.get_mut(&person) else {
            return Vec::new();
        };
        let before = event.as_ref().map(|e| account.presence(e));
        let mut keys = changed(change(account), FoldKey::Account(person));
        if let (Some(event), Some(before)) = (event, before)
            && self.events.went(&event, before, account.presence(&event))
        {
            keys.push(FoldKey::Events);
        }
        keys
    }
}
