//! What could not be taken.

use machitap_domain::Hash;
use rusqlite::params;

use super::{Db, DbError, uint};

/// So much of a dead letter is kept, bytes; its hash and length stand for the rest.
pub const HEAD_MAX: usize = 64 * 1024;

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// On whose topic it came.
    pub kiosk: String,
    /// Why it was not taken.
    pub reason: String,
    /// How long it is, bytes.
    pub size: u64,
    /// How often it came.
    pub times: u64,
    /// When last, milliseconds since 1970-01-01T00:00:00Z.
    pub last_ms: i64,
}

impl Db {
    /// Keeps what could not be taken. The same bytes again only count up.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_letter(
        &self,
        kiosk: &str,
        reason: &str,
        raw: &[u8],
        now_ms: i64,
    ) -> Result<(), DbError> {
        let size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT INTO dead_letter (kiosk, reason, sha256, size, head, first_ms, last_ms) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) \
                 ON CONFLICT (kiosk, sha256) DO UPDATE SET times = times + 1, last_ms = ?6, \
                 reason = ?2",
            )?
            .execute(params![
                kiosk,
                reason,
                Hash::of(raw).0,
                size,
                &raw[..raw.len().min(HEAD_MAX)],
                now_ms
            ])?;
        Ok(())
    }

    /// How many different dead letters there are.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn dead_letters(&self) -> Result<u64, DbError> {
        uint(
            self.conn
                .query_row("SELECT count(*) FROM dead_letter", [], |r| r.get(0))?,
        )
    }

    /// The latest dead letters, newest first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn latest_letters(&self, limit: u32) -> Result<Vec<Letter>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kiosk, reason, size, times, last_ms FROM dead_letter \
             ORDER BY last_ms DESC, id DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([limit], |r| {
            Ok(Letter {
                kiosk: r.get(0)?,
                reason: r.get(1)?,
                size: r.get::<_, i64>(2)?.unsigned_abs(),
                times: r.get::<_, i64>(3)?.unsigned_abs(),
                last_ms: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
