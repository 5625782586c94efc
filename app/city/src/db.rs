//! The city's database: SQLite now; every statement is in this module's files, so that
//! another database means other files here and nothing else.

mod commands;
mod copy;
mod documents;
mod draws;
mod enrolling;
mod facts;
mod letters;
mod nursery;
mod page;
mod phones;
mod points;
mod registrations;
mod registry;
mod rides;

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use machitap_domain::fact::Class;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use documents::{Stale, Stored};
pub use draws::WordGiven;
pub use enrolling::{CodeMade, RevokedRow};
pub use facts::{JournalRow, NewFact, Put};
pub use letters::{HEAD_MAX, Letter};
pub use nursery::AlarmRow;
pub(crate) use nursery::watched;
pub use page::{PageFact, PageKiosk};
pub use phones::CodeRow;
pub use points::{AnswerRow, Answers, GroupRow, ToldRow};
pub use registrations::{ClaimRow, LeaseRow};
pub use registry::{Enrolled, KioskRow};
pub use rides::RideRow;

/// The version this program writes.
pub const SCHEMA: i64 = 7;

const MIGRATIONS: [&str; SCHEMA as usize] = [
    include_str!("db/v1.sql"),
    include_str!("db/v2.sql"),
    include_str!("db/v3.sql"),
    include_str!("db/v4.sql"),
    include_str!("db/v5.sql"),
    include_str!("db/v6.sql"),
    include_str!("db/v7.sql"),
];

/// A group of batches changes some 5 MiB of pages; in a smaller cache they would be written
/// to the log before the commit, and again with it.
const CACHE_KIB: i64 = 16 * 1024;

/// The log is copied into the database at this length, pages of 4 KiB: well above one group,
/// so that not every commit pays for a copy, and half of what the log may keep.
const LOG_PAGES: i64 = 8 * 1024;

/// A lock held by another process of the city is waited for so long.
const BUSY: Duration = Duration::from_secs(10);

/// What went wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// As SQLite says.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Written by a newer program.
    #[error("the database has schema {found}; this program knows {SCHEMA}: install the newer one")]
    Newer {
        /// As found.
        found: i64,
    },
    /// Written by an older program and opened for reading only.
    #[error(
        "the database has schema {found}; serve or publish of this program bring it to {SCHEMA}"
    )]
    Older {
        /// As found.
        found: i64,
    },
    /// The index that counts each fact once is gone.
    #[error("the database lacks the unique index fact_once: facts could be counted twice")]
    Unguarded,
    /// A row holds what this program never writes.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The file cannot be made.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

impl DbError {
    /// How it is answered.
    pub fn class(&self) -> Class {
        use rusqlite::ErrorCode as C;
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(why, _))
                if matches!(
                    why.code,
                    C::DatabaseBusy | C::DatabaseLocked | C::DiskFull | C::SystemIoFailure
                ) =>
            {
                Class::Retry
            }
            _ => Class::Repair,
        }
    }
}

/// One connection.
#[derive(Debug)]
pub struct Db {
    pub(crate) conn: Connection,
}

