//! The directory of a stage: short, private, gone afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, Once, PoisonError},
    thread,
};

use anyhow::{Context, Result};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// Set to keep the directories, to look into them.
pub(super) const KEEP_VARIABLE: &str = "MACHITAP_KEEP_STAGE";

static DIRS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static WATCH: Once = Once::new();

/// A directory that is removed when this is dropped, and when the process is told to end.
#[derive(Debug)]
pub struct Dir(PathBuf);

impl Dir {
    /// A new one among the system's temporary files; its path is short enough for sockets.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn temporary() -> Result<Self> {
        Self::inside(&std::env::temp_dir())
    }

    /// A new one in that directory.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn inside(parent: &Path) -> Result<Self> {
        watch()?;
        let dir = tempfile::Builder::new()
            .prefix("mt")
            .rand_bytes(5)
            .tempdir_in(parent)
            .with_context(|| format!("a directory in {}", parent.display()))?
            .keep();
        dirs().push(dir.clone());
        Ok(Self(dir))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        dirs().retain(|dir| *dir != self.0);
        remove(&self.0);
    }
}

fn dirs() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    DIRS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(dir: &Path) {
    if std::env::var_os(KEEP_VARIABLE).is_some() {
        eprintln!("kept: {}", dir.display());
    } else if let Err(error) = fs::remove_dir_all(dir) {
        eprintln!("{} stays: {error}", dir.display());
    }
}

/// On a signal to end: the directories go; the children go with the process by themselves.
fn watch() -> Result<()> {
    let mut result = Ok(());
    WATCH.call_once(|| {
        result = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(anyhow::Error::from)
            .and_then(|mut signals| {
                let watcher = thread::Builder::new().name("signals".into());
                watcher.spawn(move || {
                    if let Some(signal) = signals.forever().next() {
                        for dir in dirs().drain(..) {
                            remove(&dir);
                        }
                        std::process::exit(128 + signal);
                    }
                })?;
                Ok(())
            });
    });
    result
}
