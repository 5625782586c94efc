//! What concerns the whole house: alarms, and the emergency board.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alarm::{Alarm, AlarmKind, AlarmReason};
use crate::{
    fact::FactId,
    pseudonym::Pseudonym,
    time::{DayKey, Stamp},
};

/// Alarms somebody has seen to are remembered so many; open ones, all.
pub const ALARMS_SEEN_KEPT: usize = 64;

/// An emergency while it lasts: who was ticked off, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// The fact that opened it.
    pub fact: FactId,
    /// When.
    pub at: Stamp,
    /// Children found, with the time of each tick.
    pub ticked: BTreeMap<Pseudonym, Stamp>,
}

/// What an emergency's report says. Counts only; the ticks are facts of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyReport {
    /// Children here by the record.
    pub here: u32,
    /// Of them found.
    pub found: u32,
    /// Not found.
    pub missing: u32,
}

/// The fold of the house.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    alarms: Vec<Alarm>,
    emergency: Option<Emergency>,
}

impl House {
    /// A house in which nothing has happened.
    pub const fn new() -> Self {
        Self {
            alarms: Vec::new(),
            emergency: None,
        }
    }

    /// Alarms nobody has seen to, oldest first.
    pub fn open_alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter().filter(|a| a.found.is_none())
    }

    /// True when that alarm was raised already, seen to or not.
    pub fn raised(&self, alarm: AlarmKind, subject: &Pseudonym, day: DayKey) -> bool {
        self.alarms
            .iter()
            .any(|a| a.alarm == alarm && a.subject == *subject && a.day == day)
    }

    /// The emergency that lasts.
    pub const fn emergency(&self) -> Option<&Emergency> {
        self.emergency.as_ref()
    }

    pub(crate) fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    pub(crate) fn alarms_mut(&mut self) -> &mut [Alarm] {
        &mut self.alarms
    }

    pub(crate) fn raise(&mut self, alarm: Alarm) {
        let seen = self.alarms.iter().filter(|a| a.found.is_some()).count();
        if seen > ALARMS_SEEN_KEPT
            && let Some(oldest) = self.alarms.iter().position(|a| a.found.is_some())
        {
            self.alarms.remove(oldest);
        }
        self.alarms.push(alarm);
    }

    pub(crate) fn see(&mut self, alarm: FactId, found: AlarmReason) -> bool {
        self.alarms
            .iter_mut()
            .find(|a| a.fact == alarm)
            .map(|a| a.found = Some(found))
            .is_some()
    }

    pub(crate) fn open_emergency(&mut self, fact: FactId, at: Stamp) {
        // A second alarm while one lasts is the same emergency.
        self.emergency.get_or_insert(Emergency {
            fact,
            at,
            ticked: BTreeMap::new(),
        });
    }

    pub(crate) fn tick(&mut self, child: Pseudonym, at: Stamp, found: bool) -> bool {
        let Some(emergency) = &mut self.emergency else {
            return false;
        };
        if found {
            emergency.ticked.entry(child).or_insert(at);
        } else {
            emergency.ticked.remove(&child);
        }
        true
    }

    pub(crate) fn close_emergency(&mut self) {
        self.emergency = None;
    }
}
