//! Opening: check, migrate, set aside what is damaged, begin anew.

use std::path::Path;

use machitap_domain::ids::Incarnation;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;

use crate::{
    chain,
    error::{Damage, OpenError, StoreError},
    folds::{self, Table},
    journal::{Journal, RESERVE_PAGES, Settings},
    keepsake::{self, Migrated},
    quarantine::{self, Quarantine},
    row::{Row, sql},
    schema::{self, Found, SCHEMA},
    verify,
};

/// How long to wait for an earlier start of the program to let go, milliseconds.
const BUSY_TIMEOUT_MS: i64 = 2_000;
/// The log is copied into the database when it has this many pages.
const CHECKPOINT_PAGES: u32 = 1_000;

/// When SQLite waits for the disk.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// At every commit.
    Full,
    /// Not at commits: for the test that shows what this loses.
    Normal,
}

/// What the journal stands on, other than the system's files: for tests of the disk.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Backing {
    /// A registered SQLite VFS.
    pub vfs: Option<String>,
    /// When SQLite waits for the disk.
    pub synchronous: Synchronous,
    /// Pages of log before they are copied.
    pub checkpoint_pages: u32,
}

impl Default for Backing {
    fn default() -> Self {
        Self {
            vfs: None,
            synchronous: Synchronous::Full,
            checkpoint_pages: CHECKPOINT_PAGES,
        }
    }
}

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// The journal was begun.
    pub created: bool,
    /// A damaged journal was set aside; its replacement was begun. The caller writes it
    /// down as the first fact.
    pub quarantined: Option<Quarantine>,
    /// The folds' rows were not what the sound chain makes, and were made anew.
    pub folds_rebuilt: bool,
    /// It had an older schema.
    pub migrated: Option<Migrated>,
    /// It has this schema of a later program, which this one can work with: an update was gone
    /// back from.
    pub newer: Option<i64>,
}

/// An open journal and what opening it found.
#[derive(Debug)]
pub struct Opened {
    /// The journal.
    pub journal: Journal,
    /// What was found.
    pub report: OpenReport,
}

/// Whose journal lies at this path, as far as it can be read; `None` where there is none. Only
/// while nobody has it open.
pub fn owner(path: &Path) -> Option<String> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    conn.query_row("SELECT kiosk FROM journal", [], |r| r.get(0))
        .ok()
}

impl Journal {
    /// Opens the journal at this path or begins one. Checks the database and the whole
    /// chain; what is damaged is set aside whole, never repaired in place.
    ///
    /// # Errors
    /// [`OpenError`]. A disk that cannot be read is an error, not damage: nothing is
    /// moved then.
    pub fn open(path: &Path, settings: Settings) -> Result<Opened, OpenError> {
        Self::open_on(path, settings, &Backing::default())
    }

    /// [`Journal::open`] on another disk than the system's.
    ///
    /// # Errors
    /// [`OpenError`]; damage on another disk is an error.
    #[doc(hidden)]
    pub fn open_on(
        path: &Path,
        settings: Settings,
        backing: &Backing,
    ) -> Result<Opened, OpenError> {
        let ours = backing.vfs.is_none();
        if ours && quarantine::is_orphaned(path) {
            return begin_anew(path, settings, backing, Damage::Orphan, None);
        }
        let mut old = None;
        match try_open(path, settings.clone(), backing, &mut old) {
            Err(OpenError::Damaged(why)) if ours => begin_anew(path, settings, backing, why, old),
            opened => opened,
        }
    }
}

fn begin_anew(
    path: &Path,
    settings: Settings,
    backing: &Backing,
    why: Damage,
    old: Option<Incarnation>,
) -> Result<Opened, OpenError> {
    tracing::error!(%why, "the journal is damaged and is set aside");
    let moved_to = quarantine::set_aside(path).map_err(OpenError::Quarantine)?;
    let mut opened = try_open(path, settings, backing, &mut None)?;
    opened.report.quarantined = Some(Quarantine { moved_to, why, old });
    Ok(opened)
}

