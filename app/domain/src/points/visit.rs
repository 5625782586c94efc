//! A visit as a fact, and what a facility lets people say about it.

use serde::{Deserialize, Serialize};

use crate::{catalogue::Text, credential::CredentialKind, ids::PurposeId};

/// The use of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// What the tap proved.
    pub credential: CredentialKind,
    /// What for, where the facility asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeId>,
    /// How many came, the one with the card included, where a group is counted. Points go
    /// to the card alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heads: Option<u16>,
}

impl Visit {
    /// A visit of one person of whom nothing more is known.
    pub const fn by(credential: CredentialKind) -> Self {
        Self {
            credential,
            purpose: None,
            heads: None,
        }
    }
}

/// Something a facility is used for (自習室, 体育館, 相談 …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitPurpose {
    /// How facts name it.
    pub id: PurposeId,
    /// How the screen does.
    pub name: Text,
}

/// More purposes than this do not fit on a screen for fingers.
pub const MAX_PURPOSES: usize = 8;

/// More heads than this are a slip of the finger.
pub const MAX_HEADS: u16 = 200;
