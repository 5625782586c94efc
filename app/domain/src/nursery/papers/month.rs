//! A calendar month.

use std::{fmt, str::FromStr};

use jiff::{ToSpan as _, civil::Date};

/// A month of the years 1 to 9999; as text, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

/// Why a text is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written YYYY-MM, as in 2026-11")]
pub struct InvalidMonth;

impl Month {
    /// That month; `None` when there is none such.
    pub fn new(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        (year >= 1).then_some(Self { first })
    }

    /// The month of that day; `None` before year 1.
    pub fn of(date: Date) -> Option<Self> {
        Self::new(date.year(), date.month())
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.first.year()
    }

    /// 1 to 12.
    pub fn month(self) -> i8 {
        self.first.month()
    }

    /// Its first day.
    pub const fn first(self) -> Date {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The month before; the very first has none and is its own.
    pub fn before(self) -> Self {
        self.first
            .checked_sub(1.month())
            .ok()
            .and_then(Self::of)
            .unwrap_or(self)
    }

    /// True for a day in it.
    pub fn has(self, date: Date) -> bool {
        self.first <= date && date <= self.last()
    }

    /// Its days in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let (year, month) = (self.year(), self.month());
        (1..=self.first.days_in_month()).map(move |day| Date::constant(year, month, day))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let (year, month) = text.split_once('-').ok_or(InvalidMonth)?;
        let number = |part: &str, digits: usize| {
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i16>().ok())
                .flatten()
                .ok_or(InvalidMonth)
        };
        let month = i8::try_from(number(month, 2)?).map_err(|_| InvalidMonth)?;
        Self::new(number(year, 4)?, month).ok_or(InvalidMonth)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_is_read_and_written_as_the_command_line_has_it() {
        let month: Month = "2028-02".parse().unwrap();
        assert_eq!(month.to_string(), "2028-02");
        assert_eq!(month.last(), date(2028, 2, 29));
        assert_eq!(month.days().count(), 29);
        assert!(month.has(date(2028, 2, 1)) && !month.has(date(2028, 3, 1)));
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "0000-01",
            "26-11",
            "2026-1",
            "2026-1１",
            "+026-11",
            "2026-11-01",
        ] {
            assert_eq!(bad.parse::<Month>(), Err(InvalidMonth), "{bad}");
        }
    }

    #[test]
    fn before_january_comes_december_and_before_the_first_nothing() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(month("2027-01").before(), month("2026-12"));
        assert_eq!(month("0001-01").before(), month("0001-01"));
    }
}
