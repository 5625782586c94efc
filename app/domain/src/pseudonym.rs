//! Purpose-separated names: what crosses the wire instead of a citizen id.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    credential::Credential,
    ids::{CitizenId, HouseholdId},
};

/// The purpose a pseudonym serves. Two purposes never share a key, so that whoever
/// listens to both streams cannot join them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Drop-off and pick-up.
    Nursery,
    /// Use of facilities and the points for it.
    Visit,
    /// Fares.
    Transport,
    /// Patients announced to another house's system.
    Reception,
}

/// The first 16 bytes of HMAC-SHA-256 (RFC 2104) under the purpose's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pseudonym([u8; 16]);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<Pseudonym> for String {
    fn from(value: Pseudonym) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Pseudonym {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// The secret of one purpose: 32 bytes the city gives to those kiosks that serve it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PurposeKey([u8; 32]);

impl PurposeKey {
    /// Wraps the secret.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The name of this citizen for this purpose.
    pub fn pseudonym(&self, citizen: &CitizenId) -> Pseudonym {
        self.keyed(&[citizen.reveal().as_bytes()])
    }

    /// The name of this household for this purpose.
    pub fn household(&self, household: &HouseholdId) -> Pseudonym {
        // No citizen id holds a line feed, so no two kinds of names can be the same.
        self.keyed(&[b"household\n", household.reveal().as_bytes()])
    }

    /// The name of this card for this purpose.
    pub fn card(&self, credential: &Credential) -> Pseudonym {
        match credential {
            Credential::Citizen(citizen) => self.keyed(&[b"card\n", citizen.reveal().as_bytes()]),
            Credential::Uid(uid) => self.keyed(&[b"card\n", String::from(uid.clone()).as_bytes()]),
        }
    }

    fn keyed(&self, parts: &[&[u8]]) -> Pseudonym {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(part);
        }
        let mut out = [0; 16];
        out.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Pseudonym(out)
    }
}

impl fmt::Debug for PurposeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PurposeKey(‹secret›)")
    }
}

impl From<PurposeKey> for String {
    fn from(key: PurposeKey) -> Self {
        hex::encode(key.0)
    }
}

impl TryFrom<String> for PurposeKey {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4231_case_2_truncated() {
        // Key "Jefe" padded with zeros is the same HMAC key; data fits a citizen id only
        // by its bytes, so the vector is checked on the primitive we rely on.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        assert_eq!(
            hex::encode(&mac.finalize().into_bytes()[..16]),
            "5bdcc146bf60754e6a042426089575c7"
        );
    }

    #[test]
    fn purposes_cannot_be_joined() {
        let citizen = CitizenId::new("SKM-000001").unwrap();
        let nursery = PurposeKey::new([1; 32]).pseudonym(&citizen);
        let visit = PurposeKey::new([2; 32]).pseudonym(&citizen);
        assert_ne!(nursery, visit);
        assert_eq!(nursery, PurposeKey::new([1; 32]).pseudonym(&citizen));
        assert!(!format!("{:?}", PurposeKey::new([1; 32])).contains("01"));
    }
}
