//! One journal as ingest holds it in memory beside the database.

use machitap_domain::{Fact, FactBody, Hash, Incarnation, KioskId};
use machitap_wire::Link;

use super::{Count, runs::Runs};
use crate::db::{Db, DbError, JournalRow, NewFact, Put, watched};

#[derive(Debug)]
pub(super) struct Journal {
    pub(super) row: JournalRow,
    pub(super) runs: Runs,
    last: Option<(u64, Hash)>,
}

impl Journal {
    pub(super) fn load(
        db: &Db,
        kiosk: &KioskId,
        incarnation: Incarnation,
    ) -> Result<Self, DbError> {
        let row = db.journal(kiosk, incarnation)?;
        let above = db.runs(row.id, row.contiguous)?;
        Ok(Self {
            runs: Runs::new(row.contiguous, &above),
            row,
            last: None,
        })
    }

    /// Why a fact cannot belong to this journal, whoever signed for it.
    pub(super) fn misplaced(&self, link: &Link) -> Option<&'static str> {
        let key = &link.fact.key;
        if key.kiosk != self.row.kiosk {
            Some("a fact of another kiosk")
        } else if key.incarnation != self.row.incarnation {
            Some("a fact of another journal than its batch says")
        } else if key.seq == 0 || i64::try_from(key.seq).is_err() {
            Some("a fact with a place no journal has")
        } else {
            None
        }
    }

    pub(super) fn take(
        &mut self,
        db: &Db,
        link: &Link,
        received_ms: i64,
        count: &mut Count,
    ) -> Result<(), DbError> {
        let fact = &link.fact;
        let (shown_ms, quality) = self.shown(db, fact, received_ms)?;
        let new = NewFact {
            journal: self.row.id,
            seq: fact.key.seq,
            hash: link.hash,
            prev: fact.prev,
            facility: fact.facility.as_str(),
            shown_ms,
            quality,
            received_ms,
            watched: watched(&fact.body),
            bytes: &link.bytes,
        };
        match db.put_fact(&new)? {
            Put::New => {
                count.new += 1;
                self.close_chain(db, link)?;
                self.runs.insert(fact.key.seq);
                if let FactBody::ClockCorrected {
                    boot, boot_wall_ms, ..
                } = &fact.body
                {
                    db.correct_clock(self.row.id, &boot.0.to_string(), *boot_wall_ms)?;
                }
            }
            Put::Again => count.again += 1,
            Put::Taken => {
                count.forked += 1;
                self.row.forked = true;
                db.quarantine(&new)?;
                return Ok(());
            }
        }
        self.last = Some((fact.key.seq, link.hash));
        Ok(())
    }

    /// Checks the new fact against both neighbours, where they are there: whichever of two
    /// comes later closes the link between them.
    fn close_chain(&mut self, db: &Db, link: &Link) -> Result<(), DbError> {
        let seq = link.fact.key.seq;
        let before = if seq == 1 {
            Some(Hash::GENESIS)
        } else if let Some((at, hash)) = self.last
            && at == seq - 1
        {
            Some(hash)
        } else if self.runs.contains(seq - 1) {
            db.link(self.row.id, seq - 1)?.map(|(hash, _)| hash)
        } else {
            None
        };
        if before.is_some_and(|hash| hash != link.fact.prev) {
            self.broken_at(seq);
        }
        if self.runs.contains(seq + 1)
            && let Some((_, prev)) = db.link(self.row.id, seq + 1)?
            && prev != link.hash
        {
            self.broken_at(seq + 1);
        }
        Ok(())
    }

    fn broken_at(&mut self, seq: u64) {
        self.row.forked = true;
        self.row.broken_seq = Some(self.row.broken_seq.map_or(seq, |b| b.min(seq)));
    }

    fn shown(&self, db: &Db, fact: &Fact, received_ms: i64) -> Result<(i64, i64), DbError> {
        if fact.at.quality.is_trusted() {
            return Ok((fact.at.wall_ms, 1));
        }
        let boot = fact.at.boot.0.to_string();
        Ok(match db.boot_clock(self.row.id, &boot)? {
            Some(wall) => (wall.saturating_add_unsigned(fact.at.mono_ms), 2),
            None => (received_ms, 0),
        })
    }
}
