//! The city's documents: a signed manifest and chunks below every packet limit.

use std::{fmt, str::FromStr};

use machitap_domain::{KioskId, fact::Hash};
use serde::{Deserialize, Serialize};

/// A chunk's size, bytes; well under the packet limit of both sides.
pub const CHUNK: usize = 64 * 1024;

/// A document has at most this many chunks (16 MiB): a manifest that says more is refused
/// before anything is allocated.
pub const CHUNKS_MAX: u32 = 256;

/// Which document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DocumentName {
    /// Facilities, rules, texts.
    Catalogue,
    /// The people of one kiosk's facility, sealed to that kiosk.
    Roster(KioskId),
    /// The ranking.
    Ranking,
    /// Notices for the idle screen.
    Notices,
    /// Absence notices of one kiosk's nursery, sealed to that kiosk.
    Absences(KioskId),
    /// The secrets of one kiosk's draw tables, sealed to that kiosk.
    Deals(KioskId),
    /// The holders of fare classes, sealed to one kiosk.
    Fares(KioskId),
    /// What the residents seen at one kiosk have, sealed to that kiosk.
    Accounts(KioskId),
    /// What has changed in the accounts since, likewise.
    AccountNews(KioskId),
    /// How far prizes and projects have come.
    Progress,
    /// The numbers one kiosk was leased and what became of its registrations, sealed to it.
    Lease(KioskId),
}

/// Not the name of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a document is catalogue, roster-{{kiosk}}, absences-{{kiosk}}, deals-{{kiosk}}, fares-{{kiosk}}, \
     accounts-{{kiosk}}, account-news-{{kiosk}}, lease-{{kiosk}}, ranking, progress or notices"
)]
pub struct UnknownDocument;

impl DocumentName {
    /// Reads a name; `None` for what is no document.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "catalogue" => Some(Self::Catalogue),
            "ranking" => Some(Self::Ranking),
            "notices" => Some(Self::Notices),
            "progress" => Some(Self::Progress),
            _ => {
                let (kind, kiosk) = match name.strip_prefix("account-news-") {
                    Some(kiosk) => ("account-news", kiosk),
                    None => name.split_once('-')?,
                };
                let kiosk = KioskId::new(kiosk).ok()?;
                match kind {
                    "roster" => Some(Self::Roster(kiosk)),
                    "absences" => Some(Self::Absences(kiosk)),
                    "deals" => Some(Self::Deals(kiosk)),
                    "fares" => Some(Self::Fares(kiosk)),
                    "accounts" => Some(Self::Accounts(kiosk)),
                    "account-news" => Some(Self::AccountNews(kiosk)),
                    "lease" => Some(Self::Lease(kiosk)),
                    _ => None,
                }
            }
        }
    }

    /// What a kiosk follows.
    pub fn for_kiosk(kiosk: &KioskId) -> Vec<Self> {
        vec![
            Self::Catalogue,
            Self::Roster(kiosk.clone()),
            Self::Ranking,
            Self::Notices,
            Self::Absences(kiosk.clone()),
            Self::Deals(kiosk.clone()),
            Self::Fares(kiosk.clone()),
            Self::Accounts(kiosk.clone()),
            Self::AccountNews(kiosk.clone()),
            Self::Progress,
            Self::Lease(kiosk.clone()),
        ]
    }

    /// True for documents that only their kiosk may read.
    pub const fn is_sealed(&self) -> bool {
        matches!(
            self,
            Self::Roster(_)
                | Self::Absences(_)
                | Self::Deals(_)
                | Self::Fares(_)
                | Self::Accounts(_)
                | Self::AccountNews(_)
                | Self::Lease(_)
        )
    }

    /// What binds a sealed document to its place.
    pub fn aad(&self, version: u64) -> Vec<u8> {
        format!("{self}\n{version}").into_bytes()
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalogue => f.write_str("catalogue"),
            Self::Roster(kiosk) => write!(f, "roster-{kiosk}"),
            Self::Ranking => f.write_str("ranking"),
            Self::Notices => f.write_str("notices"),
            Self::Absences(kiosk) => write!(f, "absences-{kiosk}"),
            Self::Deals(kiosk) => write!(f, "deals-{kiosk}"),
            Self::Fares(kiosk) => write!(f, "fares-{kiosk}"),
            Self::Accounts(kiosk) => write!(f, "accounts-{kiosk}"),
            Self::AccountNews(kiosk) => write!(f, "account-news-{kiosk}"),
            Self::Progress => f.write_str("progress"),
            Self::Lease(kiosk) => write!(f, "lease-{kiosk}"),
        }
    }
}

