//! Ranges of numbers that the city leased to one kiosk, sealed to it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Answer, holder::Numbers};
use crate::{
    fact::{Class, FactId},
    ids::{CitizenId, Incarnation, InvalidId, LeaseId},
};

/// How the town writes its ids: letters, then a number of so many digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdForm {
    /// What stands before the number.
    pub prefix: String,
    /// How many digits the number has, zeros in front included.
    pub digits: u8,
}

impl IdForm {
    /// How an id is written, and its number: the digits at its end.
    pub fn of(id: &CitizenId) -> Option<(Self, u32)> {
        let text = id.reveal();
        let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (prefix, number) = text.split_at(text.len() - digits);
        let form = Self {
            prefix: prefix.to_owned(),
            digits: u8::try_from(digits).ok()?,
        };
        Some((form, number.parse().ok()?))
    }

    /// The id of that number.
    ///
    /// # Errors
    /// [`InvalidId`] where the form makes none.
    pub fn id(&self, number: u32) -> Result<CitizenId, InvalidId> {
        let width = usize::from(self.digits);
        CitizenId::new(&format!("{}{number:0width$}", self.prefix))
    }

    /// The first number that has too many digits.
    pub const fn end(&self) -> u64 {
        10_u64.saturating_pow(self.digits as u32)
    }

    /// The number of an id of this form.
    pub fn number(&self, id: &CitizenId) -> Option<u32> {
        let digits = id.reveal().strip_prefix(&self.prefix)?;
        (digits.len() == usize::from(self.digits) && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok())?
    }
}

/// One range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Which.
    pub id: LeaseId,
    /// The life of the kiosk's journal it is for. A new journal has forgotten what the old one
    /// issued, and what that had not sent nobody knows: its ranges are closed.
    pub life: Incarnation,
    /// The first number.
    pub from: u32,
    /// How many.
    pub count: u32,
    /// The last day on which it is issued from.
    pub until: Date,
}

impl Lease {
    /// True when that number is one of it.
    pub const fn holds(&self, number: u32) -> bool {
        number >= self.from && number - self.from < self.count
    }
}

/// What the city tells one kiosk about registrations. Published signed, versioned and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leases {
    /// How ids are written.
    pub form: IdForm,
    /// Every range this kiosk was ever leased, the oldest first: what was issued from one that
    /// is over is still recognised.
    #[serde(default)]
    pub leases: Vec<Lease>,
    /// What the city makes of this journal's claims, as long as the journal does not say so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<FactId, Answer>,
}

/// A number that may be issued now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// From which lease.
    pub lease: LeaseId,
    /// Its place within.
    pub nth: u32,
    /// The id it makes.
    pub citizen: CitizenId,
}

/// Why no number can be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoNumber {
    /// No clock vouches for the day, so no lease can be said to hold.
    ClockUnsure,
    /// The city has leased none, or none to this life of the journal.
    NoLease,
    /// All are issued.
    UsedUp,
    /// The last day has gone by.
    Over,
}

impl NoNumber {
    /// How it is answered.
    pub const fn class(self) -> Class {
        match self {
            Self::ClockUnsure => Class::Retry,
            Self::NoLease | Self::UsedUp | Self::Over => Class::Repair,
        }
    }
}

impl Leases {
    /// The next number, from the oldest lease that has one.
    ///
    /// # Errors
    /// [`NoNumber`].
    pub fn next(
        &self,
        numbers: &Numbers,
        life: Incarnation,
        today: Option<Date>,
    ) -> Result<Numbered, NoNumber> {
        let today = today.ok_or(NoNumber::ClockUnsure)?;
        let mut why = NoNumber::NoLease;
        for lease in self.leases.iter().filter(|l| l.life == life) {
            let nth = numbers.next(&lease.id);
            let number = lease.from.checked_add(nth).filter(|_| nth < lease.count);
            let id = number.and_then(|n| self.form.id(n).ok());
            match id {
                None => why = NoNumber::UsedUp,
                Some(_) if lease.until < today => why = NoNumber::Over,
                Some(citizen) => {
                    return Ok(Numbered {
                        lease: lease.id.clone(),
                        nth,
                        citizen,
                    });
                }
            }
        }
        Err(why)
    }

    /// How many numbers may still be issued on that day.
    pub fn left(&self, numbers: &Numbers, life: Incarnation, today: Date) -> u32 {
        let open = |l: &&Lease| l.life == life && l.until >= today;
        let left = |l: &Lease| l.count.saturating_sub(numbers.next(&l.id));
        self.leases.iter().filter(open).map(left).sum()
    }

    /// The id that was issued from that place of a lease.
    pub fn issued(&self, lease: &LeaseId, nth: u32) -> Option<CitizenId> {
        let lease = self.leases.iter().find(|l| l.id == *lease)?;
        let number = lease.from.checked_add(nth).filter(|_| nth < lease.count)?;
        self.form.id(number).ok()
    }
}
