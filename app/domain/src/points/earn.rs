//! What a tap earns, why it earns nothing, and what comes next.
//!
//! **Without a trusted clock** a visit is recorded all the same and earns what hangs on no
//! date: the base of its purpose, the first visit, the stamp card. All that a date decides
//! (closed hours, windows, campaigns, the birthday, a streak) is left out: nobody is turned
//! away, and nobody is given, on a guess. The whole boot counts as one day, so a kiosk whose
//! clock died is no well; caps of a month and a year wait until the clock is corrected.
//! Which rules are in force is told by the unvouched date, the best guess there is; a wrong
//! guess costs a person some points and never the visit. Such an award is *provisional*:
//! once the day is known, [`super::merge`] decides what of it stands.

mod case;

use jiff::{civil::Date, tz::TimeZone};

use super::{
    account::Account,
    award::{Award, AwardReason},
    caps::{CapHit, Person, TownPoints},
    rules::PointRule,
};
use crate::{
    ids::{ActivityId, EventId, PurposeId},
    time::Stamp,
};
use case::Case;

/// A tap, and all that its points hang on.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The facility's rule.
    pub rule: &'a PointRule,
    /// The town's.
    pub town: &'a TownPoints,
    /// Who.
    pub person: Person,
    /// What this journal knows of them.
    pub account: &'a Account,
    /// When.
    pub at: &'a Stamp,
    /// The facility's time zone.
    pub zone: &'a TimeZone,
    /// What for.
    pub purpose: Option<&'a PurposeId>,
}

/// What a visit earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// Each award, the visit's own first. Empty when `zero` says why.
    pub lines: Vec<Award>,
    /// Why nothing.
    pub zero: Option<Zero>,
    /// The cap that took a part of it.
    pub cut: Option<CapHit>,
    /// It may still be changed: no day is known yet, or a cap is shared with kiosks this
    /// one does not hear.
    pub provisional: bool,
    /// What comes next.
    pub next: Next,
}

impl Earning {
    /// All lines together.
    pub fn points(&self) -> u32 {
        self.lines
            .iter()
            .map(|l| l.points)
            .fold(0, u32::saturating_add)
    }
}

/// Why a visit earns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zero {
    /// The facility gives no points for this.
    NotHere,
    /// Today's points are already given.
    AlreadyToday,
    /// No points are given at this hour or on this day.
    Closed,
    /// A cap is reached.
    Capped(CapHit),
}

/// What comes next, this visit counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Next {
    /// The streak.
    pub streak: Option<Progress>,
    /// The stamp card.
    pub stamps: Option<Progress>,
    /// From when the next visit earns points: today, a later day, or `None` where no day is
    /// known or none are given.
    pub points_from: Option<Date>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// So many.
    pub have: u32,
    /// Of so many.
    pub of: u32,
    /// The bonus then.
    pub points: u32,
}

/// What a visit earns, and why.
pub fn earn(asked: &Asked<'_>) -> Earning {
    let case = Case::of(asked);
    let mut lines = case.lines();
    let raw: u64 = lines.iter().map(|l| u64::from(l.points)).sum();
    let paid = case.history.paid_on(case.day);
    let zero = if raw == 0 || case.rules.visits_per_day == 0 {
        Some(Zero::NotHere)
    } else if case
        .moment
        .is_some_and(|m| !case.rules.is_open_at(m.date(), m.time()))
    {
        Some(Zero::Closed)
    } else if paid >= case.rules.visits_per_day {
        Some(Zero::AlreadyToday)
    } else {
        None
    };
    if zero.is_some() {
        lines.clear();
    }
    let (left, hit) = case.left();
    let cut = hit.filter(|_| trim(&mut lines, left));
    let zero = zero.or_else(|| {
        lines
            .is_empty()
            .then_some(cut.map_or(Zero::NotHere, Zero::Capped))
    });
    let next = case.next(&lines, zero);
    Earning {
        provisional: !lines.is_empty() && case.is_provisional(),
        cut: cut.filter(|_| !lines.is_empty()),
        lines,
        zero,
        next,
    }
}

/// What comes next after the latest visit, of which the account knows already.
pub fn next(asked: &Asked<'_>) -> Next {
    let case = Case::of(asked);
    let given: u64 = case.lines().iter().map(|l| u64::from(l.points)).sum();
    let nothing = given == 0 || case.rules.visits_per_day == 0;
    case.next(&[], nothing.then_some(Zero::NotHere))
}

/// True when what a visit earns now may still be changed: see [`Earning::provisional`].
pub fn is_provisional(asked: &Asked<'_>) -> bool {
    Case::of(asked).is_provisional()
}

/// What help earns that staff vouch for: its points once a day, under no cap.
///
/// # Errors
/// [`Zero::NotHere`] for what is not on the list, [`Zero::AlreadyToday`].
pub fn volunteered(
    rule: &PointRule,
    account: &Account,
    activity: &ActivityId,
    at: &Stamp,
    zone: &TimeZone,
) -> Result<Award, Zero> {
    let rules = rule.on(at.said(zone).date());
    let listed = rules
        .volunteering
        .iter()
        .find(|a| a.id == *activity && a.points > 0)
        .ok_or(Zero::NotHere)?;
    if account.has_helped(activity, at.day(zone)) {
        return Err(Zero::AlreadyToday);
    }
    Ok(Award {
        points: listed.points,
        reason: AwardReason::Volunteering(activity.clone()),
    })
}

/// What coming to an event earns: its points, under the caps that hold for the person. No
/// date decides it, so that it is given on any clock, for now where the clock is unsure.
pub fn entered(asked: &Asked<'_>, event: &EventId, points: u32) -> Earning {
    let case = Case::of(asked);
    let mut lines = vec![Award {
        points,
        reason: AwardReason::Event(event.clone()),
    }];
    let (left, hit) = case.left();
    let cut = hit.filter(|_| trim(&mut lines, left));
    lines.retain(|l| l.points > 0);
    Earning {
        provisional: !lines.is_empty() && case.is_provisional(),
        zero: lines
            .is_empty()
            .then_some(cut.map_or(Zero::NotHere, Zero::Capped)),
        cut: cut.filter(|_| !lines.is_empty()),
        lines,
        next: Next::default(),
    }
}

/// Takes from the lines what is over `left`; true when anything was.
fn trim(lines: &mut Vec<Award>, mut left: u64) -> bool {
    let mut trimmed = false;
    for line in &mut *lines {
        let stands = u64::from(line.points).min(left);
        left -= stands;
        trimmed |= stands < u64::from(line.points);
        line.points = u32::try_from(stands).expect("no more than it was");
    }
    lines.retain(|l| l.points > 0);
    trimmed
}

#[cfg(test)]
mod tests;
