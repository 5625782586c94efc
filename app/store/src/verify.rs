//! Proving that the journal is what it should be.

use machitap_domain::fold::Folds;
use rusqlite::Connection;

use crate::{
    chain,
    error::{Damage, StoreError},
    folds::{self, Table},
    journal::Journal,
    row::Row,
};

/// SQLite's own check of its pages, indices and constraints.
pub(crate) fn integrity(conn: &Connection) -> Result<(), StoreError> {
    let found: String = conn.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(Damage::Corrupt(found).into())
    }
}

impl Journal {
    /// The folds made anew: those of the pruned facts and every fact since. Checks the
    /// chain on the way.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and whatever the disk does.
    pub fn rebuild(&self) -> Result<Folds, StoreError> {
        chain::walk(&self.conn, &self.row, &self.settings.zone)
    }

    /// Checks everything: the database's pages, the journal's row, the chain, sequence
    /// without holes, and that rows, memory and rebuilt folds are one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first thing found, and whatever the disk does.
    pub fn verify(&self) -> Result<(), StoreError> {
        integrity(&self.conn)?;
        let expected = Row {
            receipted: self.receipt_kept,
            ..self.row
        };
        match Row::load(&self.conn)? {
            Some((row, _)) if row == expected => {}
            _ => return Err(Damage::Row.into()),
        }
        let rebuilt = self.rebuild()?;
        let stored = folds::load(&self.conn, Table::Live)?;
        if rebuilt == stored && rebuilt == self.folds {
            Ok(())
        } else {
            Err(Damage::Folds.into())
        }
    }
}
