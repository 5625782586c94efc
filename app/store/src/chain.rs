//! Walking the chain: every fact that is kept, in order, each naming the one before it.

use jiff::tz::TimeZone;
use machitap_domain::{
    attendance::Depth,
    fact::{Fact, Hash},
    fold::Folds,
    ids::Incarnation,
};
use rusqlite::Connection;

use crate::{
    error::{Damage, StoreError},
    folds::{self, Table},
    journal::Journal,
    outbox::Stored,
    row::Row,
};

/// A walk over the kept facts, from the last pruned one to what was the last when it
/// began. It needs the journal to begin with and no more: what [`Journal::read`] gives can
/// be taken elsewhere, on another thread, while the journal goes on.
#[derive(Debug)]
pub struct Walk {
    folds: Folds,
    incarnation: Incarnation,
    zone: TimeZone,
    seq: u64,
    prev: Hash,
    last_seq: u64,
    head: Hash,
}

impl Walk {
    pub(crate) fn begin(
        conn: &Connection,
        row: &Row,
        zone: &TimeZone,
        depth: Depth,
    ) -> Result<Self, StoreError> {
        let folds = folds::load_deep(conn, Table::Base, depth)?;
        if folds::base_entries(conn)? != row.base_entries {
            return Err(Damage::Base.into());
        }
        Ok(Self {
            folds,
            incarnation: row.incarnation,
            zone: zone.clone(),
            seq: row.base_seq,
            prev: row.base_hash,
            last_seq: row.last_seq,
            head: row.head,
        })
    }

    /// The fact to be taken next; one more than [`Walk::last_seq`] at the end.
    pub const fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// The last fact to be taken.
    pub const fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Takes the next fact: checks its place in the chain and folds it.
    ///
    /// # Errors
    /// [`Damage`] when it is not the next one, or not what was written.
    pub fn take(&mut self, stored: &Stored) -> Result<Fact, Damage> {
        self.step(stored.seq, stored.hash, stored.text.as_bytes())
    }

    pub(crate) fn step(&mut self, at: u64, hash: Hash, text: &[u8]) -> Result<Fact, Damage> {
        let seq = self.seq + 1;
        if at != seq {
            return Err(Damage::Hole { seq });
        }
        if Hash::of(text) != hash {
            return Err(Damage::Fact { seq });
        }
        let fact = Fact::read(text).map_err(|_| Damage::Fact { seq })?;
        if fact.prev != self.prev || fact.key.seq != seq || fact.key.incarnation != self.incarnation
        {
            return Err(Damage::Chain { seq });
        }
        self.folds.apply(&fact, &self.zone);
        self.seq = seq;
        self.prev = hash;
        Ok(fact)
    }

    /// What the facts make, once all of them were taken.
    ///
    /// # Errors
    /// [`Damage`] when one is missing, or the last is not what was the last.
    pub fn finish(self) -> Result<Folds, Damage> {
        if self.seq != self.last_seq {
            return Err(Damage::Hole { seq: self.seq + 1 });
        }
        if self.prev != self.head {
            return Err(Damage::Chain { seq: self.seq });
        }
        Ok(self.folds)
    }
}

impl Journal {
    /// Begins a walk over all kept facts, which remembers so much of each child. What was
    /// pruned is in it as far as the door needed it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn walk(&self, depth: Depth) -> Result<Walk, StoreError> {
        Walk::begin(&self.conn, &self.row, &self.settings.zone, depth)
    }
}

/// Checks the chain from the last pruned fact to the head and folds it on the way.
pub(crate) fn walk(conn: &Connection, row: &Row, zone: &TimeZone) -> Result<Folds, StoreError> {
    let mut walk = Walk::begin(conn, row, zone, Depth::DOOR)?;
    let mut query = conn.prepare("SELECT seq, hash, bytes FROM fact ORDER BY seq")?;
    let mut rows = query.query([])?;
    while let Some(found) = rows.next()? {
        let at = u64::try_from(found.get::<_, i64>(0)?).unwrap_or(0);
        let hash = Hash(found.get(1)?);
        let text = found
            .get_ref(2)?
            .as_bytes()
            .map_err(rusqlite::Error::from)?;
        walk.step(at, hash, text)?;
    }
    Ok(walk.finish()?)
}
