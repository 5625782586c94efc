//! Documents on their way to the kiosks: versioned, sealed, cut, signed.
//!
//! A document is put in force in the database first; the broker gets it from there, by
//! `publish` or by `serve`, until it has acknowledged every part.

pub mod begun;
mod fares;
mod people;
pub mod registrations;
mod ring;
mod rosters;

use machitap_domain::{
    CityId, Hash, PurposeKey,
    catalogue::Catalogue,
    draw::{Deals, secret::DrawKey},
    nursery::absence::Absences,
};
use machitap_wire::{
    DocumentName, Manifest, Signer, Topic,
    document::Refused,
    envelope::{self, Kind},
    seal::SealOpener,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    db::{Db, DbError, Enrolled, Stale, Stored},
    documents::Documents,
    draws::{self, Broken},
    ledger,
};
use begun::Begun;
pub use ring::KeyRing;

/// Why a document is not put in force.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Too large for the wire.
    #[error("{name}: {why}")]
    Refused {
        /// Which document.
        name: DocumentName,
        /// Why.
        why: Refused,
    },
    /// A kiosk stands at a facility the catalogue does not name.
    #[error("kiosk {kiosk} is enrolled at {facility}, which the catalogue does not name")]
    Homeless {
        /// The kiosk.
        kiosk: String,
        /// Its facility.
        facility: String,
    },
    /// The city would break its word on a draw table.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Draws(Vec<Broken>),
    /// A list of holders, and no key to name them by.
    #[error("fares.toml names holders, and there is no keys/transport.key to name them by")]
    NoTransportKey,
    /// A tariff that has begun is not what was published.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    OldMonths(Vec<Begun>),
}

/// What is done about a tariff that has begun and is not what was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldMonths {
    /// It is refused.
    Keep,
    /// It is taken where no day before today was charged by it: the slip of a first day.
    CorrectSlip,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Which.
    pub name: DocumentName,
    /// The version now in force.
    pub version: u64,
    /// True when it is a new one.
    pub changed: bool,
}

/// One message to the broker, retained; an empty payload clears the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Vec<u8>,
}

/// What was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Each document.
    pub staged: Vec<Staged>,
    /// Tariffs that have begun and were put right all the same.
    pub corrected: Vec<Begun>,
}

/// Checks the documents against what the database knows: kiosks without a place, tariffs
/// that have begun. Says which of these are put right all the same.
///
/// # Errors
/// [`PublishError`].
pub fn check(
    db: &Db,
    documents: &Documents,
    old_months: OldMonths,
    now_ms: i64,
) -> Result<Vec<Begun>, PublishError> {
    let facilities = &documents.catalogue.facilities;
    let kiosks = db.kiosks()?;
    if let Some(lost) = kiosks
        .iter()
        .find(|k| !facilities.contains_key(&k.facility))
    {
        return Err(PublishError::Homeless {
            kiosk: lost.kiosk.to_string(),
            facility: lost.facility.to_string(),
        });
    }
    let broken = draws::broken(db, &documents.catalogue, now_ms)?;
    if !broken.is_empty() {
        return Err(PublishError::Draws(broken));
    }
    let Some(before) = ledger::catalogue(db)? else {
        return Ok(Vec::new());
    };
    let changes = begun::changes(db, &before, &documents.catalogue, now_ms)?;
    let slip = |b: &Begun| old_months == OldMonths::CorrectSlip && b.charged == 0;
    if changes.iter().all(slip) {
        Ok(changes)
    } else {
        Err(PublishError::OldMonths(changes))
    }
}

/// The keys a publication needs beside the one it is signed with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys<'a> {
    /// For the pseudonyms of whoever the ranking and the ledger know something of.
    pub visit: Option<&'a PurposeKey>,
    /// For the secrets of draw tables, where there are any.
    pub draw: Option<&'a DrawKey>,
    /// For the pseudonyms of fare lists.
    pub transport: Option<&'a PurposeKey>,
    /// Opens what kiosks seal to the city; without it nobody is registered at one.
    pub letters: Option<&'a SealOpener>,
}

