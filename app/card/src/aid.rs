//! Names of card applications, and those that must never be called.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text or a run of bytes is not an application identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAid {
    /// ISO/IEC 7816-4 §12.2.3: an AID has 5 to 16 bytes.
    #[error("an AID has 5 to 16 bytes")]
    Length,
    /// Not hexadecimal.
    #[error("an AID is written in hexadecimal")]
    Hex,
}

/// The application belongs to the card's national or licensed functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the AID reaches {0}, which this program never selects")]
pub struct ForbiddenAid(pub &'static str);

/// An application identifier, 5 to 16 bytes (ISO/IEC 7816-4 §12.2.3).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Aid(Vec<u8>);

/// Beginnings of what is never selected, with the name an operator knows it by.
///
/// A name shorter than the application's selects it too (7816-4 §11.3.1, partial DF
/// names), and so does the longer name of a sibling in the same family, so
/// [`Aid::forbidden`] compares in both directions.
pub(crate) const FORBIDDEN: [(&str, &[u8]); 5] = [
    ("公的個人認証 (JPKI)", &[0xD3, 0x92, 0xF0, 0x00, 0x26]),
    // 券面事項確認 (…0402), 券面事項入力補助 (…0408), 住民基本台帳 (…0401).
    (
        "券面事項・住民基本台帳",
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04],
    ),
    (
        "カード共通 DF (製造番号)",
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01],
    ),
    ("マイナ免許証", &[0xA0, 0x00, 0x00, 0x02, 0x31]),
    ("在留カード", &[0xD3, 0x92, 0xF0, 0x00, 0x4F]),
];

impl Aid {
    /// Takes the bytes as they go into a SELECT.
    ///
    /// # Errors
    /// [`InvalidAid::Length`] outside 5 to 16 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidAid> {
        if (5..=16).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(InvalidAid::Length)
        }
    }

    /// The bytes of the name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether selecting this name could reach a national or licensed application.
    ///
    /// # Errors
    /// [`ForbiddenAid`] names what it would reach.
    pub fn forbidden(&self) -> Result<(), ForbiddenAid> {
        forbidden(&self.0)
    }
}

/// [`Aid::forbidden`] for the bytes of any SELECT, also of a length no AID has.
pub(crate) fn forbidden(name: &[u8]) -> Result<(), ForbiddenAid> {
    let reaches = |begin: &[u8]| name.starts_with(begin) || begin.starts_with(name);
    match FORBIDDEN.iter().find(|(_, begin)| reaches(begin)) {
        Some((what, _)) => Err(ForbiddenAid(what)),
        None => Ok(()),
    }
}

impl TryFrom<String> for Aid {
    type Error = InvalidAid;
    fn try_from(text: String) -> Result<Self, InvalidAid> {
        Self::new(&hex::decode(text).map_err(|_| InvalidAid::Hex)?)
    }
}

impl From<Aid> for String {
    fn from(aid: Aid) -> Self {
        hex::encode_upper(aid.0)
    }
}

impl fmt::Debug for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aid(text: &str) -> Aid {
        Aid::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn the_card_s_own_applications_are_forbidden() {
        for text in [
            "D392F000260100000001",
            "D3921000310001010401",
            "D3921000310001010402",
            "D3921000310001010408",
            "D3921000310001010100",
            "A0000002310600000000000000000000",
        ] {
            assert!(aid(text).forbidden().is_err(), "{text}");
        }
    }

    #[test]
    fn a_shortened_name_is_as_forbidden_as_the_whole() {
        assert!(aid("D392100031").forbidden().is_err());
        assert!(aid("D39210003100010104").forbidden().is_err());
        assert!(
            forbidden(&[]).is_err(),
            "an empty name selects the first application"
        );
        assert!(aid("F04D4143484954415001").forbidden().is_ok());
    }

    #[test]
    fn length_and_alphabet_are_checked() {
        assert_eq!(Aid::new(&[1; 4]), Err(InvalidAid::Length));
        assert_eq!(Aid::new(&[1; 17]), Err(InvalidAid::Length));
        assert_eq!(Aid::try_from("zz".to_owned()), Err(InvalidAid::Hex));
        assert_eq!(aid("f04d414348").to_string(), "F04D414348");
    }
}
