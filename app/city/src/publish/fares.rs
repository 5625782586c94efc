//! The fare list of each bus, sealed to it.

use jiff::{civil::date, tz::TimeZone};
use machitap_domain::{
    PurposeKey,
    fare::{FareList, list::FareEntry},
};
use machitap_wire::DocumentName;

use super::{PublishError, Staged, fingerprint, put};
use crate::{
    db::{Db, Enrolled},
    documents::{Documents, Holders},
    ledger::Zones,
    rides::{Elsewhere, Rides},
};

/// What the lists of all buses are made from.
pub(super) struct Town<'a> {
    holders: &'a Holders,
    key: Option<&'a PurposeKey>,
    zones: Zones,
    rides: Rides,
}

impl<'a> Town<'a> {
    /// `None` where the town has no holders.
    pub(super) fn load(
        db: &Db,
        documents: &'a Documents,
        key: Option<&'a PurposeKey>,
    ) -> Result<Option<Self>, PublishError> {
        let Some(holders) = &documents.fares else {
            return Ok(None);
        };
        let zones = Zones::of_catalogue(&documents.catalogue, TimeZone::UTC);
        Ok(Some(Self {
            holders,
            key,
            rides: Rides::load(db, &zones)?,
            zones,
        }))
    }

    fn list(&self, elsewhere: &Elsewhere, version: u64) -> Result<FareList, PublishError> {
        let holders = &self.holders.holders;
        let key = match self.key {
            Some(key) => key,
            None if holders.is_empty() => return Ok(withdrawn(version)),
            None => return Err(PublishError::NoTransportKey),
        };
        let entries = holders.iter().map(|holder| {
            let who = key.pseudonym(&holder.citizen);
            let entry = FareEntry {
                class: holder.class.clone(),
                until: holder.until,
                elsewhere: elsewhere.of(&who, &holder.class),
            };
            (who, entry)
        });
        Ok(FareList {
            version,
            issued: self.holders.issued,
            expires: self.holders.expires,
            entries: entries.collect(),
        })
    }
}

/// Puts the list of a bus's kiosk in force. One that stood in a bus before and does no more,
/// or whose town has no list any more, gets an empty one, so that no holder stays behind at
/// the broker.
pub(super) fn stage(
    db: &Db,
    documents: &Documents,
    town: Option<&Town<'_>>,
    kiosk: &Enrolled,
    now_ms: i64,
) -> Result<Option<Staged>, PublishError> {
    let name = DocumentName::Fares(kiosk.kiosk.clone());
    let before = db.document(&name)?;
    let facility = &documents.catalogue.facilities[&kiosk.facility];
    let town = match facility.service.as_fare().zip(town) {
        Some((rules, town)) => {
            let elsewhere = town
                .rides
                .elsewhere(db, kiosk, rules, &town.zones, now_ms)?;
            Some((town, elsewhere))
        }
        None if before.is_none() => return Ok(None),
        None => None,
    };
    let held = before.as_ref().map_or(0, |b| b.version);
    let of = |version| match &town {
        Some((town, elsewhere)) => town.list(elsewhere, version),
        None => Ok(withdrawn(version)),
    };
    // The list carries the number of its document: the old number is tried first, so that
    // only a change makes a new one.
    let mut content = of(held)?;
    let plain = serde_json::to_vec(&content).expect("a list has a JSON form");
    if before.is_none_or(|b| b.fingerprint != fingerprint(&plain, Some(kiosk))) {
        content = of(held + 1)?;
    }
    put(db, name, &content, Some(kiosk), now_ms).map(Some)
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
