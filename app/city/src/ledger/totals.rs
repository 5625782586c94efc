//! Everything the city counted, checked anew from the stored bytes.

use std::collections::BTreeMap;

use machitap_domain::{FacilityId, Fact, Folds, Hash, Pseudonym, ids::ClassId};
use machitap_wire::SeqRange;
use serde::Serialize;

use super::{Balance, Ledger, Zones};
use crate::{
    db::{Db, DbError},
    ingest::runs::Runs,
    nursery::Children,
    points::Town,
    rides::Rides,
    time::now_ms,
};

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
    /// Points given and not taken back by this journal alone: nothing is judged.
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
    /// Points that stand, over all residents.
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
    let city = zones.city().clone();
    let fees_yen = fees_yen(db, &zones)?;
    let rides = Rides::load(db, &zones)?.by_month();
    let mut ledger = Ledger::new(Town::load(db, city)?);
    ledger.catch_up(db)?;
    ledger.judge(now_ms());
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
