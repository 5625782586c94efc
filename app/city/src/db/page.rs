//! What the page reads.

use machitap_wire::update::Update;
use rusqlite::params;

use super::{Db, DbError};

/// A fact of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFact {
    /// Which kiosk.
    pub kiosk: String,
    /// Its place in that kiosk's journal.
    pub seq: i64,
    /// When, milliseconds since 1970-01-01T00:00:00Z.
    pub shown_ms: i64,
    /// 0: on an untrusted clock; 1: trusted; 2: corrected.
    pub quality: i64,
    /// Its bytes.
    pub bytes: String,
}

/// A kiosk with its latest journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKiosk {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub facility: String,
    /// True while it is connected.
    pub online: bool,
    /// When it was last heard, milliseconds since 1970-01-01T00:00:00Z.
    pub seen_ms: Option<i64>,
    /// Its program's version.
    pub software: Option<String>,
    /// What it said last of an update.
    pub update: Option<Update>,
    /// What it sends counts no more.
    pub revoked: bool,
}

impl Db {
    /// The facts of a facility in `from_ms .. to_ms`, latest first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn page_facts(
        &self,
        facility: &str,
        from_ms: i64,
        to_ms: i64,
        limit: u32,
    ) -> Result<Vec<PageFact>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT j.kiosk, f.seq, f.shown_ms, f.quality, f.bytes FROM fact f \
             JOIN journal j ON j.id = f.journal \
             WHERE f.shown_ms >= ?2 AND f.shown_ms < ?3 AND f.facility = ?1 \
             ORDER BY f.shown_ms DESC, f.id DESC LIMIT ?4",
        )?;
        let rows = statement.query_map(params![facility, from_ms, to_ms, limit], |r| {
            Ok(PageFact {
                kiosk: r.get(0)?,
                seq: r.get(1)?,
                shown_ms: r.get(2)?,
                quality: r.get(3)?,
                bytes: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Facilities that have facts in `from_ms .. to_ms`, with how many.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn page_facilities(&self, from_ms: i64, to_ms: i64) -> Result<Vec<(String, u64)>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT facility, count(*) FROM fact WHERE shown_ms >= ?1 AND shown_ms < ?2 \
             GROUP BY facility ORDER BY facility",
        )?;
        let rows = statement.query_map(params![from_ms, to_ms], |r| {
            Ok((r.get(0)?, r.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All kiosks.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn page_kiosks(&self) -> Result<Vec<PageKiosk>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, facility, online, seen_ms, software, revoked_ms IS NOT NULL, updating FROM kiosk \
             ORDER BY facility, id",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(PageKiosk {
                id: r.get(0)?,
                facility: r.get(1)?,
                online: r.get(2)?,
                seen_ms: r.get(3)?,
                software: r.get(4)?,
                revoked: r.get(5)?,
                // One that cannot be read is of another version, and the kiosk will say it again.
                update: r
                    .get::<_, Option<String>>(6)?
                    .and_then(|text| serde_json::from_str(&text).ok()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