impl FromStr for DocumentName {
    type Err = UnknownDocument;
    fn from_str(text: &str) -> Result<Self, UnknownDocument> {
        Self::parse(text).ok_or(UnknownDocument)
    }
}

impl TryFrom<String> for DocumentName {
    type Error = UnknownDocument;
    fn try_from(text: String) -> Result<Self, UnknownDocument> {
        text.parse()
    }
}

impl From<DocumentName> for String {
    fn from(name: DocumentName) -> Self {
        name.to_string()
    }
}

/// What a document is: published signed and retained, after its chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its name, so that one document's manifest is no other's.
    pub name: DocumentName,
    /// Only ever counted up: an older one is a roll-back and is refused.
    pub version: u64,
    /// SHA-256 of the whole.
    pub sha256: Hash,
    /// How many chunks.
    pub chunks: u32,
    /// When the city published it, milliseconds since 1970-01-01T00:00:00Z.
    pub issued_ms: i64,
}

impl Manifest {
    /// Describes and cuts a document.
    ///
    /// # Errors
    /// [`Refused::TooLarge`].
    pub fn of(
        name: DocumentName,
        version: u64,
        issued_ms: i64,
        bytes: &[u8],
    ) -> Result<(Self, Vec<&[u8]>), Refused> {
        let pieces: Vec<&[u8]> = bytes.chunks(CHUNK).collect();
        let chunks = u32::try_from(pieces.len())
            .ok()
            .filter(|n| *n <= CHUNKS_MAX)
            .ok_or(Refused::TooLarge)?;
        let sha256 = Hash::of(bytes);
        let manifest = Self {
            name,
            version,
            sha256,
            chunks,
            issued_ms,
        };
        Ok((manifest, pieces))
    }
}

/// Why a document or a part of one is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Over [`CHUNKS_MAX`] chunks.
    #[error("a document has at most {CHUNKS_MAX} chunks of {CHUNK} bytes")]
    TooLarge,
    /// Older than what is in force.
    #[error("version {offered} is older than version {held}, which is in force")]
    RolledBack {
        /// As offered.
        offered: u64,
        /// In force.
        held: u64,
    },
    /// The chunks are not what the manifest describes.
    #[error("the chunks do not add up to the document the manifest describes")]
    Damaged,
}

/// Collects one document; manifest and chunks may come in any order.
#[derive(Debug)]
pub struct Assembly {
    held: u64,
    wanted: Option<Manifest>,
    chunks: Vec<(u64, u32, Vec<u8>)>,
}

impl Assembly {
    /// For a document of which version `held` is in force (0: none).
    pub const fn new(held: u64) -> Self {
        Self {
            held,
            wanted: None,
            chunks: Vec::new(),
        }
    }

    /// Takes a manifest whose signature was checked.
    ///
    /// # Errors
    /// [`Refused::RolledBack`], [`Refused::TooLarge`]. The one in force again is not an
    /// error: it is `None`.
    pub fn manifest(&mut self, manifest: Manifest) -> Result<Option<(Manifest, Vec<u8>)>, Refused> {
        if manifest.version < self.held {
            return Err(Refused::RolledBack {
                offered: manifest.version,
                held: self.held,
            });
        }
        if manifest.chunks > CHUNKS_MAX {
            return Err(Refused::TooLarge);
        }
        if manifest.version == self.held {
            return Ok(None);
        }
        self.chunks.retain(|(v, _, _)| *v == manifest.version);
        self.wanted = Some(manifest);
        self.finish()
    }

