//! The fare list of each bus, sealed to it.

use jiff::civil::date;
use machitap_domain::{
    PurposeKey,
    fare::{FareList, list::FareEntry},
};
use machitap_wire::DocumentName;

use super::{PublishError, Staged, fingerprint, put};
use crate::{
    db::{Db, Enrolled},
    documents::{Documents, Holders},
};

/// Puts the list of a bus's kiosk in force. One that stood in a bus before and does no more,
/// or whose town has no list any more, gets an empty one, so that no holder stays behind at
/// the broker.
pub(super) fn stage(
    db: &Db,
    documents: &Documents,
    key: Option<&PurposeKey>,
    kiosk: &Enrolled,
    now_ms: i64,
) -> Result<Option<Staged>, PublishError> {
    let name = DocumentName::Fares(kiosk.kiosk.clone());
    let before = db.document(&name)?;
    let bus = documents.catalogue.facilities[&kiosk.facility]
        .service
        .as_fare()
        .is_some();
    let holders = documents.fares.as_ref().filter(|_| bus);
    if holders.is_none() && before.is_none() {
        return Ok(None);
    }
    let held = before.as_ref().map_or(0, |b| b.version);
    let of = |version| list(holders, key, version);
    // The list carries the number of its document: the old number is tried first, so that
    // only a change makes a new one.
    let mut content = of(held)?;
    let plain = serde_json::to_vec(&content).expect("a list has a JSON form");
    if before.is_none_or(|b| b.fingerprint != fingerprint(&plain, Some(kiosk))) {
        content = of(held + 1)?;
    }
    put(db, name, &content, Some(kiosk), now_ms).map(Some)
}

fn list(
    holders: Option<&Holders>,
    key: Option<&PurposeKey>,
    version: u64,
) -> Result<FareList, PublishError> {
    let Some(holders) = holders else {
        return Ok(withdrawn(version));
    };
    let key = match key {
        Some(key) => key,
        None if holders.holders.is_empty() => return Ok(withdrawn(version)),
        None => return Err(PublishError::NoTransportKey),
    };
    let entries = holders.holders.iter().map(|holder| {
        let entry = FareEntry {
            class: holder.class.clone(),
            until: holder.until,
        };
        (key.pseudonym(&holder.citizen), entry)
    });
    Ok(FareList {
        version,
        issued: holders.issued,
        expires: holders.expires,
        entries: entries.collect(),
    })
}

/// A list of nobody, over since ever.
fn withdrawn(version: u64) -> FareList {
    let never = date(1970, 1, 1);
    FareList {
        version,
        issued: never,
        expires: never,
        entries: [].into(),
    }
}

#[cfg(test)]
mod tests;
