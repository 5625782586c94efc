//! The city keeps its word: what a published table may still become.
//!
//! A table is bound from its publication, not from its first day. A kiosk that is off the line
//! draws by what it was told last; a word changed meanwhile would make an honest kiosk look
//! like a cheat. An id is used once for the same reason, and because its secret is known after
//! the reveal.

use std::fmt;

use jiff::{civil::Date, tz::TimeZone};
use machitap_domain::{
    KioskId,
    catalogue::{Catalogue, Text},
    draw::{DrawTable, table::Picture},
    ids::TableId,
};

use super::{today, zone_of};
use crate::db::{Db, DbError};

/// What a new catalogue would do to a table that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// It has begun and is gone.
    Removed,
    /// It has other odds, stock, ceiling, caps, spins or first day, or stands no longer at a
    /// kiosk.
    Changed,
    /// It has begun and would end before today.
    EndsBefore,
    /// It is over and would last again.
    Reopened,
}

/// A table about which the city's word would be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The table.
    pub table: TableId,
    /// Its last day, as published.
    pub until: Date,
    /// How.
    pub breach: Breach,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, until, .. } = self;
        match self.breach {
            Breach::Removed => write!(
                f,
                "draws: table {table} has begun and is no longer there. The city has committed \
                 to it: put it back, it ends after {until}"
            ),
            Breach::Changed => write!(
                f,
                "draws: table {table}, to which the city has committed, has other odds, stock, \
                 ceiling, caps, spins, kiosks or first day. Put them back; it ends after \
                 {until}. Names and pictures may change, kiosks may be added, and what is to \
                 be otherwise is another table with another id"
            ),
            Breach::EndsBefore => write!(
                f,
                "draws: table {table} has begun and would end before today. Today is the \
                 earliest last day"
            ),
            Breach::Reopened => write!(
                f,
                "draws: table {table} was over after {until}; its secrets may be known. Give \
                 the new one another id"
            ),
        }
    }
}

/// The tables about which the new catalogue would break the city's word.
///
/// # Errors
/// [`DbError`].
pub fn broken(db: &Db, after: &Catalogue, now_ms: i64) -> Result<Vec<Broken>, DbError> {
    let days = Days::of(db, after, now_ms)?;
    let mut broken = Vec::new();
    for word in db.draw_tables()? {
        let before = word.table;
        let over = word.revealed_ms.is_some() || before.until < days.earliest;
        let begun = before.from <= days.latest;
        let still = after.draws.iter().find(|t| t.id == before.id);
        let breach = match still {
            Some(table) if over && table.until >= days.earliest => Some(Breach::Reopened),
            _ if over => None,
            None => begun.then_some(Breach::Removed),
            Some(table) if !is_kept(&before, table) => Some(Breach::Changed),
            Some(table) if begun && table.until < days.latest => Some(Breach::EndsBefore),
            Some(_) => None,
        };
        broken.extend(breach.map(|breach| Broken {
            table: before.id,
            until: before.until,
            breach,
        }));
    }
    Ok(broken)
}

/// Gives the city's word on these tables, and takes it back on those that are gone before
/// their first day.
///
/// # Errors
/// [`DbError`].
pub fn give(db: &Db, committed: &Catalogue, now_ms: i64) -> Result<(), DbError> {
    let days = Days::of(db, committed, now_ms)?;
    for word in db.draw_tables()? {
        let gone = committed.draws.iter().all(|t| t.id != word.table.id);
        if gone && word.table.from > days.latest {
            db.withdraw_draw_table(&word.table.id)?;
        }
    }
    committed
        .draws
        .iter()
        .try_for_each(|table| db.put_draw_table(table))
}

/// Today, at the kiosk where it is latest and at the one where it is earliest.
struct Days {
    latest: Date,
    earliest: Date,
}

impl Days {
    fn of(db: &Db, catalogue: &Catalogue, now_ms: i64) -> Result<Self, DbError> {
        let kiosks = db.kiosks()?;
        let here = today(&TimeZone::UTC, now_ms);
        let days: Vec<Date> = kiosks
            .iter()
            .map(|k| today(&zone_of(catalogue, k), now_ms))
            .collect();
        Ok(Self {
            latest: days.iter().copied().max().unwrap_or(here),
            earliest: days.iter().copied().min().unwrap_or(here),
        })
    }
}

/// True when everything a draw is recomputed by is as it was.
fn is_kept(before: &DrawTable, after: &DrawTable) -> bool {
    let stood = |kiosk: &KioskId| before.kiosks.contains_key(kiosk);
    let bare = |table: &DrawTable| {
        let mut table = table.clone();
        table.name = Text::default();
        table.until = table.from;
        table.kiosks.retain(|kiosk, _| stood(kiosk));
        for allotment in table.kiosks.values_mut() {
            allotment.commitment = None;
        }
        for row in &mut table.rows {
            row.name = Text::default();
            row.picture = Picture::Thanks;
        }
        table
    };
    bare(before) == bare(after)
}
