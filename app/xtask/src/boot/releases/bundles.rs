//! The bundles: a good one, and those that a kiosk must not come to run.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::root::COMPATIBLE;
use crate::run::{prove, succeed};

/// A release that differs from the first in that.
struct Release {
    name: &'static str,
    version: u32,
    /// What debugfs does to its root.
    orders: &'static str,
}

const RELEASES: [Release; 3] = [
    Release {
        name: "good",
        version: 2,
        orders: "",
    },
    Release {
        // Its kiosk does not stand.
        name: "weak",
        version: 3,
        orders: "rm /usr/bin/machitap-kiosk\nsymlink /usr/bin/machitap-kiosk /bin/false\n",
    },
    Release {
        // It does not boot.
        name: "dead",
        version: 4,
        orders: "rm /usr/sbin/init\nsymlink /usr/sbin/init /bin/false\n",
    },
];

/// A verity bundle is read in blocks; how they are packed is not what is tried, and lz4 is what an
/// emulated processor unpacks fastest.
const PACKED: &str = "-comp lz4 -no-progress -quiet";

pub(super) fn make(to: &Path) -> Result<()> {
    fs::create_dir_all(to.join("bundles"))?;
    for release in RELEASES {
        let dir = to.join("release");
        fs::create_dir_all(&dir)?;
        let image = dir.join("rootfs.ext4");
        let mut copy = Command::new("cp");
        copy.arg("--sparse=always").arg(to.join("root.img"));
        succeed(copy.arg(&image))?;
        change(&image, &release)?;
        sign(
            to,
            &dir,
            &release.version.to_string(),
            COMPATIBLE,
            "keys",
            release.name,
        )?;
        fs::remove_dir_all(&dir)?;
    }
    // What these hold must never be looked at.
    let dir = to.join("release");
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("rootfs.ext4"), vec![7; 1 << 20])?;
    sign(to, &dir, "5", COMPATIBLE, "other-keys", "other-key")?;
    sign(to, &dir, "6", "machitap-other", "keys", "other-machine")?;
    Ok(fs::remove_dir_all(&dir)?)
}

fn change(image: &Path, release: &Release) -> Result<()> {
    let os_release = "/usr/lib/os-release";
    let dir = image.parent().context("a directory")?;
    let shown = Command::new("/usr/sbin/debugfs")
        .args(["-R", &format!("cat {os_release}")])
        .arg(image)
        .output()?;
    let had = String::from_utf8(shown.stdout)?;
    let wanted = had.replace(
        "VERSION_ID=\"1\"",
        &format!("VERSION_ID=\"{}\"", release.version),
    );
    ensure!(had != wanted, "{os_release} of the first release: {had}");
    fs::write(dir.join("os-release"), wanted)?;
    let mut debugfs = Command::new("/usr/sbin/debugfs")
        .current_dir(dir)
        .args(["-w", "-f", "-"])
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let orders = format!(
        "rm {os_release}\nwrite os-release {os_release}\n{}",
        release.orders
    );
    let mut into = debugfs.stdin.take().context("debugfs")?;
    into.write_all(orders.as_bytes())?;
    drop(into);
    ensure!(debugfs.wait()?.success(), "debugfs");
    fs::remove_file(dir.join("os-release"))?;
    // It says what it could not do, and ends well.
    succeed(
        Command::new("/usr/sbin/e2fsck")
            .args(["-f", "-n"])
            .arg(image)
            .stdout(Stdio::null()),
    )
}

/// Makes a bundle of the directory.
fn sign(
    to: &Path,
    dir: &Path,
    version: &str,
    compatible: &str,
    keys: &str,
    name: &str,
) -> Result<()> {
    let manifest = format!(
        "[update]\ncompatible={compatible}\nversion={version}\n\n[bundle]\nformat=verity\n\n\
         [image.rootfs]\nfilename=rootfs.ext4\n"
    );
    fs::write(dir.join("manifest.raucm"), manifest)?;
    let key = |file: &str| to.join(keys).join(file).display().to_string();
    prove(
        &format!("bundle {name}"),
        Command::new("rauc")
            .arg(format!("--cert={}", key("release.cert.pem")))
            .arg(format!("--key={}", key("release.key.pem")))
            .arg("bundle")
            .arg(format!("--mksquashfs-args={PACKED}"))
            .arg(dir)
            .arg(to.join("bundles").join(format!("{name}.raucb"))),
    )
}

/// Says the same as long as they would come out the same.
pub(super) fn made_from() -> Result<String> {
    let all = RELEASES.map(|r| format!("{} {} {}", r.name, r.version, r.orders));
    Ok(format!("{all:?}{PACKED}"))
}
