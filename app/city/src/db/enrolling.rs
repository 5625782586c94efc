//! Codes that enrol once, and certificates that were issued.

use jiff::civil::Date;
use machitap_domain::{FacilityId, KioskId};
use machitap_wire::{
    Verifier,
    enrol::{Code, Ticket},
};
use rusqlite::{OptionalExtension, Row, params};

use super::{Db, DbError};

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeMade {
    /// The code itself.
    pub code: Code,
    /// Whom it enrols.
    pub kiosk: KioskId,
    /// Where that stands.
    pub facility: FacilityId,
    /// The certificate ends at the start of this day (UTC).
    pub not_after: Date,
    /// It is good until then, milliseconds since 1970-01-01T00:00:00Z.
    pub until_ms: i64,
    /// Wrong secrets that may still be tried.
    pub tries_left: u32,
    /// The terminal that used it.
    pub used_by: Option<Verifier>,
}

/// A certificate that counts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedRow {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// Since then, milliseconds since 1970-01-01T00:00:00Z.
    pub revoked_ms: i64,
}

const COLUMNS: &str = "code, kiosk, facility, not_after, until_ms, tries_left, used_by";

impl Db {
    /// Keeps a code; false where its ticket is taken.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_code(&self, made: &CodeMade, now_ms: i64) -> Result<bool, DbError> {
        let changed = self.conn.execute(
            "INSERT INTO enrol_code (ticket, code, kiosk, facility, not_after, made_ms, until_ms, \
             tries_left) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            params![
                String::from(made.code.ticket()),
                made.code.plain(),
                made.kiosk.as_str(),
                made.facility.as_str(),
                made.not_after.to_string(),
                now_ms,
                made.until_ms,
                made.tries_left
            ],
        )?;
        Ok(changed == 1)
    }

    /// The code of that ticket.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn code(&self, ticket: &Ticket) -> Result<Option<CodeMade>, DbError> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM enrol_code WHERE ticket = ?1"
            ))?
            .query_row([ticket.to_string()], raw)
            .optional()?
            .map(made)
            .transpose()
    }

    /// Codes that were not used and are good at that time, the oldest first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open_codes(&self, now_ms: i64) -> Result<Vec<CodeMade>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM enrol_code WHERE used_by IS NULL AND until_ms > ?1 \
             AND tries_left > 0 ORDER BY made_ms, ticket"
        ))?;
        let rows = statement.query_map([now_ms], raw)?;
        rows.map(|row| made(row?)).collect()
    }

    /// Codes of this kiosk are good no more, not even for the terminal that used one: it may be the
    /// one that is to be shut out. What was used stays known as used.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn close_codes(&self, kiosk: &KioskId) -> Result<(), DbError> {
        for order in [
            "DELETE FROM enrol_code WHERE kiosk = ?1 AND used_by IS NULL",
            "UPDATE enrol_code SET tries_left = 0 WHERE kiosk = ?1",
        ] {
            self.conn.execute(order, [kiosk.as_str()])?;
        }
        Ok(())
    }

    /// Codes that were good until before then are forgotten; their tickets are free.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn forget_codes(&self, until_ms: i64) -> Result<(), DbError> {
        self.conn
            .execute("DELETE FROM enrol_code WHERE until_ms < ?1", [until_ms])?;
        Ok(())
    }

    /// A wrong secret was tried; how often another may be.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn code_missed(&self, ticket: &Ticket) -> Result<u32, DbError> {
        let left = self
            .conn
            .prepare_cached(
                "UPDATE enrol_code SET tries_left = max(tries_left - 1, 0) WHERE ticket = ?1 \
                 RETURNING tries_left",
            )?
            .query_row([ticket.to_string()], |r| r.get(0))
            .optional()?;
        Ok(left.unwrap_or(0))
    }

    /// This terminal has used it.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn code_used(&self, ticket: &Ticket, by: Verifier, now_ms: i64) -> Result<(), DbError> {
        self.conn.execute(
            "UPDATE enrol_code SET used_by = ?2, used_ms = ?3 WHERE ticket = ?1",
            params![ticket.to_string(), String::from(by), now_ms],
        )?;
        Ok(())
    }

    /// Notes a certificate.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_certificate(
        &self,
        serial: &str,
        kiosk: &KioskId,
        not_after: Date,
        now_ms: i64,
    ) -> Result<(), DbError> {
        self.conn.execute(
            "INSERT INTO certificate (serial, kiosk, not_after, issued_ms) VALUES (?1, ?2, ?3, ?4)",
            params![serial, kiosk.as_str(), not_after.to_string(), now_ms],
        )?;
        Ok(())
    }

    /// All certificates of a kiosk count no more; how many those are.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn revoke_certificates(&self, kiosk: &KioskId, now_ms: i64) -> Result<usize, DbError> {
        Ok(self.conn.execute(
            "UPDATE certificate SET revoked_ms = ?2 WHERE kiosk = ?1 AND revoked_ms IS NULL",
            params![kiosk.as_str(), now_ms],
        )?)
    }

    /// Certificates that count no more.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn revoked(&self) -> Result<Vec<RevokedRow>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT serial, revoked_ms FROM certificate WHERE revoked_ms IS NOT NULL \
             ORDER BY revoked_ms, serial",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(RevokedRow {
                serial: r.get(0)?,
                revoked_ms: r.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

type Raw = (String, String, String, String, i64, u32, Option<String>);

fn raw(r: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        r.get(0)?,
        r.get(1)?,
        r.get(2)?,
        r.get(3)?,
        r.get(4)?,
        r.get(5)?,
        r.get(6)?,
    ))
}

fn made(
    (code, kiosk, facility, not_after, until_ms, tries_left, by): Raw,
) -> Result<CodeMade, DbError> {
    fn damaged(why: impl ToString) -> DbError {
        DbError::Damaged(why.to_string())
    }
    Ok(CodeMade {
        code: code.parse().map_err(damaged)?,
        kiosk: kiosk.parse().map_err(damaged)?,
        facility: facility.parse().map_err(damaged)?,
        not_after: not_after.parse().map_err(damaged)?,
        until_ms,
        tries_left,
        used_by: by
            .map(|by| Verifier::from_text(&by).map_err(damaged))
            .transpose()?,
    })
}
