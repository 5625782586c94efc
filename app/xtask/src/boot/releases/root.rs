//! The root of a release.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::super::{disk, ours};
use crate::{
    package::acceptance,
    run::{succeed, workspace},
};

const LAYER: &str = "yocto-layer/meta-machitap";
/// Where RAUC finds its configuration, and beside it the keyring.
pub(super) const KEYRING: &str = "etc/rauc/keyring.pem";
/// What a bundle must be for.
pub(super) const COMPATIBLE: &str = "machitap-qemu";
/// What the layer's preinit is told (overlayfs-etc.bbclass), and what it is told here.
const PREINIT: [(&str, &str); 5] = [
    ("OVERLAYFS_ETC_DEVICE", "/dev/vdc"),
    ("OVERLAYFS_ETC_MOUNT_POINT", "/data"),
    ("OVERLAYFS_ETC_FSTYPE", "ext4"),
    ("OVERLAYFS_ETC_MOUNT_OPTIONS", "defaults,noatime"),
    ("SBIN_INIT_NAME", "/sbin/init.orig"),
];
/// Where what is above /etc lies on the data partition.
const UPPER: &str = "overlay-etc/upper";
/// The image's two roots, and what they are here.
const SLOTS: [(&str, &str); 2] = [
    ("/dev/mmcblk0p5", "/dev/vda"),
    ("/dev/mmcblk0p6", "/dev/vdb"),
];

/// The image's programs and units that an update goes through, verbatim.
const PROGRAMS: [&str; 2] = ["health", "update"];
const UNITS: [&str; 11] = [
    "machitap-healthy.service",
    "machitap-rollback.service",
    "machitap-tried.service",
    "machitap-update.service",
    "machitap-update.path",
    "machitap-reboot.service",
    "machitap-reboot.path",
    "machitap-kept.service",
    "var-lib.mount",
    "var-log.mount",
    "emergency.service.d/10-machitap.conf",
];

/// meta-rauc's, which Debian's package has not.
const MARK_GOOD: &str = "[Unit]
Description=Rauc Good-marking Service
After=boot-complete.target
Requires=boot-complete.target

[Service]
Type=oneshot
ExecStart=/usr/bin/rauc status mark-good

[Install]
WantedBy=multi-user.target
";

/// What else is not on the root, which nobody writes to.
const FSTAB: &str = "tmpfs /tmp tmpfs mode=1777 0 0
tmpfs /var/tmp tmpfs mode=1777 0 0
tmpfs /var/cache tmpfs mode=0755 0 0
";

/// Every module that a kiosk, its disks and RAUC need in QEMU; the others are most of a Debian.
const MODULES: &str = "virtio_pci virtio_blk virtio_net virtio_gpu virtio_input virtio_console \
    virtio_rng ext4 overlay crc32c_generic vfat nls_cp437 nls_ascii nls_iso8859-1 nls_utf8 loop dm_verity \
    sha256_generic squashfs xhci_pci evdev button autofs4 fuse configfs efi_pstore";

const FINISH: &str = r#"
    for each in data autoboot; do mkdir -p /$each; done
    for unit in healthy.service tried.service update.service update.path reboot.path kept.service; do
        systemctl enable machitap-$unit
    done
    systemctl enable var-lib.mount var-log.mount rauc-mark-good.service

    kernel=$(basename /lib/modules/*)
    for module in $MODULES; do
        modprobe --set-version $kernel --show-depends $module || echo "none $module" >&2
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u >/keep
    find /lib/modules/$kernel/kernel -name '*.ko*' | grep -vxFf /keep | xargs rm
    rm /keep
    depmod $kernel

    mv /usr/sbin/init /usr/sbin/init.orig
    mv /preinit /usr/sbin/init
    chmod 755 /usr/sbin/init

    # The kernel is given from outside; nobody looks for these here.
    rm -rf /boot/* /usr/share/fonts/opentype/noto/NotoSerif* /var/cache/* /var/lib/apt/* /usr/lib/firmware
    sed -i 's/^VERSION_ID=.*/VERSION_ID="1"/' /usr/lib/os-release
"#;

/// Room for it, and for a release that is a little larger.
pub(super) const SIZE: &str = "448M";

/// Makes `root.img`, kernel, initramfs and `data`, the first content of the data disk.
pub(super) fn make(to: &Path, base: &Path, kiosk: &Path) -> Result<()> {
    let root = to.join("root");
    let files = files()?;
    let also: Vec<(&str, &str)> = files
        .iter()
        .map(|(at, s)| (at.as_str(), s.as_str()))
        .collect();
    disk::lay(base, &root, kiosk, &also)?;
    for (path, _) in files.iter().filter(|(path, _)| path.contains("/libexec/")) {
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(0o755))?;
    }
    keys(to)?;
    fs::copy(to.join("keys/ca.cert.pem"), root.join(KEYRING))?;
    disk::kernel(&root, to)?;
    let finish = format!("MODULES='{MODULES}'\n{FINISH}");
    acceptance::play(&root, "making a release of it", &finish)?;
    let data = to.join("data");
    for dir in ["lib", "log", UPPER] {
        fs::create_dir_all(data.join(dir))?;
    }
    let mut copy = Command::new("cp");
    succeed(
        copy.arg("-a")
            .arg(root.join("etc/machitap"))
            .arg(data.join(UPPER)),
    )?;
    disk::image(&root, &to.join("root.img"), SIZE)?;
    Ok(fs::remove_dir_all(&root)?)
}

