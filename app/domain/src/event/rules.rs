//! What takes place at a facility, in the catalogue.
//!
//! ```toml
//! [facilities.centre.service]
//! kind = "event"
//!
//! [[facilities.centre.service.events]]
//! id = "tsunami-drill-2026"
//! name = { ja = "津波避難訓練" }
//! from = "2026-12-05T14:00"
//! until = "2026-12-05T16:00"
//! open_before_min = 30
//! capacity = 120
//! listed_only = true
//! exit = true
//! points = 50
//! ```

use std::collections::BTreeSet;

use jiff::{ToSpan as _, civil::DateTime};
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{MAX_BASE_POINTS, Text},
    ids::EventId,
};

/// A door that opens more than a day before is a slip of the pen.
pub const MAX_OPEN_BEFORE_MIN: u16 = 24 * 60;

/// A longer event is a slip of the pen.
pub const MAX_DAYS: i64 = 31;

/// More places than this are a slip of the pen.
pub const MAX_CAPACITY: u32 = 100_000;

/// Whoever is inside and taps within so many minutes after the end is on the way out, also
/// when the next event takes entries by then.
pub const LEAVING_MIN: i64 = 60;

/// The settings of a facility where events take place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRules {
    /// The events, in any order.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// How facts name it.
    pub id: EventId,
    /// How the screen does.
    pub name: Text,
    /// When it begins, wall time of the facility.
    pub from: DateTime,
    /// When it ends; that moment is no part of it.
    pub until: DateTime,
    /// Entries are taken from so many minutes before it begins.
    #[serde(default)]
    pub open_before_min: u16,
    /// So many people may come, each counted once; no limit when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Only who stands in the roster's `attending` may come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed_only: bool,
    /// A tap on the way out ends it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit: bool,
    /// What coming earns, once a person; 0 for none.
    #[serde(default)]
    pub points: u32,
}

impl Event {
    /// When the door opens.
    pub fn opens(&self) -> DateTime {
        self.from
            .saturating_sub(i64::from(self.open_before_min).minutes())
    }

    /// True while entries are taken.
    pub fn takes_entries_at(&self, moment: DateTime) -> bool {
        self.opens() <= moment && moment < self.until
    }

    /// True while a tap of somebody inside is one on the way out.
    pub fn lets_out_at(&self, moment: DateTime) -> bool {
        let last = self.until.saturating_add(LEAVING_MIN.minutes());
        self.exit && self.opens() <= moment && moment < last
    }

    /// Places left when so many came; `None` where there is no limit.
    pub const fn places_left(&self, came: u32) -> Option<u32> {
        match self.capacity {
            Some(capacity) => Some(capacity.saturating_sub(came)),
            None => None,
        }
    }
}

/// Why the settings are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// One id twice.
    #[error("event {0} stands twice")]
    Twice(EventId),
    /// Over before it begins.
    #[error("event {0} ends before it begins")]
    Ends(EventId),
    /// Too long.
    #[error("event {0} lasts longer than {MAX_DAYS} days")]
    Long(EventId),
    /// The door opens too early.
    #[error("event {0}: open_before_min must be at most {MAX_OPEN_BEFORE_MIN}")]
    OpenBefore(EventId),
    /// Nobody may come, or more than a town has.
    #[error("event {0}: capacity must be 1 to {MAX_CAPACITY}")]
    Capacity(EventId),
    /// Worth more than any rule of a city.
    #[error("event {0}: points must be at most {MAX_BASE_POINTS}")]
    Points(EventId),
    /// Two take entries at one moment: a tap would not know which it is for.
    #[error("events {0} and {1} take entries at the same time")]
    Overlap(EventId, EventId),
}

impl EventRules {
    /// An event by its id.
    pub fn event(&self, id: &EventId) -> Option<&Event> {
        self.events.iter().find(|e| e.id == *id)
    }

    /// The event that takes entries then; there is at most one, of rules that passed their
    /// check.
    pub fn open_at(&self, moment: DateTime) -> Option<&Event> {
        self.events.iter().find(|e| e.takes_entries_at(moment))
    }

    /// The first event whose door opens after that moment.
    pub fn next_after(&self, moment: DateTime) -> Option<&Event> {
        let later = self.events.iter().filter(|e| e.opens() > moment);
        later.min_by_key(|e| e.opens())
    }

    /// The event whose door opened last before that moment, over or not.
    pub fn latest_at(&self, moment: DateTime) -> Option<&Event> {
        let begun = self.events.iter().filter(|e| e.opens() <= moment);
        begun.max_by_key(|e| e.opens())
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidEvent`] found.
    pub fn check(&self) -> Result<(), InvalidEvent> {
        let mut seen = BTreeSet::new();
        for event in &self.events {
            if !seen.insert(&event.id) {
                return Err(InvalidEvent::Twice(event.id.clone()));
            }
            event.check()?;
        }
        let mut by_door: Vec<&Event> = self.events.iter().collect();
        by_door.sort_by_key(|e| e.opens());
        match by_door.windows(2).find(|w| w[1].opens() < w[0].until) {
            Some(w) => Err(InvalidEvent::Overlap(w[0].id.clone(), w[1].id.clone())),
            None => Ok(()),
        }
    }
}

impl Event {
    fn check(&self) -> Result<(), InvalidEvent> {
        let slip = if self.until <= self.from {
            InvalidEvent::Ends
        } else if self.until > self.from.saturating_add(MAX_DAYS.days()) {
            InvalidEvent::Long
        } else if self.open_before_min > MAX_OPEN_BEFORE_MIN {
            InvalidEvent::OpenBefore
        } else if self
            .capacity
            .is_some_and(|n| !(1..=MAX_CAPACITY).contains(&n))
        {
            InvalidEvent::Capacity
        } else if self.points > MAX_BASE_POINTS {
            InvalidEvent::Points
        } else {
            return Ok(());
        };
        Err(slip(self.id.clone()))
    }
}
