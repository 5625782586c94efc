//! Appending: one transaction, all of it or nothing.

use std::collections::BTreeSet;

use machitap_domain::{
    fact::{Draft, Fact, FactId, FactKey, Hash},
    fold::{FoldKey, Folds},
    ids::KioskId,
};
use rusqlite::{Connection, TransactionBehavior, ffi, params};

use crate::{
    error::{AppendError, Limit, StoreError},
    folds::{self, Reach, Table},
    journal::Journal,
    row::{Row, sql},
};

/// A fact in its place, with the bytes and the hash it is stored under.
struct Placed {
    fact: Fact,
    text: String,
    hash: Hash,
}

impl Journal {
    /// Puts facts on the disk, in one transaction with what they change in the folds.
    /// When it returns they are there to stay; when it fails nothing has changed.
    ///
    /// A journal at its size limit first gives up receipted facts, however young.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append(&mut self, drafts: Vec<Draft>) -> Result<Vec<Fact>, AppendError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.settle()?;
        self.make_room()?;
        let placed = self.place(drafts);
        let mut part =
            Reach::of(placed.iter().map(|p| (p.fact.subject, &p.fact.body))).part_of(&self.folds);
        let mut keys = BTreeSet::new();
        for p in &placed {
            keys.extend(part.apply(&p.fact, &self.settings.zone));
        }
        let last = placed.last().expect("there is at least one draft");
        let row = Row {
            last_seq: last.fact.key.seq,
            head: last.hash,
            ..self.row
        };
        match write(
            &mut self.conn,
            &placed,
            &part,
            &keys,
            &row,
            &self.settings.kiosk,
        ) {
            Ok(()) => {
                self.row = row;
                self.receipt_kept = row.receipted;
                folds::adopt(&mut self.folds, &part, &keys);
                Ok(placed.into_iter().map(|p| p.fact).collect())
            }
            Err(error) => {
                self.doubtful = true;
                // Should this fail too, the next append tries again before anything else.
                let _ = self.settle();
                Err(error)
            }
        }
    }

    fn make_room(&mut self) -> Result<(), StoreError> {
        match self.room() {
            Err(StoreError::Full(Limit::Size)) if self.prune_receipted()?.facts > 0 => self.room(),
            answer => answer,
        }
    }

    fn place(&self, drafts: Vec<Draft>) -> Vec<Placed> {
        let (mut seq, mut prev) = (self.row.last_seq, self.row.head);
        drafts
            .into_iter()
            .map(|draft| {
                seq += 1;
                let key = FactKey {
                    kiosk: self.settings.kiosk.clone(),
                    incarnation: self.row.incarnation,
                    seq,
                };
                let fact = Fact::place(draft, key, self.settings.facility.clone(), prev);
                let text = String::from_utf8(fact.to_bytes()).expect("JSON is UTF-8");
                prev = Hash::of(text.as_bytes());
                Placed {
                    fact,
                    text,
                    hash: prev,
                }
            })
            .collect()
    }
}

fn write(
    conn: &mut Connection,
    placed: &[Placed],
    part: &Folds,
    keys: &BTreeSet<FoldKey>,
    row: &Row,
    kiosk: &KioskId,
) -> Result<(), AppendError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = tx.prepare_cached(
            "INSERT INTO fact (seq, id, hash, at_wall, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for Placed { fact, text, hash } in placed {
            insert
                .execute(params![
                    sql(fact.key.seq),
                    fact.id.0.as_bytes(),
                    hash.0,
                    fact.at.wall_ms,
                    text
                ])
                .map_err(|error| refused(error, fact.id))?;
        }
        folds::store(&tx, Table::Live, part, keys)?;
        row.store(&tx, kiosk)?;
    }
    tx.commit()?;
    Ok(())
}

fn refused(error: rusqlite::Error, id: FactId) -> AppendError {
    match error.sqlite_error() {
        Some(e) if e.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE => {
            AppendError::Duplicate { id }
        }
        _ => error.into(),
    }
}
