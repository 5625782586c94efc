//! What an account remembers of visits that nobody can take back any more: sums, bounded.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{account::VisitMade, award::AwardReason, caps::Month};
use crate::time::{DayKey, Stamp};

/// Days of visits that are remembered, beside the latest visits themselves. No streak and
/// no stamp card is longer.
pub const DAYS_KEPT: usize = 64;

/// Months whose points are remembered: the town's year, and the one before.
pub const MONTHS_KEPT: usize = 24;

/// One day of visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMade {
    /// The day.
    pub day: DayKey,
    /// Visits that earned points.
    pub paid: u32,
    /// Points under the caps.
    pub points: u64,
    /// A streak was paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub streak: bool,
    /// A stamp card was paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stamps: bool,
    /// The latest stamp of a day nobody knows the date of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure: Option<Stamp>,
}

impl DayMade {
    const fn new(day: DayKey) -> Self {
        Self {
            day,
            paid: 0,
            points: 0,
            streak: false,
            stamps: false,
            unsure: None,
        }
    }

    fn take(&mut self, other: &Self) {
        self.paid = self.paid.saturating_add(other.paid);
        self.points = self.points.saturating_add(other.points);
        self.streak |= other.streak;
        self.stamps |= other.stamps;
    }

    fn of(visit: &VisitMade) -> Self {
        let has = |reason| visit.lines.iter().any(|l| l.reason == reason);
        let points = u64::from(visit.points);
        Self {
            paid: u32::from(points > 0),
            points,
            streak: has(AwardReason::Streak),
            stamps: has(AwardReason::Stamps),
            unsure: matches!(visit.day, DayKey::Boot(_)).then_some(visit.at),
            ..Self::new(visit.day)
        }
    }
}

/// Adds a day to days in the order they were first seen.
fn add(days: &mut Vec<DayMade>, day: DayMade) {
    match days.iter_mut().rev().find(|d| d.day == day.day) {
        Some(there) => {
            there.take(&day);
            there.unsure = day.unsure;
        }
        None => days.push(day),
    }
}

/// Points of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct MonthMade {
    month: Month,
    points: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    birthday: bool,
}

/// The sums of older visits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Older {
    days: Vec<DayMade>,
    months: Vec<MonthMade>,
}

impl Older {
    pub(super) fn is_empty(&self) -> bool {
        self.days.is_empty() && self.months.is_empty()
    }

    #[cfg(test)]
    pub(super) const fn days_len(&self) -> usize {
        self.days.len()
    }

    /// Takes in a visit or an entry that stands and leaves the list of the latest. Of an entry
    /// only its month's points stay: it is no day of visits, and nobody goes to sixteen events
    /// on one day.
    pub(super) fn take(&mut self, visit: &VisitMade) {
        if visit.event.is_some() {
            if let DayKey::Date(date) = visit.day {
                self.add_month(date, u64::from(visit.points), false);
            }
            return;
        }
        add(&mut self.days, DayMade::of(visit));
        self.days.drain(..self.days.len().saturating_sub(DAYS_KEPT));
        let birthday = is_birthday(visit);
        if let DayKey::Date(date) = visit.day {
            self.add_month(date, u64::from(visit.points), birthday);
        }
    }

    fn add_month(&mut self, date: Date, points: u64, birthday: bool) {
        let month = Month::of(date);
        match self.months.iter_mut().find(|m| m.month == month) {
            Some(there) => {
                there.points = there.points.saturating_add(points);
                there.birthday |= birthday;
            }
            None => self.months.push(MonthMade {
                month,
                points,
                birthday,
            }),
        }
        self.months.sort_unstable_by_key(|m| m.month);
        self.months
            .drain(..self.months.len().saturating_sub(MONTHS_KEPT));
    }

    /// Moves days whose date becomes known.
    pub(super) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp, &mut DayKey) -> bool) -> bool {
        let mut touched = false;
        for mut day in std::mem::take(&mut self.days) {
            if let Some(at) = &mut day.unsure
                && mend(at, &mut day.day)
            {
                touched = true;
                day.unsure = None;
                if let DayKey::Date(date) = day.day {
                    self.add_month(date, day.points, false);
                }
            }
            add(&mut self.days, day);
        }
        touched
    }

    /// Stamps of days nobody knows the date of.
    pub(super) fn unsure(&self) -> impl Iterator<Item = &Stamp> {
        self.days.iter().filter_map(|d| d.unsure.as_ref())
    }
}

