//! Leasing a range of ids to a kiosk.

use jiff::civil::Date;
use machitap_domain::{
    CitizenId, KioskId,
    ids::LeaseId,
    register::{IdForm, Registry},
};
use std::collections::BTreeSet;

use crate::db::{Db, DbError, LeaseRow};

/// A kiosk that is stolen can issue at most so many.
pub const COUNT_MAX: u32 = 10_000;

/// What is leased.
#[derive(Debug, Clone)]
pub struct Asked {
    /// To whom.
    pub kiosk: KioskId,
    /// The first id.
    pub first: CitizenId,
    /// How many.
    pub count: u32,
    /// The last day.
    pub until: Date,
}

/// Why a range is not leased.
#[derive(Debug, thiserror::Error)]
pub enum NotLeased {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// An id without a number at its end.
    #[error("--from: an id that can be counted on ends with digits, as in SKM-700000")]
    NoNumber,
    /// Other ids of this town look otherwise.
    #[error("--from: ids are leased as {prefix} and {digits} digits here")]
    OtherForm {
        /// As the first lease wrote them.
        prefix: String,
        /// Likewise.
        digits: u8,
    },
    /// None, too many, or more than the digits can write.
    #[error("--count: 1 to {COUNT_MAX}, and no more than the digits of the id can write")]
    Count,
    /// A day that is over.
    #[error("--until: {0} is over")]
    Over(Date),
    /// A range is leased once.
    #[error("some of these ids are leased to {kiosk} as {id}")]
    Leased {
        /// To whom.
        kiosk: KioskId,
        /// As which lease.
        id: LeaseId,
    },
    /// Somebody has one of these ids. Which, is personal and is not said.
    #[error("{0} of these ids are residents' already")]
    Taken(usize),
}

/// Leases a range, where nobody has or may issue an id of it.
///
/// # Errors
/// [`NotLeased`].
pub fn lease(
    db: &Db,
    asked: &Asked,
    named: &BTreeSet<CitizenId>,
    today: Date,
    now_ms: i64,
) -> Result<LeaseRow, NotLeased> {
    let (form, from) = IdForm::of(&asked.first).ok_or(NotLeased::NoNumber)?;
    let rows = db.leases()?;
    if let Some((first, _)) = rows.first().and_then(|l| IdForm::of(&l.first))
        && first != form
    {
        return Err(NotLeased::OtherForm {
            prefix: first.prefix,
            digits: first.digits,
        });
    }
    let end = u64::from(from) + u64::from(asked.count);
    if !(1..=COUNT_MAX).contains(&asked.count) || end > form.end() {
        return Err(NotLeased::Count);
    }
    if asked.until < today {
        return Err(NotLeased::Over(asked.until));
    }
    let overlaps = |l: &&LeaseRow| {
        IdForm::of(&l.first).is_some_and(|(_, other)| {
            u64::from(other) < end && u64::from(from) < u64::from(other) + u64::from(l.count)
        })
    };
    if let Some(other) = rows.iter().find(overlaps) {
        return Err(NotLeased::Leased {
            kiosk: other.kiosk.clone(),
            id: other.id.clone(),
        });
    }
    let within = |id: &&CitizenId| {
        form.number(id)
            .is_some_and(|n| n >= from && u64::from(n) < end)
    };
    let taken = named.iter().filter(within).count();
    if taken > 0 {
        return Err(NotLeased::Taken(taken));
    }
    let journals = db.journals()?;
    let life = journals.iter().rfind(|j| j.kiosk == asked.kiosk);
    let id = format!("lease-{}", rows.len() + 1);
    let row = LeaseRow {
        id: id.parse().expect("made of letters and digits"),
        kiosk: asked.kiosk.clone(),
        life: life.map(|j| j.incarnation),
        first: asked.first.clone(),
        count: asked.count,
        until: asked.until,
    };
    db.put_lease(&row, now_ms)?;
    Ok(row)
}

/// How many of a lease the city has heard of.
pub fn issued(lease: &LeaseRow, registry: &Registry) -> usize {
    let Some((form, from)) = IdForm::of(&lease.first) else {
        return 0;
    };
    let within = |id: &&CitizenId| {
        form.number(id)
            .is_some_and(|n| n >= from && n - from < lease.count)
    };
    registry.residents.keys().filter(within).count()
}
