//! Where each child of the roster is today, and what that calls for.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    absence::{AbsenceKind, Absences, Excused},
    alarm::AlarmKind,
    settings::Nursery,
};
use crate::{
    attendance::Direction,
    fold::Folds,
    pseudonym::{Pseudonym, PurposeKey},
    roster::{Child, Household, Roster},
    time::{BootId, Clock, DayKey, Now, Stamp},
};

/// Where a child is, as the record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Not here yet, and not missed yet.
    Expected,
    /// Said to come later, by that time where one was named.
    Later {
        /// Expected at.
        at: Option<Time>,
    },
    /// Here.
    Here {
        /// Since.
        since: Stamp,
    },
    /// Left.
    Gone {
        /// When.
        at: Stamp,
    },
    /// Excused.
    Absent {
        /// Why.
        why: AbsenceKind,
    },
    /// Neither here nor excused, past the cut-off.
    Unknown,
    /// The nursery is closed today.
    NotToday,
}

/// A child on the board.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// The household.
    pub household: &'a Household,
    /// The child.
    pub child: &'a Child,
    /// Its pseudonym at the nursery.
    pub subject: Pseudonym,
    /// Where it is.
    pub whereabouts: Whereabouts,
}

/// What the board is made from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Who.
    pub roster: &'a Roster,
    /// Who is excused.
    pub absences: Option<&'a Absences>,
    /// The settings.
    pub nursery: &'a Nursery,
    /// The facility's zone.
    pub zone: &'a TimeZone,
    /// The nursery's key.
    pub key: &'a PurposeKey,
    /// What happened.
    pub folds: &'a Folds,
}

/// The calendar day and the time of day, where a clock vouches for them.
pub fn local(clock: &Clock, zone: &TimeZone) -> Option<(Date, Time)> {
    let at = Timestamp::from_millisecond(clock.wall_ms).ok()?;
    let at = zone.to_datetime(at);
    clock.quality.is_trusted().then(|| (at.date(), at.time()))
}

/// Every child enrolled today, in the order of the roster.
///
/// Without a trusted clock no day is known: then children count as here or not by this
/// boot alone, nobody is missed and everybody on the roster stands there.
pub fn board<'a>(sources: &Sources<'a>, now: &Now) -> Vec<Placed<'a>> {
    let today = local(&now.clock, sources.zone);
    let day = now.stamp().day(sources.zone);
    let mut placed = Vec::new();
    for household in &sources.roster.households {
        for child in &household.children {
            if today.is_some_and(|(date, _)| !child.is_enrolled(date)) {
                continue;
            }
            let subject = sources.key.pseudonym(&child.citizen);
            placed.push(Placed {
                household,
                child,
                subject,
                whereabouts: whereabouts(sources, child, &subject, day, today),
            });
        }
    }
    placed
}

fn whereabouts(
    sources: &Sources<'_>,
    child: &Child,
    subject: &Pseudonym,
    day: DayKey,
    today: Option<(Date, Time)>,
) -> Whereabouts {
    let days = sources.folds.child(subject);
    if let Some(last) = days.last_on(day) {
        return match last.direction {
            Direction::In => Whereabouts::Here { since: last.at },
            Direction::Out => Whereabouts::Gone { at: last.at },
        };
    }
    let Some((date, time)) = today else {
        return Whereabouts::Expected;
    };
    if !sources.nursery.is_open(date) {
        return Whereabouts::NotToday;
    }
    let excused: Vec<Excused> = sources
        .absences
        .into_iter()
        .flat_map(|a| a.of(&child.citizen, date).map(Excused::from))
        .chain(days.excused_on(date))
        .collect();
    if let Some(absent) = excused.iter().find(|e| e.why != AbsenceKind::Late) {
        return Whereabouts::Absent { why: absent.why };
    }
    if let Some(late) = excused.iter().find(|e| e.excuses_at(time)) {
        return Whereabouts::Later { at: late.at };
    }
    match sources.nursery.cutoff {
        Some(cutoff) if time >= cutoff => Whereabouts::Unknown,
        _ => Whereabouts::Expected,
    }
}

/// Alarms that are due and were not raised yet. None without a trusted clock.
pub fn alarms_due(sources: &Sources<'_>, now: &Now) -> Vec<(AlarmKind, Pseudonym)> {
    let Some((date, time)) = local(&now.clock, sources.zone) else {
        return Vec::new();
    };
    let day = DayKey::Date(date);
    let closed = sources
        .nursery
        .hours
        .until
        .checked_add(i64::from(sources.nursery.closing_grace_min).minutes())
        .unwrap_or(Time::MAX);
    board(sources, now)
        .into_iter()
        .filter_map(|placed| {
            let alarm = match placed.whereabouts {
                Whereabouts::Unknown => AlarmKind::NotReported,
                Whereabouts::Here { .. } if time >= closed => AlarmKind::StillHere,
                _ => return None,
            };
            let raised = sources.folds.house().raised(alarm, &placed.subject, day);
            (!raised).then_some((alarm, placed.subject))
        })
        .collect()
}

/// Days before today that somebody left open: that child, that day. A day of another boot
/// whose clock never came is over as well.
pub fn left_open(folds: &Folds, today: Date, boot: BootId) -> Vec<(Pseudonym, DayKey)> {
    folds
        .children()
        .flat_map(|(child, days)| {
            days.open_days()
                .into_iter()
                .filter(|day| match day {
                    DayKey::Date(date) => *date < today,
                    DayKey::Boot(of) => *of != boot,
                })
                .map(|day| (*child, day))
        })
        .collect()
}

#[cfg(test)]
mod tests;
