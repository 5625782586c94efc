//! What a month would have cost under another tariff, family by family.
//!
//! Old months never change; this is how a new tariff is looked at before it goes live. What
//! was paid is what the recorded fees say. What would have been paid is reckoned anew from
//! the recorded comings and goings, day by day, as if the new tariff had been in force for
//! the whole month.

pub mod report;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Date, tz::TimeZone};
use machitap_domain::{
    DayKey, HouseholdId, Pii, Pseudonym, PurposeKey,
    attendance::ChildDays,
    nursery::{
        fee::{Fee, Unsettled, fee_of},
        settings::Nursery,
        tariff::{Care, Tariff},
    },
    roster::{Child, Roster},
};

use crate::{
    month::Month,
    nursery::{Children, month_yen},
};

/// What a month is reckoned anew by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The month.
    pub month: Month,
    /// The new settings; their last tariff counts for the whole month.
    pub nursery: &'a Nursery,
    /// The facility's zone.
    pub zone: &'a TimeZone,
    /// Who the children are and what they are certified for.
    pub roster: &'a Roster,
    /// The nursery's key.
    pub key: &'a PurposeKey,
}

/// Whose line it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A household of the roster, with the names of its children.
    Household {
        /// Its id.
        id: HouseholdId,
        /// Its children, in the order of the roster.
        children: Vec<Pii<String>>,
    },
    /// Children the roster no longer names, together: whose they are, nobody here knows.
    /// They are reckoned as certified for standard hours.
    Unlisted {
        /// How many.
        children: usize,
    },
}

/// One family's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Whose.
    pub who: Who,
    /// Yen that were charged.
    pub paid: u64,
    /// Yen that would have been.
    pub would: u64,
    /// Days left to staff, on either side; they cost nothing on the side they are left on.
    pub unsettled: Vec<Open>,
}

/// A day whose fee no rule decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The child, where the roster names it.
    pub child: Option<Pii<String>>,
    /// The day; `None` for one no clock vouched for.
    pub day: Option<Date>,
    /// Why it was left to staff.
    pub recorded: Option<Unsettled>,
    /// Why it would be under the new settings.
    pub anew: Option<Unsettled>,
}

/// A month, reckoned anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The month.
    pub month: Month,
    /// The first day of the tariff it was reckoned by; `None`: care costs nothing.
    pub tariff: Option<Date>,
    /// Each household of the roster in its order, then the children it does not name.
    pub families: Vec<Family>,
}

impl Family {
    /// Yen more, or fewer, under the new settings.
    pub fn difference(&self) -> i64 {
        difference(self.paid, self.would)
    }
}

impl Replay {
    /// Yen all families paid.
    pub fn paid(&self) -> u64 {
        self.families.iter().map(|f| f.paid).sum()
    }

    /// Yen all families would have paid.
    pub fn would(&self) -> u64 {
        self.families.iter().map(|f| f.would).sum()
    }

    /// Yen more, or fewer, in all.
    pub fn difference(&self) -> i64 {
        difference(self.paid(), self.would())
    }
}

fn difference(paid: u64, would: u64) -> i64 {
    let yen = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    yen(would) - yen(paid)
}

/// Reckons a month anew.
pub fn replay(facts: &Children, terms: &Terms<'_>) -> Replay {
    let last = terms.nursery.tariffs.last();
    let rules = Rules::new(terms, last);
    let mut by_child: BTreeMap<Pseudonym, Recorded> = facts
        .iter()
        .map(|(who, days, charged)| (*who, rules.facts(days, charged)))
        .collect();
    let mut families = Vec::new();
    for household in &terms.roster.households {
        let mut family = Family {
            who: Who::Household {
                id: household.id.clone(),
                children: household.children.iter().map(|c| c.name.clone()).collect(),
            },
            paid: 0,
            would: 0,
            unsettled: Vec::new(),
        };
        for child in &household.children {
            if let Some(month) = by_child.remove(&terms.key.pseudonym(&child.citizen)) {
                family.add(month, &rules, Some(child));
            }
        }
        families.push(family);
    }
    let mut unlisted = Family {
        who: Who::Unlisted { children: 0 },
        paid: 0,
        would: 0,
        unsettled: Vec::new(),
    };
    let mut children = 0;
    for month in by_child.into_values().filter(|m| !m.is_empty()) {
        children += 1;
        unlisted.add(month, &rules, None);
    }
    if children > 0 {
        unlisted.who = Who::Unlisted { children };
        families.push(unlisted);
    }
    Replay {
        month: terms.month,
        tariff: last.map(|t| t.from),
        families,
    }
}

