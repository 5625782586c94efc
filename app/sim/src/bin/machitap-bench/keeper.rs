//! What the subscriber behind the bridge does with what arrives.
//!
//! Our own figure ends with the city's receipt, after each fact lies once, under its key,
//! on a flushed disk. A bridge ends at the second broker's socket. So that both come to the
//! same end, its subscriber puts each fact under its key too, in one flushed commit for all
//! that arrived together, and acknowledges after it. It looks at no signature and no chain,
//! folds nothing, and sends no receipt.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What becomes of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Acknowledged, and nothing else.
    Nothing,
    /// Stored as they came, unopened; one that came twice lies there twice.
    Messages,
    /// Opened; each fact is stored once, under its key.
    Facts,
}

pub(crate) struct Keeper {
    keep: Keep,
    db: Connection,
    wanted: u64,
    kept: u64,
}

/// A batch's envelope, with only what is needed.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Facts<'a>,
}

#[derive(Deserialize)]
struct Facts<'a> {
    #[serde(borrow)]
    facts: Vec<&'a RawValue>,
}

/// The key as a fact's bytes have it.
#[derive(Deserialize)]
struct Key<'a> {
    inc: &'a str,
    seq: i64,
}

impl Keeper {
    /// Waits for so many: facts where facts are kept, messages otherwise.
    pub(crate) fn open(path: &Path, keep: Keep, wanted: usize) -> Result<Self> {
        let db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.execute_batch(
            "CREATE TABLE message (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
             CREATE TABLE fact (id INTEGER PRIMARY KEY, life TEXT NOT NULL,
                 seq INTEGER NOT NULL, bytes TEXT NOT NULL, UNIQUE (life, seq)) STRICT;",
        )?;
        Ok(Self {
            keep,
            db,
            wanted: wanted.try_into()?,
            kept: 0,
        })
    }

    /// Takes in what arrived together; true when all that is waited for is there. What this
    /// returns from has been flushed.
    pub(crate) fn take(&mut self, arrivals: &[Vec<u8>]) -> Result<bool> {
        let transaction = (self.keep != Keep::Nothing)
            .then(|| self.db.unchecked_transaction())
            .transpose()?;
        for message in arrivals {
            self.kept += match self.keep {
                Keep::Nothing => 1,
                Keep::Messages => put_message(&self.db, message)?,
                Keep::Facts => put_facts(&self.db, message)?,
            };
        }
        if let Some(transaction) = transaction {
            transaction.commit()?;
        }
        Ok(self.kept >= self.wanted)
    }
}

fn put_message(db: &Connection, message: &[u8]) -> Result<u64> {
    let mut put = db.prepare_cached("INSERT INTO message (bytes) VALUES (?1)")?;
    Ok(put.execute([message])? as u64)
}

fn put_facts(db: &Connection, message: &[u8]) -> Result<u64> {
    let text = str::from_utf8(message)?;
    if let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) {
        let facts = envelope.data.facts.iter();
        return facts.map(|fact| put_fact(db, fact.get())).sum();
    }
    put_fact(db, text)
}

fn put_fact(db: &Connection, text: &str) -> Result<u64> {
    let key: Key<'_> = serde_json::from_str(text).context("neither a batch nor a fact")?;
    let mut put = db.prepare_cached(
        "INSERT INTO fact (life, seq, bytes) VALUES (?1, ?2, ?3) \
         ON CONFLICT (life, seq) DO NOTHING",
    )?;
    Ok(put.execute(params![key.inc, key.seq, text])? as u64)
}
