//! A wrapper that keeps what is personal out of logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A personal value: a name, a reading, anything that points at one resident.
///
/// `Debug` and `Display` never show the content, so a value that slips into a log
/// line or a panic message says nothing. Whoever needs it writes `reveal()`, which
/// a reviewer can search for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a personal value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; for the screen and the wire, never for a log.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹personal›")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹personal›")
    }
}

impl<T> From<T> for Pii<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_display_shows_the_value() {
        let name = Pii::new("花子");
        assert!(!format!("{name:?} {name}").contains("花子"));
        assert_eq!(*name.reveal(), "花子");
    }
}
