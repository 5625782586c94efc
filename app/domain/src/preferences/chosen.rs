//! What one journal knows of a resident's choices, and which of several journals' is the latest.

use serde::{Deserialize, Serialize};

use super::{Preferences, Preferred};
use crate::{
    fact::FactId,
    time::{BootId, Stamp},
};

/// Choices of a resident that are remembered, so that the last ones can be taken back.
pub const CHOICES_KEPT: usize = 4;

/// What holds, and since when. The greater is the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Latest {
    /// The moment it counts from, milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// What holds.
    pub preferences: Preferences,
}

impl Latest {
    /// The later of two, where there are any.
    pub fn of(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        // None is less than any.
        one.max(other)
    }
}

/// One choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Choice {
    fact: FactId,
    at: Stamp,
    #[serde(flatten)]
    preferred: Preferred,
}

impl Choice {
    fn latest(&self) -> Latest {
        let trusted = self.at.quality.is_trusted().then_some(self.at.wall_ms);
        let after = self.preferred.after_ms.map(|ms| ms.saturating_add(1));
        Latest {
            at_ms: trusted.max(after).unwrap_or(0),
            preferences: self.preferred.preferences,
        }
    }
}

/// A resident's choices in one journal, oldest first. Bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen(Vec<Choice>);

impl Chosen {
    /// The last that was not taken back.
    pub fn latest(&self) -> Option<Latest> {
        self.0.last().map(Choice::latest)
    }

    /// True when that fact is the last that was not taken back.
    pub fn is_last(&self, fact: FactId) -> bool {
        self.0.last().is_some_and(|c| c.fact == fact)
    }

    pub(crate) fn choose(&mut self, fact: FactId, at: Stamp, preferred: Preferred) {
        self.0.push(Choice {
            fact,
            at,
            preferred,
        });
        self.0.drain(..self.0.len().saturating_sub(CHOICES_KEPT));
    }

    /// Takes a choice back; false where there is none to take back.
    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        let before = self.0.len();
        self.0.retain(|c| c.fact != fact);
        self.0.len() < before
    }

    pub(crate) fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.0.iter().any(|c| unsure(&c.at))
    }

    pub(crate) fn mend(&mut self, mut mend: impl FnMut(&mut Stamp) -> bool) -> bool {
        let mut touched = false;
        for choice in &mut self.0 {
            touched |= mend(&mut choice.at);
        }
        touched
    }
}
