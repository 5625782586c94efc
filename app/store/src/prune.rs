//! Letting go of what the city has counted.

use std::collections::BTreeSet;

use machitap_domain::fact::{Fact, Hash};
use rusqlite::{TransactionBehavior, params};

use crate::{
    error::{Damage, StoreError},
    folds::{self, Reach, Table},
    journal::Journal,
    keepsake,
    row::{Row, sql},
};

/// One call prunes at most this many facts, so that no tap waits long for it.
pub const PRUNE_STEP: usize = 250;

/// What one call pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// How many facts.
    pub facts: usize,
    /// There is more to do: call again when quiet.
    pub more: bool,
}

/// Nothing to prune.
const NOTHING: Pruned = Pruned {
    facts: 0,
    more: false,
};

impl Journal {
    /// Prunes receipted facts older than the settings keep them, at most [`PRUNE_STEP`].
    /// Their folds move into the base, so that everything can still be rebuilt. The last
    /// fact always stays; while the city sees a fork, all stay. Copies of before a migration go
    /// when they are as old.
    ///
    /// Call it with a trusted time only. A fact dated after that time is wrong about
    /// itself and is not kept for it.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was pruned then.
    pub fn prune(&mut self, now_wall_ms: i64) -> Result<Pruned, StoreError> {
        let keep = i64::try_from(self.settings.keep_after_receipt_ms).unwrap_or(i64::MAX);
        let oldest_kept = now_wall_ms.saturating_sub(keep);
        if !self.copies.is_empty() && !self.row.forked {
            let copies = std::mem::take(&mut self.copies);
            let keep_ms = self.settings.keep_after_receipt_ms;
            self.copies = keepsake::forget(copies, now_wall_ms, keep_ms);
        }
        self.prune_where(|at| at < oldest_kept || at > now_wall_ms)
    }

    /// Prunes receipted facts of any age.
    pub(crate) fn prune_receipted(&mut self) -> Result<Pruned, StoreError> {
        self.prune_where(|_| true)
    }

    fn prune_where(&mut self, may_go: impl Fn(i64) -> bool) -> Result<Pruned, StoreError> {
        self.settle()?;
        let upto = self.row.receipted.min(self.row.last_seq.saturating_sub(1));
        if self.row.forked || upto <= self.row.base_seq {
            return Ok(NOTHING);
        }
        let going = self.going(upto, may_go)?;
        let Some((last, hash)) = going.last() else {
            return Ok(NOTHING);
        };
        let row = Row {
            base_seq: last.key.seq,
            base_hash: *hash,
            ..self.row
        };
        match self.move_to_base(&going, row) {
            Ok(row) => {
                self.row = row;
                self.receipt_kept = row.receipted;
            }
            Err(error) => {
                self.doubtful = true;
                return Err(error);
            }
        }
        Ok(Pruned {
            facts: going.len(),
            more: going.len() == PRUNE_STEP,
        })
    }

    fn going(
        &self,
        upto: u64,
        may_go: impl Fn(i64) -> bool,
    ) -> Result<Vec<(Fact, Hash)>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT at_wall, hash, bytes, seq FROM fact WHERE seq <= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = query.query(params![sql(upto), PRUNE_STEP as i64])?;
        let mut going = Vec::new();
        while let Some(row) = rows.next()? {
            if !may_go(row.get(0)?) {
                break;
            }
            let text = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?;
            let fact = Fact::read(text).map_err(|_| Damage::Fact {
                seq: self.row.base_seq + going.len() as u64 + 1,
            })?;
            going.push((fact, Hash(row.get(1)?)));
        }
        Ok(going)
    }

    fn move_to_base(&mut self, going: &[(Fact, Hash)], row: Row) -> Result<Row, StoreError> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut base =
            Reach::of(going.iter().map(|(f, _)| (f.subject, &f.body))).part_of_base(&tx)?;
        let mut keys = BTreeSet::new();
        for (fact, _) in going {
            keys.extend(base.apply(fact, &self.settings.zone));
        }
        // First out, then in: a full database has the room it needs.
        tx.prepare_cached("DELETE FROM fact WHERE seq <= ?1")?
            .execute([sql(row.base_seq)])?;
        folds::store(&tx, Table::Base, &base, &keys)?;
        let row = Row {
            base_entries: folds::base_entries(&tx)?,
            ..row
        };
        row.store(&tx, &self.settings.kiosk)?;
        tx.commit()?;
        Ok(row)
    }
}
