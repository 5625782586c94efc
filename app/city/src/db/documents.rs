//! The documents in force.

use std::collections::BTreeMap;

use machitap_domain::{Hash, Pii, Pseudonym};
use machitap_wire::DocumentName;
use rusqlite::{OptionalExtension, params};

use super::{Db, DbError, int, uint};

/// A document as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: DocumentName,
    /// Its version.
    pub version: u64,
    /// What its content was when it was made, with the key it is sealed to.
    pub fingerprint: Hash,
    /// Its bytes on the wire, sealed where it is sealed.
    pub wire: Vec<u8>,
    /// When it was issued, milliseconds since 1970-01-01T00:00:00Z.
    pub issued_ms: i64,
}

/// Chunks of an older version that the broker may still retain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The document.
    pub name: DocumentName,
    /// The older version.
    pub version: u64,
    /// How many chunks it had.
    pub chunks: u32,
}

fn name(text: &str) -> Result<DocumentName, DbError> {
    DocumentName::parse(text).ok_or_else(|| DbError::Damaged(format!("document {text:?}")))
}

impl Db {
    /// The document in force under that name.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn document(&self, which: &DocumentName) -> Result<Option<Stored>, DbError> {
        Ok(self.documents("name = ?1", Some(which))?.into_iter().next())
    }

    /// Documents the broker has not acknowledged yet.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn unsent_documents(&self) -> Result<Vec<Stored>, DbError> {
        self.documents("sent = 0 AND ?1 IS NULL", None)
    }

    /// Everything in force goes out again: the broker lost what it retained.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn resend_documents(&self) -> Result<(), DbError> {
        self.conn.execute("UPDATE document SET sent = 0", [])?;
        Ok(())
    }

    fn documents(
        &self,
        filter: &'static str,
        which: Option<&DocumentName>,
    ) -> Result<Vec<Stored>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT name, version, fingerprint, wire, issued_ms FROM document \
             WHERE {filter} ORDER BY name"
        ))?;
        let rows = statement.query_map([which.map(ToString::to_string)], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, i64>(1)?,
                r.get(2)?,
                r.get(3)?,
                r.get(4)?,
            ))
        })?;
        rows.map(|row| {
            let (text, version, fingerprint, wire, issued_ms) = row?;
            Ok(Stored {
                name: name(&text)?,
                version: uint(version)?,
                fingerprint: Hash(fingerprint),
                wire,
                issued_ms,
            })
        })
        .collect()
    }

    /// Puts a document in force; `plain` is kept only for what is not sealed.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_document(&self, document: &Stored, plain: Option<&[u8]>) -> Result<(), DbError> {
        self.conn.execute(
            "INSERT INTO document (name, version, fingerprint, wire, plain, issued_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET version = ?2, \
             fingerprint = ?3, wire = ?4, plain = ?5, issued_ms = ?6, sent = 0",
            params![
                document.name.to_string(),
                int(document.version)?,
                document.fingerprint.0,
                document.wire,
                plain,
                document.issued_ms
            ],
        )?;
        Ok(())
    }

    /// The content of a document that is not sealed.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn plain_document(&self, which: &DocumentName) -> Result<Option<Vec<u8>>, DbError> {
        Ok(self
            .conn
            .prepare_cached("SELECT plain FROM document WHERE name = ?1")?
            .query_row([which.to_string()], |r| r.get(0))
            .optional()?
            .flatten())
    }

    /// The broker acknowledged every part of that version. When another is in force by now,
    /// that one goes out again: the two may have crossed on their way.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn document_sent(&self, which: &DocumentName, version: u64) -> Result<(), DbError> {
        self.conn.execute(
            "UPDATE document SET sent = (version = ?2) WHERE name = ?1",
            params![which.to_string(), int(version)?],
        )?;
        Ok(())
    }

    /// Notes chunks that are to be cleared at the broker.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_stale(&self, stale: &Stale) -> Result<(), DbError> {
        self.conn.execute(
            "INSERT INTO stale_chunks (name, version, chunks) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO NOTHING",
            params![stale.name.to_string(), int(stale.version)?, stale.chunks],
        )?;
        Ok(())
    }

    /// Chunks that are to be cleared at the broker.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn stale(&self) -> Result<Vec<Stale>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name, version, chunks FROM stale_chunks ORDER BY 1, 2")?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, u32>(2)?,
            ))
        })?;
        rows.map(|row| {
            let (text, version, chunks) = row?;
            Ok(Stale {
                name: name(&text)?,
                version: uint(version)?,
                chunks,
            })
        })
        .collect()
    }

    /// They are cleared.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn stale_cleared(&self, stale: &Stale) -> Result<(), DbError> {
        self.conn.execute(
            "DELETE FROM stale_chunks WHERE name = ?1 AND version = ?2",
            params![stale.name.to_string(), int(stale.version)?],
        )?;
        Ok(())
    }

    /// Replaces all nicknames.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_nicknames(
        &self,
        nicknames: &BTreeMap<Pseudonym, Pii<String>>,
    ) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM nickname", [])?;
        for (subject, nickname) in nicknames {
            self.conn
                .prepare_cached("INSERT INTO nickname (subject, nickname) VALUES (?1, ?2)")?
                .execute([&subject.to_string(), nickname.reveal()])?;
        }
        Ok(())
    }

    /// All nicknames, by visit pseudonym.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn nicknames(&self) -> Result<BTreeMap<Pseudonym, Pii<String>>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT subject, nickname FROM nickname")?;
        let rows =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (subject, nickname) = row?;
            let subject = Pseudonym::try_from(subject)
                .map_err(|why| DbError::Damaged(format!("a pseudonym: {why}")))?;
            Ok((subject, Pii::new(nickname)))
        })
        .collect()
    }
}
