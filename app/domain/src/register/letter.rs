//! What only the city reads of a claim.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::{
    credential::Credential,
    ids::{CitizenId, ConsentId},
    pii::Pii,
};

/// What was agreed to, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Which text.
    pub id: ConsentId,
    /// Its version.
    pub version: u32,
    /// A guardian agreed for a child.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guardian: bool,
}

/// The content of a [`super::SealedLetter`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The id: issued, re-linked or released.
    pub citizen: CitizenId,
    /// The card that was held.
    pub credential: Credential,
    /// The form, with a registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// What was agreed to, with a registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The date of birth that shows a re-link is the resident's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<Pii<Date>>,
}

/// Letters are as long as a multiple of this, so that their length says nothing of a name's.
pub const STEP: usize = 256;

impl Letter {
    /// The bytes that are sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a letter is plain data");
        bytes.resize(bytes.len().next_multiple_of(STEP), b' ');
        bytes
    }

    /// Reads it back; `None` for what is no letter.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
