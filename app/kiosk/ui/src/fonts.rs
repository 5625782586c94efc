//! Whether the face all screens are set in is on this machine.
//!
//! Fontconfig finds it at run time: the image depends on the fonts package, so the binary
//! stays 9 MB smaller and the face keeps its own updates and licence. The search here is
//! the one the renderer makes.

use fontique::{Collection, CollectionOptions, FamilyInfo};

/// The family, as `ui/theme.slint` names it.
pub const FAMILY: &str = "BIZ UDPGothic";

/// Upright weights the screens use, as OpenType `usWeightClass`.
const WEIGHTS: [f32; 2] = [400.0, 700.0];

/// Why nothing could be read on the screens. It takes a person to mend: class *repair*.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingFont {
    /// Fontconfig cannot be loaded, or it knows not a single font.
    #[error("fontconfig finds no fonts; install fontconfig and fonts-morisawa-bizud-gothic")]
    NoFonts,
    /// The family is not installed.
    #[error("the font {FAMILY:?} is not installed; install fonts-morisawa-bizud-gothic")]
    NoFamily,
    /// The family is there, a weight of it is not.
    #[error("the font {FAMILY:?} lacks its weight {0}; reinstall fonts-morisawa-bizud-gothic")]
    NoWeight(u16),
}

/// Looks for the face. To be called before the window is made, which panics where
/// fontconfig knows no font at all and draws blank where only this one is missing.
///
/// # Errors
/// [`MissingFont`], which says what to install.
pub fn check_fonts() -> Result<(), MissingFont> {
    // fontique unwraps what fontconfig gives back, and that is nothing without any fonts.
    let family = std::panic::catch_unwind(find).map_err(|_| MissingFont::NoFonts)?;
    let family = family.ok_or(MissingFont::NoFamily)?;
    for weight in WEIGHTS {
        let there = |font: &fontique::FontInfo| (font.weight().value() - weight).abs() < 1.0;
        if !family.fonts().iter().any(there) {
            return Err(MissingFont::NoWeight(weight as u16));
        }
    }
    Ok(())
}

fn find() -> Option<FamilyInfo> {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: true,
    });
    collection.family_by_name(FAMILY)
}
