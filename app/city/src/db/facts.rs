//! Journals and their facts.

use machitap_domain::{Hash, Incarnation, KioskId};
use machitap_wire::SeqRange;
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Db, DbError, int, uint};

/// One life of a kiosk's journal, as the city holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Its number here.
    pub id: i64,
    /// Whose.
    pub kiosk: KioskId,
    /// Which life.
    pub incarnation: Incarnation,
    /// Every fact up to here is counted.
    pub contiguous: u64,
    /// The kiosk said it has so many.
    pub announced: u64,
    /// The latest session heard of.
    pub session_no: u64,
    /// Two facts under one key, or a chain that does not close.
    pub forked: bool,
    /// The first fact whose `prev` is not the hash of the one before it.
    pub broken_seq: Option<u64>,
}

/// A fact to be stored.
#[derive(Debug)]
pub struct NewFact<'a> {
    /// The journal's number.
    pub journal: i64,
    /// Its place.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// The hash it names as the one before it.
    pub prev: Hash,
    /// Where it happened.
    pub facility: &'a str,
    /// When to show it, milliseconds since 1970-01-01T00:00:00Z.
    pub shown_ms: i64,
    /// 0: on an untrusted clock; 1: trusted; 2: corrected.
    pub quality: i64,
    /// When it came.
    pub received_ms: i64,
    /// Its kind, where it is looked for again on later days.
    pub watched: Option<&'static str>,
    /// Its bytes.
    pub bytes: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was new and is counted.
    New,
    /// It is counted already.
    Again,
    /// Another fact has its place.
    Taken,
}

const COLUMNS: &str =
    "id, kiosk, incarnation, contiguous, announced, session_no, forked, broken_seq";

type Raw = (i64, String, String, i64, i64, i64, bool, Option<i64>);

fn raw(r: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        r.get(0)?,
        r.get(1)?,
        r.get(2)?,
        r.get(3)?,
        r.get(4)?,
        r.get(5)?,
        r.get(6)?,
        r.get(7)?,
    ))
}

fn journal_row(raw: Raw) -> Result<JournalRow, DbError> {
    let (id, kiosk, incarnation, contiguous, announced, session_no, forked, broken) = raw;
    Ok(JournalRow {
        id,
        kiosk: kiosk
            .parse()
            .map_err(|_| DbError::Damaged(format!("kiosk id {kiosk:?}")))?,
        incarnation: Incarnation(
            Uuid::parse_str(&incarnation)
                .map_err(|_| DbError::Damaged(format!("incarnation {incarnation:?}")))?,
        ),
        contiguous: uint(contiguous)?,
        announced: uint(announced)?,
        session_no: uint(session_no)?,
        forked,
        broken_seq: broken.map(uint).transpose()?,
    })
}

impl Db {
    /// The journal of that life, entered when it is new.
    ///
    /// # Errors
    /// [`DbError`]; also for a kiosk that is not enrolled.
    pub fn journal(
        &self,
        kiosk: &KioskId,
        incarnation: Incarnation,
    ) -> Result<JournalRow, DbError> {
        if let Some(row) = self.find_journal(kiosk, incarnation)? {
            return Ok(row);
        }
        self.conn
            .prepare_cached("INSERT INTO journal (kiosk, incarnation) VALUES (?1, ?2)")?
            .execute(params![kiosk.as_str(), incarnation.to_string()])?;
        self.find_journal(kiosk, incarnation)?
            .ok_or_else(|| DbError::Damaged("a journal just entered is gone".to_owned()))
    }

