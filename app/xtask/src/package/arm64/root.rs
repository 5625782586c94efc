//! The Debians of this lane: one that builds for the other processor, one that is the other.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    run::{step, succeed, workspace},
    setup::{self, Package},
};

pub(super) const TOOLS: [Package; 1] = [setup::package("mmdebstrap", "makes a Debian to build in")];

/// What builds. The compiler is the one that Debian's security team keeps for its browsers: rustup
/// is not needed, and the base stays Debian 12's.
const BUILDER: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "libstd-rust-web-dev",
    "libstd-rust-web-dev:arm64",
    "gcc",
    "libc6-dev",
    "gcc-aarch64-linux-gnu",
    "libc6-dev:arm64",
    "dpkg-dev",
    "pkg-config",
    "qemu-user-static",
    "libpcsclite-dev:arm64",
    "libudev-dev:arm64",
    "libinput-dev:arm64",
    "libxkbcommon-dev:arm64",
    "libfontconfig-dev:arm64",
];

/// A Debian 12 of this processor with the other's libraries and compiler; made once.
pub(super) fn builder(place: &Path) -> Result<PathBuf> {
    let root = make(place, "builder", "amd64,arm64", BUILDER)?;
    let said = Command::new("chroot")
        .arg(&root)
        .args(["/usr/bin/rustc", "--version"])
        .output()
        .context("chroot")?;
    new_enough(&String::from_utf8_lossy(&said.stdout), &wanted()?)?;
    Ok(root)
}

/// A Debian 12 of the other processor with these packages; its own programs are run as they are
/// installed, and need the emulation.
pub(super) fn other(place: &Path, with: &[&str]) -> Result<PathBuf> {
    make(place, "other", "arm64", with)
}

/// Made once, and anew when its packages are others.
fn make(place: &Path, name: &str, processors: &str, with: &[&str]) -> Result<PathBuf> {
    let root = place.join(name);
    let list = place.join(format!("{name}.list"));
    let with = with.join(",");
    if root.exists() && fs::read_to_string(&list).is_ok_and(|had| had == with) {
        return Ok(root);
    }
    step(&format!(
        "a Debian 12, {name}, for {processors} (minutes, once)"
    ));
    let half = place.join(format!("{name}-half"));
    for dir in [&half, &root] {
        if dir.exists() {
            fs::remove_dir_all(dir).with_context(|| dir.display().to_string())?;
        }
    }
    succeed(
        Command::new("mmdebstrap")
            .args(["--quiet", "--variant=minbase"])
            // It asks a tool for what is arranged already.
            .arg("--skip=check/qemu")
            .args(["--aptopt=APT::Install-Recommends \"false\""])
            .arg(format!("--architectures={processors}"))
            .arg(format!("--include={with}"))
            .arg("bookworm")
            .arg(&half),
    )
    .context("the Debian could not be made; is there a network?")?;
    // Its name says that it is whole.
    fs::rename(half, &root)?;
    fs::write(list, with)?;
    Ok(root)
}

/// The compiler that `Cargo.toml` asks for.
fn wanted() -> Result<String> {
    let manifest: toml::Table = fs::read_to_string(workspace().join("Cargo.toml"))?.parse()?;
    manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .map(str::to_owned)
        .context("Cargo.toml: no rust-version")
}

/// `said` is `rustc --version`'s.
fn new_enough(said: &str, wanted: &str) -> Result<()> {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let has = said.split_whitespace().nth(1).and_then(numbers);
    if has.is_none() || has < numbers(wanted) {
        bail!(
            "Debian's rustc-web says {said:?} and Cargo.toml wants {wanted}: is the security suite \
             of Debian 12 among the sources? Else wait for it, or lower rust-version"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_compiler_is_refused() {
        let said = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\n";
        new_enough(said, "1.95").unwrap();
        new_enough(said, "1.96").unwrap();
        assert!(new_enough(said, "1.97").is_err());
        assert!(new_enough("", "1.95").is_err());
        assert!(new_enough("rustc 1.100.0", "1.95").is_ok());
    }

    #[test]
    fn the_workspace_says_what_it_wants() {
        assert!(wanted().unwrap().starts_with("1."));
    }
}
