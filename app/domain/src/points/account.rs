//! A resident's account, as far as one journal knows it.

use serde::{Deserialize, Serialize};

use super::{
    award::Award,
    history::{History, Older},
    spend::{Spend, SpendVerdict, Spends},
};
use crate::{
    event::Presence,
    fact::FactId,
    ids::{ActivityId, EventId, PurposeId},
    time::{BootId, DayKey, Stamp},
};

/// A visit's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The fact.
    pub fact: FactId,
    /// When.
    pub at: Stamp,
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
    /// What it earned it for; empty for a visit recorded before there were reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Award>,
    /// What the facility was used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeId>,
    /// How many came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heads: Option<u16>,
    /// When the resident left, where that is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Not a visit but help that staff vouch for: it counts for no streak and under no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helped: Option<ActivityId>,
    /// The event, where this is an entry to one. An entry is not a visit: no streak, stamp card
    /// or count of visits has to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
}

impl VisitMade {
    /// A visit that has earned nothing yet.
    pub const fn new(fact: FactId, day: DayKey, at: Stamp) -> Self {
        Self {
            fact,
            day,
            at,
            points: 0,
            undone: false,
            lines: Vec::new(),
            purpose: None,
            heads: None,
            ended: None,
            helped: None,
            event: None,
        }
    }

    const fn is_visit(&self) -> bool {
        self.helped.is_none() && self.event.is_none()
    }
}

/// How many visits of one resident are remembered on the kiosk; older ones live in the
/// balance, in the count and in [`Older`].
pub const VISITS_KEPT: usize = 16;

/// Lines of one visit that are remembered; no rule gives more.
pub const LINES_KEPT: usize = 16;

/// A resident's account, as far as this journal knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    balance: i64,
    visits: u64,
    recent: Vec<VisitMade>,
    #[serde(default, skip_serializing_if = "Older::is_empty")]
    older: Older,
    #[serde(default, skip_serializing_if = "Spends::is_empty")]
    spends: Spends,
}

impl Account {
    /// Points earned here and not taken back. Never negative.
    pub const fn balance(&self) -> i64 {
        self.balance
    }

    /// Points that are neither spent nor set aside, when so many were earned elsewhere.
    pub fn free(&self, elsewhere: u64) -> u64 {
        u64::try_from(self.balance)
            .unwrap_or(0)
            .saturating_add(elsewhere)
            .saturating_sub(self.spends.reserved())
            .saturating_sub(self.spends.settled())
    }

    /// Visits that stand.
    pub const fn visits(&self) -> u64 {
        self.visits
    }

    /// Points of visits, events and help on those days, as far as they are remembered.
    pub fn earned_in(&self, days: impl Fn(jiff::civil::Date) -> bool) -> u64 {
        let helped = self.standing().filter(|v| v.helped.is_some());
        let helped = helped.filter(|v| matches!(v.day, DayKey::Date(date) if days(date)));
        let helped: u64 = helped.map(|v| u64::from(v.points)).sum();
        helped + self.history().earned_in_days(days)
    }

    /// What was spent here.
    pub const fn spends(&self) -> &Spends {
        &self.spends
    }

    /// Points of visits and events whose day nobody knows yet.
    pub fn provisional(&self) -> u64 {
        self.history().unsure()
    }

    /// The latest visit that stands.
    pub fn latest(&self) -> Option<&VisitMade> {
        self.recent.iter().rev().find(|v| !v.undone && v.is_visit())
    }

    /// The visit of that day that has not ended.
    pub fn inside(&self, day: DayKey) -> Option<&VisitMade> {
        self.latest().filter(|v| v.day == day && v.ended.is_none())
    }

    /// The latest visits and help, oldest first; those taken back among them.
    pub fn recent(&self) -> &[VisitMade] {
        &self.recent
    }

    /// What is remembered and stands, oldest first.
    pub fn standing(&self) -> impl Iterator<Item = &VisitMade> {
        self.recent.iter().filter(|v| !v.undone)
    }

    /// The latest entry to any event that stands.
    pub fn latest_entry(&self) -> Option<&VisitMade> {
        self.recent
            .iter()
            .rev()
            .find(|v| !v.undone && v.event.is_some())
    }

    /// The latest entry to that event that stands.
    pub fn entry(&self, event: &EventId) -> Option<&VisitMade> {
        let mut latest_first = self.recent.iter().rev();
        latest_first.find(|v| !v.undone && v.event.as_ref() == Some(event))
    }

