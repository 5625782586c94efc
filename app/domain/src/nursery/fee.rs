//! The fee of a child's day: the tariff over what the fold knows of it.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{
    settings::{Counts, Nursery},
    tariff::{Care, Price, Stay},
};
use crate::{
    attendance::{ChildDays, Direction, Passage},
    fact::FactId,
    time::{DayKey, Stamp},
};

/// Why a day's fee is left to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsettled {
    /// No clock vouches for a time, or a price lies inside its uncertainty.
    Clock,
    /// The handover counts and was not recorded.
    Handover,
}

/// What a day costs so far, for the whole day: a later one replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fee {
    /// Charged.
    Settled {
        /// Yen, under the month's cap.
        yen: u32,
        /// Minutes before the core hours.
        before_min: u32,
        /// Minutes after them.
        after_min: u32,
        /// The first day of the tariff.
        tariff: Date,
    },
    /// Not charged by itself: staff decide.
    Unsettled(Unsettled),
}

impl Fee {
    /// Yen charged.
    pub const fn yen(&self) -> u32 {
        match self {
            Self::Settled { yen, .. } => *yen,
            Self::Unsettled(_) => 0,
        }
    }
}

/// A fee, as a fact carries it. The subject is the child; caused by the passage, handover
/// or correction that made it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFee {
    /// The day.
    pub day: DayKey,
    /// What it costs so far.
    pub fee: Fee,
}

/// A fee, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeMade {
    /// Its fact.
    pub fact: FactId,
    /// What made it so.
    pub cause: FactId,
    /// The day.
    pub day: DayKey,
    /// What it costs.
    pub fee: Fee,
    /// Its cause was taken back or corrected.
    pub void: bool,
}

/// The fee of that day under the settings; `None` without a tariff, or when the day is
/// nobody's calendar day and nothing was recorded.
pub fn fee_of(
    days: &ChildDays,
    day: DayKey,
    care: Care,
    nursery: &Nursery,
    zone: &TimeZone,
) -> Option<Fee> {
    let DayKey::Date(date) = day else {
        // A tariff is there for whatever day it was; which one, staff will know.
        return (!nursery.tariffs.is_empty()).then_some(Fee::Unsettled(Unsettled::Clock));
    };
    let tariff = nursery.tariff(date)?;
    let rates = tariff.of(care);
    let passages: Vec<&Passage> = days.standing_on(day).collect();
    let price_at = |coming: Edge, going: Edge| -> Result<Price, Unsettled> {
        let moments: Result<Vec<_>, Unsettled> = passages
            .iter()
            .map(|p| {
                let at = counted(p, nursery.counts)?;
                let edge = if p.direction == Direction::In {
                    coming
                } else {
                    going
                };
                let time = edge.of(at, date, zone).ok_or(Unsettled::Clock)?;
                Ok((p.direction, time))
            })
            .collect();
        Ok(rates.price(&stays(&moments?)))
    };
    let price = match price_at(Edge::Said, Edge::Said) {
        Ok(price) => price,
        Err(why) => return Some(Fee::Unsettled(why)),
    };
    let whatever = [Edge::Earliest, Edge::Latest];
    let sure = whatever.into_iter().all(|coming| {
        whatever
            .into_iter()
            .all(|going| price_at(coming, going).is_ok_and(|p| p.yen == price.yen))
    });
    if !sure {
        return Some(Fee::Unsettled(Unsettled::Clock));
    }
    let already = days.month_yen(date.year(), date.month(), Some(day));
    Some(Fee::Settled {
        yen: tariff.capped(already, price.yen),
        before_min: price.before_min,
        after_min: price.after_min,
        tariff: tariff.from,
    })
}

/// The stamp that counts for the fee.
fn counted(passage: &Passage, counts: Counts) -> Result<&Stamp, Unsettled> {
    match (counts, &passage.handover, passage.corrected) {
        // What staff put right by hand is the time they mean.
        (Counts::Tap, _, _) | (Counts::Handover, None, true) => Ok(&passage.at),
        (Counts::Handover, Some(at), _) => Ok(at),
        (Counts::Handover, None, false) => Err(Unsettled::Handover),
    }
}

/// Which of the times a stamp may truly mean.
#[derive(Clone, Copy)]
enum Edge {
    Earliest,
    Said,
    Latest,
}

impl Edge {
    /// That time; `None` where nothing bounds it, or where it may mean another day.
    fn of(self, at: &Stamp, date: Date, zone: &TimeZone) -> Option<Time> {
        if !at.quality.is_trusted() {
            return None;
        }
        let off = i64::try_from(at.quality.uncertainty_ms?).ok()?;
        let wall = match self {
            Self::Earliest => at.wall_ms.checked_sub(off)?,
            Self::Said => at.wall_ms,
            Self::Latest => at.wall_ms.checked_add(off)?,
        };
        let moment = zone.to_datetime(Timestamp::from_millisecond(wall).ok()?);
        (moment.date() == date).then(|| moment.time())
    }
}

/// Comings and goings as stays. Two comings in a row are one stay since the first; a
/// going without a coming is a stay whose beginning nobody recorded.
fn stays(moments: &[(Direction, Time)]) -> Vec<Stay> {
    let mut stays = Vec::new();
    let mut open: Option<Time> = None;
    for (direction, at) in moments {
        match direction {
            Direction::In => {
                open.get_or_insert(*at);
            }
            Direction::Out => {
                let first = stays.is_empty();
                let from = open.take();
                if from.is_some() || first {
                    stays.push(Stay {
                        from,
                        until: Some(*at),
                    });
                }
            }
        }
    }
    if open.is_some() {
        stays.push(Stay {
            from: open,
            until: None,
        });
    }
    stays
}

#[cfg(test)]
mod tests;
