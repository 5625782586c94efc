//! The database as a whole: copied, checked, raised above its own past.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use rusqlite::params;

use super::{Db, DbError, int};

impl Db {
    /// Writes all of it, as of now, to a new file. Whoever writes to it meanwhile goes on.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn copy_to(&self, path: &Path) -> Result<(), DbError> {
        let file = |why| DbError::File(path.display().to_string(), why);
        let name = path
            .to_str()
            .ok_or_else(|| DbError::Damaged(format!("{} is no text", path.display())))?;
        self.conn.execute("VACUUM INTO ?1", [name])?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(file)?;
        fs::File::open(path)
            .and_then(|copy| copy.sync_all())
            .map_err(file)
    }

    /// Checks every page, every index and every reference.
    ///
    /// # Errors
    /// [`DbError::Damaged`] with what SQLite says first.
    pub fn whole(&self) -> Result<(), DbError> {
        let said: String = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if said == "ok" {
            Ok(())
        } else {
            Err(DbError::Damaged(said))
        }
    }

    /// Raises the versions of all documents by so much and makes each be published anew; none
    /// goes out as it is, for what is sealed is sealed to its version.
    ///
    /// # Errors
    /// [`DbError`]; then all is as before.
    pub fn leap(&self, by: u64) -> Result<(), DbError> {
        // A fingerprint that no content has.
        self.conn.execute(
            "UPDATE document SET version = version + ?1, fingerprint = zeroblob(32), \
             sent = 1",
            params![int(by)?],
        )?;
        Ok(())
    }
}
