//! Codes that kiosks showed, and the phones that are paired.

use machitap_domain::{Hash, Pseudonym};
use rusqlite::{OptionalExtension, params};

use super::{Db, DbError};

/// A code as a kiosk showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRow {
    /// Whose it is.
    pub subject: Pseudonym,
    /// Good until then by the kiosk's clock, milliseconds since 1970-01-01T00:00:00Z.
    pub until_ms: i64,
    /// When the city heard of it, by its own clock.
    pub received_ms: i64,
    /// It was taken back.
    pub undone: bool,
    /// A phone brought it.
    pub used: bool,
}

/// Whether the kiosk that showed code `f` took it back.
macro_rules! undone {
    () => {
        "EXISTS (SELECT 1 FROM fact u WHERE u.watched = 'undone' AND u.journal = f.journal \
         AND u.bytes ->> '$.body.fact' = f.bytes ->> '$.id')"
    };
}

impl Db {
    /// The counted code of that hash. Of two the one that came first: a kiosk that repeats
    /// another's hash takes nobody's phone.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn pairing_code(&self, code: Hash) -> Result<Option<CodeRow>, DbError> {
        let row = self
            .conn
            .prepare_cached(concat!(
                "SELECT f.bytes ->> '$.subject', f.bytes ->> '$.body.until_ms', f.received_ms, ",
                undone!(),
                ", EXISTS (SELECT 1 FROM pairing_used WHERE code = ?1) FROM fact f \
                 JOIN journal j ON j.id = f.journal AND f.seq <= j.contiguous \
                 WHERE f.watched = 'paired' AND f.bytes ->> '$.body.code' = ?1 \
                 AND f.bytes ->> '$.subject' IS NOT NULL ORDER BY f.id LIMIT 1"
            ))?
            .query_row([code.to_string()], |r| {
                Ok((
                    r.get::<_, String>(0)?,
                    r.get(1)?,
                    r.get(2)?,
                    r.get(3)?,
                    r.get(4)?,
                ))
            })
            .optional()?;
        row.map(|(subject, until_ms, received_ms, undone, used)| {
            Ok(CodeRow {
                subject: pseudonym(subject)?,
                until_ms,
                received_ms,
                undone,
                used,
            })
        })
        .transpose()
    }

    /// Notes that a code was brought, and keeps the phone that brought it. A code brought
    /// before is an error.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_phone(
        &self,
        token: Hash,
        subject: &Pseudonym,
        code: Hash,
        now_ms: i64,
    ) -> Result<(), DbError> {
        let (token, code) = (token.to_string(), code.to_string());
        self.conn
            .prepare_cached("INSERT INTO pairing_used (code, used_ms) VALUES (?1, ?2)")?
            .execute(params![code, now_ms])?;
        self.conn
            .prepare_cached(
                "INSERT INTO phone (token, subject, code, paired_ms) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![token, subject.to_string(), code, now_ms])?;
        Ok(())
    }

    /// Whose phone holds that token, when it was paired after `since_ms` by a code that nobody
    /// took back.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn phone(&self, token: Hash, since_ms: i64) -> Result<Option<Pseudonym>, DbError> {
        self.conn
            .prepare_cached(concat!(
                "SELECT p.subject FROM phone p WHERE p.token = ?1 AND p.paired_ms > ?2 \
                 AND NOT EXISTS (SELECT 1 FROM fact f WHERE f.watched = 'paired' \
                 AND f.bytes ->> '$.body.code' = p.code AND f.bytes ->> '$.subject' = p.subject \
                 AND ",
                undone!(),
                ")"
            ))?
            .query_row(params![token.to_string(), since_ms], |r| r.get(0))
            .optional()?
            .map(pseudonym)
            .transpose()
    }

    /// Forgets a phone; false when there was none.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn forget_phone(&self, token: Hash) -> Result<bool, DbError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM phone WHERE token = ?1")?
            .execute([token.to_string()])?;
        Ok(gone > 0)
    }

    /// Forgets all phones of a resident; how many there were.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn forget_phones_of(&self, subject: &Pseudonym) -> Result<usize, DbError> {
        Ok(self
            .conn
            .prepare_cached("DELETE FROM phone WHERE subject = ?1")?
            .execute([subject.to_string()])?)
    }

    /// Forgets phones that were paired at `since_ms` or before.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn forget_old_phones(&self, since_ms: i64) -> Result<(), DbError> {
        self.conn
            .prepare_cached("DELETE FROM phone WHERE paired_ms <= ?1")?
            .execute([since_ms])?;
        Ok(())
    }
}

fn pseudonym(text: String) -> Result<Pseudonym, DbError> {
    Pseudonym::try_from(text).map_err(|why| DbError::Damaged(format!("a pseudonym: {why}")))
}
