//! Where the papers are put: a folder of their own that appears whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use machitap_domain::fact::Class;
use rustix::io::Errno;

use super::PaperFile;

/// So many folders of one month, then somebody should tidy up.
const FOLDERS_MAX: u32 = 100;

/// Why the papers were not written.
#[derive(Debug, thiserror::Error)]
pub enum CannotWrite {
    /// Nothing is mounted there.
    #[error("no stick is mounted at {}", .0.display())]
    NoStick(PathBuf),
    /// The configuration names no place for one.
    #[error("papers.stick is not set in the configuration")]
    NoPlace,
    /// The disk does not do as it is told: full, write-protected, taken away.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// So many folders of this month that nobody would find the right one.
    #[error("{}: {FOLDERS_MAX} folders of this month are there already", .0.display())]
    TooMany(PathBuf),
}

impl CannotWrite {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::NoStick(_) => Class::Retry,
            Self::NoPlace | Self::Io { .. } | Self::TooMany(_) => Class::Repair,
        }
    }
}

/// That a file system other than its parent's is mounted there: without it the papers
/// would land on the kiosk's own disk.
pub(crate) fn mounted(stick: Option<&Path>) -> Result<&Path, CannotWrite> {
    let stick = stick.ok_or(CannotWrite::NoPlace)?;
    let none = || CannotWrite::NoStick(stick.to_owned());
    let there = fs::metadata(stick).map_err(|_| none())?;
    let parent = stick.parent().ok_or_else(none)?;
    let around = fs::metadata(parent).map_err(|_| none())?;
    if there.is_dir() && there.dev() != around.dev() {
        Ok(stick)
    } else {
        Err(none())
    }
}

/// Writes the files into a new folder of that name, or of that name with a number; what
/// is there already stays as it is. The folder has its name once everything in it is on
/// the disk.
pub(crate) fn put(dir: &Path, folder: &str, files: &[PaperFile]) -> Result<String, CannotWrite> {
    let draft = dir.join(format!(".{folder}-{}", std::process::id()));
    let written = fill(&draft, files).and_then(|()| name(dir, folder, &draft));
    if written.is_err() {
        // A stick that was taken away keeps the draft; it is hidden and harms nobody.
        let _ = fs::remove_dir_all(&draft);
    }
    written
}

fn fill(draft: &Path, files: &[PaperFile]) -> Result<(), CannotWrite> {
    // An earlier try of this very process.
    match fs::remove_dir_all(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(draft)(error)),
        _ => {}
    }
    DirBuilder::new()
        .mode(0o700)
        .create(draft)
        .map_err(at(draft))?;
    for file in files {
        let path = draft.join(&file.name);
        let mut out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(at(&path))?;
        out.write_all(file.text.as_bytes()).map_err(at(&path))?;
        out.sync_all().map_err(at(&path))?;
    }
    sync(draft)
}

/// A folder is never renamed over one with something in it (rename(2): ENOTEMPTY), nor
/// over a file (ENOTDIR).
fn name(dir: &Path, folder: &str, draft: &Path) -> Result<String, CannotWrite> {
    for n in 1..=FOLDERS_MAX {
        let name = if n == 1 {
            folder.to_owned()
        } else {
            format!("{folder}-{n}")
        };
        match rustix::fs::rename(draft, dir.join(&name)) {
            Ok(()) => return sync(dir).map(|()| name),
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {}
            Err(error) => return Err(at(&dir.join(name))(error.into())),
        }
    }
    Err(CannotWrite::TooMany(dir.to_owned()))
}

/// The directory and everything else of its file system, so that a stick may be pulled out.
fn sync(dir: &Path) -> Result<(), CannotWrite> {
    let open = File::open(dir).map_err(at(dir))?;
    open.sync_all().map_err(at(dir))?;
    rustix::fs::syncfs(&open).map_err(|error| at(dir)(error.into()))
}

fn at(path: &Path) -> impl Fn(io::Error) -> CannotWrite + use<> {
    let path = path.to_owned();
    move |source| CannotWrite::Io {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
pub(crate) mod tests;