/// What the facts say of one child's month.
struct Recorded<'a> {
    days: &'a ChildDays,
    paid: u32,
    dates: BTreeSet<Date>,
    /// Days of a boot whose clock nobody has put right.
    boots: Vec<DayKey>,
}

impl Recorded<'_> {
    fn is_empty(&self) -> bool {
        self.dates.is_empty() && self.boots.is_empty()
    }
}

/// The new settings, ready for one month.
struct Rules<'a> {
    terms: &'a Terms<'a>,
    /// The settings with the tariff in force since the month's first day, without its cap:
    /// the cap is kept over the days as they are reckoned, not over the recorded fees.
    nursery: Nursery,
    tariff: Option<&'a Tariff>,
}

impl<'a> Rules<'a> {
    fn new(terms: &'a Terms<'a>, tariff: Option<&'a Tariff>) -> Self {
        let mut nursery = terms.nursery.clone();
        nursery.tariffs = tariff
            .map(|t| Tariff {
                from: terms.month.first(),
                cap_yen: None,
                ..t.clone()
            })
            .into_iter()
            .collect();
        Self {
            terms,
            nursery,
            tariff,
        }
    }

    fn facts<'b>(&self, days: &'b ChildDays, charged: &BTreeSet<DayKey>) -> Recorded<'b> {
        let mut dates = BTreeSet::new();
        let mut boots = BTreeSet::new();
        let passed = days.passages().iter().map(|p| p.day);
        for day in passed.chain(charged.iter().copied()) {
            match day {
                DayKey::Date(date) if Month::of(date) == self.terms.month => {
                    dates.insert(date);
                }
                DayKey::Boot(_) if days.standing_on(day).next().is_some() => {
                    boots.insert(day);
                }
                _ => {}
            }
        }
        Recorded {
            days,
            paid: month_yen(days, self.terms.month),
            dates,
            boots: boots.into_iter().collect(),
        }
    }

    fn fee(&self, days: &ChildDays, day: DayKey, care: Care) -> Option<Fee> {
        fee_of(days, day, care, &self.nursery, self.terms.zone)
    }
}

impl Family {
    fn add(&mut self, month: Recorded<'_>, rules: &Rules<'_>, child: Option<&Child>) {
        let mut yen: u32 = 0;
        let mut open = |day: Option<Date>, key: DayKey, anew: Option<Fee>| {
            let reason = |fee: Option<Fee>| match fee {
                Some(Fee::Unsettled(why)) => Some(why),
                _ => None,
            };
            let open = Open {
                child: child.map(|c| c.name.clone()),
                day,
                recorded: reason(month.days.fee_on(key).map(|f| f.fee)),
                anew: reason(anew),
            };
            if open.recorded.is_some() || open.anew.is_some() {
                self.unsettled.push(open);
            }
        };
        for date in month.dates {
            let day = DayKey::Date(date);
            let care = child.map_or_else(Care::default, |c| c.care(date));
            let anew = rules.fee(month.days, day, care);
            if let (Some(fee), Some(tariff)) = (anew, rules.tariff) {
                yen = yen.saturating_add(tariff.capped(yen, fee.yen()));
            }
            open(Some(date), day, anew);
        }
        for day in month.boots {
            open(None, day, rules.fee(month.days, day, Care::default()));
        }
        self.paid += u64::from(month.paid);
        self.would += u64::from(yen);
    }
}

#[cfg(test)]
mod tests;
