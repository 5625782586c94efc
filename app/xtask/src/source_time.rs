//! The time a package is of: the source's, so that who builds it later gets the same bytes.

use std::{env, process::Command};

use anyhow::{Context, Result, bail};

use crate::run::workspace;

/// What compilers and packers read it from (reproducible-builds.org).
pub(crate) const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Seconds since 1970: as the variable says, or of the last commit.
pub(crate) fn seconds() -> Result<u64> {
    if let Ok(text) = env::var(VARIABLE) {
        return text
            .parse()
            .with_context(|| format!("{VARIABLE} is {text:?} and not seconds since 1970"));
    }
    let out = Command::new("git")
        .args(["log", "-1", "--format=%ct"])
        .current_dir(workspace())
        .output()
        .context("git")?;
    let text = String::from_utf8(out.stdout)?;
    match text.trim().parse() {
        Ok(seconds) => Ok(seconds),
        Err(_) => bail!(
            "no commit says which time this source is of: set {VARIABLE} to seconds since 1970 ({})",
            String::from_utf8_lossy(&out.stderr).trim()
        ),
    }
}

/// As people and documents write it, in UTC.
pub(crate) fn written(seconds: u64) -> Result<String> {
    let out = Command::new("date")
        .args(["-u", "+%Y-%m-%dT%H:%M:%SZ", "-d"])
        .arg(format!("@{seconds}"))
        .output()
        .context("date")?;
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}
