//! Setting damaged files aside, whole and for good.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use machitap_domain::ids::Incarnation;

use crate::error::Damage;

/// Files that belong to a database, beside itself: log, its index, rollback journal.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A journal that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// The directory its files are in now.
    pub moved_to: PathBuf,
    /// What was wrong.
    pub why: Damage,
    /// The life that ended, when it could still be read.
    pub old: Option<Incarnation>,
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// True for companions without their database: a setting-aside was cut short after the
/// database was moved. A new database must not be begun beside a foreign log.
pub(crate) fn is_orphaned(path: &Path) -> bool {
    !path.exists() && COMPANIONS.iter().any(|s| beside(path, s).exists())
}

/// Moves the database and its companions into a new directory beside it.
///
/// The database goes first: once it is gone the rest is recognised as orphaned, so a
/// power cut in between is finished at the next start. Were the log to go first, the
/// database alone would look whole and its numbers would be given out twice.
pub(crate) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let dir = fresh_dir(path)?;
    for suffix in std::iter::once("").chain(COMPANIONS) {
        let from = beside(path, suffix);
        let Some(name) = from.file_name() else {
            continue;
        };
        match fs::rename(&from, dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_dir(&dir)?;
    sync_dir(&parent(path))?;
    Ok(dir)
}

/// Making a directory fails when there is one, so no earlier quarantine is overwritten.
fn fresh_dir(path: &Path) -> io::Result<PathBuf> {
    let at = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut tries = 0;
    loop {
        let dir = beside(
            path,
            &match tries {
                0 => format!(".damaged-{at}"),
                n => format!(".damaged-{at}-{n}"),
            },
        );
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(dir) if dir != Path::new("") => dir.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes names in a directory survive a power cut.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