fn try_open(
    path: &Path,
    settings: Settings,
    backing: &Backing,
    old: &mut Option<Incarnation>,
) -> Result<Opened, OpenError> {
    let mut conn = connect(path, backing)?;
    let found = schema::find(&conn)?;
    let from = match found {
        Found::Foreign => return Err(OpenError::Damaged(Damage::NotOurs)),
        Found::Schema(found) if found.readable_from > SCHEMA => {
            return Err(OpenError::NewerSchema {
                found: found.schema,
                known: SCHEMA,
            });
        }
        Found::Schema(version) => version.schema,
        Found::Empty => 0,
    };
    *old = incarnation(&conn);
    verify::integrity(&conn)?;
    let page_size: i64 = conn.query_row("PRAGMA page_size", [], |r| r.get(0))?;
    let page_size = u64::try_from(page_size).unwrap_or(4096);
    conn.pragma_update(
        None,
        "max_page_count",
        sql((settings.max_bytes / page_size + RESERVE_PAGES).min(u64::from(u32::MAX) - 1)),
    )?;
    let ours = backing.vfs.is_none();
    let migrated = (ours && (1..SCHEMA).contains(&from)).then(|| Migrated {
        from,
        kept: keepsake::keep(&conn, path, from),
    });
    schema::migrate(&mut conn, from)?;
    let (row, created) = load_or_begin(&conn, &settings)?;
    let rebuilt = chain::walk(&conn, &row, &settings.zone)?;
    let folds_rebuilt = match folds::load(&conn, Table::Live) {
        Ok(stored) => stored != rebuilt,
        Err(StoreError::Damaged(Damage::Folds)) => true,
        Err(error) => return Err(error.into()),
    };
    if folds_rebuilt {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        folds::replace(&tx, &rebuilt)?;
        tx.commit()?;
    }
    let dir = ours.then(|| quarantine::parent(path));
    if let Some(dir) = dir.as_deref().filter(|_| created) {
        // A new name that is not on the disk takes the whole journal with it.
        quarantine::sync_dir(dir).map_err(OpenError::Directory)?;
    }
    Ok(Opened {
        journal: Journal {
            conn,
            settings,
            dir,
            page_size,
            receipt_kept: row.receipted,
            row,
            folds: rebuilt,
            doubtful: false,
            copies: keepsake::there(path),
        },
        report: OpenReport {
            created,
            quarantined: None,
            folds_rebuilt,
            migrated,
            newer: (from > SCHEMA).then_some(from),
        },
    })
}

fn connect(path: &Path, backing: &Backing) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = match &backing.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    conn.set_prepared_statement_cache_capacity(32);
    let pragma = |name: &str, value: &dyn rusqlite::ToSql| {
        conn.pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(()),
                other => Err(other),
            })
    };
    pragma("busy_timeout", &BUSY_TIMEOUT_MS)?;
    // Before the log is touched: then its index lives in memory, there is no third file
    // to go wrong, and the lock is kept until the journal is closed.
    pragma("locking_mode", &"EXCLUSIVE")?;
    pragma("foreign_keys", &true)?;
    pragma("cell_size_check", &true)?;
    pragma("temp_store", &"MEMORY")?;
    pragma("secure_delete", &"FAST")?;
    pragma("journal_mode", &"WAL")?;
    pragma("wal_autocheckpoint", &backing.checkpoint_pages)?;
    pragma(
        "synchronous",
        &match backing.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        },
    )?;
    Ok(conn)
}

fn load_or_begin(conn: &Connection, settings: &Settings) -> Result<(Row, bool), OpenError> {
    let Some((row, kiosk)) = Row::load(conn)? else {
        let facts: i64 = conn.query_row("SELECT count(*) FROM fact", [], |r| r.get(0))?;
        if facts > 0 {
            return Err(OpenError::Damaged(Damage::Row));
        }
        return Ok((Row::begin(conn, &settings.kiosk)?, true));
    };
    if kiosk != settings.kiosk.as_str() {
        return Err(OpenError::OtherKiosk {
            found: kiosk,
            expected: settings.kiosk.to_string(),
        });
    }
    Ok((row, false))
}

/// The life of a journal that may be damaged, as far as it can be read.
fn incarnation(conn: &Connection) -> Option<Incarnation> {
    conn.query_row("SELECT incarnation FROM journal", [], |r| r.get(0))
        .ok()
        .map(|bytes| Incarnation(Uuid::from_bytes(bytes)))
}
