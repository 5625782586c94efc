//! The floor of the disk: one bare SQLite commit of the same bytes on the same disk.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use rusqlite::{Connection, params};

pub(crate) struct BareCommits {
    db: Connection,
    facts: Vec<String>,
    seq: i64,
}

impl BareCommits {
    /// A database of one table; each commit will write these texts.
    pub(crate) fn open(path: &Path, facts: Vec<String>) -> Result<Self> {
        let db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.execute_batch(
            "CREATE TABLE fact (seq INTEGER PRIMARY KEY, bytes TEXT NOT NULL) STRICT",
        )?;
        Ok(Self { db, facts, seq: 0 })
    }

    pub(crate) fn commit(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let transaction = self.db.transaction()?;
        for fact in &self.facts {
            self.seq += 1;
            transaction
                .prepare_cached("INSERT INTO fact VALUES (?1, ?2)")?
                .execute(params![self.seq, fact])?;
        }
        transaction.commit()?;
        Ok(start.elapsed())
    }
}