impl Db {
    /// Opens the database for writing, made and brought to [`SCHEMA`] where needed.
    ///
    /// # Errors
    /// [`DbError`]; a newer schema is refused untouched.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        // Made by hand first: it holds pseudonyms and is its owner's only.
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|why| DbError::File(path.display().to_string(), why))?;
        Self::prepare(Connection::open(path)?)
    }

    /// A database in memory, for tests and simulations.
    ///
    /// # Errors
    /// [`DbError::Sqlite`].
    pub fn in_memory() -> Result<Self, DbError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    /// Opens an existing database for reading only.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn reader(path: &Path) -> Result<Self, DbError> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        conn.busy_timeout(BUSY)?;
        let db = Self { conn };
        let found = db.schema()?;
        match found {
            SCHEMA => Ok(db),
            0 => Err(DbError::Damaged("it was never set up".to_owned())),
            1..SCHEMA => Err(DbError::Older { found }),
            _ => Err(DbError::Newer { found }),
        }
    }

    fn prepare(mut conn: Connection) -> Result<Self, DbError> {
        conn.busy_timeout(BUSY)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        conn.set_prepared_statement_cache_capacity(64);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = tx.query_row("SELECT user_version FROM pragma_user_version", [], |r| {
            r.get(0)
        })?;
        if found > SCHEMA {
            return Err(DbError::Newer { found });
        }
        for step in found..SCHEMA {
            let index = usize::try_from(step)
                .map_err(|_| DbError::Damaged(format!("schema version {step}")))?;
            tx.execute_batch(MIGRATIONS[index])?;
        }
        tx.pragma_update(None, "user_version", SCHEMA)?;
        tx.commit()?;
        let db = Self { conn };
        db.guarded()?;
        Ok(db)
    }

    fn schema(&self) -> Result<i64, DbError> {
        Ok(self
            .conn
            .query_row("SELECT user_version FROM pragma_user_version", [], |r| {
                r.get(0)
            })?)
    }

    /// Checks that the index that counts each fact once is there and unique.
    ///
    /// # Errors
    /// [`DbError::Unguarded`].
    pub fn guarded(&self) -> Result<(), DbError> {
        let unique: i64 = self.conn.query_row(
            "SELECT count(*) FROM pragma_index_list('fact') \
             WHERE name = 'fact_once' AND \"unique\" = 1",
            [],
            |r| r.get(0),
        )?;
        if unique == 1 {
            Ok(())
        } else {
            Err(DbError::Unguarded)
        }
    }

    /// Runs `work` in one transaction: all of it is on disk when this returns, or none.
    ///
    /// # Errors
    /// What `work` or the commit says; then nothing of it happened.
    pub fn transaction<T, E: From<DbError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run("BEGIN IMMEDIATE")?;
        match work(self) {
            Ok(value) => match self.run("COMMIT") {
                Ok(()) => Ok(value),
                Err(why) => {
                    self.rollback();
                    Err(why.into())
                }
            },
            Err(why) => {
                self.rollback();
                Err(why)
            }
        }
    }

    fn run(&self, sql: &str) -> Result<(), DbError> {
        Ok(self.conn.prepare_cached(sql)?.execute([]).map(|_| ())?)
    }

    // SQLite has already rolled back by itself after some errors; then there is nothing to do.
    fn rollback(&self) {
        if !self.conn.is_autocommit()
            && let Err(why) = self.run("ROLLBACK")
        {
            tracing::error!(%why, "a rollback failed");
        }
    }
}

/// SQLite integers are signed; a sequence beyond that is no sequence of ours.
pub(crate) fn int(n: u64) -> Result<i64, DbError> {
    i64::try_from(n).map_err(|_| DbError::Damaged(format!("{n} is beyond a database integer")))
}

