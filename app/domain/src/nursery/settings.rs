//! What a city sets for a nursery, in the catalogue.

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::{
    note::{InvalidQuestion, Question},
    tariff::{InvalidTariff, Span, Tariff},
};

/// A day of the week, as documents write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Which moment of a coming or going counts for the fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// The tap at the door.
    #[default]
    Tap,
    /// When the child changed hands, recorded by staff.
    Handover,
}

/// A nursery's settings. Every one may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nursery {
    /// When its doors are open, wall time of the facility.
    pub hours: Span,
    /// The days it is open.
    pub days: Vec<Day>,
    /// Days it is closed all the same.
    pub closed: Vec<Date>,
    /// A child neither here nor excused by this time raises an alarm; `None`: no alarm.
    pub cutoff: Option<Time>,
    /// Children still here so many minutes after closing raise an alarm.
    pub closing_grace_min: u32,
    /// Which moment counts for the fee.
    pub counts: Counts,
    /// Extended care, each tariff from its day until the next begins.
    pub tariffs: Vec<Tariff>,
    /// What is asked at drop-off, after the record is safe.
    pub questions: Vec<Question>,
}

impl Default for Nursery {
    fn default() -> Self {
        use Day::{Fri, Mon, Sat, Thu, Tue, Wed};
        Self {
            hours: Span {
                from: Time::constant(7, 0, 0, 0),
                until: Time::constant(19, 0, 0, 0),
            },
            days: vec![Mon, Tue, Wed, Thu, Fri, Sat],
            closed: Vec::new(),
            cutoff: None,
            closing_grace_min: 10,
            counts: Counts::Tap,
            tariffs: Vec::new(),
            questions: Vec::new(),
        }
    }
}

/// Why a nursery's settings are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNursery {
    /// Closing before opening.
    #[error("hours: it closes before it opens")]
    Hours,
    /// A cut-off nobody could be late for.
    #[error("cutoff lies outside the opening hours")]
    Cutoff,
    /// A tariff with a slip.
    #[error("the tariff from {from}: {why}")]
    Tariff {
        /// Its first day.
        from: Date,
        /// The slip.
        why: InvalidTariff,
    },
    /// Two tariffs begin on the same day, or not in order.
    #[error("the tariff from {0} must begin after the one before it")]
    TariffOrder(Date),
    /// A question with a slip.
    #[error("question {id:?}: {why}")]
    Question {
        /// Its id.
        id: String,
        /// The slip.
        why: InvalidQuestion,
    },
}

impl Nursery {
    /// True when the nursery is open that day.
    pub fn is_open(&self, date: Date) -> bool {
        self.days.contains(&date.weekday().into()) && !self.closed.contains(&date)
    }

    /// The tariff of that day: the last one that has begun.
    pub fn tariff(&self, date: Date) -> Option<&Tariff> {
        self.tariffs.iter().rev().find(|t| t.from <= date)
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidNursery`] found.
    pub fn check(&self) -> Result<(), InvalidNursery> {
        if self.hours.until <= self.hours.from {
            return Err(InvalidNursery::Hours);
        }
        if self.cutoff.is_some_and(|c| !self.hours.contains(c)) {
            return Err(InvalidNursery::Cutoff);
        }
        for tariff in &self.tariffs {
            tariff.check().map_err(|why| InvalidNursery::Tariff {
                from: tariff.from,
                why,
            })?;
        }
        for pair in self.tariffs.windows(2) {
            if pair[1].from <= pair[0].from {
                return Err(InvalidNursery::TariffOrder(pair[1].from));
            }
        }
        for (n, question) in self.questions.iter().enumerate() {
            let why = question.check().err().or_else(|| {
                self.questions[..n]
                    .iter()
                    .any(|q| q.id == question.id)
                    .then_some(InvalidQuestion::Twice)
            });
            if let Some(why) = why {
                return Err(InvalidNursery::Question {
                    id: question.id.clone(),
                    why,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn sundays_and_named_days_are_closed() {
        let nursery = Nursery {
            closed: vec![date(2026, 11, 23)],
            ..Nursery::default()
        };
        for (day, open) in [
            (date(2026, 11, 21), true),
            (date(2026, 11, 22), false),
            (date(2026, 11, 23), false),
            (date(2026, 11, 24), true),
        ] {
            assert_eq!(nursery.is_open(day), open, "{day}");
        }
    }

    #[test]
    fn each_slip_is_found() {
        let at = |h| Time::constant(h, 0, 0, 0);
        assert_eq!(Nursery::default().check(), Ok(()));
        let hours = Nursery {
            hours: Span {
                from: at(19),
                until: at(7),
            },
            ..Nursery::default()
        };
        assert_eq!(hours.check(), Err(InvalidNursery::Hours));
        let cutoff = Nursery {
            cutoff: Some(at(5)),
            ..Nursery::default()
        };
        assert_eq!(cutoff.check(), Err(InvalidNursery::Cutoff));
        let question = Question {
            id: "fever".into(),
            ..Question::sample()
        };
        let twice = Nursery {
            questions: vec![question.clone(), question],
            ..Nursery::default()
        };
        assert!(matches!(
            twice.check(),
            Err(InvalidNursery::Question {
                why: InvalidQuestion::Twice,
                ..
            })
        ));
    }
}
