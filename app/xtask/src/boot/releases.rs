//! The releases of the part `update`: a root that is as the image's as far as a Debian can be, with
//! the image's own scripts, units and RAUC configuration, and the bundles made of it.
//!
//! What differs from the image: the kernel is QEMU's `-kernel`, alike in all releases, so that
//! RAUC's system.conf has no slots for the boot partitions; the slots are disks, not partitions;
//! the firewall is left out, for the broker of the trial listens on any port; RAUC is Debian's 1.8.

mod bundles;
mod root;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::disk;
use crate::run::step;

/// What those of the image have, and the trial's other disk has not.
const ALSO: &[&str] = &["rauc", "rauc-service"];

/// Makes kernel, initramfs, the first release, the data disk's first content and the bundles,
/// unless those that are there are of the same files.
pub(super) fn make(machine: &Path, debs: &[PathBuf]) -> Result<()> {
    let kiosk = disk::kiosk(debs)?;
    let with = disk::packages(kiosk, ALSO)?;
    let base = disk::base(machine, "releases", &with)?;
    let to = machine.join("releases");
    let made_from = format!(
        "{}{}{}",
        disk::made_from(kiosk, &with)?,
        root::made_from()?,
        bundles::made_from()?
    );
    let note = to.join("from");
    if fs::read_to_string(&note).is_ok_and(|had| had == made_from) {
        return Ok(());
    }
    step("the releases");
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to)?;
    root::make(&to, &base, kiosk)?;
    bundles::make(&to)?;
    Ok(fs::write(note, made_from)?)
}
