//! A bundle signed with keys made as the README says, held against each machine's `system.conf` by
//! RAUC itself.

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};

use crate::run::{step, target_dir, workspace};

const MACHINES: [&str; 2] = ["raspberrypi4-64", "raspberrypi5"];

pub(super) fn check() -> Result<()> {
    step("the layer: keys, a bundle, RAUC's configuration");
    let dir = target_dir().join("layer-bundle");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("content"))?;
    let layer = workspace().join("yocto-layer");
    let mut keys = Command::new("sh");
    keys.arg(layer.join("make-keys.sh")).arg(dir.join("keys"));
    let out = keys.output().context("make-keys.sh")?;
    if !out.status.success() {
        bail!("make-keys.sh: {}", String::from_utf8_lossy(&out.stderr));
    }
    for machine in MACHINES {
        let content: Vec<u8> = (0..1 << 20).map(noise).collect();
        fs::write(dir.join("content/rootfs.ext4"), content)?;
        fs::write(
            dir.join("content/manifest.raucm"),
            format!(
                "[update]\ncompatible=machitap-{machine}\nversion=1\n[bundle]\nformat=verity\n\
                 [image.rootfs]\nfilename=rootfs.ext4\n"
            ),
        )?;
        let bundle = dir.join(format!("{machine}.raucb"));
        pass(
            rauc()
                .args(["--cert=keys/release.cert.pem", "--key=keys/release.key.pem"])
                .args(["--keyring=keys/ca.cert.pem", "bundle", "content"])
                .arg(&bundle)
                .current_dir(&dir),
        )?;
        let conf = layer.join(format!(
            "meta-machitap/recipes-core/rauc/files/{machine}/system.conf"
        ));
        let text = fs::read_to_string(conf)?
            .replace("@COMPATIBLE@", &format!("machitap-{machine}"))
            .replace("@KEYRING@", "ca.cert.pem");
        let conf = dir.join("keys/system.conf");
        fs::write(&conf, &text)?;
        pass(rauc().arg("--conf").arg(&conf).arg("info").arg(&bundle))?;
        // It is the configuration that is read, and by it that the bundle is trusted.
        for (from, to) in [("bootloader=", "bootlaoder="), ("ca.cert", "release.cert")] {
            fs::write(&conf, text.replace(from, to))?;
            let mut sabotaged = rauc();
            sabotaged.arg("--conf").arg(&conf).arg("info").arg(&bundle);
            if sabotaged.output()?.status.success() {
                bail!("{machine}: system.conf with {to} passes");
            }
        }
    }
    Ok(())
}

fn rauc() -> Command {
    Command::new("rauc")
}

/// Runs it; what it says matters only where it fails.
fn pass(command: &mut Command) -> Result<()> {
    let out = command.output().context("rauc")?;
    if out.status.success() {
        Ok(())
    } else {
        bail!("rauc: {}", String::from_utf8_lossy(&out.stderr))
    }
}

/// Content that does not shrink to nothing.
fn noise(n: u32) -> u8 {
    (n.wrapping_mul(2_654_435_761) >> 24) as u8
}