pub(crate) fn uint(n: i64) -> Result<u64, DbError> {
    u64::try_from(n).map_err(|_| DbError::Damaged(format!("{n} where a count belongs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("city.db");
        let db = Db::open(&path).unwrap();
        db.conn.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        assert!(matches!(Db::open(&path), Err(DbError::Newer { found: 99 })));
        assert!(matches!(
            Db::reader(&path),
            Err(DbError::Newer { found: 99 })
        ));
    }

    #[test]
    fn an_older_database_is_brought_up_and_finds_its_alarms() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("city.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            "INSERT INTO kiosk (id, facility, verifier, seal_to, enrolled_ms)
             VALUES ('door-1', 'nursery', '', '', 1);
             INSERT INTO journal (id, kiosk, incarnation) VALUES (1, 'door-1', 'x');",
        )
        .unwrap();
        for (seq, bytes) in [
            (1, r#"{"body":{"kind":"visit"}}"#),
            (2, "no JSON"),
            (3, r#"{"id":"a","body":{"kind":"alarm"}}"#),
        ] {
            conn.execute(
                "INSERT INTO fact (journal, seq, hash, prev, facility, shown_ms, quality, \
                 received_ms, bytes) VALUES (1, ?1, zeroblob(32), zeroblob(32), 'nursery', \
                 5, 1, 5, ?2)",
                (seq, bytes),
            )
            .unwrap();
        }
        drop(conn);
        assert!(matches!(
            Db::reader(&path),
            Err(DbError::Older { found: 1 })
        ));
        let db = Db::open(&path).unwrap();
        assert_eq!(db.open_alarms().unwrap(), [("nursery".to_owned(), 1)]);
    }

    #[test]
    fn an_older_database_keeps_the_word_that_was_given_on_draws() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("city.db");
        let conn = Connection::open(&path).unwrap();
        for step in &MIGRATIONS[..2] {
            conn.execute_batch(step).unwrap();
        }
        conn.pragma_update(None, "user_version", 2).unwrap();
        let table = r#"{"id":"winter","name":{"ja":"冬"},"from":"2026-12-01",
            "until":"2026-12-28","rows":[],"kiosks":{},"per_day":1,"spins":{}}"#;
        let plain = format!(r#"{{"draws":[{table}]}}"#);
        conn.execute(
            "INSERT INTO document (name, version, fingerprint, wire, plain, issued_ms) \
             VALUES ('catalogue', 1, zeroblob(32), zeroblob(1), ?1, 5)",
            [plain.as_bytes()],
        )
        .unwrap();
        drop(conn);
        let words = Db::open(&path).unwrap().draw_tables().unwrap();
        assert_eq!(words.len(), 1);
        assert_eq!(words[0].table, serde_json::from_str(table).unwrap());
        assert_eq!(words[0].revealed_ms, None);
    }

    #[test]
    fn an_older_database_finds_its_codes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("city.db");
        let conn = Connection::open(&path).unwrap();
        for step in &MIGRATIONS[..4] {
            conn.execute_batch(step).unwrap();
        }
        conn.pragma_update(None, "user_version", 4).unwrap();
        conn.execute_batch(
            "INSERT INTO kiosk (id, facility, verifier, seal_to, enrolled_ms)
             VALUES ('hall-1', 'hall', '', '', 1);
             INSERT INTO journal (id, kiosk, incarnation, contiguous)
             VALUES (1, 'hall-1', 'x', 2);",
        )
        .unwrap();
        let who = "ab".repeat(16);
        let paired = |code: u8| {
            let code = machitap_domain::Hash([code; 32]);
            format!(
                r#"{{"id":"a","subject":"{who}","body":{{"kind":"paired","code":"{code}","until_ms":9}}}}"#
            )
        };
        for (seq, bytes) in [(1, "no JSON".to_owned()), (2, paired(1)), (4, paired(2))] {
            conn.execute(
                "INSERT INTO fact (journal, seq, hash, prev, facility, shown_ms, quality, \
                 received_ms, bytes) VALUES (1, ?1, zeroblob(32), zeroblob(32), 'hall', \
                 5, 1, 7, ?2)",
                (seq, bytes),
            )
            .unwrap();
        }
        drop(conn);
        let db = Db::open(&path).unwrap();
        let code = |n: u8| db.pairing_code(machitap_domain::Hash([n; 32])).unwrap();
        let there = CodeRow {
            subject: who.clone().try_into().unwrap(),
            until_ms: 9,
            received_ms: 7,
            undone: false,
            used: false,
        };
        assert_eq!(code(1), Some(there));
        // Behind a hole nothing is counted yet.
        assert_eq!(code(2), None);
    }

    #[test]
    fn the_disk_is_waited_for_at_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&dir.path().join("city.db")).unwrap();
        let mode: (String, i64) = (
            db.conn
                .pragma_query_value(None, "journal_mode", |r| r.get(0))
                .unwrap(),
            db.conn
                .pragma_query_value(None, "synchronous", |r| r.get(0))
                .unwrap(),
        );
        assert_eq!(mode, ("wal".to_owned(), 2));
    }

    #[test]
    fn what_fails_inside_a_transaction_never_happened() {
        let mut db = Db::in_memory().unwrap();
        let failed: Result<(), DbError> = db.transaction(|db| {
            db.put_letter("k", "x", b"y", 1)?;
            Err(DbError::Damaged("on purpose".to_owned()))
        });
        assert!(failed.is_err());
        assert_eq!(db.dead_letters().unwrap(), 0);
    }

    #[test]
    fn no_file_is_an_error_for_a_reader() {
        assert!(Db::reader(Path::new("/nonexistent/city.db")).is_err());
    }
}
