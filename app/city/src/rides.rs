//! What all buses together drove, for the list that tells each of the others' trips, and for
//! the month's settlement.

use std::collections::BTreeMap;

use machitap_domain::{
    FacilityId, FactBody, Pseudonym,
    fare::{FareRules, list},
    ids::ClassId,
    points::caps,
    time::DayKey,
};

use crate::{
    db::{Db, DbError, Enrolled},
    ledger::Zones,
    month::Month,
    nursery::read,
};

struct Told {
    journal: i64,
    facility: FacilityId,
    month: Option<Month>,
    holder: Option<Pseudonym>,
    class: ClassId,
    counts: bool,
}

/// Every ride that stands.
pub struct Rides(Vec<Told>);

impl Rides {
    /// From the counted facts.
    ///
    /// # Errors
    /// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
    pub fn load(db: &Db, zones: &Zones) -> Result<Self, DbError> {
        let mut all = Vec::new();
        for row in db.rides()? {
            let fact = read(&row.bytes)?;
            let FactBody::Ride(ride) = fact.body else {
                continue;
            };
            let day = row
                .at_ms
                .and_then(|at| DayKey::of_wall(at, zones.of(&fact.facility)));
            all.push(Told {
                journal: row.journal,
                month: match day {
                    Some(DayKey::Date(date)) => Some(Month::of(date)),
                    _ => None,
                },
                facility: fact.facility,
                holder: fact.subject,
                class: ride.class,
                counts: ride.counts,
            });
        }
        Ok(Self(all))
    }

    /// How many, by bus, month and class.
    pub fn by_month(&self) -> BTreeMap<FacilityId, BTreeMap<String, BTreeMap<ClassId, u64>>> {
        let mut out: BTreeMap<_, BTreeMap<_, BTreeMap<_, u64>>> = BTreeMap::new();
        for told in &self.0 {
            let month = told
                .month
                .map_or_else(|| "unknown".to_owned(), |m| m.to_string());
            let of_bus = out.entry(told.facility.clone()).or_default();
            let classes = of_bus.entry(month).or_default();
            *classes.entry(told.class.clone()).or_default() += 1;
        }
        out
    }

    /// This year's trips that count and that this kiosk does not know of: those of other
    /// kiosks, and of its own earlier lives. One without a known day counts.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn elsewhere(
        &self,
        db: &Db,
        kiosk: &Enrolled,
        rules: &FareRules,
        zones: &Zones,
        now_ms: i64,
    ) -> Result<Elsewhere, DbError> {
        let own = db
            .journals()?
            .into_iter()
            .rfind(|j| j.kiosk == kiosk.kiosk)
            .map(|j| j.id);
        let year_of = |month: Month| {
            rules.year_of(caps::Month {
                year: month.year(),
                month: month.number(),
            })
        };
        let Some(DayKey::Date(today)) = DayKey::of_wall(now_ms, zones.of(&kiosk.facility)) else {
            return Err(DbError::Damaged(format!("the time {now_ms} is no date")));
        };
        let year = year_of(Month::of(today));
        let mut trips = BTreeMap::new();
        for told in &self.0 {
            let this_year = told.month.is_none_or(|m| year_of(m) == year);
            if let Some(holder) = told.holder
                && told.counts
                && this_year
                && Some(told.journal) != own
            {
                let trips: &mut u32 = trips.entry((holder, told.class.clone())).or_default();
                *trips = trips.saturating_add(1);
            }
        }
        Ok(Elsewhere { year, trips })
    }
}

/// Trips of one year that one kiosk does not know of.
pub struct Elsewhere {
    year: i16,
    trips: BTreeMap<(Pseudonym, ClassId), u32>,
}

impl Elsewhere {
    /// As the list says it; `None` where there are none.
    pub fn of(&self, holder: &Pseudonym, class: &ClassId) -> Option<list::Elsewhere> {
        let rides = *self.trips.get(&(*holder, class.clone()))?;
        Some(list::Elsewhere {
            year: self.year,
            rides,
        })
    }
}

#[cfg(test)]
mod tests;
