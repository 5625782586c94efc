//! Boards: one scope, one stretch of days.

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use super::Curve;
use crate::{catalogue::Text, ids::FacilityId, pii::Pii};

/// How long the points of a board are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
}

/// The days a board counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Which period.
    pub period: Period,
    /// Its first day.
    pub from: Date,
}

impl Span {
    /// The period that day lies in.
    pub fn of(period: Period, date: Date) -> Self {
        let from = match period {
            Period::Week => {
                let since_monday = i64::from(date.weekday().to_monday_zero_offset());
                // A day before the calendar begins has no Monday: it begins the week itself.
                date.checked_sub(since_monday.days()).unwrap_or(date)
            }
            Period::Month => date.first_of_month(),
        };
        Self { period, from }
    }

    /// True when that day counts.
    pub fn holds(&self, day: Date) -> bool {
        Self::of(self.period, day) == *self
    }
}

/// Whose points, and earned where.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everywhere in the town.
    Town,
    /// At one facility.
    Facility(FacilityId),
}

/// Residents by points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Where the points were earned.
    pub scope: Scope,
    /// When.
    pub span: Span,
    /// The first places, best first.
    pub rows: Vec<Row>,
    /// Everybody, as numbers.
    pub curve: Curve,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// 1 is the first; equal points share a place.
    pub place: u32,
    /// A nickname its owner chose to show; `None` stands as "a resident".
    pub nickname: Option<Pii<String>>,
    /// Points.
    pub points: i64,
}

/// What kind of groups a board compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// Where they live.
    Area,
    /// What they joined.
    Team,
}

/// Groups by the points of all their members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupBoard {
    /// Areas or teams.
    pub kind: GroupKind,
    /// When the points were earned.
    pub span: Span,
    /// Best first. A group below the city's least size is left out.
    pub rows: Vec<Group>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// 1 is the first; equal points share a place.
    pub place: u32,
    /// Its name.
    pub name: Text,
    /// How many belong to it.
    pub members: u32,
    /// Their points together.
    pub points: i64,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_begins_on_monday_and_a_month_on_its_first() {
        let of = |period, y, m, d| Span::of(period, date(y, m, d)).from;
        for (day, week, month) in [
            // A Monday, the Sunday before it, and the turn of a year.
            ((2026, 11, 23), date(2026, 11, 23), date(2026, 11, 1)),
            ((2026, 11, 22), date(2026, 11, 16), date(2026, 11, 1)),
            ((2027, 1, 1), date(2026, 12, 28), date(2027, 1, 1)),
        ] {
            assert_eq!(of(Period::Week, day.0, day.1, day.2), week, "{day:?}");
            assert_eq!(of(Period::Month, day.0, day.1, day.2), month, "{day:?}");
        }
    }
}