    /// True when an entry to that event that stands earned points.
    pub fn has_earned(&self, event: &EventId) -> bool {
        self.standing()
            .any(|v| v.points > 0 && v.event.as_ref() == Some(event))
    }

    /// Where the resident is, as far as that event goes.
    pub fn presence(&self, event: &EventId) -> Presence {
        match self.entry(event) {
            None => Presence::Away,
            Some(entry) if entry.ended.is_none() => Presence::Inside,
            Some(_) => Presence::Left,
        }
    }

    /// The event that an entry, or a leaving, was of.
    pub(crate) fn event_of(&self, fact: FactId) -> Option<&EventId> {
        let is_it = |v: &&VisitMade| v.fact == fact || v.ended.is_some_and(|e| e.fact == fact);
        self.recent.iter().find(is_it)?.event.as_ref()
    }

    /// True when help with that was recorded on that day.
    pub fn has_helped(&self, activity: &ActivityId, day: DayKey) -> bool {
        self.standing()
            .any(|v| v.day == day && v.helped.as_ref() == Some(activity))
    }

    pub(super) fn history(&self) -> History {
        let counted = self.standing().filter(|v| v.helped.is_none());
        History::of(&self.older, counted)
    }

    pub(crate) fn visit(&mut self, visit: VisitMade) {
        if self.recent.len() == VISITS_KEPT {
            let oldest = self.recent.remove(0);
            if !oldest.undone && oldest.helped.is_none() {
                self.older.take(&oldest);
            }
        }
        self.visits += u64::from(visit.is_visit());
        self.recent.push(visit);
    }

    fn made(&mut self, fact: FactId) -> Option<&mut VisitMade> {
        self.recent.iter_mut().find(|v| v.fact == fact && !v.undone)
    }

    /// Credits an award to the visit that caused it; false when that visit stands no more.
    pub(crate) fn award(&mut self, visit: FactId, award: &Award) -> bool {
        let Some(made) = self.made(visit) else {
            return false;
        };
        let before = made.points;
        made.points = before.saturating_add(award.points);
        if made.lines.len() < LINES_KEPT {
            made.lines.push(award.clone());
        }
        let more = i64::from(made.points - before);
        self.balance += more;
        true
    }

    /// Ends a visit; false when it stands no more or has ended.
    pub(crate) fn end(&mut self, visit: FactId, ended: Ended) -> bool {
        self.end_if(visit, ended, VisitMade::is_visit)
    }

    /// The same of an entry to an event.
    pub(crate) fn leave(&mut self, entry: FactId, ended: Ended) -> bool {
        self.end_if(entry, ended, |made| made.event.is_some())
    }

    fn end_if(&mut self, fact: FactId, ended: Ended, is: impl Fn(&VisitMade) -> bool) -> bool {
        self.made(fact)
            .filter(|v| v.ended.is_none() && is(v))
            .map(|v| v.ended = Some(ended))
            .is_some()
    }

    pub(crate) fn spend(&mut self, fact: FactId, at: Stamp, spend: Spend) {
        self.spends.push(fact, at, spend);
    }

    pub(crate) fn answer(&mut self, spend: FactId, verdict: SpendVerdict) -> bool {
        self.spends.answer(spend, verdict)
    }

    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        if let Some(made) = self.made(fact) {
            made.undone = true;
            let (points, visit) = (made.points, made.is_visit());
            self.visits -= u64::from(visit);
            self.balance -= i64::from(points);
            return true;
        }
        let left = self
            .recent
            .iter_mut()
            .find(|v| v.ended.is_some_and(|e| e.fact == fact));
        left.map(|v| v.ended = None).is_some() || self.spends.undo(fact)
    }

    /// Moves what stands on an untrusted time to where it belongs; false when nothing does.
    pub(crate) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp, &mut DayKey) -> bool) -> bool {
        let mut touched = false;
        for visit in &mut self.recent {
            touched |= mend(&mut visit.at, &mut visit.day);
            if let Some(ended) = &mut visit.ended {
                touched |= mend(&mut ended.at, &mut visit.day.clone());
            }
        }
        for at in self.spends.stamps_mut() {
            // The days of a spend are its offer's: it counts for none.
            touched |= mend(at, &mut DayKey::Boot(at.boot));
        }
        touched | self.older.mend(mend)
    }

    /// True when something of that boot still stands on an untrusted time.
    pub(crate) fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.recent
            .iter()
            .any(|v| unsure(&v.at) || v.ended.is_some_and(|e| unsure(&e.at)))
            || self.older.unsure().any(unsure)
            || self.spends.stamps().any(unsure)
    }
}

#[cfg(test)]
mod tests;
