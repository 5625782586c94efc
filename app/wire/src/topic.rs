//! The topics, built and read in one place.
//!
//! ```text
//! k/v1/{city}/{kiosk}/ev       QoS 1            batches of facts
//! k/v1/{city}/{kiosk}/ack      QoS 1, retained  receipts
//! k/v1/{city}/{kiosk}/state    QoS 1, retained  birth and last will
//! k/v1/{city}/{kiosk}/cmd      QoS 1            commands
//! k/v1/{city}/doc/{name}       QoS 1, retained  a document's manifest
//! k/v1/{city}/doc/{name}/{version}/{n}  QoS 1, retained  its chunks
//! k/v1/{city}/city/state       QoS 1, retained  is the city listening; with a last will
//! ```
//! `doc` and `city` can therefore not be kiosk ids.

use machitap_domain::{CityId, KioskId};

use crate::document::DocumentName;

/// A topic of this protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Batches of facts from a kiosk.
    Events(KioskId),
    /// Receipts to a kiosk.
    Receipts(KioskId),
    /// Birth and death of a kiosk.
    KioskState(KioskId),
    /// Commands to a kiosk.
    Commands(KioskId),
    /// The manifest of a document.
    Manifest(DocumentName),
    /// One chunk of a document.
    Chunk {
        /// The document.
        name: DocumentName,
        /// Its version.
        version: u64,
        /// Counted from 0.
        index: u32,
    },
    /// Is the city listening?
    CityState,
}

/// Words between the city and the leaf that are no kiosk.
pub const RESERVED: [&str; 2] = ["doc", "city"];

impl Topic {
    /// The topic's name at the broker.
    pub fn name(&self, city: &CityId) -> String {
        match self {
            Self::Events(kiosk) => format!("k/v1/{city}/{kiosk}/ev"),
            Self::Receipts(kiosk) => format!("k/v1/{city}/{kiosk}/ack"),
            Self::KioskState(kiosk) => format!("k/v1/{city}/{kiosk}/state"),
            Self::Commands(kiosk) => format!("k/v1/{city}/{kiosk}/cmd"),
            Self::Manifest(name) => format!("k/v1/{city}/doc/{name}"),
            Self::Chunk {
                name,
                version,
                index,
            } => {
                format!("k/v1/{city}/doc/{name}/{version}/{index}")
            }
            Self::CityState => format!("k/v1/{city}/city/state"),
        }
    }

    /// Reads a topic name; `None` for what is not of this city or this protocol.
    pub fn parse(city: &CityId, name: &str) -> Option<Self> {
        let rest = name
            .strip_prefix("k/v1/")?
            .strip_prefix(city.as_str())?
            .strip_prefix('/')?;
        let parts: Vec<&str> = rest.split('/').collect();
        match parts.as_slice() {
            ["city", "state"] => Some(Self::CityState),
            ["doc", name] => Some(Self::Manifest(DocumentName::parse(name)?)),
            ["doc", name, version, index] => Some(Self::Chunk {
                name: DocumentName::parse(name)?,
                version: version.parse().ok()?,
                index: index.parse().ok()?,
            }),
            [kiosk, leaf] if !RESERVED.contains(kiosk) => {
                let kiosk = KioskId::new(kiosk).ok()?;
                match *leaf {
                    "ev" => Some(Self::Events(kiosk)),
                    "ack" => Some(Self::Receipts(kiosk)),
                    "state" => Some(Self::KioskState(kiosk)),
                    "cmd" => Some(Self::Commands(kiosk)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a kiosk subscribes to. The manifests it needs are named one by one, so that
    /// nobody is sent another facility's roster, sealed or not.
    pub fn kiosk_filters(
        city: &CityId,
        kiosk: &KioskId,
        documents: &[DocumentName],
    ) -> Vec<String> {
        let mut filters = vec![
            Self::Receipts(kiosk.clone()).name(city),
            Self::Commands(kiosk.clone()).name(city),
            Self::CityState.name(city),
        ];
        for name in documents {
            let manifest = Self::Manifest(name.clone()).name(city);
            filters.push(format!("{manifest}/+/+"));
            filters.push(manifest);
        }
        filters
    }

    /// What the city subscribes to.
    pub fn city_filters(city: &CityId) -> Vec<String> {
        vec![format!("k/v1/{city}/+/ev"), format!("k/v1/{city}/+/state")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_reads_back() {
        let city: CityId = "town".parse().unwrap();
        let kiosk: KioskId = "kiosk-1".parse().unwrap();
        for topic in [
            Topic::Events(kiosk.clone()),
            Topic::Receipts(kiosk.clone()),
            Topic::KioskState(kiosk.clone()),
            Topic::Commands(kiosk.clone()),
            Topic::Manifest(DocumentName::Catalogue),
            Topic::Manifest(DocumentName::Roster(kiosk)),
            Topic::Chunk {
                name: DocumentName::Ranking,
                version: 3,
                index: 0,
            },
            Topic::CityState,
        ] {
            assert_eq!(Topic::parse(&city, &topic.name(&city)), Some(topic));
        }
    }

    #[test]
    fn foreign_and_broken_names_are_nothing() {
        let city: CityId = "town".parse().unwrap();
        for name in [
            "",
            "k/v1/town",
            "k/v1/town/",
            "k/v1/townx/kiosk-1/ev",
            "k/v2/town/kiosk-1/ev",
            "k/v1/town/kiosk-1/ev/x",
            "k/v1/town/Kiosk/ev",
            "k/v1/town/doc/x",
            "k/v1/town/doc/ev",
            "k/v1/town/doc/ranking/1/-1",
        ] {
            assert_eq!(Topic::parse(&city, name), None, "{name}");
        }
    }
}
