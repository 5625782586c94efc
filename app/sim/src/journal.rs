//! A kiosk's journal as it lies on the disk, read without the kiosk's own code.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use machitap_domain::{Fact, Folds, Hash};
use rusqlite::Connection;
use uuid::Uuid;

use crate::ledger;

/// A journal, read.
#[derive(Debug)]
pub struct Local {
    /// Its life.
    pub incarnation: Uuid,
    /// The last fact.
    pub last_seq: u64,
    /// The last fact that was pruned.
    pub base_seq: u64,
    /// The city has everything up to this one.
    pub receipted: u64,
    /// The facts still kept.
    pub facts: Vec<Stored>,
}

/// A fact and the hash the journal keeps of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What it says.
    pub fact: Fact,
    /// SHA-256 of its bytes, computed here.
    pub hash: Hash,
}

impl Local {
    /// Reads a copy of the journal, so that looking at it changes nothing.
    ///
    /// # Errors
    /// When it cannot be copied or read, when a row is not what its hash says, or when the
    /// chain does not close.
    pub fn read(path: &Path) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let copy = dir.path().join("journal.db");
        fs::copy(path, &copy).with_context(|| path.display().to_string())?;
        let wal = path.with_file_name("journal.db-wal");
        if wal.exists() {
            fs::copy(wal, dir.path().join("journal.db-wal"))?;
        }
        Self::read_from(&Connection::open(copy)?)
    }

    fn read_from(db: &Connection) -> Result<Self> {
        let number = |n: i64| u64::try_from(n).context("a negative number in the journal");
        let (incarnation, last, base, base_hash, receipted) = db.query_row(
            "SELECT incarnation, last_seq, base_seq, base_hash, receipted FROM journal",
            [],
            |r| {
                Ok((
                    Uuid::from_bytes(r.get(0)?),
                    r.get(1)?,
                    r.get(2)?,
                    Hash(r.get(3)?),
                    r.get(4)?,
                ))
            },
        )?;
        let (last_seq, base_seq) = (number(last)?, number(base)?);
        let mut facts = Vec::new();
        let mut rows = db.prepare("SELECT seq, hash, bytes FROM fact ORDER BY seq")?;
        let mut rows = rows.query([])?;
        let (mut seq, mut prev) = (base_seq, base_hash);
        while let Some(row) = rows.next()? {
            let (at, kept, bytes): (i64, [u8; 32], String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let fact: Fact = serde_json::from_str(&bytes)?;
            let hash = Hash::of(bytes.as_bytes());
            seq += 1;
            ensure!(
                number(at)? == seq && fact.key.seq == seq,
                "fact {seq} is missing"
            );
            ensure!(hash.0 == kept, "fact {seq} is not what its hash says");
            ensure!(fact.prev == prev, "the chain breaks at fact {seq}");
            ensure!(
                fact.key.incarnation.0 == incarnation,
                "fact {seq} is of another life"
            );
            prev = hash;
            facts.push(Stored { fact, hash });
        }
        ensure!(
            seq == last_seq,
            "the journal counts to {last_seq} and holds {seq}"
        );
        Ok(Self {
            incarnation,
            last_seq,
            base_seq,
            receipted: number(receipted)?,
            facts,
        })
    }

    /// The folds over what is kept; whole only when nothing was pruned.
    pub fn folds(&self) -> Folds {
        let mut folds = Folds::default();
        for stored in &self.facts {
            folds.apply(&stored.fact, &ledger::zone());
        }
        folds
    }
}