fn is_birthday(visit: &VisitMade) -> bool {
    visit
        .lines
        .iter()
        .any(|l| l.reason == AwardReason::Birthday)
}

/// Everything an account remembers, older and latest visits together.
#[derive(Debug, Clone)]
pub(super) struct History {
    days: Vec<DayMade>,
    months: Vec<MonthMade>,
    /// Points of entries to events, apart from the days of visits.
    events: Vec<(DayKey, u64)>,
}

impl History {
    pub(super) fn of<'a>(older: &Older, latest: impl Iterator<Item = &'a VisitMade>) -> Self {
        let mut all = older.clone();
        let mut events = Vec::new();
        for visit in latest {
            if visit.event.is_some() {
                all.take(visit);
                events.push((visit.day, u64::from(visit.points)));
                continue;
            }
            add(&mut all.days, DayMade::of(visit));
            if let DayKey::Date(date) = visit.day {
                all.add_month(date, u64::from(visit.points), is_birthday(visit));
            }
        }
        Self {
            days: all.days,
            months: all.months,
            events,
        }
    }

    fn day(&self, day: DayKey) -> Option<&DayMade> {
        self.days.iter().rev().find(|d| d.day == day)
    }

    pub(super) fn unsure(&self) -> u64 {
        let visits = self.days.iter().map(|d| (d.day, d.points));
        visits
            .chain(self.events.iter().copied())
            .filter(|(day, _)| matches!(day, DayKey::Boot(_)))
            .map(|(_, points)| points)
            .sum()
    }

    pub(super) fn paid_on(&self, day: DayKey) -> u32 {
        self.day(day).map_or(0, |d| d.paid)
    }

    pub(super) fn earned_on(&self, day: DayKey) -> u64 {
        self.day(day).map_or(0, |d| d.points) + self.events_on(|on| on == day)
    }

    fn events_on(&self, holds: impl Fn(DayKey) -> bool) -> u64 {
        let on = self.events.iter().filter(|(day, _)| holds(*day));
        on.map(|(_, points)| points).sum()
    }

    pub(super) fn earned_in(&self, month: impl Fn(Month) -> bool) -> u64 {
        self.months
            .iter()
            .filter(|m| month(m.month))
            .map(|m| m.points)
            .sum()
    }

    pub(super) fn earned_in_days(&self, holds: impl Fn(Date) -> bool) -> u64 {
        let on = |day: DayKey| matches!(day, DayKey::Date(date) if holds(date));
        let visits = self.days.iter().filter(|d| on(d.day)).map(|d| d.points);
        visits.sum::<u64>() + self.events_on(on)
    }

    pub(super) fn had_birthday_in(&self, month: Month) -> bool {
        self.months.iter().any(|m| m.month == month && m.birthday)
    }

    /// Days of visits since the last full stamp card, that day counted when it has none yet.
    pub(super) fn stamps(&self, today: DayKey) -> u32 {
        let since = self.days.iter().rposition(|d| d.stamps);
        let fresh = &self.days[since.map_or(0, |n| n + 1)..];
        let seen = self.day(today).is_some();
        count(fresh.len()) + u32::from(!seen)
    }

    /// Days in a row up to that day, it counted too, since the last streak was paid. Days
    /// that `open` says no to neither count nor break it.
    pub(super) fn streak(&self, today: Date, open: impl Fn(Date) -> bool) -> u32 {
        let mut run = 0;
        let mut date = today;
        // A week has seven days: so many steps back see every streak there can be.
        for _ in 0..DAYS_KEPT * 7 {
            match self.day(DayKey::Date(date)) {
                Some(day) if day.streak => break,
                Some(_) => run += 1,
                None if date == today => run += 1,
                None if !open(date) => {}
                None => break,
            }
            let Ok(before) = date.yesterday() else { break };
            date = before;
        }
        run
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
