//! Accounts and totals: folds over the counted facts.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use machitap_domain::{
    FacilityId, Fact, Folds, Hash, Pii, Pseudonym,
    catalogue::Catalogue,
    ids::ClassId,
    ranking::{Board, Curve, Period, Ranking, Row, Scope, Span},
};
use machitap_wire::{DocumentName, SeqRange};
use serde::Serialize;

use crate::{
    db::{Db, DbError},
    ingest::runs::Runs,
    nursery::Children,
    rides::Rides,
};

/// The time zones of the facilities.
#[derive(Debug, Clone)]
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

/// What one resident has, over all kiosks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Points that stand.
    pub points: i64,
    /// Visits that stand.
    pub visits: u64,
}

#[derive(Debug, Default)]
struct Followed {
    upto: u64,
    folds: Folds,
}

/// Follows the counted facts, each journal in the order of its sequence and without holes.
#[derive(Debug)]
pub struct Ledger {
    zones: Zones,
    journals: BTreeMap<i64, Followed>,
}

impl Ledger {
    /// An empty ledger; the first [`Self::catch_up`] builds it from the first fact on.
    pub const fn new(zones: Zones) -> Self {
        Self {
            zones,
            journals: BTreeMap::new(),
        }
    }

    /// Takes in what was counted since; true when anything was.
    ///
    /// # Errors
    /// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
    pub fn catch_up(&mut self, db: &Db) -> Result<bool, DbError> {
        let mut grew = false;
        for row in db.journals()? {
            let followed = self.journals.entry(row.id).or_default();
            if followed.upto >= row.contiguous {
                continue;
            }
            grew = true;
            let Followed { upto, folds } = followed;
            let zones = &self.zones;
            db.facts_between(row.id, *upto, row.contiguous, |bytes| {
                let fact: Fact = serde_json::from_str(bytes)
                    .map_err(|why| DbError::Damaged(format!("a stored fact: {why}")))?;
                *upto = fact.key.seq;
                folds.apply(&fact, zones.of(&fact.facility));
                Ok(())
            })?;
        }
        Ok(grew)
    }

    /// What every resident has.
    pub fn balances(&self) -> BTreeMap<Pseudonym, Balance> {
        let mut out: BTreeMap<Pseudonym, Balance> = BTreeMap::new();
        for followed in self.journals.values() {
            for (who, account) in followed.folds.accounts() {
                let balance = out.entry(*who).or_default();
                balance.points += account.balance();
                balance.visits += account.visits();
            }
        }
        out
    }

    /// The fold of one journal.
    pub fn folds(&self, journal: i64) -> Option<&Folds> {
        self.journals.get(&journal).map(|f| &f.folds)
    }

    /// The first places. Equal points share a place.
    pub fn ranking(
        &self,
        nicknames: &BTreeMap<Pseudonym, Pii<String>>,
        places: usize,
        as_of_ms: i64,
    ) -> Ranking {
        let mut all: Vec<(Pseudonym, i64)> = self
            .balances()
            .into_iter()
            .filter(|(_, b)| b.points > 0)
            .map(|(who, b)| (who, b.points))
            .collect();
        all.sort_by_key(|(who, points)| (std::cmp::Reverse(*points), *who));
        let rows = all
            .iter()
            .take(places)
            .map(|(who, points)| Row {
                place: u32::try_from(all.partition_point(|(_, p)| p > points) + 1)
                    .unwrap_or(u32::MAX),
                nickname: nicknames.get(who).cloned(),
                points: *points,
            })
            .collect();
        let at = jiff::Timestamp::from_millisecond(as_of_ms).unwrap_or_default();
        let today = self.zones.city.to_datetime(at).date();
        Ranking {
            as_of_ms,
            boards: vec![Board {
                scope: Scope::Town,
                span: Span::of(Period::Week, today),
                rows,
                curve: Curve::default(),
            }],
            groups: Vec::new(),
        }
    }
}

/// One journal in the totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalTotals {
    /// Whose.
    pub kiosk: String,
    /// Which life, as hexadecimal digits.
    pub incarnation: String,
    /// Facts counted.
    pub facts: u64,
    /// Every fact up to here is counted.
    pub contiguous: u64,
    /// The highest fact that came.
    pub top: u64,
    /// The kiosk said it has so many.
    pub announced: u64,
    /// Runs that are missing.
    pub missing: Vec<SeqRange>,
    /// Every stored fact has the hash it was stored with and names the one before it.
    pub chain_ok: bool,
    /// Two facts came under one key, or the chain does not close.
    pub forked: bool,
    /// Facts set aside because their place was taken.
    pub quarantined: u64,
    /// Points that stand by this journal.
    pub points: i64,
}

