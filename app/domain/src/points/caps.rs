//! Caps: the most that can be earned in a day, a month and a year.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rules::{InvalidPoints, MAX_CAP};

/// An age band, as the city's registry tells it: rules need no date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// To the end of primary school.
    Child,
    /// To the end of upper secondary school.
    Youth,
    /// Grown up.
    Adult,
    /// Old enough for what the city gives the old.
    Senior,
}

/// What a rule may know of a person. Nothing of it is needed to earn points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person {
    /// The age band.
    pub age: Option<Age>,
    /// The month of birth, 1 to 12.
    pub birth_month: Option<u8>,
}

/// For how long a cap counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A business day of the facility.
    Day,
    /// A calendar month.
    Month,
    /// A year of the town, see [`TownPoints::year_begins`].
    Year,
}

impl Period {
    /// Shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];
}

/// Over what a cap counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// One facility.
    Facility,
    /// A person, over all facilities.
    Person,
}

/// A cap, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CapHit {
    /// Over what.
    pub scope: Scope,
    /// For how long.
    pub period: Period,
    /// Points.
    pub cap: u32,
}

/// Points at most; what is left out has no cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caps {
    /// A day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// A month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// A year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
}

impl Caps {
    /// The cap of that period.
    pub const fn of(&self, period: Period) -> Option<u32> {
        match period {
            Period::Day => self.day,
            Period::Month => self.month,
            Period::Year => self.year,
        }
    }

    fn check(&self) -> Result<(), InvalidPoints> {
        let mut shorter = 0;
        for (key, cap) in [
            ("day", self.day),
            ("month", self.month),
            ("year", self.year),
        ] {
            let Some(cap) = cap else { continue };
            if !(1..=MAX_CAP).contains(&cap) {
                return Err(InvalidPoints::Cap(key));
            }
            if cap < shorter {
                return Err(InvalidPoints::CapOrder(key));
            }
            shorter = cap;
        }
        Ok(())
    }
}

/// Caps that may differ by age.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CapSet {
    /// For everybody else.
    #[serde(skip_serializing_if = "is_default")]
    pub all: Caps,
    /// In place of those, for these age bands.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ages: BTreeMap<Age, Caps>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl CapSet {
    /// The caps of a person. Of whom no age is known has those of everybody.
    pub fn of(&self, age: Option<Age>) -> Caps {
        age.and_then(|a| self.ages.get(&a))
            .copied()
            .unwrap_or(self.all)
    }

    /// True when it caps nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self) -> Result<(), InvalidPoints> {
        self.all.check()?;
        self.ages.values().try_for_each(Caps::check)
    }
}

/// Caps and their first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapsFrom {
    /// The first day; they hold until the next begin.
    pub from: Date,
    /// The caps.
    #[serde(default)]
    pub caps: CapSet,
}

/// What holds for points in the whole town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TownPoints {
    /// Caps of a person over all facilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<CapsFrom>,
    /// Points end with the month that is so many months after the month of their award;
    /// never when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_months: Option<u16>,
    /// The month in which a year of caps begins, 1 to 12. April, as 年度 does.
    pub year_begins: i8,
}

impl Default for TownPoints {
    fn default() -> Self {
        Self {
            caps: Vec::new(),
            expire_months: None,
            year_begins: 4,
        }
    }
}

impl TownPoints {
    pub(crate) fn is_default(&self) -> bool {
        is_default(self)
    }

    /// The caps of a person on that day.
    pub fn caps(&self, date: Date, age: Option<Age>) -> Caps {
        self.caps
            .iter()
            .rev()
            .find(|c| c.from <= date)
            .map_or_else(Caps::default, |c| c.caps.of(age))
    }

    /// The town's year a month of the calendar belongs to, by the calendar year it began in.
    pub const fn year_of(&self, month: Month) -> i16 {
        if month.month < self.year_begins {
            month.year - 1
        } else {
            month.year
        }
    }

    /// The first day on which a cap of that period counts anew.
    pub fn next_after(&self, date: Date, period: Period) -> Option<Date> {
        match period {
            Period::Day => date.tomorrow().ok(),
            Period::Month => Month::of(date).next().first(),
            Period::Year => Month {
                year: self.year_of(Month::of(date)).checked_add(1)?,
                month: self.year_begins,
            }
            .first(),
        }
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidPoints`] found.
    pub fn check(&self) -> Result<(), InvalidPoints> {
        if !(1..=12).contains(&self.year_begins) {
            return Err(InvalidPoints::YearBegins);
        }
        if self.expire_months.is_some_and(|m| !(1..=120).contains(&m)) {
            return Err(InvalidPoints::Expiry);
        }
        for pair in self.caps.windows(2) {
            if pair[1].from <= pair[0].from {
                return Err(InvalidPoints::Order(pair[1].from));
            }
        }
        self.caps.iter().try_for_each(|c| c.caps.check())
    }
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month of a day.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    /// The month after it.
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year.saturating_add(1),
                month: 1,
            }
        } else {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        }
    }

    /// Its first day; `None` beyond the range of dates.
    pub fn first(self) -> Option<Date> {
        Date::new(self.year, self.month, 1).ok()
    }
}
