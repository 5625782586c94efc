//! How a city's kiosks look: two of the house's colours, a crest and a mascot.
//!
//! ```toml
//! [look.colours]
//! paper = "#EDF5FA"
//! primary = "#134B7A"
//! ```
//!
//! Colours that mean something (in and out, warnings, fare classes) are not the city's to change:
//! whoever learnt them in one town reads them in the next. What is set must be read by people
//! with low vision, so that [`Look::check`] measures it before a kiosk takes it.

mod colour;
mod drawing;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use colour::{Colour, NotAColour};
pub use drawing::{Drawing, InvalidDrawing, MAX_BYTES, MAX_ELEMENTS};

/// Words stand on their ground with this contrast or more: WCAG 2.2, 1.4.6.
pub const WORDS: Contrast = Contrast(700);
/// What is no word, but must be seen: WCAG 2.2, 1.4.11.
pub const SHAPES: Contrast = Contrast(300);

/// The inks of the screens that stand on [`Paints::paper`]. Not the city's.
pub const INKS: [(&str, Colour, Contrast); 7] = [
    ("ink", Colour::new(0x2A_21_1B), WORDS),
    ("ink-soft", Colour::new(0x54_47_3D), WORDS),
    ("outline", Colour::new(0x8A_7A_68), SHAPES),
    ("on-evening", Colour::new(0x23_2C_63), WORDS),
    ("on-calm", Colour::new(0x21_40_4F), WORDS),
    ("on-warn", Colour::new(0x57_31_00), WORDS),
    ("on-alert", Colour::new(0x74_18_0C), WORDS),
];

/// Part of the catalogue. Everything may be left out, and is then the house's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The colours.
    #[serde(skip_serializing_if = "Colours::is_default")]
    pub colours: Colours,
    /// The city's crest, before the facility's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crest: Option<Drawing>,
    /// Who keeps company on the idle screen, and is glad with whoever earned points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mascot: Option<Drawing>,
}

/// The colours a city may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Colours {
    /// The ground of every screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<Colour>,
    /// The one filled button, the edges and words of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<Colour>,
}

/// The colours as they are drawn, those that follow from the city's among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paints {
    /// The ground.
    pub paper: Colour,
    /// Fine lines on it and on white.
    pub line: Colour,
    /// The one filled button; white stands on it.
    pub primary: Colour,
    /// The same while a finger lies on it.
    pub primary_pressed: Colour,
    /// A light wash of it.
    pub primary_tint: Colour,
    /// The ink on the wash.
    pub on_primary_tint: Colour,
}

impl Paints {
    /// The house's own.
    pub const HOUSE: Self = Self {
        paper: Colour::new(0xFB_F5_EA),
        line: Colour::new(0xE6_DA_C6),
        primary: Colour::new(0x0A_5A_4C),
        primary_pressed: Colour::new(0x06_44_3A),
        primary_tint: Colour::new(0xDC_EF_E8),
        on_primary_tint: Colour::new(0x06_44_3A),
    };
}

impl Colours {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What is drawn.
    pub fn paints(&self) -> Paints {
        let mut paints = Paints::HOUSE;
        if let Some(paper) = self.paper {
            paints.paper = paper;
            paints.line = paper.mixed(Colour::BLACK, 0.1);
        }
        if let Some(primary) = self.primary {
            paints.primary = primary;
            paints.primary_pressed = primary.mixed(Colour::BLACK, 0.25);
            paints.primary_tint = primary.mixed(Colour::WHITE, 0.86);
            paints.on_primary_tint = paints.primary_pressed;
        }
        paints
    }
}

/// How far two colours are apart, hundredths of WCAG's ratio: 700 is 7:1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contrast(pub u16);

impl std::fmt::Display for Contrast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}:1", self.0 / 100, self.0 % 100 / 10)
    }
}

/// A slip of the pen in the look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLook {
    /// What stands there could not be read by everybody.
    #[error(
        "{colour}: {other} against it has a contrast of {is}, and must have {least}; \
         take a {wanted} one"
    )]
    Contrast {
        /// The setting.
        key: &'static str,
        /// As written, or as it follows from what was written.
        colour: Colour,
        /// What stands on it, or what it stands on.
        other: &'static str,
        /// Measured.
        is: Contrast,
        /// The least.
        least: Contrast,
        /// `lighter` or `darker`.
        wanted: &'static str,
    },
    /// A crest or a mascot that is not drawn.
    #[error("{why}")]
    Drawing {
        /// `crest` or `mascot`.
        key: &'static str,
        /// Why.
        why: InvalidDrawing,
    },
}

impl InvalidLook {
    /// The setting it is about.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Contrast { key, .. } | Self::Drawing { key, .. } => key,
        }
    }
}

impl Look {
    /// Whether the city set nothing.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidLook`] found.
    pub fn check(&self) -> Result<(), InvalidLook> {
        let paints = self.colours.paints();
        for (other, ink, least) in INKS {
            apart("colours.paper", paints.paper, other, ink, least, "lighter")?;
        }
        let tint = paints.primary_tint;
        for (colour, other, ground, least) in [
            (paints.primary, "white", Colour::WHITE, WORDS),
            (paints.primary, "paper", paints.paper, WORDS),
            (paints.primary, "its own wash", tint, SHAPES),
            (paints.on_primary_tint, "the wash", tint, WORDS),
        ] {
            apart("colours.primary", colour, other, ground, least, "darker")?;
        }
        for (key, drawing) in [("crest", &self.crest), ("mascot", &self.mascot)] {
            if let Some(drawing) = drawing {
                let slip = drawing.check();
                slip.map_err(|why| InvalidLook::Drawing { key, why })?;
            }
        }
        Ok(())
    }
}

fn apart(
    key: &'static str,
    colour: Colour,
    other: &'static str,
    against: Colour,
    least: Contrast,
    wanted: &'static str,
) -> Result<(), InvalidLook> {
    let is = colour.contrast(against);
    if is >= least {
        return Ok(());
    }
    Err(InvalidLook::Contrast {
        key,
        colour,
        other,
        is,
        least,
        wanted,
    })
}
