//! What the catalogue sets for registration.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::Text,
    ids::{ConsentId, GroupId},
};

/// Whoever is younger needs a guardian's consent, where the catalogue says nothing else.
pub const ADULT_AT: u8 = 18;

/// So much of a consent fits a screen.
pub const CONSENT_MAX: usize = 400;

/// So many areas fit a list of the screen.
pub const AREAS_MAX: usize = 40;

/// How cards are registered in this town. Part of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationRules {
    /// What the resident agrees to.
    pub consent: ConsentText,
    /// The name in kana is asked.
    #[serde(default = "yes")]
    pub kana: bool,
    /// The date of birth is asked. Without it no child is known as one, and a card is re-linked
    /// by the word of staff alone.
    #[serde(default = "yes")]
    pub birth: bool,
    /// The parts of town to choose from; not asked where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Area>,
    /// Whoever is younger needs a guardian's consent.
    #[serde(default = "adult_at")]
    pub adult_at: u8,
}

/// A text of consent. Another wording is another version: what somebody agreed to stays known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentText {
    /// Which.
    pub id: ConsentId,
    /// Its version, counted from 1.
    pub version: u32,
    /// What it says. Nobody agrees to what they cannot read: both languages are written.
    pub text: Text,
}

/// A part of town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Which, as the groups of the ranking name it.
    pub id: GroupId,
    /// Its name.
    pub name: Text,
}

const fn yes() -> bool {
    true
}

const fn adult_at() -> u8 {
    ADULT_AT
}

/// A slip of the pen in the registration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRegistration {
    /// A consent nobody could have given.
    #[error("consent.text has 1 to {CONSENT_MAX} characters in ja and in en")]
    Consent,
    /// Versions are counted from 1.
    #[error("consent.version must be 1 or more")]
    Version,
    /// An area twice.
    #[error("areas: {0} stands twice")]
    AreaTwice(GroupId),
    /// Too many to choose from.
    #[error("areas: at most {AREAS_MAX}")]
    Areas,
    /// An age nobody comes of.
    #[error("adult_at must be 1 to 25")]
    AdultAt,
}

impl RegistrationRules {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidRegistration`] found.
    pub fn check(&self) -> Result<(), InvalidRegistration> {
        let text = &self.consent.text;
        let fits = |t: &str| !t.trim().is_empty() && (1..=CONSENT_MAX).contains(&t.chars().count());
        if !fits(&text.ja) || !text.en.as_deref().is_some_and(fits) {
            return Err(InvalidRegistration::Consent);
        }
        if self.consent.version == 0 {
            return Err(InvalidRegistration::Version);
        }
        if self.areas.len() > AREAS_MAX {
            return Err(InvalidRegistration::Areas);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.areas.iter().find(|a| !seen.insert(&a.id)) {
            return Err(InvalidRegistration::AreaTwice(twice.id.clone()));
        }
        if !(1..=25).contains(&self.adult_at) {
            return Err(InvalidRegistration::AdultAt);
        }
        Ok(())
    }
}
