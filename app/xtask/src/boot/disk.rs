//! The machine's disk: a fresh Debian 12 with its own kernel, the kiosk's package and what the
//! trial needs to see into it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, bail};

use crate::{
    package::acceptance,
    run::{step, succeed},
};

/// What makes a Debian a machine.
const MACHINE: &[&str] = &[
    "systemd-sysv",
    "udev",
    "dbus",
    "kmod",
    "e2fsprogs",
    "iproute2",
    "linux-image-amd64",
    "initramfs-tools",
    "zstd",
];

/// All the kernel needs to find its disk. Before it is installed: its installation makes the
/// initramfs.
const INITRAMFS: &str = r#"
    mkdir -p "$1/etc/initramfs-tools/conf.d"
    echo MODULES=list >"$1/etc/initramfs-tools/conf.d/machitap"
    printf 'virtio_pci\nvirtio_blk\next4\n' >"$1/etc/initramfs-tools/modules"
"#;

/// Documentation and translations, which nobody reads there.
const LEFT_OUT: [&str; 3] = ["doc", "man", "locale"];

/// The disk whose power is cut. As in the image, state is not on the root file system.
pub(super) const FSTAB: &str =
    "LABEL=machitap /var/lib/machitap ext4 defaults,x-systemd.device-timeout=300s 0 2\n";

/// What the trial adds, by where it lies. None of it changes what the kiosk does; the unit's
/// hardening stays, but for the one port its trace goes out by.
const ADDED: &[(&str, &str)] = &[
    ("etc/hostname", "kiosk\n"),
    (
        "etc/systemd/network/10-boot.network",
        "[Match]\nName=en*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n\
         LinkLocalAddressing=no\n",
    ),
    (
        "etc/systemd/journald.conf.d/90-boot.conf",
        "[Journal]\nForwardToConsole=yes\nTTYPath=/dev/ttyS0\nMaxLevelConsole=info\n",
    ),
    (
        "etc/udev/rules.d/90-boot.rules",
        "SUBSYSTEM==\"virtio-ports\", ATTR{name}==\"machitap.trace\", MODE=\"0666\", \
         TAG+=\"systemd\"\n",
    ),
    (
        "etc/systemd/system/machitap-kiosk.service.d/90-boot.conf",
        "[Unit]\n\
         Requires=dev-virtio\\x2dports-machitap.trace.device\n\
         After=dev-virtio\\x2dports-machitap.trace.device\n\
         [Service]\n\
         ExecStart=\n\
         ExecStart=/usr/bin/machitap-kiosk --config /etc/machitap/kiosk.toml \
         --trace /dev/virtio-ports/machitap.trace\n\
         DeviceAllow=char-virtio-portsdev rw\n",
    ),
];

/// The last touches, in the new root.
const FINISH: &str = r#"
    dpkg -i /machitap-kiosk.deb
    rm /machitap-kiosk.deb
    # Without /proc the package leaves this to the first boot; the trial enrols before.
    install -d /etc/machitap/enrolment
    systemd-machine-id-setup
    systemctl enable systemd-networkd
    systemctl mask systemd-networkd-wait-online.service serial-getty@ttyS0.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        e2scrub_reap.service fstrim.timer systemd-pcrphase.service
    # Every boot begins with this disk: none of them is to be the first.
    touch /etc/.updated /var/.updated
"#;

const SIZE: &str = "2G";

/// Makes root file system, kernel and initramfs, unless those that are there are of these
/// packages.
pub(super) fn make(machine: &Path, debs: &[PathBuf]) -> Result<()> {
    let kiosk = kiosk(debs)?;
    let with = packages(kiosk, &[])?;
    let base = base(machine, "base", &with)?;
    let made_from = made_from(kiosk, &with)?;
    let note = machine.join("root.from");
    if fs::read_to_string(&note).is_ok_and(|had| had == made_from) {
        return Ok(());
    }
    step("the machine's disk");
    let root = machine.join("root");
    let _ = fs::remove_file(&note);
    lay(&base, &root, kiosk, &[("etc/fstab", FSTAB)])?;
    kernel(&root, machine)?;
    image(&root, &machine.join("root.img"), SIZE)?;
    fs::remove_dir_all(&root)?;
    Ok(fs::write(note, made_from)?)
}

