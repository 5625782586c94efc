//! The children's days of a nursery, over all its kiosks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use machitap_domain::{
    DayKey, FacilityId, Fact, FactBody, Folds, Pseudonym,
    attendance::{ChildDays, Depth},
};

use crate::{
    db::{Db, DbError},
    month::Month,
};

/// What the facts of one nursery say about its children's days.
#[derive(Debug)]
pub struct Children {
    folds: Folds,
    charged: BTreeMap<Pseudonym, BTreeSet<DayKey>>,
}

impl Default for Children {
    fn default() -> Self {
        Self {
            folds: Folds::with_depth(Depth::PAPERS),
            charged: BTreeMap::new(),
        }
    }
}

impl Children {
    /// From every counted fact of that facility, nothing forgotten, several kiosks merged
    /// by time.
    ///
    /// # Errors
    /// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
    pub fn load(db: &Db, facility: &FacilityId, zone: &TimeZone) -> Result<Self, DbError> {
        let mut children = Self::default();
        db.facility_facts(facility, |bytes| {
            children.take(&read(bytes)?, zone);
            Ok(())
        })?;
        Ok(children)
    }

    /// Takes in the next fact.
    pub fn take(&mut self, fact: &Fact, zone: &TimeZone) {
        if !is_of_days(&fact.body) {
            return;
        }
        if let (FactBody::Fee(fee), Some(child)) = (&fact.body, fact.subject) {
            self.charged.entry(child).or_default().insert(fee.day);
        }
        self.folds.apply(fact, zone);
    }

    /// Every child with its days and the days a fee was ever recorded for.
    pub fn iter(&self) -> impl Iterator<Item = (&Pseudonym, &ChildDays, &BTreeSet<DayKey>)> {
        static NEVER: BTreeSet<DayKey> = BTreeSet::new();
        self.folds
            .children()
            .map(|(who, days)| (who, days, self.charged.get(who).unwrap_or(&NEVER)))
    }

    /// Yen charged, month by month, every child together.
    pub fn fees_yen(&self) -> BTreeMap<Month, u64> {
        let mut yen = BTreeMap::new();
        for (_, days, charged) in self.iter() {
            let charged: BTreeSet<Month> = charged.iter().filter_map(month_of).collect();
            // A fee follows its passage to the day a late clock gives it.
            let passed = days.passages().iter().filter_map(|p| month_of(&p.day));
            for month in passed
                .chain(charged.iter().copied())
                .collect::<BTreeSet<_>>()
            {
                let of_child = u64::from(month_yen(days, month));
                if of_child > 0 || charged.contains(&month) {
                    *yen.entry(month).or_default() += of_child;
                }
            }
        }
        yen
    }
}

fn month_of(day: &DayKey) -> Option<Month> {
    match day {
        DayKey::Date(date) => Some(Month::of(*date)),
        DayKey::Boot(_) => None,
    }
}

/// Yen a child was charged in that month.
pub fn month_yen(days: &ChildDays, month: Month) -> u32 {
    days.month_yen(month.year(), month.number(), None)
}

/// Reads a stored fact.
///
/// # Errors
/// [`DbError::Damaged`].
pub fn read(bytes: &str) -> Result<Fact, DbError> {
    serde_json::from_str(bytes).map_err(|why| DbError::Damaged(format!("a stored fact: {why}")))
}

/// What a child's days are made of. The rest, alarms above all, may be many and says
/// nothing here.
const fn is_of_days(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::Attendance { .. }
            | FactBody::HandedOver { .. }
            | FactBody::Fee(_)
            | FactBody::Corrected { .. }
            | FactBody::DayClosed { .. }
            | FactBody::Excused { .. }
            | FactBody::Undone { .. }
            | FactBody::ClockCorrected { .. }
    )
}
