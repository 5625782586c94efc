//! The folds as rows: the live ones, and those of the pruned facts.

use std::collections::BTreeSet;

use machitap_domain::{
    attendance::Depth,
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

/// The subject of the entries that are about nobody.
const NOBODY: &str = "-";

/// How an entry's key stands in its row.
fn row_key(key: FoldKey) -> (&'static str, String) {
    match key {
        FoldKey::Child(subject) => ("child", subject.to_string()),
        FoldKey::Account(subject) => ("account", subject.to_string()),
        FoldKey::Household(subject) => ("household", subject.to_string()),
        FoldKey::House => ("house", NOBODY.to_owned()),
        FoldKey::Spins(subject) => ("spins", subject.to_string()),
        FoldKey::Machines => ("machines", NOBODY.to_owned()),
        FoldKey::Rides(subject) => ("rides", subject.to_string()),
        FoldKey::Events => ("events", NOBODY.to_owned()),
        FoldKey::Patient(subject) => ("patient", subject.to_string()),
        FoldKey::Receptions => ("receptions", NOBODY.to_owned()),
        FoldKey::Holder(subject) => ("holder", subject.to_string()),
        FoldKey::Numbers => ("numbers", NOBODY.to_owned()),
        FoldKey::Chosen(subject) => ("chosen", subject.to_string()),
    }
}

/// The key of a row; `None` for one that was never written here.
fn read_key(kind: &str, subject: &str) -> Option<FoldKey> {
    let of = |key: fn(Pseudonym) -> FoldKey| Pseudonym::try_from(subject.to_owned()).ok().map(key);
    match kind {
        "child" => of(FoldKey::Child),
        "account" => of(FoldKey::Account),
        "household" => of(FoldKey::Household),
        "house" if subject == NOBODY => Some(FoldKey::House),
        "spins" => of(FoldKey::Spins),
        "machines" if subject == NOBODY => Some(FoldKey::Machines),
        "rides" => of(FoldKey::Rides),
        "events" if subject == NOBODY => Some(FoldKey::Events),
        "patient" => of(FoldKey::Patient),
        "receptions" if subject == NOBODY => Some(FoldKey::Receptions),
        "holder" => of(FoldKey::Holder),
        "numbers" if subject == NOBODY => Some(FoldKey::Numbers),
        "chosen" => of(FoldKey::Chosen),
        _ => None,
    }
}

/// The entries facts about that subject may touch.
const fn keys_of(subject: Pseudonym) -> [FoldKey; 8] {
    [
        FoldKey::Child(subject),
        FoldKey::Account(subject),
        FoldKey::Household(subject),
        FoldKey::Spins(subject),
        FoldKey::Rides(subject),
        FoldKey::Patient(subject),
        FoldKey::Holder(subject),
        FoldKey::Chosen(subject),
    ]
}

/// The entries that are about nobody and that facts about anybody may touch.
const OF_THE_KIOSK: [FoldKey; 5] = [
    FoldKey::House,
    FoldKey::Machines,
    FoldKey::Events,
    FoldKey::Receptions,
    FoldKey::Numbers,
];

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
        let (kind, subject) = row_key(*key);
        match table {
            Table::Live => conn
                .prepare_cached(
                    "INSERT INTO fold (kind, subject, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute(params![kind, subject, value])?,
            Table::Base => conn
                .prepare_cached(
                    "INSERT INTO base (kind, subject, value, sum) VALUES (?1, ?2, ?3, ?4)
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
    load_deep(conn, table, Depth::DOOR)
}

/// Reads all entries into folds that remember so much from here on.
pub(crate) fn load_deep(
    conn: &Connection,
    table: Table,
    depth: Depth,
) -> Result<Folds, StoreError> {
    let mut folds = Folds::with_depth(depth);
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
    let Some(key) = read_key(kind, subject) else {
        // In the base a sound row of a kind that is not known was a later version's; the live folds
        // are made anew without it.
        return match table {
            Table::Base => Ok(()),
            Table::Live => Err(table.damage().into()),
        };
    };
    let value: FoldValue = serde_json::from_str(value).map_err(|_| table.damage())?;
    if into.put(key, value) {
        Ok(())
    } else {
        Err(table.damage().into())
    }
}

/// How many entries the folds of the pruned facts have.
pub(crate) fn base_entries(conn: &Connection) -> Result<u64, StoreError> {
    let n: i64 = conn
        .prepare_cached("SELECT count(*) FROM base")?
        .query_row([], |r| r.get(0))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Which entries facts may touch: the kiosk's own and those of their subjects, or any.
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

    fn keys(subjects: &BTreeSet<Pseudonym>) -> impl Iterator<Item = FoldKey> {
        subjects
            .iter()
            .flat_map(|subject| keys_of(*subject))
            .chain(OF_THE_KIOSK)
    }

    /// The part of the folds they may touch, to be tried out beside the real ones.
    pub(crate) fn part_of(&self, folds: &Folds) -> Folds {
        let Self::Subjects(subjects) = self else {
            return folds.clone();
        };
        let mut part = Folds::default();
        for key in Self::keys(subjects) {
            if let Some(value) = folds.get(key) {
                part.put(key, value);
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
        for key in Self::keys(subjects) {
            let (kind, subject) = row_key(key);
            query
                .query_row(params![kind, subject], |row| {
                    Ok(read(row, Table::Base, &mut part))
                })
                .optional()?
                .transpose()?;
        }
        Ok(part)
    }
}

/// Takes the tried-out entries over.
pub(crate) fn adopt(folds: &mut Folds, part: &Folds, keys: &BTreeSet<FoldKey>) {
    for key in keys {
        if let Some(value) = part.get(*key) {
            folds.put(*key, value);
        }
    }
}
