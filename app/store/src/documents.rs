//! The city's documents as last received.

use machitap_domain::fact::Hash;
use machitap_wire::document::DocumentName;
use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use crate::{
    error::{DocumentError, StoreError},
    journal::Journal,
};

/// A document in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Only ever counted up.
    pub version: u64,
    /// When the city published it, milliseconds since 1970-01-01T00:00:00Z.
    pub issued_ms: i64,
    /// As received.
    pub bytes: Vec<u8>,
}

impl Journal {
    /// Keeps a document in the place of the one before. Keeping the version in force
    /// again with the same bytes is no error.
    ///
    /// # Errors
    /// [`DocumentError`]; the one in force stays.
    pub fn put_document(
        &mut self,
        name: &DocumentName,
        version: u64,
        bytes: &[u8],
        issued_ms: i64,
    ) -> Result<(), DocumentError> {
        let number =
            i64::try_from(version).map_err(|_| DocumentError::Absurd { offered: version })?;
        let name = name.to_string();
        let sha256 = Hash::of(bytes);
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let held: Option<(i64, [u8; 32])> = tx
            .prepare_cached("SELECT version, sha256 FROM document WHERE name = ?1")?
            .query_row([&name], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        if let Some((held, held_hash)) = held {
            let held = u64::try_from(held).unwrap_or(0);
            if version < held {
                return Err(DocumentError::Older {
                    offered: version,
                    held,
                });
            }
            if version == held && sha256 != Hash(held_hash) {
                return Err(DocumentError::Changed { version });
            }
        }
        tx.prepare_cached(
            "INSERT INTO document (name, version, issued_ms, sha256, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
             version = excluded.version, issued_ms = excluded.issued_ms,
             sha256 = excluded.sha256, bytes = excluded.bytes",
        )?
        .execute(params![name, number, issued_ms, sha256.0, bytes])?;
        tx.commit()?;
        Ok(())
    }

    /// The document in force. One whose bytes rotted on the disk counts as none: the
    /// city's retained one is taken again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn document(&self, name: &DocumentName) -> Result<Option<StoredDocument>, StoreError> {
        let found: Option<(i64, i64, [u8; 32], Vec<u8>)> = self
            .conn
            .prepare_cached(
                "SELECT version, issued_ms, sha256, bytes FROM document WHERE name = ?1",
            )?
            .query_row([name.to_string()], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
            })
            .optional()?;
        Ok(found.and_then(|(version, issued_ms, sha256, bytes)| {
            (Hash::of(&bytes) == Hash(sha256)).then_some(StoredDocument {
                version: u64::try_from(version).unwrap_or(0),
                issued_ms,
                bytes,
            })
        }))
    }
}
