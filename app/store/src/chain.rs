//! Walking the chain: every fact that is kept, in order, each naming the one before it.

use jiff::tz::TimeZone;
use machitap_domain::{
    fact::{Fact, Hash},
    fold::Folds,
};
use rusqlite::Connection;

use crate::{
    error::{Damage, StoreError},
    folds::{self, Table},
    row::{Row, sql},
};

/// Checks the chain from the last pruned fact to the head and folds it on the way.
pub(crate) fn walk(conn: &Connection, row: &Row, zone: &TimeZone) -> Result<Folds, StoreError> {
    let mut folds = folds::load(conn, Table::Base)?;
    if folds::base_entries(conn)? != row.base_entries {
        return Err(Damage::Base.into());
    }
    let (mut seq, mut prev) = (row.base_seq, row.base_hash);
    let mut query = conn.prepare("SELECT seq, hash, bytes FROM fact ORDER BY seq")?;
    let mut rows = query.query([])?;
    while let Some(found) = rows.next()? {
        seq += 1;
        if found.get::<_, i64>(0)? != sql(seq) {
            return Err(Damage::Hole { seq }.into());
        }
        let hash = Hash(found.get(1)?);
        let text = found
            .get_ref(2)?
            .as_bytes()
            .map_err(rusqlite::Error::from)?;
        if Hash::of(text) != hash {
            return Err(Damage::Fact { seq }.into());
        }
        let fact: Fact = serde_json::from_slice(text).map_err(|_| Damage::Fact { seq })?;
        if fact.prev != prev || fact.key.seq != seq || fact.key.incarnation != row.incarnation {
            return Err(Damage::Chain { seq }.into());
        }
        folds.apply(&fact, zone);
        prev = hash;
    }
    if seq != row.last_seq {
        return Err(Damage::Hole { seq: seq + 1 }.into());
    }
    if prev != row.head {
        return Err(Damage::Chain { seq }.into());
    }
    Ok(folds)
}
