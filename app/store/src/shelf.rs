//! Small things that must survive a restart.

use rusqlite::OptionalExtension as _;

use crate::{error::StoreError, journal::Journal};

impl Journal {
    /// The next number of a session with the broker: 1, 2, 3 …, also across restarts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn next_session_no(&mut self) -> Result<u64, StoreError> {
        // Not `RETURNING`: reading its row ends the statement before the commit's answer
        // is known, and a number not yet on the disk would be given out.
        self.conn
            .prepare_cached("UPDATE journal SET session_no = session_no + 1")?
            .execute([])?;
        let no: i64 = self
            .conn
            .prepare_cached("SELECT session_no FROM journal")?
            .query_row([], |r| r.get(0))?;
        Ok(u64::try_from(no).unwrap_or(0))
    }

    /// The last trusted wall time kept, milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn clock_floor(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT clock_floor FROM journal")?
            .query_row([], |r| r.get(0))?)
    }

    /// Keeps a trusted wall time, milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_clock_floor(&mut self, wall_ms: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE journal SET clock_floor = ?1")?
            .execute([wall_ms])?;
        Ok(())
    }

    /// What was kept under this key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn get_setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |r| r.get(0))
            .optional()?)
    }

    /// Keeps a value under this key, in the place of the one before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO setting (key, value) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute([key, value])?;
        Ok(())
    }
}
