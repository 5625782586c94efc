//! Spins and machines.

use jiff::tz::TimeZone;

use super::{FoldKey, Folds, changed};
use crate::{
    draw::{Machines, Spins},
    fact::{Fact, FactBody, FactId},
    pseudonym::Pseudonym,
};

impl Folds {
    /// A resident's spins; none for one never seen.
    pub fn spins(&self, resident: &Pseudonym) -> Spins {
        self.spins.get(resident).cloned().unwrap_or_default()
    }

    /// The kiosk's draw tables.
    pub const fn machines(&self) -> &Machines {
        &self.machines
    }

    pub(super) fn apply_to_draws(&mut self, fact: &Fact, zone: &TimeZone) -> Vec<FoldKey> {
        match (&fact.body, fact.subject, fact.caused_by) {
            (FactBody::SpinsGiven(given), Some(resident), Some(deed)) => {
                let spins = self.spins.entry(resident).or_default();
                spins.give(fact.id, deed, given);
                vec![FoldKey::Spins(resident)]
            }
            (FactBody::Drawn(drawn), Some(resident), gift) => {
                let spins = self.spins.entry(resident).or_default();
                spins.turn(fact.id, gift, fact.at.day(zone), drawn);
                self.machines.turn(fact.id, resident, fact.at, drawn);
                vec![FoldKey::Spins(resident), FoldKey::Machines]
            }
            (FactBody::DrawSeen, _, Some(draw)) => {
                changed(self.machines.see(draw), FoldKey::Machines)
            }
            (FactBody::PrizeHanded { .. }, Some(resident), Some(draw)) => {
                let spins = self.spins.get_mut(&resident);
                let handed = spins.is_some_and(|s| s.hand(fact.id, draw));
                changed(handed, FoldKey::Spins(resident))
            }
            _ => Vec::new(),
        }
    }

    /// Takes back that a prize changed hands.
    pub(super) fn void_hand(&mut self, subject: Pseudonym, fact: FactId) -> Vec<FoldKey> {
        let spins = self.spins.get_mut(&subject);
        let back = spins.is_some_and(|s| s.take_back_hand(fact));
        changed(back, FoldKey::Spins(subject))
    }

    /// Takes the spins of a deed back, and the prizes they drew.
    pub(super) fn void_draws(&mut self, subject: Pseudonym, deed: FactId) -> Vec<FoldKey> {
        let spins = self.spins.get_mut(&subject);
        let Some((table, void)) = spins.and_then(|s| s.undo(deed)) else {
            return Vec::new();
        };
        let mut keys = vec![FoldKey::Spins(subject)];
        for draw in &void {
            self.machines.give_back(draw.fact, &table, &draw.prize);
        }
        keys.extend((!void.is_empty()).then_some(FoldKey::Machines));
        keys
    }
}