/// Puts the documents in force, those that changed as a new version; all or none.
///
/// # Errors
/// [`PublishError`].
pub fn stage(
    db: &mut Db,
    documents: &Documents,
    keys: Keys<'_>,
    old_months: OldMonths,
    now_ms: i64,
) -> Result<Published, PublishError> {
    db.transaction(|db| {
        let corrected = check(db, documents, old_months, now_ms)?;
        let catalogue = keys.draw.map_or_else(
            || documents.catalogue.clone(),
            |key| draws::committed(&documents.catalogue, key),
        );
        draws::give(db, &catalogue, now_ms)?;
        let mut staged = vec![
            put(db, DocumentName::Catalogue, &catalogue, None, now_ms)?,
            put(db, DocumentName::Notices, &documents.notices, None, now_ms)?,
        ];
        let fares = fares::Town::load(db, documents, keys.transport)?;
        if let Some(key) = keys.visit {
            people::keep(db, documents, key)?;
        }
        let desk = registrations::Desk::of(keys);
        if let Some(desk) = &desk {
            desk.keep_rosters(db, &documents.rosters)?;
            staged.extend(desk.stage(db, &catalogue, &documents.rosters, now_ms)?);
        }
        for kiosk in &db.kiosks()? {
            if desk.is_none() {
                let roster = rosters::of_kiosk(&documents.rosters, &catalogue, kiosk);
                let name = DocumentName::Roster(kiosk.kiosk.clone());
                staged.push(put(db, name, &roster, Some(kiosk), now_ms)?);
            }
            staged.extend(absences(db, documents, kiosk, now_ms)?);
            staged.extend(deals(db, &catalogue, kiosk, keys.draw, now_ms)?);
            staged.extend(fares::stage(db, documents, fares.as_ref(), kiosk, now_ms)?);
        }
        db.published()?;
        Ok(Published { staged, corrected })
    })
}

/// What a kiosk that was just enrolled needs, as a new version sealed to its key: rosters, leases and
/// secrets by what was published last, its other lists by the documents as they are. Nothing that all
/// kiosks read is touched: that is [`stage`]'s.
///
/// # Errors
/// [`PublishError`]; [`PublishError::Homeless`] where its facility was not published yet.
pub fn for_one(
    db: &mut Db,
    documents: &Documents,
    keys: Keys<'_>,
    kiosk: &Enrolled,
    now_ms: i64,
) -> Result<Vec<Staged>, PublishError> {
    db.transaction(|db| {
        let catalogue = ledger::catalogue(db)?;
        let at = &kiosk.facility;
        let both = catalogue
            .filter(|c| c.facilities.contains_key(at))
            .filter(|_| documents.catalogue.facilities.contains_key(at));
        let Some(catalogue) = both else {
            return Err(PublishError::Homeless {
                kiosk: kiosk.kiosk.to_string(),
                facility: at.to_string(),
            });
        };
        let mut staged = match registrations::Desk::of(keys) {
            Some(desk) => desk.stage_anew(db, now_ms)?,
            None => {
                let roster = rosters::of_kiosk(&documents.rosters, &catalogue, kiosk);
                let name = DocumentName::Roster(kiosk.kiosk.clone());
                vec![put(db, name, &roster, Some(kiosk), now_ms)?]
            }
        };
        let fares = fares::Town::load(db, documents, keys.transport)?;
        staged.extend(absences(db, documents, kiosk, now_ms)?);
        staged.extend(deals(db, &catalogue, kiosk, keys.draw, now_ms)?);
        staged.extend(fares::stage(db, documents, fares.as_ref(), kiosk, now_ms)?);
        Ok(staged)
    })
}

/// The absence notices of a nursery's kiosk. One that stood at a nursery before and does no
/// more gets an empty list, so that no child's notice stays behind at the broker.
fn absences(
    db: &Db,
    documents: &Documents,
    kiosk: &Enrolled,
    now_ms: i64,
) -> Result<Option<Staged>, PublishError> {
    let name = DocumentName::Absences(kiosk.kiosk.clone());
    let facilities = &documents.catalogue.facilities;
    let nursery = facilities[&kiosk.facility].service.as_nursery().is_some();
    if !nursery && db.document(&name)?.is_none() {
        return Ok(None);
    }
    let notices = documents
        .absences
        .get(&kiosk.facility)
        .cloned()
        .unwrap_or_else(|| Absences::none(kiosk.facility.clone()));
    put(db, name, &notices, Some(kiosk), now_ms).map(Some)
}

/// Deals to every kiosk by the catalogue in force: a new life of a journal was heard of.
///
/// # Errors
/// [`PublishError`].
pub fn deal_anew(db: &Db, key: &DrawKey, now_ms: i64) -> Result<Vec<Staged>, PublishError> {
    let Some(catalogue) = ledger::catalogue(db)? else {
        return Ok(Vec::new());
    };
    let mut staged = Vec::new();
    for kiosk in &db.kiosks()? {
        staged.extend(deals(db, &catalogue, kiosk, Some(key), now_ms)?);
    }
    Ok(staged)
}

/// The secrets of a kiosk's draw tables. One whose tables are over gets an empty list.
fn deals(
    db: &Db,
    catalogue: &Catalogue,
    kiosk: &Enrolled,
    key: Option<&DrawKey>,
    now_ms: i64,
) -> Result<Option<Staged>, PublishError> {
    let name = DocumentName::Deals(kiosk.kiosk.clone());
    let deals = match key {
        Some(key) => draws::deals(db, catalogue, kiosk, key, now_ms)?,
        None => Deals::default(),
    };
    if deals == Deals::default() && db.document(&name)?.is_none() {
        return Ok(None);
    }
    put(db, name, &deals, Some(kiosk), now_ms).map(Some)
}

