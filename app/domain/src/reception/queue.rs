//! Who was announced and what was handed off, as one journal knows it. Bounded.

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    fact::FactId,
    ids::SystemId,
    pseudonym::Pseudonym,
    time::{BootId, DayKey, Millis, Now, Stamp},
};

/// Days, and boots without a clock, whose counts are remembered.
pub const DAYS_KEPT: usize = 32;

/// Announcements not handed off that are remembered.
pub const OPEN_KEPT: usize = 256;

/// What was never handed off is spoken of for so many days.
pub const OPEN_DAYS: i64 = 7;

/// Where no date says so, a day is over once so much time has certainly gone by, milliseconds.
const DAY_MS: Millis = 86_400_000;

/// One announcement, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The fact.
    pub fact: FactId,
    /// To which system.
    pub system: SystemId,
    /// The queue number.
    pub queue: u32,
    /// The day it counts for.
    pub day: DayKey,
    /// When.
    pub at: Stamp,
    /// It was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
}

impl Announcement {
    /// True when its business day is certainly over.
    pub fn is_over(&self, today: DayKey, now: &Now) -> bool {
        match (self.day, today) {
            (DayKey::Date(day), DayKey::Date(today)) => day < today,
            _ => now.at_least_since(&self.at) >= DAY_MS,
        }
    }
}

/// A patient's latest announcement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Patient {
    last: Option<Announcement>,
}

impl Patient {
    /// The latest announcement, where it stands.
    pub fn latest(&self) -> Option<&Announcement> {
        self.last.as_ref().filter(|a| !a.undone)
    }

    pub(crate) fn announce(&mut self, made: Announcement) {
        self.last = Some(made);
    }

    /// Takes the latest back; what was taken back, when it was that one and it stood.
    pub(crate) fn undo(&mut self, fact: FactId) -> Option<&Announcement> {
        let last = self.last.as_mut()?;
        if last.fact != fact || last.undone {
            return None;
        }
        last.undone = true;
        Some(last)
    }

    pub(crate) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp, &mut DayKey) -> bool) -> bool {
        self.last
            .as_mut()
            .is_some_and(|a| mend(&mut a.at, &mut a.day))
    }
}

/// A note that was not handed off yet: the announcement's, or the one that withdraws it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What was announced. Where it was taken back, the note that says so is what waits.
    #[serde(flatten)]
    pub made: Announcement,
    /// The patient.
    pub patient: Pseudonym,
    /// The announcement itself was handed off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    handed: bool,
}

/// The last queue number of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DayCount {
    day: DayKey,
    last: u32,
    /// The latest stamp of a day nobody knows the date of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsure: Option<Stamp>,
}

/// The queue of a kiosk, and what it still has to hand off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receptions {
    days: Vec<DayCount>,
    open: Vec<Open>,
}

impl Receptions {
    /// Nobody was announced.
    pub const fn new() -> Self {
        Self {
            days: Vec::new(),
            open: Vec::new(),
        }
    }

    /// The next queue number of that day. What was taken back keeps its number: nobody is
    /// called by one that somebody else was given.
    pub fn next(&self, day: DayKey) -> u32 {
        let given = self.days.iter().find(|d| d.day == day);
        given.map_or(1, |d| d.last.saturating_add(1))
    }

    /// What was not handed off, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Open> {
        self.open.iter()
    }

    /// The patient whose note this is, where it was not handed off yet. A withdrawal is waited
    /// for once the announcement was taken back.
    pub fn awaits(&self, announcement: FactId, withdrawn: bool) -> Option<Pseudonym> {
        let open = self.open.iter().find(|o| o.made.fact == announcement)?;
        let waits = if withdrawn {
            open.made.undone
        } else {
            !open.handed
        };
        waits.then_some(open.patient)
    }

    pub(crate) fn announce(&mut self, patient: Pseudonym, made: &Announcement) {
        let unsure = matches!(made.day, DayKey::Boot(_)).then_some(made.at);
        self.count(DayCount {
            day: made.day,
            last: made.queue,
            unsure,
        });
        if let DayKey::Date(today) = made.day {
            self.forget(today);
        }
        self.push(Open {
            made: made.clone(),
            patient,
            handed: false,
        });
    }

    fn push(&mut self, open: Open) {
        self.open.push(open);
        self.open.drain(..self.open.len().saturating_sub(OPEN_KEPT));
    }

    fn count(&mut self, count: DayCount) {
        let there = self.days.iter().position(|d| d.day == count.day);
        let before = there.map_or(0, |n| self.days.remove(n).last);
        self.days.push(DayCount {
            last: count.last.max(before),
            ..count
        });
        self.days.drain(..self.days.len().saturating_sub(DAYS_KEPT));
    }

    fn forget(&mut self, today: Date) {
        let since = today.saturating_sub(OPEN_DAYS.days());
        self.open.retain(|o| match o.made.day {
            DayKey::Date(day) => day >= since,
            DayKey::Boot(_) => true,
        });
    }

    /// An announcement was taken back: a note that says so is to be handed off.
    pub(crate) fn undo(&mut self, patient: Pseudonym, undone: &Announcement) {
        match self.open.iter_mut().find(|o| o.made.fact == undone.fact) {
            Some(open) => open.made.undone = true,
            None => self.push(Open {
                made: undone.clone(),
                patient,
                handed: true,
            }),
        }
    }

    /// A note was taken; false when it was before.
    pub(crate) fn hand_off(&mut self, announcement: FactId, withdrawn: bool) -> bool {
        if self.awaits(announcement, withdrawn).is_none() {
            return false;
        }
        let is_it = |o: &Open| o.made.fact == announcement;
        match self.open.iter_mut().find(|o| is_it(o)) {
            Some(open) if open.made.undone && !withdrawn => open.handed = true,
            _ => self.open.retain(|o| !is_it(o)),
        }
        true
    }

    pub(crate) fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.days
            .iter()
            .any(|d| d.unsure.as_ref().is_some_and(unsure))
    }

    /// Moves what stands on an untrusted time to where it belongs; false when nothing does.
    pub(crate) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp, &mut DayKey) -> bool) -> bool {
        let mut touched = false;
        for open in &mut self.open {
            touched |= mend(&mut open.made.at, &mut open.made.day);
        }
        for mut count in std::mem::take(&mut self.days) {
            let mut day = count.day;
            if let Some(mut at) = count.unsure
                && mend(&mut at, &mut day)
            {
                touched = true;
                count.unsure = None;
                // The boot keeps its own count, for when its clock is lost once more.
                self.count(DayCount {
                    day,
                    ..count.clone()
                });
            }
            self.count(count);
        }
        touched
    }
}
