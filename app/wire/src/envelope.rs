//! CloudEvents 1.0 in structured JSON mode, with a signature over what counts.
//!
//! The extension attribute `machitapsig` is an Ed25519 signature (RFC 8032) over
//! `id ‖ 0x0A ‖ source ‖ 0x0A ‖ type ‖ 0x0A ‖ data`, where `data` is the JSON text of the
//! `data` member exactly as it stands in the message.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::sign::{BadSignature, Signer, Verifier};

/// The content type of every message.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The kinds of message, as CloudEvents `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A [`crate::Batch`].
    Facts,
    /// A [`crate::Receipt`].
    Receipt,
    /// A [`crate::KioskState`].
    KioskState,
    /// A [`crate::CityState`].
    CityState,
    /// A [`crate::Manifest`].
    Manifest,
    /// A [`crate::command::Command`].
    Command,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "machitap.facts.v1",
            Self::Receipt => "machitap.receipt.v1",
            Self::KioskState => "machitap.kiosk-state.v1",
            Self::CityState => "machitap.city-state.v1",
            Self::Manifest => "machitap.manifest.v1",
            Self::Command => "machitap.command.v1",
        }
    }
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadMessage {
    /// Not the JSON this protocol speaks.
    #[error("not a message of this protocol: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Another kind than the topic carries.
    #[error("a message of kind {found:?} where {expected:?} belongs")]
    Kind {
        /// As it says.
        found: String,
        /// As the topic says.
        expected: &'static str,
    },
    /// Said to come from someone else.
    #[error("a message from {found:?} on a topic of {expected:?}")]
    Source {
        /// As it says.
        found: String,
        /// As the topic says.
        expected: String,
    },
    /// Not signed by whom it names.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

#[derive(Serialize, Deserialize)]
struct Event<'a> {
    specversion: std::borrow::Cow<'a, str>,
    id: Uuid,
    source: std::borrow::Cow<'a, str>,
    #[serde(rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    datacontenttype: std::borrow::Cow<'a, str>,
    machitapsig: std::borrow::Cow<'a, str>,
    data: Box<RawValue>,
}

fn signed(id: &Uuid, source: &str, kind: &str, data: &str) -> Vec<u8> {
    format!("{id}\n{source}\n{kind}\n{data}").into_bytes()
}

/// Wraps and signs. `source` is the kiosk's id or the city's.
pub fn seal<T: Serialize>(
    kind: Kind,
    id: Uuid,
    source: &str,
    data: &T,
    signer: &Signer,
) -> Vec<u8> {
    let data = serde_json::value::to_raw_value(data).expect("wire types always have a JSON form");
    let signature = signer.sign(&signed(&id, source, kind.as_str(), data.get()));
    serde_json::to_vec(&Event {
        specversion: "1.0".into(),
        id,
        source: source.into(),
        kind: kind.as_str().into(),
        datacontenttype: "application/json".into(),
        machitapsig: BASE64_STANDARD.encode(signature).into(),
        data,
    })
    .expect("an envelope always has a JSON form")
}

/// Checks the signature, the kind and the source, then reads the data.
///
/// # Errors
/// [`BadMessage`]; nothing of the data is looked at before its signature holds.
pub fn open<T: DeserializeOwned>(
    kind: Kind,
    source: &str,
    bytes: &[u8],
    verifier: &Verifier,
) -> Result<T, BadMessage> {
    let event: Event<'_> = serde_json::from_slice(bytes)?;
    if event.kind != kind.as_str() {
        return Err(BadMessage::Kind {
            found: event.kind.into_owned(),
            expected: kind.as_str(),
        });
    }
    if event.source != source {
        return Err(BadMessage::Source {
            found: event.source.into_owned(),
            expected: source.to_owned(),
        });
    }
    let signature = BASE64_STANDARD
        .decode(event.machitapsig.as_bytes())
        .map_err(|_| BadSignature)?;
    verifier.verify(
        &signed(&event.id, &event.source, &event.kind, event.data.get()),
        &signature,
    )?;
    Ok(serde_json::from_str(event.data.get())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::Receipt;
    use machitap_domain::Incarnation;

    fn receipt() -> Receipt {
        Receipt {
            incarnation: Incarnation(Uuid::from_u128(1)),
            contiguous_seq: 7,
            missing: vec![],
            forked: false,
        }
    }

    #[test]
    fn a_sealed_message_opens_and_only_for_its_place() {
        let signer = Signer::from_seed([1; 32]);
        let bytes = seal(
            Kind::Receipt,
            Uuid::from_u128(5),
            "town",
            &receipt(),
            &signer,
        );
        let verifier = signer.verifier();
        let read: Receipt = open(Kind::Receipt, "town", &bytes, &verifier).unwrap();
        assert_eq!(read, receipt());
        assert!(matches!(
            open::<Receipt>(Kind::Facts, "town", &bytes, &verifier),
            Err(BadMessage::Kind { .. })
        ));
        assert!(matches!(
            open::<Receipt>(Kind::Receipt, "other", &bytes, &verifier),
            Err(BadMessage::Source { .. })
        ));
        let stranger = Signer::from_seed([2; 32]).verifier();
        assert!(matches!(
            open::<Receipt>(Kind::Receipt, "town", &bytes, &stranger),
            Err(BadMessage::Signature(_))
        ));
    }

    #[test]
    fn one_changed_byte_of_the_data_is_noticed() {
        let signer = Signer::from_seed([1; 32]);
        let bytes = seal(
            Kind::Receipt,
            Uuid::from_u128(5),
            "town",
            &receipt(),
            &signer,
        );
        let text = String::from_utf8(bytes).unwrap().replace(":7,", ":8,");
        assert!(matches!(
            open::<Receipt>(Kind::Receipt, "town", text.as_bytes(), &signer.verifier()),
            Err(BadMessage::Signature(_))
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let verifier = Signer::from_seed([1; 32]).verifier();
            let _ = open::<Receipt>(Kind::Receipt, "town", &bytes, &verifier);
        }
    }
}
