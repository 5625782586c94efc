//! The city's word on draws.

use machitap_domain::{
    KioskId,
    draw::{DrawTable, outcome::Pieces},
    ids::{Incarnation, TableId},
};
use rusqlite::{OptionalExtension, params};
use serde::de::DeserializeOwned;

use super::{Db, DbError};

/// A draw table the city has given its word on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordGiven {
    /// As it was published last.
    pub table: DrawTable,
    /// When its secrets were revealed, milliseconds since 1970-01-01T00:00:00Z.
    pub revealed_ms: Option<i64>,
}

impl Db {
    /// Every draw table that was published and not withdrawn before its first day.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn draw_tables(&self) -> Result<Vec<WordGiven>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body, revealed_ms FROM draw_table ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        rows.map(|row| {
            let (body, revealed_ms) = row?;
            Ok(WordGiven {
                table: parsed(&body)?,
                revealed_ms,
            })
        })
        .collect()
    }

    /// Keeps a table as it is published.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_draw_table(&self, table: &DrawTable) -> Result<(), DbError> {
        let body = serde_json::to_string(table).expect("a table has a JSON form");
        self.conn.execute(
            "INSERT INTO draw_table (id, body) VALUES (?1, ?2) \
             ON CONFLICT (id) DO UPDATE SET body = ?2",
            params![table.id.as_str(), body],
        )?;
        Ok(())
    }

    /// Forgets a table that was withdrawn before its first day.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn withdraw_draw_table(&self, table: &TableId) -> Result<(), DbError> {
        self.conn
            .execute("DELETE FROM draw_table WHERE id = ?1", [table.as_str()])?;
        Ok(())
    }

    /// Notes that a table's secrets may be known.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn draw_revealed(&self, table: &TableId, now_ms: i64) -> Result<(), DbError> {
        self.conn.execute(
            "UPDATE draw_table SET revealed_ms = coalesce(revealed_ms, ?2) WHERE id = ?1",
            params![table.as_str(), now_ms],
        )?;
        Ok(())
    }

    /// What that life was told of earlier ones, once it was dealt to.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn dealt(
        &self,
        table: &TableId,
        kiosk: &KioskId,
        life: Incarnation,
    ) -> Result<Option<Pieces>, DbError> {
        self.conn
            .prepare_cached(
                "SELECT given FROM draw_deal \
                 WHERE table_id = ?1 AND kiosk = ?2 AND incarnation = ?3",
            )?
            .query_row(
                params![table.as_str(), kiosk.as_str(), life.to_string()],
                |r| r.get::<_, String>(0),
            )
            .optional()?
            .map(|given| parsed(&given))
            .transpose()
    }

    /// Keeps what a life is told, the first time.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_deal(
        &self,
        table: &TableId,
        kiosk: &KioskId,
        life: Incarnation,
        given: &Pieces,
    ) -> Result<(), DbError> {
        let given = serde_json::to_string(given).expect("counts have a JSON form");
        self.conn.execute(
            "INSERT INTO draw_deal (table_id, kiosk, incarnation, given) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO NOTHING",
            params![table.as_str(), kiosk.as_str(), life.to_string(), given],
        )?;
        Ok(())
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|why| DbError::Damaged(format!("a draw: {why}")))
}
