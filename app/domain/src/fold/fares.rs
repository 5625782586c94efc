//! Rides.

use jiff::tz::TimeZone;

use super::{FoldKey, Folds, changed};
use crate::{
    fact::{Fact, FactId},
    fare::{Ride, Rides},
    pseudonym::Pseudonym,
};

impl Folds {
    /// A holder's rides; none for one never seen.
    pub fn rides(&self, holder: &Pseudonym) -> Rides {
        self.rides.get(holder).cloned().unwrap_or_default()
    }

    pub(super) fn ride(
        &mut self,
        fact: &Fact,
        holder: Pseudonym,
        ride: &Ride,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let rides = self.rides.entry(holder).or_default();
        rides.push(fact.id, fact.at.day(zone), fact.at, ride.clone());
        vec![FoldKey::Rides(holder)]
    }

    pub(super) fn void_ride(&mut self, holder: Pseudonym, fact: FactId) -> Vec<FoldKey> {
        let rides = self.rides.get_mut(&holder);
        changed(rides.is_some_and(|r| r.undo(fact)), FoldKey::Rides(holder))
    }
}
