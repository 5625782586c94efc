//! Notices of the city for the idle screen.

use serde::{Deserialize, Serialize};

use crate::catalogue::Text;

/// The notices in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// In the order they are shown.
    #[serde(default)]
    pub items: Vec<Notice>,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// What it says, one or two lines.
    pub text: Text,
    /// Not after this, milliseconds since 1970-01-01T00:00:00Z; `None` stays until replaced.
    #[serde(default)]
    pub until_ms: Option<i64>,
}
