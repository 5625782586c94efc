//! Rides and what took them back, wherever they were counted.

use super::{Db, DbError};

/// A ride that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RideRow {
    /// The journal's number.
    pub journal: i64,
    /// When, milliseconds since 1970-01-01T00:00:00Z; `None` while its clock is unsure.
    pub at_ms: Option<i64>,
    /// Its bytes.
    pub bytes: String,
}

impl Db {
    /// Every counted ride that was not taken back, in the order they came.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn rides(&self) -> Result<Vec<RideRow>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT r.journal, CASE WHEN r.quality > 0 THEN r.shown_ms END, r.bytes FROM fact r \
             JOIN journal j ON j.id = r.journal AND r.seq <= j.contiguous \
             WHERE r.watched = 'ride' AND (r.journal, r.bytes ->> '$.id') NOT IN \
             (SELECT u.journal, u.bytes ->> '$.body.fact' FROM fact u WHERE u.watched = 'undone' \
              AND u.bytes ->> '$.body.fact' IS NOT NULL) \
             ORDER BY r.id",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(RideRow {
                journal: r.get(0)?,
                at_ms: r.get(1)?,
                bytes: r.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
