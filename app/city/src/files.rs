//! Files with the modes they need.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only its owner: keys.
    Private,
    /// Everybody on this machine.
    Public,
}

/// Makes a directory only its owner may enter, and those above it.
///
/// # Errors
/// As the system says.
pub fn private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Writes a whole file in one step: under another name first, flushed, then renamed, so
/// that no reader and no power cut meets half of it.
///
/// # Errors
/// As the system says.
pub fn write(path: &Path, mode: Mode, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let draft = path.with_file_name(name);
    let bits = match mode {
        Mode::Private => 0o600,
        Mode::Public => 0o644,
    };
    match fs::remove_file(&draft) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(bits)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    if let Some(parent) = path.parent() {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_only_its_owners_also_when_it_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        write(&path, Mode::Public, b"1").unwrap();
        write(&path, Mode::Private, b"2").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
