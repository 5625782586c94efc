//! The open journal.

use std::{fmt, path::PathBuf};

use jiff::tz::TimeZone;
use machitap_domain::{
    fact::Hash,
    fold::Folds,
    ids::{FacilityId, Incarnation, KioskId},
};
use rusqlite::Connection;

use crate::{
    error::{Damage, Limit, StoreError},
    folds::{self, Table},
    row::Row,
};

/// What the journal needs to know of its kiosk.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose facts it holds.
    pub kiosk: KioskId,
    /// The facility new facts belong to.
    pub facility: FacilityId,
    /// The zone business days are counted in.
    pub zone: TimeZone,
    /// The database grows to this many bytes; then facts are refused. The log beside it
    /// adds a few megabytes at most.
    pub max_bytes: u64,
    /// Facts are refused while the disk has fewer bytes free.
    pub min_free_bytes: u64,
    /// Receipted facts are kept this long, milliseconds since they happened. A journal
    /// at its size limit gives them up earlier.
    pub keep_after_receipt_ms: u64,
}

/// Room left for receipts, pruning and settings when facts are already refused, pages.
pub(crate) const RESERVE_PAGES: u64 = 64;

/// The kiosk's memory: one connection, one owner, never two programs at once.
pub struct Journal {
    pub(crate) conn: Connection,
    pub(crate) settings: Settings,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) page_size: u64,
    pub(crate) row: Row,
    /// What the disk says was receipted; memory may be ahead.
    pub(crate) receipt_kept: u64,
    pub(crate) folds: Folds,
    pub(crate) doubtful: bool,
    /// Of before migrations.
    pub(crate) copies: Vec<PathBuf>,
}

impl Journal {
    /// The life of this journal.
    pub const fn incarnation(&self) -> Incarnation {
        self.row.incarnation
    }

    /// The last fact's place; 0 before the first.
    pub const fn last_seq(&self) -> u64 {
        self.row.last_seq
    }

    /// The first fact still kept: the one after the last that was pruned.
    pub const fn first_seq(&self) -> u64 {
        self.row.base_seq + 1
    }

    /// The last fact's hash; [`Hash::GENESIS`] before the first.
    pub const fn head(&self) -> Hash {
        self.row.head
    }

    /// The state of the town as this journal knows it, equal to what is on disk.
    pub const fn folds(&self) -> &Folds {
        &self.folds
    }

    /// Writes a receipt down that waits for a commit, and copies the log into the
    /// database. Cheap when there is little of it, so that a moment of quiet is a good
    /// time; SQLite does it by itself when the log is long.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost then, the log stays.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.keep_receipt()?;
        self.conn
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Bytes the database holds (without pages free for reuse), and bytes it may hold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn size(&self) -> Result<(u64, u64), StoreError> {
        let pages: u64 = self.pragma("PRAGMA page_count")?;
        let free: u64 = self.pragma("PRAGMA freelist_count")?;
        Ok((
            pages.saturating_sub(free) * self.page_size,
            self.settings.max_bytes,
        ))
    }

    pub(crate) fn room(&self) -> Result<(), StoreError> {
        let (held, may) = self.size()?;
        if held >= may {
            return Err(StoreError::Full(Limit::Size));
        }
        let Some(dir) = &self.dir else { return Ok(()) };
        match rustix::fs::statvfs(dir) {
            Ok(fs) if fs.f_bavail.saturating_mul(fs.f_frsize) < self.settings.min_free_bytes => {
                Err(StoreError::Full(Limit::Disk))
            }
            // A disk that cannot say how full it is may still be written; SQLite finds out.
            _ => Ok(()),
        }
    }

    /// After a failure: makes sure that memory says what the disk says.
    pub(crate) fn settle(&mut self) -> Result<(), StoreError> {
        if !self.doubtful {
            return Ok(());
        }
        let (row, _) = Row::load(&self.conn)?.ok_or(Damage::Row)?;
        if (row.last_seq, row.head) != (self.row.last_seq, self.row.head) {
            self.folds = folds::load(&self.conn, Table::Live)?;
        }
        self.receipt_kept = row.receipted;
        self.row = Row {
            receipted: row.receipted.max(self.row.receipted),
            ..row
        };
        self.doubtful = false;
        Ok(())
    }

    fn pragma(&self, sql: &str) -> Result<u64, StoreError> {
        let n: i64 = self.conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?;
        Ok(u64::try_from(n).unwrap_or(0))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A receipt that is not kept comes again.
        let _ = self.keep_receipt();
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("kiosk", &self.settings.kiosk)
            .field("incarnation", &self.row.incarnation)
            .field("last_seq", &self.row.last_seq)
            .finish_non_exhaustive()
    }
}
