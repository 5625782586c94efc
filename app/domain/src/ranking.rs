//! The ranking, as the city publishes it.
//!
//! Nobody stands here who did not ask to: a row shows a nickname its owner chose, or
//! nothing. Children have no rows and no places; they count in the groups they belong to,
//! and a group smaller than the city's least size is left out. What lets a resident find
//! their own place is the [`Curve`]: how many have how many points, and not who.

mod board;
mod curve;

pub use board::{Board, Group, GroupBoard, GroupKind, Period, Row, Scope, Span};
pub use curve::{Curve, Place, Step};

use serde::{Deserialize, Serialize};

/// The last known ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// When the city made it, milliseconds since 1970-01-01T00:00:00Z.
    pub as_of_ms: i64,
    /// Residents, by period and place.
    #[serde(default)]
    pub boards: Vec<Board>,
    /// Areas and teams.
    #[serde(default)]
    pub groups: Vec<GroupBoard>,
}

impl Ranking {
    /// A ranking without a place in it.
    pub const fn empty(as_of_ms: i64) -> Self {
        Self {
            as_of_ms,
            boards: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// The board of that scope and period.
    pub fn board(&self, scope: &Scope, period: Period) -> Option<&Board> {
        self.boards
            .iter()
            .find(|b| b.scope == *scope && b.span.period == period)
    }

    /// True when it says the same as another, whenever either was made.
    pub fn says_what(&self, other: &Self) -> bool {
        self.boards == other.boards && self.groups == other.groups
    }
}
