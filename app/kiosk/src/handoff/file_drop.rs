//! A file in a directory that the system watches: it appears whole or not at all.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

/// The system is another user; the directory's group is what the two share.
const MODE: u32 = 0o640;

/// Puts the file there and returns once it is on the disk. The same file, still there, is
/// enough; another of that name is replaced, as it is an older word on the same patient.
///
/// # Errors
/// Whatever the file system says. The file is then not there, or whole.
pub(super) fn put(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = directory.join(name);
    if !holds(&path, bytes) {
        // Hidden, and without the ending of a note: whoever watches does not see it.
        let draft = directory.join(format!(".{name}.draft"));
        if let Err(error) = write(&draft, bytes).and_then(|()| fs::rename(&draft, &path)) {
            // Where even that fails, the next try does it.
            let _ = fs::remove_file(&draft);
            return Err(error);
        }
    }
    // Also where it was there already: the try that wrote it may have ended before this.
    File::open(directory)?.sync_all()
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    // Something else of that name may never end when it is read.
    let is_file = fs::symlink_metadata(path).is_ok_and(|there| there.is_file());
    is_file && fs::read(path).is_ok_and(|there| there == bytes)
}

fn write(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    // An earlier try that a power cut ended.
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(draft)?;
    // Whatever the service's mask is.
    out.set_permissions(Permissions::from_mode(MODE))?;
    out.write_all(bytes)?;
    out.sync_all()
}

#[cfg(test)]
mod tests;
