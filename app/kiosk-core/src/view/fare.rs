//! What a bus driver sees, as plain data.

use machitap_domain::fare::rules::{Chime, Colour, Shape};

/// The class a card rides in, for one second. It says nothing of why, nor of whom.
///
/// [`crate::Tone::Fare`] with the same chime was given when it came. The next card is taken at
/// once, also while this stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FareTold {
    /// The class's name in the session's language.
    pub name: String,
    /// The colour that fills the screen.
    pub colour: Colour,
    /// The shape on it, as large as fits.
    pub shape: Shape,
    /// The sound it came with.
    pub chime: Chime,
    /// The same card as just now: not a second passenger, and no second trip was counted. The
    /// screen marks it.
    pub again: bool,
}
