//! Cards that have no application for us: known by their chip's number, and by no more.

use machitap_domain::{CardUid, Technology};
use serde::Deserialize;

/// The rules this program ships with.
pub const STANDARD: &str = include_str!("profiles/storage.toml");

/// One rule: which answer-to-reset is which technology.
///
/// The ATR of a contactless card is made by the reader (PC/SC part 3 §3.1.3.2.3), so
/// readers that differ get a rule of their own and no line of code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// The ATR in hexadecimal; `..` stands for any byte, a final `*` for any rest.
    pub atr: String,
    /// What it is.
    pub technology: Technology,
}

/// Rules for [`Classifier`], as a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Rules {
    storage: Vec<Rule>,
}

/// Why a file of rules is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRules {
    /// Not TOML or not of this shape; names key and line.
    #[error("{0}")]
    Toml(String),
    /// A pattern that is not hexadecimal, `..` and a final `*`.
    #[error("storage.atr: {0:?} is not pairs of hexadecimal digits or dots")]
    Pattern(String),
}

/// Tells storage cards by their ATR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classifier(Vec<(Pattern, Technology)>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    bytes: Vec<Option<u8>>,
    open: bool,
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let compact: String = text.split_whitespace().collect();
        let (pairs, open) = match compact.strip_suffix('*') {
            Some(pairs) => (pairs, true),
            None => (compact.as_str(), false),
        };
        if pairs.len() % 2 != 0 || pairs.is_empty() || !pairs.is_ascii() {
            return None;
        }
        let bytes = pairs
            .as_bytes()
            .chunks(2)
            .map(|pair| match pair {
                b".." => Some(None),
                pair => {
                    let mut byte = [0];
                    hex::decode_to_slice(pair, &mut byte).ok()?;
                    Some(Some(byte[0]))
                }
            })
            .collect::<Option<_>>()?;
        Some(Self { bytes, open })
    }

    fn fits(&self, atr: &[u8]) -> bool {
        let long_enough = if self.open {
            atr.len() >= self.bytes.len()
        } else {
            atr.len() == self.bytes.len()
        };
        long_enough
            && std::iter::zip(&self.bytes, atr).all(|(want, have)| want.is_none_or(|w| w == *have))
    }
}

impl Classifier {
    /// Reads rules; the first that fits decides.
    ///
    /// # Errors
    /// [`InvalidRules`].
    pub fn parse(text: &str) -> Result<Self, InvalidRules> {
        let rules: Rules =
            toml::from_str(text).map_err(|error| InvalidRules::Toml(error.to_string()))?;
        let rule = |rule: Rule| match Pattern::parse(&rule.atr) {
            Some(pattern) => Ok((pattern, rule.technology)),
            None => Err(InvalidRules::Pattern(rule.atr)),
        };
        rules
            .storage
            .into_iter()
            .map(rule)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The rules of PC/SC part 3.
    ///
    /// # Panics
    /// Never: a test reads the embedded text.
    pub fn standard() -> Self {
        Self::parse(STANDARD).expect("the embedded rules are well-formed")
    }

    /// What a storage card is, or nothing if the ATR is a processor card's.
    pub fn storage(&self, atr: &[u8]) -> Option<Technology> {
        let found = self.0.iter().find(|(pattern, _)| pattern.fits(atr));
        found.map(|(_, technology)| *technology)
    }

    /// The credential in a chip's number as the reader gave it.
    ///
    /// A processor card's number counts only at 7 or 10 bytes: four bytes may be the
    /// PUPI of a type B card (as the My Number Card is), drawn anew at each tap, and
    /// nothing in PC/SC tells the two apart.
    pub fn credential(&self, atr: &[u8], uid: &[u8]) -> Option<CardUid> {
        match self.storage(atr) {
            Some(technology) => {
                let fits = match technology {
                    Technology::Felica => uid.len() == 8,
                    Technology::Mifare | Technology::Ntag | Technology::TypeA => {
                        matches!(uid.len(), 4 | 7 | 10)
                    }
                };
                fits.then(|| CardUid::new(technology, uid).ok()).flatten()
            }
            None if matches!(uid.len(), 7 | 10) => CardUid::new(Technology::TypeA, uid).ok(),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::virt::atr;

    #[test]
    fn the_standard_s_storage_cards_are_told_apart() {
        let c = Classifier::standard();
        assert_eq!(c.storage(&atr::FELICA), Some(Technology::Felica));
        assert_eq!(c.storage(&atr::MIFARE_1K), Some(Technology::Mifare));
        assert_eq!(c.storage(&atr::ULTRALIGHT), Some(Technology::Ntag));
        assert_eq!(c.storage(&atr::MY_NUMBER_CARD), None);
        assert_eq!(c.storage(&[]), None);
    }

    #[test]
    fn a_type_b_number_is_no_credential_whoever_says_it() {
        let c = Classifier::standard();
        assert_eq!(c.credential(&atr::MY_NUMBER_CARD, &[0xAA, 1, 2, 3]), None);
        assert!(c.credential(&atr::MIFARE_1K, &[0xAA, 1, 2, 3]).is_some());
    }

    #[test]
    fn random_numbers_and_wrong_lengths_are_refused() {
        let c = Classifier::standard();
        assert_eq!(c.credential(&atr::MIFARE_1K, &[0x08, 1, 2, 3]), None);
        assert_eq!(c.credential(&atr::FELICA, &[1, 2, 3, 4]), None);
        assert!(c.credential(&atr::FELICA, &[1; 8]).is_some());
        assert!(c.credential(&atr::ULTRALIGHT, &[4; 7]).is_some());
    }

    #[test]
    fn a_city_can_add_a_reader_of_its_own() {
        let rules = "[[storage]]\natr = \"3B 8. 80 *\"\ntechnology = \"felica\"";
        assert!(matches!(
            Classifier::parse(rules),
            Err(InvalidRules::Pattern(_))
        ));
        let rules = rules.replace("8.", "..");
        let c = Classifier::parse(&rules).unwrap();
        assert_eq!(
            c.storage(&[0x3B, 0x77, 0x80, 1, 2]),
            Some(Technology::Felica)
        );
        assert_eq!(c.storage(&[0x3B, 0x77]), None);
    }

    proptest! {
        /// From a processor card no four-byte number is ever taken.
        #[test]
        fn no_processor_card_is_known_by_four_bytes(atr in prop::collection::vec(any::<u8>(), 0..33), uid: [u8; 4]) {
            let c = Classifier::standard();
            prop_assume!(c.storage(&atr).is_none());
            prop_assert_eq!(c.credential(&atr, &uid), None);
        }
    }
}
