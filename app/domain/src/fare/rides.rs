//! A holder's rides, as one journal knows them. Bounded.

use serde::{Deserialize, Serialize};

use super::ride::Ride;
use crate::{
    fact::FactId,
    ids::ClassId,
    points::caps::Month,
    time::{BootId, DayKey, Stamp},
};

/// Rides of one holder that are remembered one by one; more than any day's limits allow of
/// two classes. Older ones live in the months.
pub const RIDES_KEPT: usize = 24;

/// Months whose rides are remembered: the town's year, and the one before.
pub const MONTHS_KEPT: usize = 24;

/// Boots without a clock whose older rides are remembered apart.
pub const BOOTS_KEPT: usize = 8;

/// One ride, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RideMade {
    /// The fact.
    pub fact: FactId,
    /// The day it counts for.
    pub day: DayKey,
    /// When.
    pub at: Stamp,
    /// What was said.
    pub ride: Ride,
    /// It was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
}

impl RideMade {
    const fn counts(&self) -> bool {
        self.ride.counts && !self.void
    }
}

/// Older rides of one class that count, of a month or of a boot without a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    class: ClassId,
    when: When,
    rides: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum When {
    Month(Month),
    /// The latest stamp of rides that nobody knows the date of.
    Unsure(Stamp),
}

/// A holder's rides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rides {
    recent: Vec<RideMade>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    older: Vec<Sum>,
}

impl Rides {
    /// The latest ride that stands.
    pub fn latest(&self) -> Option<&RideMade> {
        self.recent.iter().rev().find(|r| !r.void)
    }

    /// Rides that count on that day.
    pub fn on(&self, class: &ClassId, day: DayKey) -> u32 {
        count(self.recent_of(class).filter(|r| r.day == day).count())
    }

    /// Rides that count in that year and those of which nobody knows the year.
    pub fn in_year(&self, class: &ClassId, year: i16, year_of: impl Fn(Month) -> i16) -> u32 {
        self.in_months(class, |month| month.is_none_or(|m| year_of(m) == year))
    }

    /// The most [`Self::in_year`] says of any year from that one on.
    pub fn in_fullest_year(
        &self,
        class: &ClassId,
        since: i16,
        year_of: impl Fn(Month) -> i16,
    ) -> u32 {
        let recent = self.recent_of(class).filter_map(|r| month_of(r.day));
        let older = self.older.iter().filter_map(|s| match s.when {
            When::Month(month) => Some(month),
            When::Unsure(_) => None,
        });
        recent
            .chain(older)
            .map(&year_of)
            .filter(|year| *year >= since)
            .chain([since])
            .map(|year| self.in_year(class, year, &year_of))
            .max()
            .unwrap_or(0)
    }

    fn in_months(&self, class: &ClassId, matches: impl Fn(Option<Month>) -> bool) -> u32 {
        let recent = self.recent_of(class).filter(|r| matches(month_of(r.day)));
        let older = self
            .older
            .iter()
            .filter(|s| s.class == *class)
            .filter(|s| match s.when {
                When::Month(month) => matches(Some(month)),
                When::Unsure(_) => matches(None),
            })
            .map(|s| s.rides);
        older.fold(count(recent.count()), u32::saturating_add)
    }

    fn recent_of(&self, class: &ClassId) -> impl Iterator<Item = &RideMade> {
        self.recent
            .iter()
            .filter(move |r| r.counts() && r.ride.class == *class)
    }

    pub(crate) fn push(&mut self, fact: FactId, day: DayKey, at: Stamp, ride: Ride) {
        if self.recent.len() == RIDES_KEPT {
            // What does not count goes first, so that a day's rides stay counted.
            let idle = self.recent.iter().position(|r| !r.counts());
            let oldest = self.recent.remove(idle.unwrap_or(0));
            if oldest.counts() {
                let when = month_of(oldest.day).map_or(When::Unsure(oldest.at), When::Month);
                self.add(oldest.ride.class, when, 1);
            }
        }
        self.recent.push(RideMade {
            fact,
            day,
            at,
            ride,
            void: false,
        });
    }

    fn add(&mut self, class: ClassId, when: When, rides: u32) {
        let same = |s: &Sum| match (s.when, when) {
            (When::Month(a), When::Month(b)) => a == b,
            (When::Unsure(a), When::Unsure(b)) => a.boot == b.boot,
            _ => false,
        };
        match self.older.iter_mut().find(|s| s.class == class && same(s)) {
            Some(sum) => {
                sum.rides = sum.rides.saturating_add(rides);
                sum.when = when;
            }
            None => self.older.push(Sum { class, when, rides }),
        }
        self.forget();
    }

    /// Drops months that lie too far back and joins boots that are too many; no ride of those
    /// is forgotten, because a year's limit hangs on it.
    fn forget(&mut self) {
        let mut months: Vec<Month> = self
            .older
            .iter()
            .filter_map(|s| match s.when {
                When::Month(month) => Some(month),
                When::Unsure(_) => None,
            })
            .collect();
        months.sort_unstable();
        months.dedup();
        if let Some(first) = months
            .len()
            .checked_sub(MONTHS_KEPT)
            .and_then(|n| months.get(n).copied())
        {
            self.older
                .retain(|s| !matches!(s.when, When::Month(month) if month < first));
        }
        let unsure = |s: &Sum| matches!(s.when, When::Unsure(_));
        if self.older.iter().filter(|s| unsure(s)).count() > BOOTS_KEPT {
            let twins = self.older.iter().enumerate().find_map(|(n, s)| {
                let twin = |t: &Sum| unsure(t) && t.class == s.class;
                let later = self.older[n + 1..].iter().position(twin)?;
                unsure(s).then_some((n, n + 1 + later))
            });
            if let Some((oldest, next)) = twins {
                let rides = self.older[oldest].rides;
                self.older[next].rides = self.older[next].rides.saturating_add(rides);
                self.older.remove(oldest);
            }
        }
    }

    /// Takes a ride back; false when it does not stand.
    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        let found = self.recent.iter_mut().find(|r| r.fact == fact && !r.void);
        found.map(|r| r.void = true).is_some()
    }

    /// Moves what stands on an untrusted time to where it belongs; false when nothing does.
    pub(crate) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp, &mut DayKey) -> bool) -> bool {
        let mut touched = false;
        for ride in &mut self.recent {
            touched |= mend(&mut ride.at, &mut ride.day);
        }
        for sum in std::mem::take(&mut self.older) {
            let mut when = sum.when;
            if let When::Unsure(at) = &mut when {
                let mut day = DayKey::Boot(at.boot);
                touched |= mend(at, &mut day);
                if let Some(month) = month_of(day) {
                    when = When::Month(month);
                }
            }
            self.add(sum.class, when, sum.rides);
        }
        touched
    }

    /// True when something of that boot still stands on an untrusted time.
    pub(crate) fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.recent.iter().any(|r| unsure(&r.at))
            || self
                .older
                .iter()
                .any(|s| matches!(&s.when, When::Unsure(at) if unsure(at)))
    }
}

fn month_of(day: DayKey) -> Option<Month> {
    match day {
        DayKey::Date(date) => Some(Month::of(date)),
        DayKey::Boot(_) => None,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
