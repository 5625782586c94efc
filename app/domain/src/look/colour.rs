//! A colour, written `#RRGGBB`.

use std::{fmt, str::FromStr};

use palette::{Mix as _, Srgb, color_difference::Wcag21RelativeContrast as _};
use serde::{Deserialize, Serialize};

use super::Contrast;

/// A colour of sRGB (IEC 61966-2-1), without transparency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Colour([u8; 3]);

/// Not written as `#RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as in \"#0A5A4C\": red, green and blue in hexadecimal")]
pub struct NotAColour;

impl Colour {
    /// White.
    pub const WHITE: Self = Self::new(0xFF_FF_FF);
    /// Black.
    pub const BLACK: Self = Self::new(0);

    /// `0xRRGGBB`; what lies above is dropped.
    pub const fn new(rgb: u32) -> Self {
        let [_, r, g, b] = rgb.to_be_bytes();
        Self([r, g, b])
    }

    /// Red, green and blue.
    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }

    fn srgb(self) -> Srgb<f64> {
        Srgb::from(self.0).into_format()
    }

    /// With so much of another colour in it, 0 to 1, as designers mix: in sRGB itself.
    #[must_use]
    pub fn mixed(self, with: Self, part: f64) -> Self {
        let mixed: Srgb<u8> = self.srgb().mix(with.srgb(), part).into_format();
        Self(mixed.into())
    }

    /// WCAG 2.2's contrast ratio, rounded down.
    pub fn contrast(self, other: Self) -> Contrast {
        let ratio = self.srgb().relative_contrast(other.srgb());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a ratio is 1 to 21"
        )]
        Contrast((ratio * 100.0 + 1e-6) as u16)
    }
}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(s: &str) -> Result<Self, NotAColour> {
        if s.len() != 7 || !s.starts_with('#') {
            return Err(NotAColour);
        }
        let colour: Srgb<u8> = s.parse().map_err(|_| NotAColour)?;
        Ok(Self(colour.into()))
    }
}

impl TryFrom<String> for Colour {
    type Error = NotAColour;

    fn try_from(s: String) -> Result<Self, NotAColour> {
        s.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02X}{g:02X}{b:02X}")
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
