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
    pub(crate) fn begin(conn: &Connection, kiosk: &KioskId) -> Result<(), StoreError> {
        let genesis = Hash::GENESIS.0;
        conn.execute(
            "INSERT INTO journal VALUES (1, ?1, ?2, 0, ?3, 0, ?3, 0, 0, 0, 0, NULL)
             ON CONFLICT DO NOTHING",
            params![Uuid::new_v4().as_bytes(), kiosk.as_str(), genesis],
        )?;
        Ok(())
    }

    /// Reads it with the name of the kiosk that wrote it; `None` before [`Row::begin`].
    pub(crate) fn load(conn: &Connection) -> Result<Option<(Self, String)>, StoreError> {
        let row = conn
            .query_row(
                "SELECT incarnation, kiosk, last_seq, head, base_seq, base_hash, base_entries,
                        receipted, forked FROM journal",
                [],
                |r| {
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
                    Ok((row, r.get(1)?))
                },
            )
            .optional()?;
        match row {
            Some((row, _)) if row.base_seq > row.last_seq || row.receipted > row.last_seq => {
                Err(Damage::Row.into())
            }
            found => Ok(found),
        }
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).expect("the schema checks that counts are not negative")
}