/// Everything the city counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Facts of all journals.
    pub facts: u64,
    /// Facts counted more than once; anything but 0 is a fault of ours.
    pub doubled: u64,
    /// Different messages that could not be taken.
    pub dead_letters: u64,
    /// Points that stand.
    pub points: i64,
    /// Each journal.
    pub journals: Vec<JournalTotals>,
    /// What every resident has, by visit pseudonym.
    pub accounts: BTreeMap<Pseudonym, Balance>,
    /// Extended care charged, yen, by facility and month (as in `2026-11`), over all its
    /// kiosks.
    pub fees_yen: BTreeMap<FacilityId, BTreeMap<String, u64>>,
    /// Rides told, by bus, month (as in `2026-11`) and class, over all its kiosks: what a town
    /// settles with whoever runs the bus. Those of which nobody knows the month stand under
    /// `unknown`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rides: BTreeMap<FacilityId, BTreeMap<String, BTreeMap<ClassId, u64>>>,
}

/// Runs that are listed in the totals of one journal.
const RUNS_LISTED: usize = 1_000;

/// Counts and checks everything anew from the stored bytes.
///
/// # Errors
/// [`DbError`].
pub fn totals(db: &Db, zones: Zones) -> Result<Totals, DbError> {
    let fees_yen = fees_yen(db, &zones)?;
    let rides = Rides::load(db, &zones)?.by_month();
    let mut ledger = Ledger::new(zones);
    ledger.catch_up(db)?;
    let mut journals = Vec::new();
    for row in db.journals()? {
        let runs = Runs::new(0, &db.runs(row.id, 0)?);
        journals.push(JournalTotals {
            kiosk: row.kiosk.to_string(),
            incarnation: row.incarnation.to_string(),
            facts: db.counted(row.id)?,
            contiguous: row.contiguous,
            top: runs.top(),
            announced: row.announced,
            missing: runs.missing(runs.top().max(row.announced), RUNS_LISTED),
            chain_ok: chain_holds(db, row.id)? && runs.contiguous() == row.contiguous,
            forked: row.forked,
            quarantined: db.quarantined(row.id)?,
            points: ledger.folds(row.id).map_or(0, Folds::total_points),
        });
    }
    let accounts = ledger.balances();
    Ok(Totals {
        facts: journals.iter().map(|j| j.facts).sum(),
        doubled: db.doubled()?,
        dead_letters: db.dead_letters()?,
        points: accounts.values().map(|b| b.points).sum(),
        journals,
        accounts,
        fees_yen,
        rides,
    })
}

fn fees_yen(
    db: &Db,
    zones: &Zones,
) -> Result<BTreeMap<FacilityId, BTreeMap<String, u64>>, DbError> {
    let mut out = BTreeMap::new();
    for name in db.facilities()? {
        // A fact names its facility by an id; what is none was stored by nobody of ours.
        let Ok(facility) = name.parse::<FacilityId>() else {
            continue;
        };
        let children = Children::load(db, &facility, zones.of(&facility))?;
        let months: BTreeMap<String, u64> = children
            .fees_yen()
            .into_iter()
            .map(|(month, yen)| (month.to_string(), yen))
            .collect();
        if !months.is_empty() {
            out.insert(facility, months);
        }
    }
    Ok(out)
}

fn chain_holds(db: &Db, journal: i64) -> Result<bool, DbError> {
    let mut holds = true;
    let mut before = (0, Hash::GENESIS);
    let top = u64::try_from(i64::MAX).expect("positive");
    db.facts_between(journal, 0, top, |bytes| {
        let fact: Fact = serde_json::from_str(bytes)
            .map_err(|why| DbError::Damaged(format!("a stored fact: {why}")))?;
        let hash = Hash::of(bytes.as_bytes());
        holds &= db.link(journal, fact.key.seq)?.map(|l| l.0) == Some(hash);
        if fact.key.seq == before.0 + 1 {
            holds &= fact.prev == before.1;
        }
        before = (fact.key.seq, hash);
        Ok(())
    })?;
    Ok(holds)
}
