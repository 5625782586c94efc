//! The outbox: what is read for the city, and what the city's receipt settles.

use machitap_domain::fact::Hash;
use machitap_wire::receipt::Receipt;
use rusqlite::params;

use crate::{
    error::{Damage, StoreError},
    journal::Journal,
    row::Row,
};

/// A receipt waits for a commit at most until it is this many facts ahead of the disk.
pub const RECEIPT_STEP: u64 = 1_000;

/// A fact as it goes to the city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its place.
    pub seq: u64,
    /// The bytes that were hashed, to the letter.
    pub text: String,
    /// Their hash.
    pub hash: Hash,
}

/// What a receipt did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptOutcome {
    /// It says no more than what is known.
    Known,
    /// It is kept.
    Applied {
        /// Every fact up to and including this one is counted.
        receipted: u64,
        /// The city sees a fork; nothing is pruned while it does.
        forked: bool,
    },
    /// It speaks of another life of this kiosk's journal; nothing was changed.
    OtherLife,
    /// It confirms facts that were never written here: the city holds facts of this
    /// very life from somewhere else. Nothing was changed; people must look.
    Impossible {
        /// What it confirms.
        claimed: u64,
        /// The last fact there is.
        last_seq: u64,
    },
}

impl Journal {
    /// Facts from `from_seq` on, oldest first: at most `max_facts`, and at most
    /// `max_bytes` of text unless a single one is larger. Pruned facts are skipped.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(
        &self,
        from_seq: u64,
        max_facts: usize,
        max_bytes: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT seq, bytes, hash FROM fact WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let from = i64::try_from(from_seq).unwrap_or(i64::MAX);
        let limit = i64::try_from(max_facts).unwrap_or(i64::MAX);
        let mut rows = query.query(params![from, limit])?;
        let (mut facts, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            bytes += text.len();
            if bytes > max_bytes && !facts.is_empty() {
                break;
            }
            let seq: i64 = row.get(0)?;
            facts.push(Stored {
                seq: u64::try_from(seq).map_err(|_| Damage::Row)?,
                text,
                hash: Hash(row.get(2)?),
            });
        }
        Ok(facts)
    }

    /// Every fact up to and including this one is counted by the city.
    pub const fn receipted(&self) -> u64 {
        self.row.receipted
    }

    /// The city sees a fork in this journal.
    pub const fn forked(&self) -> bool {
        self.row.forked
    }

    /// Takes in what a receipt says. Receipts may come late, twice and out of order: only
    /// the furthest counts.
    ///
    /// It counts at once and reaches the disk with the next commit, at the latest after
    /// [`RECEIPT_STEP`] facts: one that a power cut takes away comes again, and nothing
    /// is pruned under a receipt that is not on the disk. A fork is written at once.
    ///
    /// # Errors
    /// [`StoreError`]; the city's retained receipt comes again.
    pub fn apply_receipt(&mut self, receipt: &Receipt) -> Result<ReceiptOutcome, StoreError> {
        self.settle()?;
        if receipt.incarnation != self.row.incarnation {
            return Ok(ReceiptOutcome::OtherLife);
        }
        let (claimed, held) = (receipt.contiguous_seq, self.row.receipted);
        if claimed > self.row.last_seq {
            return Ok(ReceiptOutcome::Impossible {
                claimed,
                last_seq: self.row.last_seq,
            });
        }
        let receipted = claimed.max(held);
        // Only a receipt that is not an old one may take a fork back.
        let forked = receipt.forked || (self.row.forked && claimed < held);
        if (receipted, forked) == (held, self.row.forked) {
            return Ok(ReceiptOutcome::Known);
        }
        if forked != self.row.forked || receipted - self.receipt_kept >= RECEIPT_STEP {
            self.write_receipt(receipted, forked)?;
        }
        self.row.receipted = receipted;
        self.row.forked = forked;
        Ok(ReceiptOutcome::Applied { receipted, forked })
    }

    /// Writes down a receipt that waits for a commit.
    pub(crate) fn keep_receipt(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        if self.receipt_kept == self.row.receipted {
            return Ok(());
        }
        self.write_receipt(self.row.receipted, self.row.forked)
    }

    fn write_receipt(&mut self, receipted: u64, forked: bool) -> Result<(), StoreError> {
        let row = Row {
            receipted,
            forked,
            ..self.row
        };
        let written = row.store(&self.conn, &self.settings.kiosk);
        match written {
            Ok(()) => self.receipt_kept = receipted,
            Err(error) => {
                self.doubtful = true;
                return Err(error);
            }
        }
        Ok(())
    }
}
