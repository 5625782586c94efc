//! Drop-off and pick-up: which way a tap goes, and what the day looks like.

use serde::{Deserialize, Serialize};

use crate::{
    credential::CredentialKind,
    fact::FactId,
    time::{DayKey, Stamp},
};

/// Which way a child went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// 登園
    In,
    /// 降園
    Out,
}

/// How it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// By a card of that kind.
    Card(CredentialKind),
    /// By staff, by hand.
    Staff,
}

/// One coming or going, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The fact.
    pub fact: FactId,
    /// The day it counts for.
    pub day: DayKey,
    /// When.
    pub at: Stamp,
    /// Which way.
    pub direction: Direction,
    /// It was taken back.
    pub undone: bool,
}

/// How many passages of one child are remembered; a day has two, and an undo needs the
/// one before.
pub const PASSAGES_KEPT: usize = 16;

/// A child's recent passages, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildDays {
    passages: Vec<Passage>,
}

/// Why a tap goes the way it goes; the screen says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The child has not come today.
    NotHereYet,
    /// The child came and has not left.
    HereSince {
        /// When it came.
        at: Stamp,
    },
    /// The child left and comes again.
    LeftAt {
        /// When it left.
        at: Stamp,
    },
}

/// A direction with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Which way.
    pub direction: Direction,
    /// Why.
    pub reason: Reason,
}

impl ChildDays {
    /// The last passage of that day that stands.
    pub fn last_on(&self, day: DayKey) -> Option<&Passage> {
        self.passages
            .iter()
            .rev()
            .find(|p| p.day == day && !p.undone)
    }

    /// True while the child is at the nursery on that day.
    pub fn is_here(&self, day: DayKey) -> bool {
        self.last_on(day)
            .is_some_and(|p| p.direction == Direction::In)
    }

    /// Which way a tap on that day goes. A day left open before is never toggled: only
    /// the passages of the same day count.
    pub fn propose(&self, day: DayKey) -> Proposal {
        match self.last_on(day) {
            None => Proposal {
                direction: Direction::In,
                reason: Reason::NotHereYet,
            },
            Some(p) if p.direction == Direction::In => Proposal {
                direction: Direction::Out,
                reason: Reason::HereSince { at: p.at },
            },
            Some(p) => Proposal {
                direction: Direction::In,
                reason: Reason::LeftAt { at: p.at },
            },
        }
    }

    /// The latest passage that stands, of whatever day.
    pub fn latest(&self) -> Option<&Passage> {
        self.passages.iter().rev().find(|p| !p.undone)
    }

    pub(crate) fn push(&mut self, passage: Passage) {
        if self.passages.len() == PASSAGES_KEPT {
            self.passages.remove(0);
        }
        self.passages.push(passage);
    }

    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        self.passages
            .iter_mut()
            .find(|p| p.fact == fact)
            .map(|p| p.undone = true)
            .is_some()
    }

    pub(crate) fn passages(&self) -> &[Passage] {
        &self.passages
    }

    pub(crate) fn passages_mut(&mut self) -> &mut [Passage] {
        &mut self.passages
    }
}
