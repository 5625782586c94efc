//! Identifiers, each a type of its own, so that none is taken for another.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} is {min} to {max} characters of {alphabet}")]
pub struct InvalidId {
    kind: &'static str,
    min: usize,
    max: usize,
    alphabet: &'static str,
}

const LOWER: &str = "a-z, 0-9 and '-', starting with a letter";
const UPPER: &str = "A-Z, 0-9 and '-'";

fn is_lower(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_upper(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $min:literal..=$max:literal, $test:ident, $alphabet:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses and checks the text.
            ///
            /// # Errors
            /// [`InvalidId`] when the length or a character is outside the rule.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                if ($min..=$max).contains(&text.len()) && $test(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { kind: $kind, min: $min, max: $max, alphabet: $alphabet })
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }
    };
}

macro_rules! public_id {
    ($name:ident) => {
        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! personal_id {
    ($name:ident) => {
        impl $name {
            /// The identifier as text; never for a log.
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(‹personal›)"))
            }
        }
    };
}

text_id!(
    /// The town's own number for a resident (宿毛ID in the seed). Never the My Number.
    CitizenId, "citizen id", 6..=24, is_upper, UPPER
);
personal_id!(CitizenId);
text_id!(
    /// A household as one nursery knows it.
    HouseholdId, "household id", 2..=24, is_upper, UPPER
);
personal_id!(HouseholdId);
text_id!(
    /// The city, as it stands in every topic.
    CityId, "city id", 2..=24, is_lower, LOWER
);
public_id!(CityId);
text_id!(
    /// One terminal. It is also the common name of its certificate.
    KioskId, "kiosk id", 2..=32, is_lower, LOWER
);
public_id!(KioskId);
text_id!(
    /// A nursery, a library, a community centre, a bus.
    FacilityId, "facility id", 2..=32, is_lower, LOWER
);
public_id!(FacilityId);
text_id!(
    /// A notice to a household, or about a child's absence.
    NoticeId, "notice id", 2..=40, is_lower, LOWER
);
public_id!(NoticeId);
text_id!(
    /// What a facility is used for.
    PurposeId, "purpose id", 2..=24, is_lower, LOWER
);
public_id!(PurposeId);
text_id!(
    /// A campaign of the city.
    CampaignId, "campaign id", 2..=40, is_lower, LOWER
);
public_id!(CampaignId);
text_id!(
    /// Help that staff give points for.
    ActivityId, "activity id", 2..=40, is_lower, LOWER
);
public_id!(ActivityId);
text_id!(
    /// Something points are spent on: a prize to enter for, a project to give to.
    OfferId, "offer id", 2..=40, is_lower, LOWER
);
public_id!(OfferId);
text_id!(
    /// An area or a team of the ranking.
    GroupId, "group id", 2..=40, is_lower, LOWER
);
public_id!(GroupId);
text_id!(
    /// A draw table. Used once: the counter of its spins hangs on it.
    TableId, "table id", 2..=40, is_lower, LOWER
);
public_id!(TableId);
text_id!(
    /// What can be drawn from a table.
    PrizeId, "prize id", 2..=40, is_lower, LOWER
);
public_id!(PrizeId);
text_id!(
    /// A class of fares.
    ClassId, "fare class id", 2..=24, is_lower, LOWER
);
public_id!(ClassId);
text_id!(
    /// An event. Used once: what an entry earned is given once for it.
    EventId, "event id", 2..=40, is_lower, LOWER
);
public_id!(EventId);
text_id!(
    /// Another house's system that residents have a number in: a clinic's, a library's.
    SystemId, "system id", 2..=24, is_lower, LOWER
);
public_id!(SystemId);
text_id!(
    /// A resident's number in another house's system. Stands in rosters and hand-offs, never
    /// on the wire and never in a log.
    LinkNumber, "link number", 1..=32, is_upper, UPPER
);
personal_id!(LinkNumber);
text_id!(
    /// A range of citizen ids that the city leased to a kiosk.
    LeaseId, "lease id", 2..=40, is_lower, LOWER
);
public_id!(LeaseId);
text_id!(
    /// A text of consent.
    ConsentId, "consent id", 2..=40, is_lower, LOWER
);
public_id!(ConsentId);

/// One life of a kiosk's journal.
///
/// Minted at random when the database is created, so that a restored or cloned card
/// image cannot reuse sequence numbers without the city noticing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub Uuid);

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_to_their_alphabet() {
        for good in ["SKM-000001", "ABCDEF"] {
            assert!(CitizenId::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ABC",
            "skm-000001",
            "SKM 000001",
            "SKM/000001",
            "花子花子花子",
        ] {
            assert!(CitizenId::new(bad).is_err(), "{bad}");
        }
        for bad in ["", "K1", "1k", "a/b", "a+b", "a#", "-k"] {
            assert!(KioskId::new(bad).is_err(), "{bad}");
        }
        assert_eq!(KioskId::new("kiosk-1").unwrap().as_str(), "kiosk-1");
    }

    #[test]
    fn a_bad_id_says_what_a_good_one_looks_like() {
        let said = KioskId::new("K 1").unwrap_err().to_string();
        assert_eq!(
            said,
            "a kiosk id is 2 to 32 characters of a-z, 0-9 and '-', starting with a letter"
        );
    }

    #[test]
    fn a_citizen_id_never_shows_in_debug() {
        let id = CitizenId::new("SKM-000001").unwrap();
        assert!(!format!("{id:?}").contains("000001"));
    }

    #[test]
    fn a_bad_id_in_a_document_is_refused() {
        assert!(serde_json::from_str::<KioskId>("\"Kiosk/1\"").is_err());
    }
}
