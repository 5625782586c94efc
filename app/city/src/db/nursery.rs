//! What the nursery's rules read: facts of one facility over all its kiosks, and alarms.

use jiff::civil::Date;
use machitap_domain::{FacilityId, FactBody};
use rusqlite::params;

use super::{Db, DbError, uint};

/// The name under which a fact is found again on later days.
pub(crate) const fn watched(body: &FactBody) -> Option<&'static str> {
    match body {
        FactBody::Alarm { .. } => Some("alarm"),
        FactBody::AlarmSeen { .. } => Some("alarm-seen"),
        FactBody::Excused { .. } => Some("excused"),
        FactBody::Undone { .. } => Some("undone"),
        FactBody::Ride(_) => Some("ride"),
        FactBody::Paired { .. } => Some("paired"),
        FactBody::Registered(_) => Some("registered"),
        FactBody::Relinked(_) => Some("relinked"),
        FactBody::ReleasedId(_) => Some("released-id"),
        FactBody::RegistrationAnswered { .. } => Some("registration-answered"),
        _ => None,
    }
}

/// An alarm with what a person found, once one looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// Where.
    pub facility: String,
    /// When, milliseconds since 1970-01-01T00:00:00Z.
    pub shown_ms: i64,
    /// The alarm's bytes.
    pub alarm: String,
    /// The bytes of the latest fact that says somebody looked.
    pub seen: Option<String>,
}

/// Facts of one facility in one order: each journal in the order of its sequence, several
/// merged by time. A clock that jumps never breaks a journal's own order. One that ran ahead
/// counts as the time of receipt, because nothing happened after that; one that fell back
/// counts as the latest time before it.
macro_rules! merged {
    ($where:literal) => {
        concat!(
            "SELECT f.bytes FROM (SELECT x.id AS id, x.journal AS journal, x.seq AS seq, ",
            "max(min(x.shown_ms, x.received_ms)) OVER (PARTITION BY x.journal ORDER BY x.seq) ",
            "AS at FROM fact x JOIN journal j ON j.id = x.journal AND x.seq <= j.contiguous ",
            "WHERE x.facility = ?1 AND ",
            $where,
            ") o JOIN fact f ON f.id = o.id ORDER BY o.at, o.journal, o.seq"
        )
    };
}

/// The latest word on an alarm, from the same facility.
const SEEN: &str = "SELECT s.bytes FROM fact s WHERE s.watched = 'alarm-seen' \
     AND s.bytes ->> '$.caused_by' = f.bytes ->> '$.id' AND s.facility = f.facility \
     ORDER BY s.id DESC LIMIT 1";

impl Db {
    /// Hands every counted fact of a facility, in the merged order, to `each`.
    ///
    /// # Errors
    /// [`DbError`], also from `each`.
    pub fn facility_facts(
        &self,
        facility: &FacilityId,
        mut each: impl FnMut(&str) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let mut statement = self.conn.prepare_cached(merged!("TRUE"))?;
        let mut rows = statement.query([facility.as_str()])?;
        while let Some(row) = rows.next()? {
            each(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    /// The facts in `from_ms .. to_ms` that a nursery's board is made from, with the absences
    /// entered since `since_ms`; at most `limit` and one more.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn board_facts(
        &self,
        facility: &FacilityId,
        since_ms: i64,
        from_ms: i64,
        to_ms: i64,
        limit: usize,
    ) -> Result<Vec<String>, DbError> {
        let mut statement = self.conn.prepare_cached(concat!(
            merged!(
                "((x.shown_ms >= ?3 AND x.shown_ms < ?4 AND \
                   (x.watched IS NULL OR x.watched NOT IN ('alarm', 'alarm-seen'))) OR \
                  (x.watched IN ('excused', 'undone') AND x.shown_ms >= ?2 AND x.shown_ms < ?3))"
            ),
            " LIMIT ?5"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let rows = statement.query_map(
            params![facility.as_str(), since_ms, from_ms, to_ms, limit],
            |r| r.get(0),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Facilities with alarms nobody has seen to, of whatever day, and how many.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open_alarms(&self) -> Result<Vec<(String, u64)>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT f.facility, count(*) FROM fact f \
             WHERE f.watched = 'alarm' AND NOT EXISTS ({SEEN}) GROUP BY f.facility"
        ))?;
        let rows =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (facility, count) = row?;
            Ok((facility, uint(count)?))
        })
        .collect()
    }

    /// Alarms of a facility nobody has seen to, those that came last first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open_alarms_of(&self, facility: &str, limit: u32) -> Result<Vec<AlarmRow>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT f.facility, f.shown_ms, f.bytes, NULL FROM fact f \
             WHERE f.watched = 'alarm' AND f.facility = ?1 AND NOT EXISTS ({SEEN}) \
             ORDER BY f.id DESC LIMIT ?2"
        ))?;
        let rows = statement.query_map(params![facility, limit], alarm_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Alarms raised in `from_ms .. to_ms` that somebody has seen to, latest first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn seen_alarms(
        &self,
        from_ms: i64,
        to_ms: i64,
        limit: u32,
    ) -> Result<Vec<AlarmRow>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT * FROM (SELECT f.facility, f.shown_ms, f.bytes, ({SEEN}) AS seen FROM fact f \
             WHERE f.watched = 'alarm' AND f.shown_ms >= ?1 AND f.shown_ms < ?2 \
             ORDER BY f.shown_ms DESC, f.id DESC) WHERE seen IS NOT NULL LIMIT ?3"
        ))?;
        let rows = statement.query_map(params![from_ms, to_ms, limit], alarm_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Fees counted for days of a facility from `from` until the day before `before`.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn fees_counted(
        &self,
        facility: &FacilityId,
        from: Date,
        before: Date,
    ) -> Result<u64, DbError> {
        uint(
            self.conn
                .prepare_cached(
                    "SELECT count(*) FROM (SELECT bytes ->> '$.body.day.date' AS day FROM fact \
                     WHERE facility = ?1 AND CASE WHEN json_valid(bytes) \
                     THEN bytes ->> '$.body.kind' END = 'fee') WHERE day >= ?2 AND day < ?3",
                )?
                .query_row(
                    params![facility.as_str(), from.to_string(), before.to_string()],
                    |r| r.get(0),
                )?,
        )
    }

    /// Facilities of which any fact is counted.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn facilities(&self) -> Result<Vec<String>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT DISTINCT facility FROM fact ORDER BY 1")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn alarm_row(r: &rusqlite::Row<'_>) -> rusqlite::Result<AlarmRow> {
    Ok(AlarmRow {
        facility: r.get(0)?,
        shown_ms: r.get(1)?,
        alarm: r.get(2)?,
        seen: r.get(3)?,
    })
}
