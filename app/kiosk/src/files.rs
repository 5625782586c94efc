//! Small files that are there whole or not at all, whatever the power does.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Writes a file in one step, first under another name that only its owner reads; `prepare` may
/// change that before anything is in it.
pub(crate) fn put(
    dir: &Path,
    name: &str,
    bytes: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let draft = dir.join(format!("{name}.new"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    prepare(&file)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(name))?;
    flush(dir)
}

/// Puts the names in a directory on the disk.
pub(crate) fn flush(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Takes a file away, where it is there.
pub(crate) fn forget(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}
