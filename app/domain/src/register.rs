//! Registration (宿毛ID登録): a card that opens nothing becomes a resident's, on the spot.
//!
//! The city leases each kiosk a range of numbers, so that an id can be issued off the line and
//! no two kiosks issue the same. What is left of a range is a fold over the kiosk's own facts.
//! The form, the id and the card's number go to the city in a [`Letter`] sealed to it: on the
//! wire stand pseudonyms, the lease's name and the place within it.
//!
//! The kiosk recognises the card from its own journal at once. The city's [`Answer`] is the
//! seal. It follows from the set of all claims alone ([`judge()`]), in whatever order they came;
//! the kiosk journals each answer once.

pub mod form;
pub mod holder;
pub mod judge;
pub mod kana;
pub mod lease;
pub mod letter;
pub mod rules;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ids::LeaseId, pseudonym::Pseudonym};

pub use form::{Form, FormSlip};
pub use holder::{CardState, Holder, Numbers};
pub use judge::{Claim, Known, Registry, Resident, Said, judge};
pub use lease::{IdForm, Lease, Leases, NoNumber, Numbered};
pub use letter::{Consent, Letter};
pub use rules::{InvalidRegistration, RegistrationRules};

/// A [`Letter`] only the city can open, as hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedLetter(String);

impl SealedLetter {
    /// Wraps what the sealing made.
    pub fn new(sealed: &[u8]) -> Self {
        Self(hex::encode(sealed))
    }

    /// What is to be opened; nothing where it is not hexadecimal.
    pub fn bytes(&self) -> Vec<u8> {
        hex::decode(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for SealedLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedLetter({} digits)", self.0.len())
    }
}

/// A card was registered to the next number of a lease. The subject is the new resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The card, as a pseudonym of its own.
    pub card: Pseudonym,
    /// The lease.
    pub lease: LeaseId,
    /// The place within it, counted from 0. Used whether this fact is undone or not.
    pub nth: u32,
    /// Who, with what form and consent.
    pub letter: SealedLetter,
    /// The member of staff.
    pub staff: Option<Pseudonym>,
}

/// A card took the place of a resident's earlier ones, which open nothing from then on. The
/// subject is the resident; points and history go on under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relinked {
    /// The new card.
    pub card: Pseudonym,
    /// Who, and what shows that it is them.
    pub letter: SealedLetter,
    /// The member of staff.
    pub staff: Option<Pseudonym>,
}

/// An id was released at the resident's wish. The subject is the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedId {
    /// The card that was held.
    pub card: Pseudonym,
    /// Who.
    pub letter: SealedLetter,
    /// The member of staff.
    pub staff: Option<Pseudonym>,
}

/// What the city makes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// It stands: this is the seal.
    Accepted,
    /// It does not stand.
    Refused {
        /// Why.
        why: WhyNot,
    },
}

impl Answer {
    /// True where it does not stand.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// Why a claim does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNot {
    /// The number is not one that kiosk was leased, or was issued after the lease's last day.
    OutsideLease,
    /// The number was issued before.
    IdTaken,
    /// The card is another resident's.
    CardTaken,
    /// No such resident.
    UnknownId,
    /// The id was released.
    IdReleased,
    /// The card that was held had been replaced, or is not the resident's.
    CardReleased,
    /// The date of birth is not the resident's.
    NotThePerson,
    /// The letter cannot be opened, or does not say what the fact says.
    Unreadable,
}

#[cfg(test)]
mod tests;
