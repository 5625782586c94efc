//! Spending: reserved at the kiosk, settled by the city.
//!
//! **A spend made at a kiosk is reserved until the city answers.** The city is the one
//! serialiser: it takes a person's spends in the order in which they reach it and settles
//! or declines each against the balance over all kiosks, once, and never takes the answer
//! back. A kiosk reserves only against the balance it knows, so its own screen never shows
//! less than nothing.
//!
//! The other way was to lease each kiosk an allowance per resident. It answers at once, but
//! it splits a small balance over kiosks that may never see the person, has to be got back
//! when a kiosk stays dark, and makes a resident poor at the one kiosk they use. An entry for
//! a prize or a gift to a project loses nothing by being said to be *on its way* until the
//! city has answered; two offline kiosks may then both reserve the same points, and exactly
//! one is settled.
//!
//! An undo that reaches the city before its answer wins: what is taken back is never
//! settled. After the answer there is nothing to take back at a kiosk; the city's staff give
//! points again, as an award that says so.

use serde::{Deserialize, Serialize};

use crate::{fact::FactId, ids::OfferId, time::Stamp};

/// Spends of one person that may wait for their answers at one kiosk.
pub const SPENDS_OPEN: usize = 16;

/// Answered spends of one person that are remembered; older ones live in the sum.
pub const ANSWERED_KEPT: usize = 16;

/// What points are spent on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpendFor {
    /// An entry for a prize (景品応募).
    PrizeEntry(OfferId),
    /// A gift to a project of citizens (寄付).
    Donation(OfferId),
}

impl SpendFor {
    /// The prize or the project.
    pub const fn offer(&self) -> &OfferId {
        match self {
            Self::PrizeEntry(id) | Self::Donation(id) => id,
        }
    }
}

/// Points set aside, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spend {
    /// What for.
    #[serde(rename = "for")]
    pub what: SpendFor,
    /// How many, at least one.
    pub points: u32,
}

/// The city's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpendVerdict {
    /// The points are spent.
    Settled,
    /// They were not there any more; nothing is spent.
    Declined,
}

/// Why nothing can be reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotSpend {
    /// Nothing costs nothing.
    #[error("a spend is at least one point")]
    Nothing,
    /// Not so many points are free.
    #[error("only {free} points are free")]
    NotEnough {
        /// So many are.
        free: u64,
    },
    /// Too many wait for their answer.
    #[error("too many spends wait for the city's answer")]
    TooManyOpen,
}

/// A spend without its answer, as the account remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    /// The spend's fact.
    pub fact: FactId,
    /// What it is.
    pub spend: Spend,
    /// When.
    pub at: Stamp,
    /// It was taken back; the city may not have heard of it yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
}

/// A spend with its answer, as the account remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The spend; it may have been taken back before the answer came.
    pub made: Reserved,
    /// The answer.
    pub verdict: SpendVerdict,
}

/// A person's spends at one kiosk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spends {
    open: Vec<Reserved>,
    settled: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answered: Vec<Answered>,
}

impl Spends {
    /// Spends without an answer, oldest first; those taken back among them.
    pub fn open(&self) -> &[Reserved] {
        &self.open
    }

    /// The latest spends with an answer, in the order of the answers.
    pub fn answered(&self) -> &[Answered] {
        &self.answered
    }

    /// Points set aside.
    pub fn reserved(&self) -> u64 {
        self.open
            .iter()
            .filter(|r| !r.undone)
            .map(|r| u64::from(r.spend.points))
            .sum()
    }

    /// Points the city has settled.
    pub const fn settled(&self) -> u64 {
        self.settled
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.settled == 0 && self.answered.is_empty()
    }

    /// Whether this may be set aside from so many points that are neither spent nor
    /// reserved.
    ///
    /// # Errors
    /// [`CannotSpend`].
    pub fn reserve(&self, free: u64, spend: Spend) -> Result<Spend, CannotSpend> {
        if spend.points == 0 {
            Err(CannotSpend::Nothing)
        } else if u64::from(spend.points) > free {
            Err(CannotSpend::NotEnough { free })
        } else if self.open.len() >= SPENDS_OPEN {
            Err(CannotSpend::TooManyOpen)
        } else {
            Ok(spend)
        }
    }

    pub(super) fn push(&mut self, fact: FactId, at: Stamp, spend: Spend) {
        self.open.push(Reserved {
            fact,
            spend,
            at,
            undone: false,
        });
    }

    pub(super) fn answer(&mut self, fact: FactId, verdict: SpendVerdict) -> bool {
        let Some(n) = self.open.iter().position(|r| r.fact == fact) else {
            return false;
        };
        let made = self.open.remove(n);
        if verdict == SpendVerdict::Settled {
            self.settled = self.settled.saturating_add(u64::from(made.spend.points));
        }
        if self.answered.len() == ANSWERED_KEPT {
            self.answered.remove(0);
        }
        self.answered.push(Answered { made, verdict });
        true
    }

    pub(super) fn undo(&mut self, fact: FactId) -> bool {
        self.open
            .iter_mut()
            .find(|r| r.fact == fact && !r.undone)
            .map(|r| r.undone = true)
            .is_some()
    }

    /// The moments of what is remembered.
    pub(super) fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        let answered = self.answered.iter().map(|a| &a.made.at);
        self.open.iter().map(|r| &r.at).chain(answered)
    }

    pub(super) fn stamps_mut(&mut self) -> impl Iterator<Item = &mut Stamp> {
        let answered = self.answered.iter_mut().map(|a| &mut a.made.at);
        self.open.iter_mut().map(|r| &mut r.at).chain(answered)
    }
}
