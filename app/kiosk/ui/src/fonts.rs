//! Whether the faces the screens are set in are on this machine.
//!
//! Fontconfig finds them at run time: the image depends on the fonts' packages, so the binary
//! stays small and the faces keep their own updates and licences. The search here is the one
//! the renderer makes.

use fontique::{Collection, CollectionOptions};

/// A face of the screens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// The family, as `ui` names it.
    pub family: &'static str,
    /// The Debian package it comes in.
    pub package: &'static str,
    /// How close its lines are set to be as close as those of the others, without cutting what
    /// stands below them: its own are as tall as ascent and descent of its `hhea` table.
    pub leading: f32,
}

/// A type for Japanese that old eyes read from afar; it has Latin letters for English and
/// Portuguese, too.
pub const GOTHIC: Face = Face {
    family: "BIZ UDPGothic",
    package: "fonts-morisawa-bizud-gothic",
    leading: 1.0,
};

/// Chinese, in the shapes of the mainland.
pub const SIMPLIFIED: Face = Face {
    family: "Noto Sans CJK SC",
    package: "fonts-noto-cjk",
    // Its own are 1.448 ems. No character stands low; the comma of a large number loses its tail.
    leading: 0.72,
};

/// Vietnamese, whose marks stand above and below its letters.
pub const MARKED: Face = Face {
    family: "Roboto",
    package: "fonts-roboto-unhinted",
    // Its own are 1.172 ems.
    leading: 0.88,
};

/// All of them.
pub const FACES: [Face; 3] = [GOTHIC, SIMPLIFIED, MARKED];

/// Upright weights the screens use, as OpenType `usWeightClass`.
const WEIGHTS: [f32; 2] = [400.0, 700.0];

/// Why nothing could be read on the screens. It takes a person to mend: class *repair*.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MissingFont {
    /// Fontconfig cannot be loaded, or it knows not a single font.
    #[error("fontconfig finds no fonts; install fontconfig, {}, {} and {}", GOTHIC.package, SIMPLIFIED.package, MARKED.package)]
    NoFonts,
    /// A family is not installed.
    #[error("the font {:?} is not installed; install {}", .0.family, .0.package)]
    NoFamily(Face),
    /// A family is there, a weight of it is not.
    #[error("the font {:?} lacks its weight {weight}; reinstall {}", face.family, face.package)]
    NoWeight {
        /// Whose.
        face: Face,
        /// As OpenType counts it.
        weight: u16,
    },
}

/// Looks for the faces. To be called before the window is made, which panics where
/// fontconfig knows no font at all and draws blank where only one is missing.
///
/// # Errors
/// [`MissingFont`], which says what to install.
pub fn check_fonts() -> Result<(), MissingFont> {
    // fontique unwraps what fontconfig gives back, and that is nothing without any fonts.
    std::panic::catch_unwind(find).map_err(|_| MissingFont::NoFonts)?
}

fn find() -> Result<(), MissingFont> {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: true,
    });
    for face in FACES {
        let family = collection.family_by_name(face.family);
        let family = family.ok_or(MissingFont::NoFamily(face))?;
        for weight in WEIGHTS {
            let there = |font: &fontique::FontInfo| (font.weight().value() - weight).abs() < 1.0;
            if !family.fonts().iter().any(there) {
                let weight = weight as u16;
                return Err(MissingFont::NoWeight { face, weight });
            }
        }
    }
    Ok(())
}