    /// Takes a chunk.
    ///
    /// # Errors
    /// [`Refused::Damaged`] when the last chunk is in and the sum is wrong,
    /// [`Refused::TooLarge`] for a chunk no manifest could name.
    pub fn chunk(
        &mut self,
        version: u64,
        index: u32,
        bytes: Vec<u8>,
    ) -> Result<Option<(Manifest, Vec<u8>)>, Refused> {
        if index >= CHUNKS_MAX || bytes.len() > CHUNK {
            return Err(Refused::TooLarge);
        }
        let wanted = self.wanted.as_ref().map(|m| m.version);
        if version <= self.held || wanted.is_some_and(|w| w != version) {
            return Ok(None);
        }
        if self.chunks.len() >= 2 * CHUNKS_MAX as usize {
            self.chunks.clear();
            return Err(Refused::TooLarge);
        }
        self.chunks.retain(|(v, i, _)| (*v, *i) != (version, index));
        self.chunks.push((version, index, bytes));
        self.finish()
    }

    fn finish(&mut self) -> Result<Option<(Manifest, Vec<u8>)>, Refused> {
        let Some(manifest) = &self.wanted else {
            return Ok(None);
        };
        self.chunks.sort_by_key(|(v, i, _)| (*v, *i));
        let ours = self
            .chunks
            .iter()
            .filter(|(v, i, _)| *v == manifest.version && *i < manifest.chunks);
        if ours.clone().count() != manifest.chunks as usize {
            return Ok(None);
        }
        let whole: Vec<u8> = ours.flat_map(|(_, _, b)| b.iter().copied()).collect();
        if Hash::of(&whole) != manifest.sha256 {
            self.chunks.clear();
            return Err(Refused::Damaged);
        }
        let manifest = self.wanted.take().expect("looked at above");
        self.held = manifest.version;
        self.chunks.clear();
        Ok(Some((manifest, whole)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(version: u64, bytes: &[u8]) -> (Manifest, Vec<Vec<u8>>) {
        let (manifest, pieces) = Manifest::of(DocumentName::Catalogue, version, 0, bytes).unwrap();
        (manifest, pieces.into_iter().map(<[u8]>::to_vec).collect())
    }

    #[test]
    fn an_older_document_is_a_roll_back() {
        let mut assembly = Assembly::new(5);
        assert_eq!(
            assembly.manifest(parts(4, b"x").0),
            Err(Refused::RolledBack {
                offered: 4,
                held: 5
            })
        );
        assert_eq!(assembly.manifest(parts(5, b"x").0), Ok(None));
    }

    #[test]
    fn a_wrong_chunk_is_damage_and_the_right_one_still_mends_it() {
        let mut assembly = Assembly::new(0);
        let (manifest, chunks) = parts(1, b"the whole");
        assert_eq!(assembly.manifest(manifest.clone()), Ok(None));
        assert_eq!(
            assembly.chunk(1, 0, b"a lie".to_vec()),
            Err(Refused::Damaged)
        );
        let (_, whole) = assembly.chunk(1, 0, chunks[0].clone()).unwrap().unwrap();
        assert_eq!(whole, b"the whole");
    }

    #[test]
    fn an_empty_document_needs_only_its_manifest() {
        let mut assembly = Assembly::new(0);
        assert!(assembly.manifest(parts(1, b"").0).unwrap().is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn parts_in_any_order_make_the_whole(
            len in 0..4 * CHUNK,
            order in Just(()).prop_perturb(|(), mut rng| rng.random::<u64>()),
        ) {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let (manifest, chunks) = parts(9, &bytes);
            let mut assembly = Assembly::new(3);
            let mut steps: Vec<usize> = (0..=chunks.len()).collect();
            let n = steps.len() as u64;
            steps.rotate_left((order % n) as usize);
            if order & 1 == 1 { steps.reverse(); }
            let mut got = None;
            for step in steps {
                let made = if step == chunks.len() {
                    assembly.manifest(manifest.clone()).unwrap()
                } else {
                    assembly.chunk(9, step as u32, chunks[step].clone()).unwrap()
                };
                got = got.or(made);
            }
            prop_assert_eq!(got.unwrap().1, bytes);
        }
    }
}
