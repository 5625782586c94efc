//! The answer to a tap.

use jiff::tz::TimeZone;

use super::{
    list::{Elsewhere, FareEntry, FareList, Stands},
    ride::{Ride, Why},
    rides::Rides,
    rules::{FareClass, FareRules, Limits},
};
use crate::{
    points::caps::Month,
    pseudonym::Pseudonym,
    time::{DayKey, Stamp},
};

/// What a tap asks.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The list in force.
    pub list: Option<&'a FareList>,
    /// Whose card it is; `None` for a card that is nobody's here.
    pub subject: Option<Pseudonym>,
    /// Their rides so far.
    pub rides: &'a Rides,
    /// When.
    pub at: &'a Stamp,
    /// The facility's time zone.
    pub zone: &'a TimeZone,
}

/// The class, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// What the screen shows.
    pub class: &'a FareClass,
    /// For the journal only.
    pub why: Why,
    /// It is one trip of the class's limits.
    pub counts: bool,
    /// The list it was looked up in.
    pub list: Option<u64>,
}

impl Verdict<'_> {
    /// As the journal says it.
    pub fn ride(&self) -> Ride {
        Ride {
            class: self.class.id.clone(),
            why: self.why,
            counts: self.counts,
            list: self.list,
        }
    }
}

/// Which class a card rides in, by rules that passed their check. Follows from the arguments
/// alone, and always answers: a bus does not wait.
///
/// **Without a clock** nobody knows whether a list has expired or which day it is. The list is
/// then honoured: the time is the bus's fault, and nothing is charged on a time nobody vouches
/// for. What the town can lose by it is bounded. What had ended when the list was written is
/// over on any clock; the rides of a boot without a clock count as one day; and the year's
/// limit holds on any clock, because a ride without a date counts in every year until its
/// clock is corrected.
pub fn judge<'a>(rules: &'a FareRules, asked: &Asked<'_>) -> Verdict<'a> {
    let list = asked.list.map(|l| l.version);
    let default = |why| Verdict {
        class: rules.default_class(),
        why,
        counts: false,
        list,
    };
    let Some(subject) = asked.subject else {
        return default(Why::NoCard);
    };
    let Some(in_force) = asked.list else {
        return default(Why::NoList);
    };
    let Some(entry) = in_force.entries.get(&subject) else {
        return default(Why::NotListed);
    };
    let today = asked.at.day(asked.zone);
    let listed = match standing(rules, in_force, entry, today) {
        Ok(listed) => listed,
        Err(why) => return default(why),
    };
    let Some(class) = rules.class(&entry.class) else {
        return default(Why::UnknownClass);
    };
    let Some(limits) = &class.limits else {
        return Verdict {
            class,
            why: listed,
            counts: false,
            list,
        };
    };
    match used_up(rules, asked, in_force, entry, limits, today) {
        None => Verdict {
            class,
            why: listed,
            counts: true,
            list,
        },
        Some(why) => Verdict {
            class: limits
                .beyond
                .as_ref()
                .and_then(|beyond| rules.class(beyond))
                .unwrap_or_else(|| rules.default_class()),
            why,
            counts: false,
            list,
        },
    }
}

/// How an entry stands today, or why it does not.
fn standing(
    rules: &FareRules,
    list: &FareList,
    entry: &FareEntry,
    today: DayKey,
) -> Result<Why, Why> {
    // Whatever the clock says, it is not before the day the list was written.
    let earliest = match today {
        DayKey::Date(date) => date,
        DayKey::Boot(_) => list.issued,
    };
    if entry.until.is_some_and(|until| until < earliest) {
        return Err(Why::Ended);
    }
    let DayKey::Date(date) = today else {
        return Ok(Why::NoClock);
    };
    match list.stands(rules.honoured_days, date) {
        Stands::InForce => Ok(Why::Listed),
        Stands::Honoured => Ok(Why::Honoured),
        Stands::Over => Err(Why::Stale),
    }
}

/// Which limit is used up, the year's first: it is the one that lasts.
fn used_up(
    rules: &FareRules,
    asked: &Asked<'_>,
    list: &FareList,
    entry: &FareEntry,
    limits: &Limits,
    today: DayKey,
) -> Option<Why> {
    let (class, year_of) = (&entry.class, |month| rules.year_of(month));
    let elsewhere = |counts: fn(i16, i16) -> bool, year| match entry.elsewhere {
        Some(Elsewhere { year: of, rides }) if counts(of, year) => rides,
        _ => 0,
    };
    let this_year = match today {
        DayKey::Date(date) => {
            let year = year_of(Month::of(date));
            asked
                .rides
                .in_year(class, year, year_of)
                .saturating_add(elsewhere(|of, year| of == year, year))
        }
        DayKey::Boot(_) => {
            let since = year_of(Month::of(list.issued));
            asked
                .rides
                .in_fullest_year(class, since, year_of)
                .saturating_add(elsewhere(|of, since| of >= since, since))
        }
    };
    let full = |limit: Option<u32>, rides: u32| limit.is_some_and(|limit| rides >= limit);
    if full(limits.year, this_year) {
        Some(Why::YearFull)
    } else if full(limits.day, asked.rides.on(class, today)) {
        Some(Why::DayFull)
    } else {
        None
    }
}
