//! The disks of a machine with two releases, as the factory leaves them.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    disk,
    machine::{Place, Slot},
};

/// Room for the bundles of the longest part, and twice the kiosk's own.
const DATA: &str = "1G";
/// Its size in the image.
const AUTOBOOT: u64 = 16 << 20;
/// What machitap-boot-image deploys.
const FIRST: &str = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n";

/// Makes them: a release in A, nothing in B.
///
/// # Errors
/// When a tool refuses, or the disk below is full.
pub(crate) fn make(place: &Place) -> Result<()> {
    let made = place.made.join("releases");
    let first = made.join("root.img");
    disk::copy(&first, &place.root(Slot::A))?;
    let size = fs::metadata(&first)?.len();
    fs::File::create(place.root(Slot::B))?.set_len(size)?;
    disk::make_with(&place.data(), "data", DATA, Some(&made.join("data")))?;
    autoboot(&place.autoboot())
}

fn autoboot(disk: &Path) -> Result<()> {
    fs::File::create(disk)?.set_len(AUTOBOOT)?;
    disk::run(Command::new("mkfs.vfat").args(["-n", "autoboot"]).arg(disk))?;
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("autoboot.txt");
    fs::write(&file, FIRST)?;
    let mut copy = Command::new("mcopy");
    disk::run(copy.arg("-i").arg(disk).arg(file).arg("::")).map(drop)
}
