//! The copy of a journal that is kept when it gets another schema.
//!
//! Migrations go forward only. Should one have done wrong, what was there before it is still to be
//! had: whole, as an older program reads it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rusqlite::Connection;

use crate::{
    quarantine::{beside, parent, sync_dir},
    schema::SCHEMA,
};

/// The journal got another schema when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The schema it had.
    pub from: i64,
    /// Where it is kept as it was, or why it is not: a full disk does not keep a kiosk from
    /// serving.
    pub kept: Result<PathBuf, String>,
}

fn of(path: &Path, schema: i64) -> PathBuf {
    beside(path, &format!(".schema-{schema}"))
}

/// Copies the journal as it is, durably: all of it or nothing under its name.
pub(crate) fn keep(conn: &Connection, path: &Path, schema: i64) -> Result<PathBuf, String> {
    let to = of(path, schema);
    let draft = beside(&to, ".new");
    let kept = copy(conn, &draft, &to);
    if kept.is_err() {
        // What is left of it takes room that is wanted elsewhere; there may be nothing.
        let _ = fs::remove_file(&draft);
    }
    kept.map(|()| to)
}

fn copy(conn: &Connection, draft: &Path, to: &Path) -> Result<(), String> {
    let said = |error: &io::Error| error.to_string();
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(said(&error)),
        _ => {}
    }
    let name = draft.to_str().ok_or("its path is no text")?;
    conn.execute("VACUUM INTO ?1", [name])
        .map_err(|error| error.to_string())?;
    fs::File::open(draft)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(draft, to))
        .and_then(|()| sync_dir(&parent(to)))
        .map_err(|error| said(&error))
}

/// The copies there are beside that journal, also the one that a later program made before it was
/// gone back from.
pub(crate) fn there(path: &Path) -> Vec<PathBuf> {
    let all = (1..=SCHEMA).map(|schema| of(path, schema));
    all.filter(|copy| copy.exists()).collect()
}

/// Lets go of copies that are older than facts are kept, so that nothing outlives its time in
/// them; those that stay.
pub(crate) fn forget(copies: Vec<PathBuf>, now_wall_ms: i64, keep_ms: u64) -> Vec<PathBuf> {
    let now =
        SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now_wall_ms).unwrap_or(0));
    let is_old = |copy: &PathBuf| {
        let made = fs::metadata(copy).and_then(|copy| copy.modified());
        made.is_ok_and(|made| {
            now.duration_since(made)
                .is_ok_and(|age| age > Duration::from_millis(keep_ms))
        })
    };
    copies
        .into_iter()
        .filter(|copy| !(is_old(copy) && fs::remove_file(copy).is_ok()))
        .collect()
}
