//! A calendar month, as bills go by.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    number: i8,
}

/// Not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as in 2026-11")]
pub struct BadMonth;

impl Month {
    /// The month of that day.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            number: date.month(),
        }
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12.
    pub const fn number(self) -> i8 {
        self.number
    }

    /// Its first day.
    ///
    /// # Panics
    /// Never: a month was made from a day.
    pub fn first(self) -> Date {
        Date::new(self.year, self.number, 1).expect("every month has a first day")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.number)
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, BadMonth> {
        if text.len() != 7 {
            return Err(BadMonth);
        }
        format!("{text}-01")
            .parse()
            .map(Self::of)
            .map_err(|_| BadMonth)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        let november = Month::of(date(2026, 11, 30));
        assert_eq!("2026-11".parse(), Ok(november));
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(november.first(), date(2026, 11, 1));
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "26-11",
            "2026-11-01",
            "１月",
        ] {
            assert_eq!(bad.parse::<Month>(), Err(BadMonth), "{bad}");
        }
    }
}
