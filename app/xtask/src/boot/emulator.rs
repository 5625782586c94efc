//! QEMU, in a directory of its own.
//!
//! Debian 12's is too old for a touch screen (`virtio-multitouch-pci`, 8.1), and cannot be installed
//! beside a newer `qemu-utils`. The next Debian's, unpacked and started by its own loader, changes
//! nothing on this machine.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::run::{step, succeed};

const SUITE: &str = "trixie";

/// Fetches the package of a kind of machine, unless it is there.
pub(crate) fn fetch(package: &str, program: &str, machine: &Path) -> Result<()> {
    let to = machine.join("qemu");
    if to.join("usr/bin").join(program).exists() {
        return Ok(());
    }
    step("fetching QEMU (once)");
    let half = machine.join("qemu-half");
    for dir in [&half, &to] {
        let _ = fs::remove_dir_all(dir);
    }
    succeed(
        Command::new("mmdebstrap")
            .args(["--quiet", "--variant=extract"])
            .args(["--aptopt=APT::Install-Recommends \"false\""])
            .args([&format!("--include={package}"), SUITE])
            .arg(&half),
    )
    .context("QEMU could not be fetched; is there a network?")?;
    // Its name says that it is whole.
    Ok(fs::rename(half, to)?)
}
