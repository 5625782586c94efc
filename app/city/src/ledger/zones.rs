//! The published catalogue, and the time zones of its facilities.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use machitap_domain::{FacilityId, catalogue::Catalogue};
use machitap_wire::DocumentName;

use crate::db::{Db, DbError};

/// The time zones of the facilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zones {
    city: TimeZone,
    facilities: HashMap<FacilityId, TimeZone>,
}

impl Zones {
    /// Only the city's zone.
    pub fn of_city(city: TimeZone) -> Self {
        Self {
            city,
            facilities: HashMap::new(),
        }
    }

    /// The zones of the published catalogue; the city's where it names none.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn load(db: &Db, city: TimeZone) -> Result<Self, DbError> {
        Ok(match catalogue(db)? {
            Some(catalogue) => Self::of_catalogue(&catalogue, city),
            None => Self::of_city(city),
        })
    }

    /// The zones of that catalogue; `city` where it names none.
    pub fn of_catalogue(catalogue: &Catalogue, city: TimeZone) -> Self {
        let facilities = catalogue
            .facilities
            .iter()
            .filter_map(|(id, f)| Some((id.clone(), f.zone().ok()?)))
            .collect();
        Self { city, facilities }
    }

    /// The city's own.
    pub const fn city(&self) -> &TimeZone {
        &self.city
    }

    /// The zone of that facility.
    pub fn of(&self, facility: &FacilityId) -> &TimeZone {
        self.facilities.get(facility).unwrap_or(&self.city)
    }
}

/// The published catalogue.
///
/// # Errors
/// [`DbError`].
pub fn catalogue(db: &Db) -> Result<Option<Catalogue>, DbError> {
    db.plain_document(&DocumentName::Catalogue)?
        .map(|bytes| {
            serde_json::from_slice(&bytes)
                .map_err(|why| DbError::Damaged(format!("the catalogue: {why}")))
        })
        .transpose()
}