    /// The journal of that life, when anything of it was heard.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn find_journal(
        &self,
        kiosk: &KioskId,
        incarnation: Incarnation,
    ) -> Result<Option<JournalRow>, DbError> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal WHERE kiosk = ?1 AND incarnation = ?2"
            ))?
            .query_row(params![kiosk.as_str(), incarnation.to_string()], raw)
            .optional()?
            .map(journal_row)
            .transpose()
    }

    /// Every journal, in the order they were first heard of.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn journals(&self) -> Result<Vec<JournalRow>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM journal ORDER BY id"))?;
        let rows = statement.query_map([], raw)?;
        rows.map(|r| journal_row(r?)).collect()
    }

    /// Writes what of a journal changes.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn keep_journal(&self, row: &JournalRow) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "UPDATE journal SET contiguous = ?2, announced = ?3, session_no = ?4, \
                 forked = ?5, broken_seq = ?6 WHERE id = ?1",
            )?
            .execute(params![
                row.id,
                int(row.contiguous)?,
                int(row.announced)?,
                int(row.session_no)?,
                row.forked,
                row.broken_seq.map(int).transpose()?
            ])?;
        Ok(())
    }

    /// Stores a fact, once. Without the unique index SQLite refuses this statement itself.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_fact(&self, fact: &NewFact<'_>) -> Result<Put, DbError> {
        let seq = int(fact.seq)?;
        let new = self
            .conn
            .prepare_cached(
                "INSERT INTO fact (journal, seq, hash, prev, facility, shown_ms, quality, \
                 received_ms, bytes, watched) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                 ON CONFLICT (journal, seq) DO NOTHING",
            )?
            .execute(params![
                fact.journal,
                seq,
                fact.hash.0,
                fact.prev.0,
                fact.facility,
                fact.shown_ms,
                fact.quality,
                fact.received_ms,
                fact.bytes,
                fact.watched
            ])?;
        if new == 1 {
            return Ok(Put::New);
        }
        Ok(match self.link(fact.journal, fact.seq)? {
            Some((hash, _)) if hash == fact.hash => Put::Again,
            _ => Put::Taken,
        })
    }

    /// Hash and `prev` of a stored fact.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn link(&self, journal: i64, seq: u64) -> Result<Option<(Hash, Hash)>, DbError> {
        let Ok(seq) = int(seq) else { return Ok(None) };
        Ok(self
            .conn
            .prepare_cached("SELECT hash, prev FROM fact WHERE journal = ?1 AND seq = ?2")?
            .query_row(params![journal, seq], |r| {
                Ok((Hash(r.get(0)?), Hash(r.get(1)?)))
            })
            .optional()?)
    }

    /// Sets aside another fact for a place that is taken.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn quarantine(&self, fact: &NewFact<'_>) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "INSERT INTO quarantine (journal, seq, hash, bytes, received_ms) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (journal, seq, hash) DO NOTHING",
            )?
            .execute(params![
                fact.journal,
                int(fact.seq)?,
                fact.hash.0,
                fact.bytes,
                fact.received_ms
            ])?;
        Ok(())
    }

    /// The runs of sequence numbers stored above `after`, in order.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn runs(&self, journal: i64, after: u64) -> Result<Vec<SeqRange>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT min(seq), max(seq) FROM \
             (SELECT seq, seq - row_number() OVER (ORDER BY seq) AS run FROM fact \
              WHERE journal = ?1 AND seq > ?2) GROUP BY run ORDER BY 1",
        )?;
        let rows = statement.query_map(params![journal, int(after)?], |r| {
            Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))
        })?;
        rows.map(|row| {
            let (from, to) = row?;
            Ok(SeqRange {
                from: uint(from)?,
                to: uint(to)?,
            })
        })
        .collect()
    }

    /// How many facts of a journal are stored; doubled ones would be counted twice here.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn counted(&self, journal: i64) -> Result<u64, DbError> {
        uint(
            self.conn
                .prepare_cached("SELECT count(*) FROM fact WHERE journal = ?1")?
                .query_row([journal], |r| r.get(0))?,
        )
    }

    /// Facts counted more than once: always 0 while the unique index stands.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn doubled(&self) -> Result<u64, DbError> {
        uint(self.conn.query_row(
            "SELECT (SELECT count(*) FROM fact) - \
             (SELECT count(*) FROM (SELECT DISTINCT journal, seq FROM fact))",
            [],
            |r| r.get(0),
        )?)
    }

    /// How many facts were set aside because their place was taken.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn quarantined(&self, journal: i64) -> Result<u64, DbError> {
        uint(self.conn.query_row(
            "SELECT count(*) FROM quarantine WHERE journal = ?1",
            [journal],
            |r| r.get(0),
        )?)
    }

    /// Hands the stored bytes from `after` up to `to`, in order, to `each`.
    ///
    /// # Errors
    /// [`DbError`], also from `each`.
    pub fn facts_between(
        &self,
        journal: i64,
        after: u64,
        to: u64,
        mut each: impl FnMut(&str) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT bytes FROM fact WHERE journal = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq",
        )?;
        let mut rows = statement.query(params![journal, int(after)?, int(to)?])?;
        while let Some(row) = rows.next()? {
            each(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    /// Notes the clock of a boot and moves that boot's unsure facts to their true time.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn correct_clock(&self, journal: i64, boot: &str, wall_ms: i64) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "INSERT INTO boot_clock (journal, boot, boot_wall_ms) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (journal, boot) DO UPDATE SET boot_wall_ms = ?3",
            )?
            .execute(params![journal, boot, wall_ms])?;
        self.conn
            .prepare_cached(
                // The cast keeps a sum no clock shows within an integer.
                "UPDATE fact SET shown_ms = CAST(?3 + (bytes ->> '$.at.mono') AS INTEGER), \
                 quality = 2 \
                 WHERE journal = ?1 AND quality = 0 AND bytes ->> '$.at.boot' = ?2",
            )?
            .execute(params![journal, boot, wall_ms])?;
        Ok(())
    }

    /// The wall time at which that boot began, once it is known.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn boot_clock(&self, journal: i64, boot: &str) -> Result<Option<i64>, DbError> {
        Ok(self
            .conn
            .prepare_cached("SELECT boot_wall_ms FROM boot_clock WHERE journal = ?1 AND boot = ?2")?
            .query_row(params![journal, boot], |r| r.get(0))
            .optional()?)
    }
}
