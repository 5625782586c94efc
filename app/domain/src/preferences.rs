//! How a resident wants to be served: chosen once on their own page, and the same at every
//! kiosk they come to.
//!
//! **Which choice is the latest** must be the same on every kiosk and in the city, in any order
//! of arrival, though kiosks have been off the line and some have no clock. Within one journal
//! the later line is later. Between journals the later [`Latest::at_ms`] is: the trusted time of
//! the choice, but never before what its kiosk showed when it was made
//! ([`Preferred::after_ms`]). So what somebody changes with the old before their eyes always
//! wins over the old, whatever the two clocks say; a clock that nobody vouches for decides
//! nothing. Where both moments are the same, the greater choice wins: any fixed rule will do,
//! and this one tells a kiosk nothing of where else its residents go, as a fact's key would.

mod chosen;
mod record;

use serde::{Deserialize, Serialize};

pub use chosen::{CHOICES_KEPT, Chosen, Latest};
pub use record::Preferred;

use crate::catalogue::Language;

/// How large the text is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum TextSize {
    /// As the screens are made.
    #[default]
    Normal,
    /// Larger.
    Large,
    /// As large as the screens bear.
    Largest,
}

/// How a resident wants to be served. What is not said is as the kiosk does it for everybody.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Preferences {
    /// The language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How large the text is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub text: TextSize,
    /// Whether what the screen says is spoken, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<bool>,
    /// Nothing moves on the screen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub still: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One of them, as it is chosen by one touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preference {
    /// The language; `None`: the kiosk's.
    Language(Option<Language>),
    /// How large the text is.
    Text(TextSize),
    /// Whether it is spoken; `None`: as the kiosk does it.
    Voice(Option<bool>),
    /// Nothing moves.
    Still(bool),
}

impl Preferences {
    /// These with that one changed.
    #[must_use]
    pub const fn with(self, one: Preference) -> Self {
        match one {
            Preference::Language(language) => Self { language, ..self },
            Preference::Text(text) => Self { text, ..self },
            Preference::Voice(voice) => Self { voice, ..self },
            Preference::Still(still) => Self { still, ..self },
        }
    }
}

#[cfg(test)]
mod tests;
