//! The one row that describes the journal.

use machitap_domain::{
    fact::Hash,
    ids::{Incarnation, KioskId},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::error::{Damage, StoreError};

/// How far the journal has come; what memory holds of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) incarnation: Incarnation,
    pub(crate) last_seq: u64,
    pub(crate) head: Hash,
    pub(crate) base_seq: u64,
    pub(crate) base_hash: Hash,
    pub(crate) base_entries: u64,
    pub(crate) receipted: u64,
    pub(crate) forked: bool,
}

/// SQLite's integers are signed; a sequence beyond 2⁶³ − 1 cannot be reached.
pub(crate) fn sql(n: u64) -> i64 {
    i64::try_from(n).expect("a count of facts or versions fits SQLite's integer")
}

impl Row {
    /// Begins a journal.
    pub(crate) fn begin(conn: &Connection, kiosk: &KioskId) -> Result<Self, StoreError> {
        let row = Self {
            incarnation: Incarnation(Uuid::new_v4()),
            last_seq: 0,
            head: Hash::GENESIS,
            base_seq: 0,
            base_hash: Hash::GENESIS,
            base_entries: 0,
            receipted: 0,
            forked: false,
        };
        row.store(conn, kiosk)?;
        Ok(row)
    }

    /// Writes it down.
    pub(crate) fn store(&self, conn: &Connection, kiosk: &KioskId) -> Result<(), StoreError> {
        conn.prepare_cached(
            "INSERT INTO journal (one, incarnation, kiosk, last_seq, head, base_seq, base_hash,
                                  base_entries, receipted, forked, sum, session_no, clock_floor)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, NULL)
             ON CONFLICT DO UPDATE SET last_seq = ?3, head = ?4, base_seq = ?5, base_hash = ?6,
             base_entries = ?7, receipted = ?8, forked = ?9, sum = ?10",
        )?
        .execute(params![
            self.incarnation.0.as_bytes(),
            kiosk.as_str(),
            sql(self.last_seq),
            self.head.0,
            sql(self.base_seq),
            self.base_hash.0,
            sql(self.base_entries),
            sql(self.receipted),
            self.forked,
            self.sum(kiosk.as_str()).0,
        ])?;
        Ok(())
    }

    /// Reads it with the name of the kiosk that wrote it; `None` before [`Row::begin`].
    pub(crate) fn load(conn: &Connection) -> Result<Option<(Self, String)>, StoreError> {
        let found = conn
            .prepare_cached(
                "SELECT incarnation, kiosk, last_seq, head, base_seq, base_hash, base_entries,
                        receipted, forked, sum FROM journal",
            )?
            .query_row([], |r| {
                let row = Self {
                    incarnation: Incarnation(Uuid::from_bytes(r.get(0)?)),
                    last_seq: count(r.get(2)?),
                    head: Hash(r.get(3)?),
                    base_seq: count(r.get(4)?),
                    base_hash: Hash(r.get(5)?),
                    base_entries: count(r.get(6)?),
                    receipted: count(r.get(7)?),
                    forked: r.get(8)?,
                };
                Ok((row, r.get::<_, String>(1)?, Hash(r.get(9)?)))
            })
            .optional()?;
        match found {
            None => Ok(None),
            Some((row, kiosk, sum)) if row.sum(&kiosk) == sum => Ok(Some((row, kiosk))),
            Some(_) => Err(Damage::Row.into()),
        }
    }

    fn sum(&self, kiosk: &str) -> Hash {
        let Self {
            incarnation,
            last_seq,
            head,
            base_seq,
            base_hash,
            base_entries,
            receipted,
            forked,
        } = self;
        Hash::of(
            format!(
                "{incarnation}\n{kiosk}\n{last_seq}\n{head}\n{base_seq}\n{base_hash}\n{base_entries}\n{receipted}\n{forked}"
            )
            .as_bytes(),
        )
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).expect("the schema checks that counts are not negative")
}
