//! What the fact says.

use serde::{Deserialize, Serialize};

use super::{Latest, Preferences};

/// A resident chose. All that holds from then on, not only what changed: a journal that was
/// lost takes nothing of it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Preferred {
    /// What holds now.
    pub preferences: Preferences,
    /// The moment of what it replaces, as the kiosk knew it then; `None`: of nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<i64>,
}

impl Preferred {
    /// A choice made with those before the resident's eyes.
    pub fn over(before: Option<Latest>, preferences: Preferences) -> Self {
        Self {
            preferences,
            after_ms: before.map(|b| b.at_ms),
        }
    }
}
