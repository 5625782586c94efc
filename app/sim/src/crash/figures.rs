//! What is run and what came of it.

use std::{fmt, ops::AddAssign};

use machitap_store::Synchronous;

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// At least so many cuts.
    pub cuts: u64,
    /// When SQLite waits for the disk.
    pub synchronous: Synchronous,
    /// The disk says it has synchronised and has not.
    pub lies: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Journals begun.
    pub lives: u64,
    /// Cuts of the power.
    pub cuts: u64,
    /// Of those, while the journal was being opened.
    pub cuts_while_opening: u64,
    /// Facts the journal said were kept.
    pub acknowledged: u64,
    /// Appends cut short that were there afterwards, whole.
    pub kept_unsaid: u64,
    /// Appends cut short that were not.
    pub gone_unsaid: u64,
    /// Acknowledged facts, receipts, documents or numbers that were not there afterwards.
    pub lost: u64,
    /// Facts that were there twice.
    pub doubled: u64,
    /// Journals that did not open, did not verify, or held other bytes.
    pub corrupt: u64,
    /// The seed of the first life that went wrong.
    pub first_bad: Option<u64>,
}

impl Figures {
    /// Nothing lost, doubled or corrupt.
    pub const fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.corrupt == 0
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.lives += other.lives;
        self.cuts += other.cuts;
        self.cuts_while_opening += other.cuts_while_opening;
        self.acknowledged += other.acknowledged;
        self.kept_unsaid += other.kept_unsaid;
        self.gone_unsaid += other.gone_unsaid;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.corrupt += other.corrupt;
        self.first_bad = self.first_bad.or(other.first_bad);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cuts ({} while opening) in {} lives, {} facts acknowledged, cut short: {} kept, {} gone; lost {}, doubled {}, corrupt {}",
            self.cuts,
            self.cuts_while_opening,
            self.lives,
            self.acknowledged,
            self.kept_unsaid,
            self.gone_unsaid,
            self.lost,
            self.doubled,
            self.corrupt
        )?;
        self.first_bad.map_or(Ok(()), |seed| {
            write!(f, ", first in the life of seed {seed}")
        })
    }
}
