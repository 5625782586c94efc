//! What the city counted, read from its database without the city's own code.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use jiff::tz::TimeZone;
use machitap_domain::{Fact, Folds, Hash};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

/// Whose facts: the kiosk and the life of its journal.
pub type Life = (String, Uuid);

/// What the city holds.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By kiosk and life.
    pub journals: BTreeMap<Life, Counted>,
    /// Other facts under keys that were taken.
    pub quarantined: u64,
    /// Messages that could not be taken at all.
    pub dead_letters: u64,
}

/// One journal, as the city holds it.
#[derive(Debug, Default)]
pub struct Counted {
    /// Every fact up to here is counted.
    pub contiguous: u64,
    /// The city saw a fork or a chain that does not close.
    pub forked: bool,
    /// Each fact, in the order of its number; a number may stand here only once.
    pub facts: Vec<(u64, Fact, Hash)>,
}

/// The zone of the sample town's facilities.
pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Tokyo").expect("the tz database is part of the program")
}

impl Ledger {
    /// Reads the city's database, also while the city runs.
    ///
    /// # Errors
    /// When it cannot be read, or a fact does not fit its own key or hash.
    pub fn read(path: &Path) -> Result<Self> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .with_context(|| path.display().to_string())?;
        db.busy_timeout(Duration::from_secs(10))?;
        let db = db.unchecked_transaction()?;
        let count = |sql: &str| -> Result<u64> {
            let n: i64 = db.query_row(sql, [], |r| r.get(0))?;
            Ok(u64::try_from(n)?)
        };
        let mut ledger = Self {
            quarantined: count("SELECT count(*) FROM quarantine")?,
            dead_letters: count("SELECT count(*) FROM dead_letter")?,
            ..Self::default()
        };
        let mut lives = BTreeMap::new();
        let mut rows = db.prepare(
            "SELECT id, kiosk, incarnation, contiguous, forked OR broken_seq IS NOT NULL FROM journal",
        )?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let incarnation: String = row.get(2)?;
            let life = (row.get::<_, String>(1)?, incarnation.parse::<Uuid>()?);
            lives.insert(row.get::<_, i64>(0)?, life.clone());
            let counted = Counted {
                contiguous: u64::try_from(row.get::<_, i64>(3)?)?,
                forked: row.get(4)?,
                facts: Vec::new(),
            };
            ledger.journals.insert(life, counted);
        }
        // By number alone and without DISTINCT: a fact counted twice must show.
        let mut rows =
            db.prepare("SELECT journal, seq, hash, bytes FROM fact ORDER BY journal, seq")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let life = lives
                .get(&row.get::<_, i64>(0)?)
                .context("a fact of no journal")?;
            let seq = u64::try_from(row.get::<_, i64>(1)?)?;
            let (kept, bytes): ([u8; 32], String) = (row.get(2)?, row.get(3)?);
            let fact: Fact = serde_json::from_str(&bytes)?;
            let hash = Hash::of(bytes.as_bytes());
            ensure!(hash.0 == kept, "{} {seq}: not what its hash says", life.0);
            let own = (
                fact.key.kiosk.as_str(),
                fact.key.incarnation.0,
                fact.key.seq,
            );
            ensure!(
                own == (life.0.as_str(), life.1, seq),
                "{} {seq}: another fact's key",
                life.0
            );
            let counted = ledger
                .journals
                .get_mut(life)
                .context("a fact of no journal")?;
            counted.facts.push((seq, fact, hash));
        }
        Ok(ledger)
    }

    /// Facts of all journals.
    pub fn facts(&self) -> usize {
        self.journals.values().map(|j| j.facts.len()).sum()
    }
}

impl Counted {
    /// The folds over what was counted.
    pub fn folds(&self) -> Folds {
        let mut folds = Folds::default();
        for (_, fact, _) in &self.facts {
            folds.apply(fact, &zone());
        }
        folds
    }
}
