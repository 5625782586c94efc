//! Awards of several kiosks under shared caps.
//!
//! Two kiosks that do not hear each other may both give what only one may. Neither takes
//! anything back by itself: what each gave is kept as a set, sets are united (a CRDT: the
//! order of arrival and doubled arrivals do not matter), and [`Awards::judge`] decides from
//! the set alone how much of each award stands. Kiosk and city that have heard the same
//! facts therefore say the same.
//!
//! Awards are judged in the order of their day, their time and their key; the earlier one
//! stands. A kiosk that is alone and obeyed the caps is never reversed: its sums fit every
//! cap already. The exception says so on the screen: an award made without a trusted clock
//! is provisional until its day is known.

mod used;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{
    award::AwardReason,
    caps::{CapHit, Person},
};
use crate::{
    catalogue::Catalogue,
    fact::{Fact, FactBody, FactId, FactKey},
    ids::FacilityId,
    time::{BootId, DayKey, Quality, Stamp},
};

/// An award as a kiosk made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwardMade {
    /// Its fact's place.
    pub key: FactKey,
    /// The visit, or the help, that it is for.
    pub cause: FactId,
    /// When.
    pub at: Stamp,
    /// The day it counts for.
    pub day: DayKey,
    /// Where.
    pub facility: FacilityId,
    /// What for.
    pub reason: AwardReason,
    /// How many.
    pub points: u32,
}

impl AwardMade {
    /// The award of a fact; `None` when it is none.
    pub fn of(fact: &Fact, zone: &TimeZone) -> Option<Self> {
        let FactBody::Award(award) = &fact.body else {
            return None;
        };
        Some(Self {
            key: fact.key.clone(),
            cause: fact.caused_by?,
            at: fact.at,
            day: fact.at.day(zone),
            facility: fact.facility.clone(),
            reason: award.reason.clone(),
            points: award.points,
        })
    }

    /// Which of two that bear one key is kept: the one whose time is known, then any, as
    /// long as everybody takes the same. Two different awards under one key are a fork, and
    /// the city says so elsewhere.
    fn yields_to(&self, other: &Self) -> bool {
        let place = |a: &Self| {
            let text = serde_json::to_vec(a).expect("an award is plain data");
            (!a.at.quality.is_trusted(), text)
        };
        place(other) < place(self)
    }
}

/// The awards of one person, from any number of kiosks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Awards {
    made: BTreeMap<FactKey, AwardMade>,
    undone: BTreeSet<FactId>,
}

/// What became of an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Points that stand.
    pub stands: u32,
    /// What took the rest; `None` where all stands.
    pub cut: Option<Cut>,
}

/// What took an award, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A cap is reached by earlier awards.
    Capped(CapHit),
    /// The rules give this so often, and earlier awards did.
    Given,
    /// The visit was taken back.
    Undone,
}

impl Awards {
    /// Takes in a fact about this person: an award, or an undo.
    pub fn take(&mut self, fact: &Fact, zone: &TimeZone) {
        if let FactBody::Undone { fact: undone } = fact.body {
            self.undone.insert(undone);
        } else if let Some(award) = AwardMade::of(fact, zone) {
            self.add(award);
        }
    }

    /// Adds an award.
    pub fn add(&mut self, award: AwardMade) {
        match self.made.get(&award.key) {
            Some(there) if !there.yields_to(&award) => {}
            _ => {
                self.made.insert(award.key.clone(), award);
            }
        }
    }

    /// Takes back what a visit earned. An undo wins, also over an award that comes later.
    pub fn undo(&mut self, cause: FactId) {
        self.undone.insert(cause);
    }

    /// The clock of a boot became trustworthy: its awards move to their days. `zone` tells
    /// the time zone of a facility.
    pub fn correct<'z>(
        &mut self,
        boot: BootId,
        boot_wall_ms: i64,
        quality: Quality,
        zone: impl Fn(&FacilityId) -> &'z TimeZone,
    ) {
        for award in self.made.values_mut() {
            if award.at.boot == boot && !award.at.quality.is_trusted() {
                award.at.wall_ms = boot_wall_ms.saturating_add_unsigned(award.at.mono_ms);
                award.at.quality = quality;
                award.day = award.at.day(zone(&award.facility));
            }
        }
    }

    /// Takes in all that another has heard.
    pub fn unite(&mut self, other: &Self) {
        for award in other.made.values() {
            self.add(award.clone());
        }
        self.undone.extend(&other.undone);
    }

    /// The awards, by key.
    pub fn iter(&self) -> impl Iterator<Item = &AwardMade> {
        self.made.values()
    }

    /// True when that visit, or that spend, was taken back.
    pub fn is_undone(&self, fact: &FactId) -> bool {
        self.undone.contains(fact)
    }

    /// How much of each award stands.
    pub fn judge(&self, town: &Catalogue, person: Person) -> BTreeMap<FactKey, Verdict> {
        let mut order: Vec<&AwardMade> = self.made.values().collect();
        order.sort_by_key(|a| (a.day, a.at.wall_ms, &a.key));
        let mut used = used::Used::default();
        order
            .into_iter()
            .map(|award| {
                let verdict = if self.undone.contains(&award.cause) {
                    Verdict {
                        stands: 0,
                        cut: Some(Cut::Undone),
                    }
                } else {
                    used.judge(award, town, person)
                };
                (award.key.clone(), verdict)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
