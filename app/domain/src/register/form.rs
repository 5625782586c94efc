//! The application form: what a resident says of themselves, in the order it is asked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{kana::is_kana, rules::RegistrationRules};
use crate::{ids::GroupId, pii::Pii, points::caps::Age};

/// A name has at most so many kana.
pub const KANA_MAX: usize = 40;

/// From this age on no band is said.
pub const OLD_FROM: i16 = 60;

/// Nobody is older.
pub const AGE_MAX: i16 = 130;

/// A form, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The name in kana; a wide space between family and given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<Pii<String>>,
    /// The date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<Pii<Date>>,
    /// The part of town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<GroupId>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FormSlip {
    /// No name, or only spaces.
    NoName,
    /// A sign that is no kana, or too many.
    NotKana,
    /// Not a day of the calendar.
    NoSuchDay,
    /// A day to come.
    NotBornYet,
    /// Longer ago than anybody lives.
    TooLongAgo,
    /// No area was chosen, or one the catalogue does not know.
    NoArea,
}

impl Form {
    /// Checks it against what the catalogue asks for.
    ///
    /// # Errors
    /// The first [`FormSlip`], in the order of the form.
    pub fn check(&self, rules: &RegistrationRules, today: Date) -> Result<(), FormSlip> {
        if rules.kana {
            kana(self.kana.as_ref().map_or("", |k| k.reveal()))?;
        }
        if rules.birth {
            let birth = self.birth.as_ref().ok_or(FormSlip::NoSuchDay)?;
            born(*birth.reveal(), today)?;
        }
        let known = |area: &GroupId| rules.areas.iter().any(|a| a.id == *area);
        if !rules.areas.is_empty() && !self.area.as_ref().is_some_and(known) {
            return Err(FormSlip::NoArea);
        }
        Ok(())
    }
}

/// Checks a name as the board writes it.
///
/// # Errors
/// [`FormSlip::NoName`], [`FormSlip::NotKana`].
pub fn kana(name: &str) -> Result<(), FormSlip> {
    if name.trim().is_empty() {
        return Err(FormSlip::NoName);
    }
    let odd = |c: char| !is_kana(c) && c != '\u{3000}';
    if name.chars().count() > KANA_MAX || name.chars().any(odd) {
        return Err(FormSlip::NotKana);
    }
    Ok(())
}

/// Reads a date of birth from its eight digits, year first.
///
/// # Errors
/// [`FormSlip::NoSuchDay`], [`FormSlip::NotBornYet`], [`FormSlip::TooLongAgo`].
pub fn birth(digits: &str, today: Date) -> Result<Date, FormSlip> {
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse().ok());
    let parts = (digits.len() == 8).then(|| (number(0, 4), number(4, 6), number(6, 8)));
    let Some((Some(year), Some(month), Some(day))) = parts else {
        return Err(FormSlip::NoSuchDay);
    };
    let small = |n: i16| i8::try_from(n).map_err(|_| FormSlip::NoSuchDay);
    let date = Date::new(year, small(month)?, small(day)?).map_err(|_| FormSlip::NoSuchDay)?;
    born(date, today)?;
    Ok(date)
}

fn born(birth: Date, today: Date) -> Result<(), FormSlip> {
    if birth > today {
        Err(FormSlip::NotBornYet)
    } else if today.year() - birth.year() > AGE_MAX {
        Err(FormSlip::TooLongAgo)
    } else {
        Ok(())
    }
}

/// The age band a point rule may know. None is said of the old: which age the town gives
/// something for is the rosters' to say.
pub fn band(birth: Date, today: Date) -> Option<Age> {
    // Schools begin on 1 April with whoever is six by then; who is born on that day goes early.
    let school_year = |day: Date| day.year() - i16::from((day.month(), day.day()) < (4, 1));
    let cohort = birth.year() - i16::from((birth.month(), birth.day()) < (4, 2));
    match school_year(today) - cohort {
        ..=12 => Some(Age::Child),
        13..=18 => Some(Age::Youth),
        _ if age(birth, today) < OLD_FROM => Some(Age::Adult),
        _ => None,
    }
}

/// Whole years lived. Whoever was born on 29 February is a year older on 1 March of other years.
pub fn age(birth: Date, today: Date) -> i16 {
    let years = today.year() - birth.year();
    let before = (today.month(), today.day()) < (birth.month(), birth.day());
    years - i16::from(before)
}
