//! What a card proves when it is held to the reader.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::CitizenId;

/// The technology a chip number belongs to; the same bytes on two technologies are
/// two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Technology {
    /// JIS X 6319-4, the IDm of Suica-class cards.
    Felica,
    /// MIFARE Classic.
    Mifare,
    /// MIFARE Ultralight and NTAG.
    Ntag,
    /// Another ISO/IEC 14443 type A card.
    TypeA,
}

impl Technology {
    /// The name used in documents and in [`CardUid`]'s text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Felica => "felica",
            Self::Mifare => "mifare",
            Self::Ntag => "ntag",
            Self::TypeA => "type-a",
        }
    }
}

/// Why a text or a run of bytes is not a card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUid {
    /// Not 4, 7, 8 or 10 bytes.
    #[error("a card number has 4, 7, 8 or 10 bytes")]
    Length,
    /// ISO/IEC 14443-3 §6.5.4: a 4-byte UID that starts with 08 is drawn anew at each tap.
    #[error("this chip shows a random number at each tap")]
    Random,
    /// Not `technology:hex`.
    #[error("a card number is written technology:hex, as in felica:0123456789abcdef")]
    Text,
}

/// The number of a chip. An identifier, never an authenticator: it can be copied.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardUid {
    technology: Technology,
    bytes: Vec<u8>,
}

impl CardUid {
    /// Takes the bytes as the reader gave them.
    ///
    /// # Errors
    /// [`InvalidUid`] for a length no technology has and for random numbers.
    pub fn new(technology: Technology, bytes: &[u8]) -> Result<Self, InvalidUid> {
        if !matches!(bytes.len(), 4 | 7 | 8 | 10) {
            return Err(InvalidUid::Length);
        }
        if bytes.len() == 4 && bytes[0] == 0x08 {
            return Err(InvalidUid::Random);
        }
        Ok(Self {
            technology,
            bytes: bytes.to_vec(),
        })
    }

    /// The technology of the chip.
    pub const fn technology(&self) -> Technology {
        self.technology
    }
}

impl TryFrom<String> for CardUid {
    type Error = InvalidUid;
    fn try_from(text: String) -> Result<Self, InvalidUid> {
        let (technology, digits) = text.split_once(':').ok_or(InvalidUid::Text)?;
        let technology = [
            Technology::Felica,
            Technology::Mifare,
            Technology::Ntag,
            Technology::TypeA,
        ]
        .into_iter()
        .find(|t| t.as_str() == technology)
        .ok_or(InvalidUid::Text)?;
        Self::new(
            technology,
            &hex::decode(digits).map_err(|_| InvalidUid::Text)?,
        )
    }
}

impl From<CardUid> for String {
    fn from(uid: CardUid) -> Self {
        format!("{}:{}", uid.technology.as_str(), hex::encode(uid.bytes))
    }
}

impl fmt::Debug for CardUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardUid({}:‹personal›)", self.technology.as_str())
    }
}

/// What one tap proved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// The citizen AP answered a mutual authentication; the id is bound to that session.
    Citizen(CitizenId),
    /// Only a chip number: enough to recognise, never to disclose or to spend.
    Uid(CardUid),
}

impl Credential {
    /// What kind of proof it was, without whose.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Citizen(_) => CredentialKind::Citizen,
            Self::Uid(uid) => CredentialKind::Uid(uid.technology()),
        }
    }
}

/// The kind of a credential, as a fact may carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// An authenticated citizen AP.
    Citizen,
    /// A chip number of that technology.
    Uid(Technology),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_and_odd_numbers_are_refused() {
        assert_eq!(
            CardUid::new(Technology::TypeA, &[8, 1, 2, 3]),
            Err(InvalidUid::Random)
        );
        assert_eq!(
            CardUid::new(Technology::TypeA, &[1, 2]),
            Err(InvalidUid::Length)
        );
        assert!(CardUid::new(Technology::Ntag, &[8, 1, 2, 3, 4, 5, 6]).is_ok());
    }

    #[test]
    fn the_text_form_keeps_the_technologies_apart() {
        let felica = CardUid::new(Technology::Felica, &[1; 8]).unwrap();
        let text: String = felica.clone().into();
        assert_eq!(text, "felica:0101010101010101");
        assert_eq!(CardUid::try_from(text).unwrap(), felica);
        assert_ne!(felica, CardUid::new(Technology::TypeA, &[1; 8]).unwrap());
        assert!(!format!("{felica:?}").contains("0101"));
        assert_eq!(
            CardUid::try_from("mag:00".to_owned()),
            Err(InvalidUid::Text)
        );
    }
}
