//! The folds as rows: the live ones, and those of the pruned facts.

use std::collections::BTreeSet;

use machitap_domain::{
    fact::{FactBody, Hash},
    fold::{FoldKey, FoldValue, Folds},
    pseudonym::Pseudonym,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::{Damage, StoreError};

/// Which folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// Over all facts.
    Live,
    /// Over the pruned facts.
    Base,
}

impl Table {
    const fn damage(self) -> Damage {
        match self {
            Self::Live => Damage::Folds,
            Self::Base => Damage::Base,
        }
    }
}

const fn kind(key: FoldKey) -> (&'static str, Pseudonym) {
    match key {
        FoldKey::Child(subject) => ("child", subject),
        FoldKey::Account(subject) => ("account", subject),
    }
}

fn sum(kind: &str, subject: &str, value: &str) -> Hash {
    Hash::of(format!("{kind}\n{subject}\n{value}").as_bytes())
}

/// Writes these entries.
pub(crate) fn store<'a>(
    conn: &Connection,
    table: Table,
    folds: &Folds,
    keys: impl IntoIterator<Item = &'a FoldKey>,
) -> Result<(), StoreError> {
    for key in keys {
        let Some(value) = folds.get(*key) else {
            continue;
        };
        let value = serde_json::to_string(&value).expect("a fold is plain data");
        let (kind, subject) = kind(*key);
        let subject = subject.to_string();
        match table {
            Table::Live => conn
                .prepare_cached(
                    "INSERT INTO fold VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute(params![kind, subject, value])?,
            Table::Base => conn
                .prepare_cached(
                    "INSERT INTO base VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET value = excluded.value, sum = excluded.sum",
                )?
                .execute(params![kind, subject, value, sum(kind, &subject, &value).0])?,
        };
    }
    Ok(())
}

/// Replaces all live entries.
pub(crate) fn replace(conn: &Connection, folds: &Folds) -> Result<(), StoreError> {
    conn.execute("DELETE FROM fold", [])?;
    let keys: Vec<FoldKey> = folds.entries().map(|(key, _)| key).collect();
    store(conn, Table::Live, folds, &keys)
}

/// Reads all entries.
pub(crate) fn load(conn: &Connection, table: Table) -> Result<Folds, StoreError> {
    let mut folds = Folds::default();
    let mut query = match table {
        Table::Live => conn.prepare_cached("SELECT kind, subject, value, NULL FROM fold")?,
        Table::Base => conn.prepare_cached("SELECT kind, subject, value, sum FROM base")?,
    };
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        read(row, table, &mut folds)?;
    }
    Ok(folds)
}

fn read(row: &rusqlite::Row<'_>, table: Table, into: &mut Folds) -> Result<(), StoreError> {
    let text = |i| row.get_ref(i)?.as_str().map_err(rusqlite::Error::from);
    let (kind, subject, value) = (text(0)?, text(1)?, text(2)?);
    if table == Table::Base && row.get::<_, [u8; 32]>(3)? != sum(kind, subject, value).0 {
        return Err(Damage::Base.into());
    }
    let subject = Pseudonym::try_from(subject.to_owned()).map_err(|_| table.damage())?;
    let value: FoldValue = serde_json::from_str(value).map_err(|_| table.damage())?;
    match (kind, &value) {
        ("child", FoldValue::Child(_)) | ("account", FoldValue::Account(_)) => {
            into.put(subject, value);
            Ok(())
        }
        _ => Err(table.damage().into()),
    }
}

/// How many entries the folds of the pruned facts have.
pub(crate) fn base_entries(conn: &Connection) -> Result<u64, StoreError> {
    let n: i64 = conn
        .prepare_cached("SELECT count(*) FROM base")?
        .query_row([], |r| r.get(0))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Which entries facts may touch: those of their subjects, or any.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of these subjects.
    Subjects(BTreeSet<Pseudonym>),
    /// Any: a corrected clock moves everybody's stamps.
    All,
}

impl Reach {
    pub(crate) fn of<'a>(
        facts: impl IntoIterator<Item = (Option<Pseudonym>, &'a FactBody)>,
    ) -> Self {
        let mut subjects = BTreeSet::new();
        for (subject, body) in facts {
            if matches!(body, FactBody::ClockCorrected { .. }) {
                return Self::All;
            }
            subjects.extend(subject);
        }
        Self::Subjects(subjects)
    }

    /// The part of the folds they may touch, to be tried out beside the real ones.
    pub(crate) fn part_of(&self, folds: &Folds) -> Folds {
        let Self::Subjects(subjects) = self else {
            return folds.clone();
        };
        let mut part = Folds::default();
        for subject in subjects {
            for key in [FoldKey::Child(*subject), FoldKey::Account(*subject)] {
                if let Some(value) = folds.get(key) {
                    part.put(*subject, value);
                }
            }
        }
        part
    }

    /// The same from the rows of the pruned facts.
    pub(crate) fn part_of_base(&self, conn: &Connection) -> Result<Folds, StoreError> {
        let Self::Subjects(subjects) = self else {
            return load(conn, Table::Base);
        };
        let mut part = Folds::default();
        let mut query = conn.prepare_cached(
            "SELECT kind, subject, value, sum FROM base WHERE kind = ?1 AND subject = ?2",
        )?;
        for subject in subjects {
            for kind in ["child", "account"] {
                query
                    .query_row(params![kind, subject.to_string()], |row| {
                        Ok(read(row, Table::Base, &mut part))
                    })
                    .optional()?
                    .transpose()?;
            }
        }
        Ok(part)
    }
}

/// Takes the tried-out entries over.
pub(crate) fn adopt(folds: &mut Folds, part: &Folds, keys: &BTreeSet<FoldKey>) {
    for key in keys {
        if let Some(value) = part.get(*key) {
            folds.put(kind(*key).1, value);
        }
    }
}
