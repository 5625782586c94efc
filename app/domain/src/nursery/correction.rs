//! Corrections by staff: a new fact that names the old, with a reason.

use serde::{Deserialize, Serialize};

use crate::{attendance::Direction, fact::FactId};

/// Why a record was not right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionReason {
    /// Nobody held a card to the door.
    ForgotToTap,
    /// Another child was meant.
    WrongChild,
    /// In and out were mixed up.
    WrongWay,
    /// The time is not the right one.
    WrongTime,
    /// The kiosk's clock was wrong.
    Clock,
}

/// A coming or going as it truly was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruePassage {
    /// Which way.
    pub direction: Direction,
    /// When, milliseconds since 1970-01-01T00:00:00Z, to the minute.
    pub at_ms: i64,
}

/// A correction. The subject is the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The passage that was wrong; `None` adds one that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<FactId>,
    /// What stands in its place; `None` strikes it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truly: Option<TruePassage>,
    /// Why.
    pub why: CorrectionReason,
}