/// The kiosk's package among them.
pub(super) fn kiosk(debs: &[PathBuf]) -> Result<&Path> {
    debs.iter()
        .map(PathBuf::as_path)
        .find(|deb| deb.to_string_lossy().contains("machitap-kiosk_"))
        .context("the kiosk's package")
}

/// What has to be installed for it, and for a machine.
pub(super) fn packages(kiosk: &Path, also: &[&str]) -> Result<BTreeSet<String>> {
    let mut with = acceptance::depends(&[kiosk.to_owned()])?;
    with.extend(MACHINE.iter().chain(also).map(|name| (*name).to_owned()));
    Ok(with)
}

/// Unpacks a Debian into a new directory and installs the kiosk in it.
pub(super) fn lay(base: &Path, root: &Path, kiosk: &Path, also: &[(&str, &str)]) -> Result<()> {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root)?;
    let mut unpack = Command::new("tar");
    succeed(unpack.arg("-C").arg(root).arg("-xf").arg(base))?;
    for (path, text) in ADDED.iter().chain(also) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().context("a directory")?)?;
        fs::write(path, text)?;
    }
    fs::copy(kiosk, root.join("machitap-kiosk.deb"))?;
    acceptance::play(root, "installing the kiosk", FINISH)
}

/// Copies kernel and initramfs out of it.
pub(super) fn kernel(root: &Path, to: &Path) -> Result<()> {
    for (name, link) in [("vmlinuz", "vmlinuz"), ("initrd", "initrd.img")] {
        // A link relative to the new root.
        let file = root.join(fs::read_link(root.join(link))?);
        fs::copy(&file, to.join(name)).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// A file system of that directory.
pub(super) fn image(root: &Path, image: &Path, size: &str) -> Result<()> {
    let _ = fs::remove_file(image);
    succeed(
        Command::new("mke2fs")
            .args(["-q", "-t", "ext4", "-L", "root", "-d"])
            .arg(root)
            .arg(image)
            .arg(size),
    )
}

/// A Debian 12 with these packages, kept as an archive of that name.
pub(super) fn base(machine: &Path, name: &str, with: &BTreeSet<String>) -> Result<PathBuf> {
    let archive = machine.join(format!("{name}.tar"));
    let list = machine.join(format!("{name}.list"));
    let with = with
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(",");
    if archive.exists() && fs::read_to_string(&list).is_ok_and(|had| had == with) {
        return Ok(archive);
    }
    step("a Debian 12 to boot (minutes, once)");
    let _ = fs::remove_file(&list);
    let left_out = LEFT_OUT.map(|dir| format!("--dpkgopt=path-exclude=/usr/share/{dir}/*"));
    succeed(
        Command::new("mmdebstrap")
            .args(["--quiet", "--variant=minbase"])
            .args(["--aptopt=APT::Install-Recommends \"false\""])
            .args(left_out)
            .arg(format!("--essential-hook={INITRAMFS}"))
            .arg(format!("--include={with}"))
            .arg("bookworm")
            .arg(&archive),
    )
    .context("the Debian could not be made; is there a network?")?;
    fs::write(list, with)?;
    Ok(archive)
}

/// Says the same as long as the disk would come out the same.
pub(super) fn made_from(kiosk: &Path, with: &BTreeSet<String>) -> Result<String> {
    let about = fs::metadata(kiosk)?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    if about.len() == 0 {
        bail!("{} is empty", kiosk.display());
    }
    Ok(format!(
        "{}\n{} bytes, {changed}\n{with:?}\n{FSTAB}{ADDED:?}\n{FINISH}{SIZE}\n",
        kiosk.display(),
        about.len(),
    ))
}
