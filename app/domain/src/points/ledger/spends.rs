//! The spends the city holds, and its answers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Ledger;
use crate::{
    catalogue::Catalogue,
    fact::{FactId, FactKey},
    points::{
        caps::Person,
        merge::Awards,
        spend::{Spend, SpendVerdict},
    },
};

/// A spend as the city holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendMade {
    /// Its fact's place.
    pub key: FactKey,
    /// Its name, by which an undo names it.
    pub fact: FactId,
    /// What it is.
    pub spend: Spend,
    /// The day the city came to hold it; once it answered, the day of the answer.
    pub day: Date,
    /// Its place in the order in which the city held spends.
    pub nth: u64,
    /// The city's answer, once given.
    pub verdict: Option<SpendVerdict>,
}

/// Spends of one person, each answered at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpendBook {
    made: BTreeMap<FactKey, SpendMade>,
}

impl SpendBook {
    /// Takes a spend that reached the city on that day; false for one it holds already.
    pub fn take(&mut self, key: FactKey, fact: FactId, spend: Spend, day: Date) -> bool {
        if self.made.contains_key(&key) {
            return false;
        }
        let nth = self.made.len() as u64;
        let made = SpendMade {
            key: key.clone(),
            fact,
            spend,
            day,
            nth,
            verdict: None,
        };
        self.made.insert(key, made);
        true
    }

    /// Puts back a spend the city answered earlier, as of the day of its answer; false for one it
    /// holds already.
    pub fn recall(
        &mut self,
        key: FactKey,
        fact: FactId,
        spend: Spend,
        day: Date,
        verdict: SpendVerdict,
    ) -> bool {
        let new = self.take(key.clone(), fact, spend, day);
        if new && let Some(made) = self.made.get_mut(&key) {
            made.verdict = Some(verdict);
        }
        new
    }

    /// The spend of that key.
    pub fn get(&self, key: &FactKey) -> Option<&SpendMade> {
        self.made.get(key)
    }

    /// Spends in the order in which the city held them.
    pub fn in_order(&self) -> Vec<&SpendMade> {
        let mut all: Vec<&SpendMade> = self.made.values().collect();
        all.sort_by_key(|s| s.nth);
        all
    }

    /// Declines a spend for a reason of its own, as [`Self::settle`] does for want of points.
    /// `None` for a spend it does not hold.
    pub fn decline(&mut self, key: &FactKey, today: Date) -> Option<SpendVerdict> {
        self.answer(key, SpendVerdict::Declined, today)
    }

    fn answer(
        &mut self,
        key: &FactKey,
        verdict: SpendVerdict,
        today: Date,
    ) -> Option<SpendVerdict> {
        let made = self.made.get_mut(key)?;
        if made.verdict.is_none() {
            // What is spent is what had not ended by the day of the answer.
            made.day = today.max(made.day);
            made.verdict = Some(verdict);
        }
        made.verdict
    }

    /// The city's answer to a spend: settled when its points are there on that day and it was
    /// not taken back. The first answer stays, whatever is heard later. `None` for a spend it
    /// does not hold.
    pub fn settle(
        &mut self,
        key: &FactKey,
        awards: &Awards,
        town: &Catalogue,
        person: Person,
        today: Date,
    ) -> Option<SpendVerdict> {
        let made = self.made.get(key)?;
        if let Some(given) = made.verdict {
            return Some(given);
        }
        let (fact, points) = (made.fact, u64::from(made.spend.points));
        let ledger = Ledger::settled(awards, self, town, person, today);
        let verdict = if awards.is_undone(&fact) || points > ledger.free() {
            SpendVerdict::Declined
        } else {
            SpendVerdict::Settled
        };
        self.answer(key, verdict, today)
    }
}
