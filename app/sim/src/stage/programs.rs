//! Where the programs of the stage are.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// The directory with our own programs, when they are not beside this one.
pub(super) const DIR_VARIABLE: &str = "MACHITAP_BIN_DIR";

/// What the stage runs.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `machitap-kiosk`, built with its feature `offscreen`.
    pub kiosk: PathBuf,
    /// `machitap-city`.
    pub city: PathBuf,
    /// Debian's mosquitto.
    pub broker: PathBuf,
}

impl Programs {
    /// Finds them.
    ///
    /// # Errors
    /// When one is missing; says how it is had.
    pub fn find() -> Result<Self> {
        let dirs = own_dirs();
        let own = |name: &str| {
            let found = dirs.iter().map(|dir| dir.join(name)).find(|p| p.is_file());
            match found {
                Some(path) => Ok(path),
                None => bail!(
                    "{name} is not built: `cargo build -p machitap-kiosk -p machitap-city \
                     --features machitap-kiosk/offscreen`, or `cargo xtask demo` / `test`, which \
                     do it ({DIR_VARIABLE} names another directory than {})",
                    dirs.first()
                        .map_or_else(String::new, |d| d.display().to_string()),
                ),
            }
        };
        Ok(Self {
            kiosk: own("machitap-kiosk")?,
            city: own("machitap-city")?,
            broker: installed("mosquitto")?,
        })
    }
}

fn own_dirs() -> Vec<PathBuf> {
    if let Some(dir) = env::var_os(DIR_VARIABLE) {
        return vec![dir.into()];
    }
    // A program lies in target/PROFILE, a test in target/PROFILE/deps.
    let here = env::current_exe().unwrap_or_default();
    here.ancestors()
        .skip(1)
        .take(2)
        .map(Path::to_owned)
        .collect()
}

fn installed(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|dir| dir.join(name))
        .find(|path| path.is_file());
    match found {
        Some(path) => Ok(path),
        None => bail!("{name} is not installed: `cargo xtask setup`"),
    }
}
