//! The keys of a publication, held together.

use machitap_domain::{catalogue::Catalogue, draw::secret::DrawKey};
use machitap_wire::{bundle::PurposeKeys, seal::SealOpener};

use super::Keys;
use crate::{config::Config, exit::Failure};

/// What a city's key directory holds for publications.
pub struct KeyRing {
    purposes: PurposeKeys,
    draw: Option<DrawKey>,
    letters: Option<SealOpener>,
}

impl KeyRing {
    /// Reads it. A city whose catalogue has no draw needs no key for one.
    ///
    /// # Errors
    /// [`Failure`]: a key that is missing or damaged.
    pub fn load(config: &Config, catalogue: &Catalogue) -> Result<Self, Failure> {
        let draw = (!catalogue.draws.is_empty()).then(|| config.draw_key());
        Ok(Self {
            purposes: config.purposes()?,
            draw: draw.transpose()?,
            letters: config.letters_key_if_any()?,
        })
    }

    /// The keys.
    pub const fn keys(&self) -> Keys<'_> {
        Keys {
            visit: self.purposes.visit.as_ref(),
            draw: self.draw.as_ref(),
            transport: self.purposes.transport.as_ref(),
            letters: self.letters.as_ref(),
        }
    }
}