/// Puts one document in force when its content, or the key it is sealed to, is another.
///
/// # Errors
/// [`PublishError`].
pub fn put<T: Serialize>(
    db: &Db,
    name: DocumentName,
    content: &T,
    seal_for: Option<&Enrolled>,
    now_ms: i64,
) -> Result<Staged, PublishError> {
    let plain = serde_json::to_vec(content).expect("documents always have a JSON form");
    let fingerprint = fingerprint(&plain, seal_for);
    let before = db.document(&name)?;
    if let Some(before) = &before
        && before.fingerprint == fingerprint
    {
        return Ok(Staged {
            version: before.version,
            name,
            changed: false,
        });
    }
    let version = before.as_ref().map_or(0, |b| b.version) + 1;
    let wire = match seal_for {
        Some(kiosk) => kiosk.seal_to.seal(&plain, &name.aad(version)),
        None => plain.clone(),
    };
    Manifest::of(name.clone(), version, now_ms, &wire).map_err(|why| PublishError::Refused {
        name: name.clone(),
        why,
    })?;
    if let Some(before) = before {
        let chunks = before.wire.chunks(machitap_wire::document::CHUNK).count();
        db.put_stale(&Stale {
            name: name.clone(),
            version: before.version,
            chunks: u32::try_from(chunks).unwrap_or(u32::MAX),
        })?;
    }
    db.put_document(
        &Stored {
            name: name.clone(),
            version,
            fingerprint,
            wire,
            issued_ms: now_ms,
        },
        seal_for.is_none().then_some(plain.as_slice()),
    )?;
    Ok(Staged {
        name,
        version,
        changed: true,
    })
}

fn fingerprint(plain: &[u8], seal_for: Option<&Enrolled>) -> Hash {
    let key = seal_for.map_or_else(String::new, |k| String::from(k.seal_to.clone()));
    Hash::of(&[Hash::of(plain).0.as_slice(), key.as_bytes()].concat())
}

/// The messages of a document: its chunks first, then the manifest that names them.
///
/// # Errors
/// [`Refused::TooLarge`].
pub fn parts(stored: &Stored, city: &CityId, signer: &Signer) -> Result<Vec<Part>, Refused> {
    let (manifest, chunks) = Manifest::of(
        stored.name.clone(),
        stored.version,
        stored.issued_ms,
        &stored.wire,
    )?;
    let mut parts: Vec<Part> = (0..)
        .zip(chunks)
        .map(|(index, chunk)| Part {
            topic: Topic::Chunk {
                name: stored.name.clone(),
                version: stored.version,
                index,
            }
            .name(city),
            payload: chunk.to_vec(),
        })
        .collect();
    parts.push(Part {
        topic: Topic::Manifest(stored.name.clone()).name(city),
        payload: envelope::seal(
            Kind::Manifest,
            Uuid::now_v7(),
            city.as_str(),
            &manifest,
            signer,
        ),
    });
    Ok(parts)
}

/// The messages that clear an older version's chunks.
pub fn clearing(stale: &Stale, city: &CityId) -> Vec<Part> {
    (0..stale.chunks)
        .map(|index| Part {
            topic: Topic::Chunk {
                name: stale.name.clone(),
                version: stale.version,
                index,
            }
            .name(city),
            payload: Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use machitap_domain::notices::Notices;

    use super::*;

    #[test]
    fn only_a_change_makes_a_new_version_and_a_late_word_of_an_old_one_is_mended() {
        let db = Db::in_memory().unwrap();
        let name = DocumentName::Notices;
        let put = |n: i64| {
            let content = (n, Notices::default());
            put(&db, DocumentName::Notices, &content, None, n).unwrap()
        };
        assert_eq!((put(1).version, put(1).changed), (1, false));
        assert_eq!(put(2).version, 2);
        assert_eq!(db.stale().unwrap().len(), 1);
        db.document_sent(&name, 2).unwrap();
        assert_eq!(db.unsent_documents().unwrap(), []);
        db.document_sent(&name, 1).unwrap();
        assert_eq!(db.unsent_documents().unwrap().len(), 1);
    }

    #[test]
    fn a_manifest_comes_after_the_chunks_it_names() {
        let stored = Stored {
            name: DocumentName::Notices,
            version: 7,
            fingerprint: Hash::GENESIS,
            wire: vec![1; machitap_wire::document::CHUNK + 1],
            issued_ms: 1,
        };
        let city = "town".parse().unwrap();
        let topics: Vec<String> = parts(&stored, &city, &Signer::from_seed([1; 32]))
            .unwrap()
            .into_iter()
            .map(|p| p.topic)
            .collect();
        let doc = "k/v1/town/doc/notices";
        assert_eq!(
            topics,
            [format!("{doc}/7/0"), format!("{doc}/7/1"), doc.to_owned()]
        );
    }
}
