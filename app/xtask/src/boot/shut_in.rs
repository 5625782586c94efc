//! The root of the part `shut-in`: the Debian of the other parts, with what shuts the image's machine
//! laid into it, verbatim.
//!
//! What differs from the image: its address is not asked for by DHCP, its kernel has everything as
//! modules, and there is a debug shell.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result, ensure};

use super::{disk, ours};
use crate::{package::acceptance, run::step};

/// What the image has, and the trial's other disks have not.
const ALSO: &[&str] = &["nftables", "systemd-timesyncd"];

/// The image's files, and where its recipe puts them.
const FILES: &[(&str, &str)] = &[
    ("udev/70-machitap-usb.rules", "usr/lib/udev/rules.d"),
    ("udev/60-machitap-keys.rules", "usr/lib/udev/rules.d"),
    ("libexec/usb", "usr/libexec/machitap"),
    ("firewall/machitap.nft", "usr/share/machitap/firewall"),
    ("system/machitap-firewall.service", "usr/lib/systemd/system"),
    ("console/keys.map", "usr/share/machitap/console"),
    ("system/machitap-keys.service", "usr/lib/systemd/system"),
    ("sysctl.d/60-machitap.conf", "usr/lib/sysctl.d"),
    (
        "system.conf.d/60-machitap.conf",
        "usr/lib/systemd/system.conf.d",
    ),
    (
        "timesyncd.conf.d/60-machitap.conf",
        "usr/lib/systemd/timesyncd.conf.d",
    ),
];

/// What the trial adds: a town's time server, told by the network, and a port that somebody left open.
/// It is opened by the trial.
const ADDED: &[(&str, &str)] = &[
    (
        "etc/systemd/network/10-boot.network.d/time.conf",
        "[Network]\nNTP=10.0.2.2\n",
    ),
    (
        "etc/systemd/system/open-door.socket",
        "[Socket]\nListenStream=2222\nAccept=yes\n",
    ),
    (
        "etc/systemd/system/open-door@.service",
        "[Service]\nExecStart=/bin/echo come in\nStandardOutput=socket\n",
    ),
];

const RECIPE: &str =
    "yocto-layer/meta-machitap/recipes-machitap/machitap-system/machitap-system_0.1.0.bb";
/// Its line that names the units without which nobody logs in on a console.
const MASKED: &str = "for unit in ";
/// Its line without which a keyboard boots the machine.
const NO_BOOT: &str = "ln -s /dev/null ${D}${sysconfdir}/systemd/system/ctrl-alt-del.target";

const SIZE: &str = "2G";

/// Makes `root.img`, kernel and initramfs, unless those that are there are of the same files.
pub(super) fn make(machine: &Path, debs: &[std::path::PathBuf]) -> Result<()> {
    let kiosk = disk::kiosk(debs)?;
    let with = disk::packages(kiosk, ALSO)?;
    let base = disk::base(machine, "shut-in", &with)?;
    let (files, finish) = (files()?, finish()?);
    let made_from = format!("{}{files:?}{finish}{SIZE}", disk::made_from(kiosk, &with)?);
    let to = machine.join("shut-in");
    let note = to.join("from");
    if fs::read_to_string(&note).is_ok_and(|had| had == made_from) {
        return Ok(());
    }
    step("a machine that is shut");
    let _ = fs::remove_dir_all(&to);
    let root = to.join("root");
    fs::create_dir_all(&to)?;
    let mut also = vec![("etc/fstab", disk::FSTAB)];
    also.extend(files.iter().map(|(at, text)| (at.as_str(), text.as_str())));
    also.extend(ADDED);
    disk::lay(&base, &root, kiosk, &also)?;
    let program = root.join("usr/libexec/machitap/usb");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
    acceptance::play(&root, "shutting it", &finish)?;
    disk::kernel(&root, &to)?;
    disk::image(&root, &to.join("root.img"), SIZE)?;
    fs::remove_dir_all(&root)?;
    Ok(fs::write(note, made_from)?)
}

/// The image's files, by where they lie.
fn files() -> Result<Vec<(String, String)>> {
    let one = |(from, to): &(&str, &str)| {
        let name = from.rsplit('/').next().context("a name")?;
        Ok((
            format!("{to}/{name}"),
            ours(&format!("systemd/image/{from}"))?,
        ))
    };
    FILES.iter().map(one).collect()
}

/// The firewall's unit enabled and the consoles masked, as by the recipe.
fn finish() -> Result<String> {
    let recipe = ours(RECIPE)?;
    let masked = recipe
        .lines()
        .find_map(|line| line.trim().strip_prefix(MASKED)?.strip_suffix("; do"))
        .context("the recipe masks no console")?;
    ensure!(
        recipe.lines().any(|line| line.trim() == NO_BOOT),
        "the recipe lets Ctrl+Alt+Del boot"
    );
    Ok(format!(
        "mkdir -p /etc/machitap/firewall.d\n\
         systemctl enable machitap-firewall.service machitap-keys.service systemd-timesyncd.service\n\
         for unit in {masked}; do systemctl mask $unit.service; done\n\
         systemctl mask ctrl-alt-del.target\n"
    ))
}