/// The town's key that signs releases, and another town's.
fn keys(to: &Path) -> Result<()> {
    for name in ["keys", "other-keys"] {
        let mut make = Command::new("sh");
        make.arg(workspace().join("yocto-layer/make-keys.sh"));
        let out = make.arg(to.join(name)).output()?;
        ensure!(
            out.status.success(),
            "make-keys.sh: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(())
}

/// The files of the image in this root, by where they lie.
fn files() -> Result<Vec<(String, String)>> {
    let mut all = vec![
        ("preinit".to_owned(), preinit()?),
        ("etc/fstab".to_owned(), fstab()?),
        ("etc/rauc/system.conf".to_owned(), system_conf()?),
        (
            "usr/libexec/machitap/tryboot".to_owned(),
            ours(&format!(
                "{LAYER}/recipes-machitap/machitap-system/files/tryboot"
            ))?,
        ),
        (
            "etc/systemd/system/rauc-mark-good.service".to_owned(),
            MARK_GOOD.to_owned(),
        ),
    ];
    for name in PROGRAMS {
        let text = ours(&format!("systemd/image/libexec/{name}"))?;
        all.push((format!("usr/libexec/machitap/{name}"), text));
    }
    for name in UNITS {
        let text = ours(&format!("systemd/image/system/{name}"))?;
        all.push((format!("usr/lib/systemd/system/{name}"), text));
    }
    Ok(all)
}

/// As the layer mounts the data and the firmware's file, by its own lines.
fn fstab() -> Result<String> {
    let recipe = ours(&format!(
        "{LAYER}/recipes-core/base-files/base-files_%.bbappend"
    ))?;
    let line = |label: &str| {
        let line = recipe
            .lines()
            .filter_map(|line| line.split('"').nth(1))
            .find(|line| line.starts_with(&format!("LABEL={label} ")));
        line.with_context(|| format!("the layer mounts no {label}"))
    };
    Ok(format!("{}\n{}\n{FSTAB}", line("data")?, line("autoboot")?))
}

/// The layer's, as the class fills it: Python's `str.format`.
fn preinit() -> Result<String> {
    let mut text = ours(&format!("{LAYER}/files/machitap-preinit.sh.in"))?;
    for (name, here) in PREINIT {
        text = text.replace(&format!("{{{name}}}"), here);
    }
    let text = text.replace("{{", "{").replace("}}", "}");
    ensure!(
        !text.contains("{O") && !text.contains("{S"),
        "the preinit has a place nobody fills"
    );
    Ok(text)
}

/// That of a Raspberry Pi 5, without the slots of its boot partitions.
fn system_conf() -> Result<String> {
    let text = ours(&format!(
        "{LAYER}/recipes-core/rauc/files/raspberrypi5/system.conf"
    ))?;
    let keyring = KEYRING.rsplit('/').next().context("a name")?;
    let mut text = text
        .replace("@COMPATIBLE@", COMPATIBLE)
        .replace("@KEYRING@", keyring);
    for (there, here) in SLOTS {
        ensure!(text.contains(there), "system.conf names no {there}");
        text = text.replace(there, here);
    }
    let sections: Vec<&str> = text
        .split("\n\n")
        .filter(|section| !section.starts_with("[slot.boot."))
        .collect();
    Ok(sections.join("\n\n") + "\n")
}

/// Says the same as long as it would come out the same.
pub(super) fn made_from() -> Result<String> {
    Ok(format!("{:?}{MODULES}{FINISH}{SIZE}", files()?))
}
