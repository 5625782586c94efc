//! Bundles, and how they come to the kiosk.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::kiosk::Now;
use crate::{
    disk,
    machine::{Machine, Place},
};

/// Where the kiosk leaves what it fetched.
const FETCHED: &str = "/var/lib/machitap/update";
/// The same on the data disk.
const ON_DISK: &str = "/lib/machitap/update";

/// All that are ever laid; those of an earlier part make room for the next one's.
const NAMES: [&str; 7] = [
    "good",
    "weak",
    "dead",
    "flipped",
    "truncated",
    "other-key",
    "other-machine",
];
/// So much of a damaged bundle's middle is other than it was signed.
const FLIPPED: usize = 4096;

/// What `cargo xtask boot` made under that name.
pub(super) fn made(place: &Place, name: &str) -> PathBuf {
    place
        .made
        .join("releases/bundles")
        .join(format!("{name}.raucb"))
}

/// That bundle with some bytes of its payload changed: it opens, and is found out while it is
/// read.
pub(super) fn flipped(place: &Place, good: &Path) -> Result<PathBuf> {
    let mut bytes = fs::read(good)?;
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + FLIPPED] {
        *byte ^= 0x55;
    }
    let path = place.live.join("flipped.raucb");
    fs::write(&path, bytes)?;
    Ok(path)
}

/// The first half of that bundle.
pub(super) fn truncated(place: &Place, good: &Path) -> Result<PathBuf> {
    let bytes = fs::read(good)?;
    let path = place.live.join("truncated.raucb");
    fs::write(&path, &bytes[..bytes.len() / 2])?;
    Ok(path)
}

/// Lays bundles on the disk of a machine that was switched off in peace, each under its name, where
/// nothing looks at them.
pub(super) fn lay(place: &Place, bundles: &[(&str, PathBuf)]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let script = dir.path().join("orders");
    let mut orders = format!("mkdir /lib/machitap\nmkdir {ON_DISK}\n");
    for name in NAMES {
        orders += &format!("rm {ON_DISK}/{name}\n");
    }
    for (name, bundle) in bundles {
        orders += &format!("write {} {ON_DISK}/{name}\n", bundle.display());
    }
    fs::write(&script, orders)?;
    let debugfs = |args: &[&str]| {
        let mut command = Command::new("debugfs");
        disk::run(command.args(args).arg(place.data()))
    };
    debugfs(&["-w", "-f", &script.display().to_string()])?;
    // It says what it could not do, and ends well.
    for (name, bundle) in bundles {
        let shown = debugfs(&["-R", &format!("stat {ON_DISK}/{name}")])?;
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        let length = fs::metadata(bundle)?.len();
        ensure!(
            shown.contains(&format!("Size: {length}\n")),
            "{name} could not be laid on the disk: {shown}"
        );
    }
    Ok(())
}

/// One of those becomes what the kiosk has fetched: whole, by its last name. It can be delivered again:
/// the disk of a machine whose power was cut is not written to from outside before its own kernel has
/// mended it.
pub(super) fn deliver(machine: &mut Machine, name: &str) -> Result<()> {
    machine
        .run(&format!(
            "(cd {FETCHED} && ln -f {name} part && chown machitap: . part && sync && \
             setpriv --reuid=machitap --regid=machitap --clear-groups mv part bundle.raucb)"
        ))
        .with_context(|| format!("delivering {name}"))
        .map(drop)
}

/// As the kiosk does that serves nobody: of a bundle it did not fetch itself it knows nothing.
pub(super) fn agree_to_boot(machine: &mut Machine) -> Result<()> {
    machine
        .type_in(&format!(
            "setpriv --reuid=machitap --regid=machitap --clear-groups touch {FETCHED}/reboot\n"
        ))
        .context("agreeing to the boot")
}

/// Whether the bundle that was delivered is gone.
pub(super) fn gone(machine: &mut Machine) -> Result<bool> {
    let said = machine.ask(&format!("test -e {FETCHED}/bundle.raucb && echo there"))?;
    Ok(said.is_empty())
}

/// The line that the kiosk would tell the city.
pub(super) fn now(machine: &mut Machine) -> Result<String> {
    machine.ask("cat /var/lib/machitap-update/now")
}

/// How far an update has come, where nothing works on it any more. That it was written in an earlier
/// boot is no state: it will be written again.
pub(super) fn stands(machine: &mut Machine) -> Result<Option<Now>> {
    let said = machine.ask(
        "cd /var/lib/machitap-update; \
         [ \"$(systemctl is-active machitap-update)\" != activating ] || exit; \
         [ installed != \"$(cat now)\" ] || \
         [ \"$(cat boot)\" = \"$(cat /proc/sys/kernel/random/boot_id)\" ] || exit; \
         cat now",
    )?;
    Ok(match said.split(' ').next() {
        Some("installed") => Some(Now::Written),
        Some("kept" | "went-back" | "refused") => Some(Now::Ended(said)),
        _ => None,
    })
}
