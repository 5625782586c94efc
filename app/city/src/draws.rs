//! The city's side of the draw: secrets, their commitments, the reveal, and the proof.
//!
//! No secret is stored: each follows from `keys/draw.key` by
//! [`DrawKey::secret`](machitap_domain::draw::secret::DrawKey::secret), so that none can be
//! lost, and none chosen anew, while its table lasts.

mod word;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use machitap_domain::{
    Fact, Folds, KioskId,
    catalogue::Catalogue,
    draw::{
        Deal, Deals, DrawTable,
        outcome::Pieces,
        secret::{DrawKey, DrawSecret, commitment},
        verify::{Agrees, Disagrees, verify},
    },
    ids::{Incarnation, TableId},
};

use crate::{
    db::{Db, DbError, Enrolled, JournalRow, WordGiven},
    ledger::Zones,
};

pub use word::{Breach, Broken, broken, give};

/// The catalogue with the city's word for every table at every kiosk.
pub fn committed(catalogue: &Catalogue, key: &DrawKey) -> Catalogue {
    let mut catalogue = catalogue.clone();
    for table in &mut catalogue.draws {
        let promised: Vec<_> = table
            .kiosks
            .keys()
            .map(|kiosk| commitment(table, kiosk, &key.secret(&table.id, kiosk)))
            .collect();
        for (allotment, promised) in table.kiosks.values_mut().zip(promised) {
            allotment.commitment = Some(promised);
        }
    }
    catalogue
}

/// What a kiosk needs to draw. A kiosk that was never heard gets nothing: which life of its
/// journal a secret is for, it has to say first.
///
/// # Errors
/// [`DbError`].
pub fn deals(
    db: &Db,
    catalogue: &Catalogue,
    kiosk: &Enrolled,
    key: &DrawKey,
    now_ms: i64,
) -> Result<Deals, DbError> {
    let zone = zone_of(catalogue, kiosk);
    let today = today(&zone, now_ms);
    let lives = lives(db, &kiosk.kiosk)?;
    let Some((present, earlier)) = lives.split_last() else {
        return Ok(Deals::default());
    };
    let tables = catalogue
        .draws
        .iter()
        .filter(|t| t.kiosks.contains_key(&kiosk.kiosk) && today <= t.until);
    let mut deals = Deals::default();
    for table in tables {
        let (id, life) = (&table.id, present.incarnation);
        // Once dealt, always so: what an earlier life's facts say later changes no draw.
        let given = match db.dealt(id, &kiosk.kiosk, life)? {
            Some(given) => given,
            None => {
                let mut given = Pieces::new();
                for life in earlier {
                    let folds = folds(db, life, &zone)?;
                    add(&mut given, folds.machines().of(id).given());
                }
                db.put_deal(id, &kiosk.kiosk, life, &given)?;
                given
            }
        };
        deals.deals.push(Deal {
            table: id.clone(),
            secret: key.secret(id, &kiosk.kiosk),
            life,
            given,
        });
    }
    Ok(deals)
}

/// A secret that may be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    /// The kiosk.
    pub kiosk: KioskId,
    /// The secret.
    pub secret: DrawSecret,
    /// Whether it is the one the published catalogue committed to.
    pub kept: bool,
}

/// Why a table is not revealed.
#[derive(Debug, thiserror::Error)]
pub enum NotRevealed {
    /// No catalogue that was published names it.
    #[error("no table {0} was published")]
    NoSuchTable(TableId),
    /// It lasts.
    #[error("table {0} lasts until {1}: whoever knew its secrets now would know every result")]
    Lasts(TableId, Date),
}

