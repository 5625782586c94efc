//! Debian's libraries that a program is linked with.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::run::workspace;

/// What dpkg-shlibdeps found for a package that was made: what it depends on, less what its
/// manifest says by hand.
pub(crate) fn linked(deb: &Path, package: &str) -> Result<Vec<String>> {
    let out = Command::new("dpkg-deb")
        .arg("-f")
        .arg(deb)
        .arg("Depends")
        .output()
        .context("dpkg-deb")?;
    let room = package.strip_prefix("machitap-").unwrap_or(package);
    let path = workspace().join("app").join(room).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(&path)
        .with_context(|| path.display().to_string())?
        .parse()?;
    let by_hand = manifest["package"]["metadata"]["deb"]["depends"]
        .as_str()
        .with_context(|| format!("{}: no depends", path.display()))?;
    Ok(found(&String::from_utf8(out.stdout)?, by_hand))
}

fn found(depends: &str, by_hand: &str) -> Vec<String> {
    let by_hand: BTreeSet<&str> = each(by_hand).map(name).collect();
    each(depends)
        .filter(|one| !by_hand.contains(name(one)))
        .map(str::to_owned)
        .collect()
}

fn each(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|one| !one.is_empty())
}

/// Without version.
pub(super) fn name(one: &str) -> &str {
    one.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_by_hand_is_not_linked() {
        let depends = "libc6 (>= 2.34), libudev1 (>= 183), pcscd, debconf (>= 0.5) | debconf-2.0\n";
        let linked = found(depends, "$auto, pcscd, debconf (>= 0.5) | debconf-2.0");
        assert_eq!(linked, ["libc6 (>= 2.34)", "libudev1 (>= 183)"]);
    }
}
