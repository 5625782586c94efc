//! Points: what a visit earns, and the account it goes to.

use serde::{Deserialize, Serialize};

use crate::{
    fact::FactId,
    time::{DayKey, Stamp},
};

/// What an award is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AwardReason {
    /// The first visit of the day.
    Visit,
}

/// Points given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Award {
    /// How many, at least one.
    pub points: u32,
    /// What for.
    pub reason: AwardReason,
}

/// The rule of a facility, from the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointRule {
    /// Points for a visit.
    pub base: u32,
    /// How many visits a day earn them.
    pub visits_per_day: u32,
}

/// What a visit earns, or why it earns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earned {
    /// Points.
    Points(Award),
    /// The facility gives none.
    NotHere,
    /// Today's points are already given.
    AlreadyToday,
}

/// One visit, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitMade {
    /// The visit's fact.
    pub fact: FactId,
    /// The day it counts for.
    pub day: DayKey,
    /// When.
    pub at: Stamp,
    /// What it earned.
    pub points: u32,
    /// It was taken back.
    pub undone: bool,
}

/// How many visits of one resident are remembered on the kiosk; older ones live in the
/// balance and in the count.
pub const VISITS_KEPT: usize = 16;

/// A resident's account, as far as this journal knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    balance: i64,
    visits: u64,
    recent: Vec<VisitMade>,
}

impl Account {
    /// Points earned here and not taken back. Never negative.
    pub const fn balance(&self) -> i64 {
        self.balance
    }

    /// Visits that stand.
    pub const fn visits(&self) -> u64 {
        self.visits
    }

    /// The latest visit that stands.
    pub fn latest(&self) -> Option<&VisitMade> {
        self.recent.iter().rev().find(|v| !v.undone)
    }

    /// What a visit on that day earns.
    pub fn earn(&self, rule: PointRule, day: DayKey) -> Earned {
        if rule.base == 0 || rule.visits_per_day == 0 {
            return Earned::NotHere;
        }
        let earned_today = self
            .recent
            .iter()
            .filter(|v| v.day == day && !v.undone && v.points > 0)
            .count();
        if earned_today < rule.visits_per_day as usize {
            Earned::Points(Award {
                points: rule.base,
                reason: AwardReason::Visit,
            })
        } else {
            Earned::AlreadyToday
        }
    }

    pub(crate) fn visit(&mut self, visit: VisitMade) {
        if self.recent.len() == VISITS_KEPT {
            self.recent.remove(0);
        }
        self.visits += 1;
        self.recent.push(visit);
    }

    /// Credits an award to the visit that caused it; false when that visit stands no more.
    pub(crate) fn award(&mut self, visit: FactId, award: Award) -> bool {
        let Some(made) = self
            .recent
            .iter_mut()
            .find(|v| v.fact == visit && !v.undone)
        else {
            return false;
        };
        made.points += award.points;
        self.balance += i64::from(award.points);
        true
    }

    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        let Some(made) = self.recent.iter_mut().find(|v| v.fact == fact && !v.undone) else {
            return false;
        };
        made.undone = true;
        self.visits -= 1;
        self.balance -= i64::from(made.points);
        true
    }

    pub(crate) fn recent(&self) -> &[VisitMade] {
        &self.recent
    }

    pub(crate) fn recent_mut(&mut self) -> &mut [VisitMade] {
        &mut self.recent
    }
}