/// The secrets of a table that is over.
///
/// # Errors
/// [`NotRevealed`].
pub fn reveal(
    words: &[WordGiven],
    table: &TableId,
    key: &DrawKey,
    zone: &TimeZone,
    now_ms: i64,
) -> Result<Vec<Revealed>, NotRevealed> {
    let found = words.iter().map(|w| &w.table).find(|t| t.id == *table);
    let table = found.ok_or_else(|| NotRevealed::NoSuchTable(table.clone()))?;
    if today(zone, now_ms) <= table.until {
        return Err(NotRevealed::Lasts(table.id.clone(), table.until));
    }
    let revealed = |kiosk: &KioskId| {
        let secret = key.secret(&table.id, kiosk);
        Revealed {
            kiosk: kiosk.clone(),
            kept: table.kiosks[kiosk].commitment == Some(commitment(table, kiosk, &secret)),
            secret,
        }
    };
    Ok(table.kiosks.keys().map(revealed).collect())
}

/// One life of a kiosk, recomputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The table.
    pub table: TableId,
    /// The kiosk.
    pub kiosk: KioskId,
    /// The life.
    pub life: Incarnation,
    /// The chain of its facts closes as far as they are counted.
    pub chained: bool,
    /// What came of it.
    pub outcome: Result<Agrees, Disagrees>,
}

impl Verified {
    /// True when everything agrees.
    pub const fn is_sound(&self) -> bool {
        self.chained && self.outcome.is_ok()
    }
}

/// Recomputes a table from the counted facts, life by life.
///
/// # Errors
/// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
pub fn verify_table(
    db: &Db,
    table: &DrawTable,
    key: &DrawKey,
    zones: &Zones,
) -> Result<Vec<Verified>, DbError> {
    let mut all = Vec::new();
    for kiosk in db.all_kiosks()? {
        if !table.kiosks.contains_key(&kiosk.kiosk) {
            continue;
        }
        let zone = zones.of(&kiosk.facility);
        let mut given = Pieces::new();
        for life in lives(db, &kiosk.kiosk)? {
            let facts = facts(db, &life)?;
            let dealt = db.dealt(&table.id, &kiosk.kiosk, life.incarnation)?;
            let deal = Deal {
                table: table.id.clone(),
                secret: key.secret(&table.id, &kiosk.kiosk),
                life: life.incarnation,
                given: dealt.unwrap_or_else(|| given.clone()),
            };
            all.push(Verified {
                table: table.id.clone(),
                kiosk: kiosk.kiosk.clone(),
                life: life.incarnation,
                chained: !life.forked && life.broken_seq.is_none(),
                outcome: verify(table, &kiosk.kiosk, &deal, &facts, zone),
            });
            let folds = folded(&facts, zone);
            add(&mut given, folds.machines().of(&table.id).given());
        }
    }
    Ok(all)
}

fn zone_of(catalogue: &Catalogue, kiosk: &Enrolled) -> TimeZone {
    let facility = catalogue.facilities.get(&kiosk.facility);
    facility
        .and_then(|f| f.zone().ok())
        .unwrap_or(TimeZone::UTC)
}

fn today(zone: &TimeZone, now_ms: i64) -> Date {
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX);
    zone.to_datetime(now).date()
}

/// The lives of a kiosk's journal, the present one last.
fn lives(db: &Db, kiosk: &KioskId) -> Result<Vec<JournalRow>, DbError> {
    let mut rows = db.journals()?;
    rows.retain(|row| row.kiosk == *kiosk);
    Ok(rows)
}

fn facts(db: &Db, life: &JournalRow) -> Result<Vec<Fact>, DbError> {
    let mut facts = Vec::new();
    db.facts_between(life.id, 0, life.contiguous, |bytes| {
        let fact = serde_json::from_str(bytes);
        facts.push(fact.map_err(|why| DbError::Damaged(format!("a stored fact: {why}")))?);
        Ok(())
    })?;
    Ok(facts)
}

fn folds(db: &Db, life: &JournalRow, zone: &TimeZone) -> Result<Folds, DbError> {
    Ok(folded(&facts(db, life)?, zone))
}

fn folded(facts: &[Fact], zone: &TimeZone) -> Folds {
    let mut folds = Folds::default();
    for fact in facts {
        folds.apply(fact, zone);
    }
    folds
}

fn add(sum: &mut Pieces, more: &Pieces) {
    for (prize, n) in more {
        *sum.entry(prize.clone()).or_default() += n;
    }
}

#[cfg(test)]
mod tests;
