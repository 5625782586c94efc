//! The state of the town as one journal knows it: a fold over its facts.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{
    attendance::{ChildDays, Passage},
    fact::{Fact, FactBody},
    points::{Account, VisitMade},
    pseudonym::Pseudonym,
    time::{BootId, DayKey, Quality, Stamp},
};

/// Which entry of the folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldKey {
    /// A child's days.
    Child(Pseudonym),
    /// A resident's account.
    Account(Pseudonym),
}

/// The entry as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldValue {
    /// A child's days.
    Child(ChildDays),
    /// A resident's account.
    Account(Account),
}

/// Attendance and accounts, by pseudonym.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    children: BTreeMap<Pseudonym, ChildDays>,
    accounts: BTreeMap<Pseudonym, Account>,
}

impl Folds {
    /// A child's days; empty for one never seen.
    pub fn child(&self, child: &Pseudonym) -> ChildDays {
        self.children.get(child).cloned().unwrap_or_default()
    }

    /// A resident's account; empty for one never seen.
    pub fn account(&self, resident: &Pseudonym) -> Account {
        self.accounts.get(resident).cloned().unwrap_or_default()
    }

    /// All accounts, by pseudonym.
    pub fn accounts(&self) -> impl Iterator<Item = (&Pseudonym, &Account)> {
        self.accounts.iter()
    }

    /// All children with their days, by pseudonym.
    pub fn children(&self) -> impl Iterator<Item = (&Pseudonym, &ChildDays)> {
        self.children.iter()
    }

    /// Points of all accounts together.
    pub fn total_points(&self) -> i64 {
        self.accounts.values().map(Account::balance).sum()
    }

    /// Takes in one fact and says which entries it changed.
    ///
    /// Facts are applied in the order of their sequence. A fact that changes nothing
    /// here (health, staff, a kind from the future) is not an error.
    pub fn apply(&mut self, fact: &Fact, zone: &TimeZone) -> Vec<FoldKey> {
        match (&fact.body, fact.subject) {
            (FactBody::Attendance { direction, .. }, Some(child)) => {
                self.children.entry(child).or_default().push(Passage {
                    fact: fact.id,
                    day: fact.at.day(zone),
                    at: fact.at,
                    direction: *direction,
                    undone: false,
                });
                vec![FoldKey::Child(child)]
            }
            (FactBody::Visit { .. }, Some(resident)) => {
                self.accounts.entry(resident).or_default().visit(VisitMade {
                    fact: fact.id,
                    day: fact.at.day(zone),
                    at: fact.at,
                    points: 0,
                    undone: false,
                });
                vec![FoldKey::Account(resident)]
            }
            (FactBody::Award(award), Some(resident)) => {
                let credited = fact.caused_by.is_some_and(|visit| {
                    self.accounts
                        .get_mut(&resident)
                        .is_some_and(|a| a.award(visit, *award))
                });
                changed(credited, FoldKey::Account(resident))
            }
            (FactBody::Undone { fact: undone }, Some(subject)) => {
                let child = self
                    .children
                    .get_mut(&subject)
                    .is_some_and(|c| c.undo(*undone));
                if child {
                    return vec![FoldKey::Child(subject)];
                }
                let visit = self
                    .accounts
                    .get_mut(&subject)
                    .is_some_and(|a| a.undo(*undone));
                changed(visit, FoldKey::Account(subject))
            }
            (
                FactBody::ClockCorrected {
                    boot,
                    offset_ms,
                    quality,
                },
                _,
            ) => self.correct(*boot, *offset_ms, *quality, zone),
            _ => Vec::new(),
        }
    }

    /// The entry as the store keeps it; `None` for one never seen.
    pub fn get(&self, key: FoldKey) -> Option<FoldValue> {
        match key {
            FoldKey::Child(child) => self.children.get(&child).cloned().map(FoldValue::Child),
            FoldKey::Account(a) => self.accounts.get(&a).cloned().map(FoldValue::Account),
        }
    }

    /// Puts back an entry the store kept.
    pub fn put(&mut self, subject: Pseudonym, value: FoldValue) {
        match value {
            FoldValue::Child(days) => {
                self.children.insert(subject, days);
            }
            FoldValue::Account(account) => {
                self.accounts.insert(subject, account);
            }
        }
    }

    /// Everything, in a fixed order.
    pub fn entries(&self) -> impl Iterator<Item = (FoldKey, FoldValue)> + '_ {
        let children = self
            .children
            .iter()
            .map(|(k, v)| (FoldKey::Child(*k), FoldValue::Child(v.clone())));
        let accounts = self
            .accounts
            .iter()
            .map(|(k, v)| (FoldKey::Account(*k), FoldValue::Account(v.clone())));
        children.chain(accounts)
    }

    fn correct(
        &mut self,
        boot: BootId,
        offset_ms: i64,
        quality: Quality,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let mend = |at: &mut Stamp, day: &mut DayKey| {
            let touched = at.boot == boot && !at.quality.is_trusted();
            if touched {
                at.wall_ms = at.wall_ms.saturating_add(offset_ms);
                at.quality = quality;
                *day = at.day(zone);
            }
            touched
        };
        let mut keys = Vec::new();
        for (child, days) in &mut self.children {
            let touched = days
                .passages_mut()
                .iter_mut()
                .filter(|p| p.at.boot == boot)
                .fold(false, |any, p| mend(&mut p.at, &mut p.day) || any);
            keys.extend(touched.then_some(FoldKey::Child(*child)));
        }
        for (resident, account) in &mut self.accounts {
            let touched = account
                .recent_mut()
                .iter_mut()
                .fold(false, |any, v| mend(&mut v.at, &mut v.day) || any);
            keys.extend(touched.then_some(FoldKey::Account(*resident)));
        }
        keys
    }
}

fn changed(really: bool, key: FoldKey) -> Vec<FoldKey> {
    if really { vec![key] } else { Vec::new() }
}
