//! Who holds which class: the city's list, without a name in it.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{ids::ClassId, pseudonym::Pseudonym};

/// The holders of a town. Published signed, versioned and sealed to each bus's kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FareList {
    /// Counted up by the city with every change; rides name it.
    pub version: u64,
    /// The day it was written.
    pub issued: Date,
    /// The last day it is meant for. What comes after,
    /// [`super::FareRules::honoured_days`] says.
    pub expires: Date,
    /// By the transport pseudonym.
    #[serde(default)]
    pub entries: BTreeMap<Pseudonym, FareEntry>,
}

/// One holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FareEntry {
    /// The class.
    pub class: ClassId,
    /// The last day it is theirs; as long as the list is renewed when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Trips of this class that count and that other kiosks had sent when the list was
    /// written. Without it a town with two buses would give each holder two years' worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

/// Trips on other buses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Of which year of the town, by the calendar year it began in.
    pub year: i16,
    /// How many.
    pub rides: u32,
}

/// How a list stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// It is meant for that day.
    InForce,
    /// It was to be renewed and is still honoured.
    Honoured,
    /// It says nothing any more.
    Over,
}

/// Why a list is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFareList {
    /// Over before it was written.
    #[error("the fare list expires before it was issued")]
    Expires,
}

impl FareList {
    /// How it stands on that day, when it is honoured for so many days beyond its last.
    pub fn stands(&self, honoured_days: u16, date: Date) -> Stands {
        let honoured = self.expires.saturating_add(i64::from(honoured_days).days());
        if date <= self.expires {
            Stands::InForce
        } else if date <= honoured {
            Stands::Honoured
        } else {
            Stands::Over
        }
    }

    /// Checks what the types cannot. Whether its classes are those of the catalogue is no
    /// part of it: the two are published apart, and a class the catalogue does not know yet
    /// rides as the default does.
    ///
    /// # Errors
    /// [`InvalidFareList`].
    pub fn check(&self) -> Result<(), InvalidFareList> {
        if self.expires < self.issued {
            return Err(InvalidFareList::Expires);
        }
        Ok(())
    }
}
