//! `cargo xtask boot`: the packages on a Debian 12 under QEMU, from the power switch to the city.
//!
//! What is slow to make and the same every time (the emulator, the Debian, its disk) is made and
//! kept here; `machitap-boot` of the room `sim` plays on it.

mod disk;
pub(crate) mod emulator;
mod releases;
mod shut_in;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    package,
    run::{cargo, cargo_command, is_root, step, succeed, target_dir, workspace},
    setup::{self, Package},
};

const TOOLS: [Package; 8] = [
    setup::package("mmdebstrap", "makes the Debian to boot, and brings QEMU"),
    setup::package("e2fsprogs", "makes and checks its disks"),
    setup::package("mosquitto", "the broker outside the machine"),
    setup::package("rauc", "packs and signs releases"),
    setup::package("squashfs-tools", "packs them for it"),
    setup::package("openssl", "makes the keys that sign them"),
    setup::package("dosfstools", "makes the disk that the firmware reads"),
    setup::package("mtools", "reads it as the firmware does"),
];

/// The packages of the trial.
const PACKAGES: [&str; 2] = ["machitap-city", "machitap-kiosk"];

/// `cargo xtask boot`.
#[derive(clap::Args)]
pub(crate) struct Boot {
    /// Where the Debian packages lie; what `cargo xtask package` made, and makes now if it has
    /// not, when left out
    #[arg(long, value_name = "DIR")]
    debs: Option<PathBuf>,
    /// Passed on to the player, as in `cargo xtask boot -- --cuts 10`
    #[arg(last = true)]
    rest: Vec<String>,
}

impl Boot {
    pub(crate) fn run(&self) -> Result<()> {
        if !is_root()? {
            bail!("a Debian is made in a directory here, which needs root: use sudo");
        }
        setup::install(&TOOLS)?;
        let debs = self.packages()?;
        let place = target_dir().join("boot");
        fs::create_dir_all(&place)?;
        let machine = place
            .canonicalize()
            .with_context(|| place.display().to_string())?;
        emulator::fetch("qemu-system-x86", "qemu-system-x86_64", &machine)?;
        disk::make(&machine, &debs)?;
        releases::make(&machine, &debs)?;
        shut_in::make(&machine, &debs)?;
        unpack_programs(&machine, &debs)?;
        step("building the player");
        let binary = ["-p", "machitap-sim", "--bin", "machitap-boot"];
        cargo(&[&["build"], &binary[..]].concat())?;
        let mut player = cargo_command(&[&["run", "--quiet"], &binary[..]].concat());
        player
            .args(["--", "--machine"])
            .arg(&machine)
            .args(&self.rest)
            .env("MACHITAP_BIN_DIR", machine.join("programs/usr/bin"));
        succeed(&mut player)
    }

    /// The newest package of each name.
    fn packages(&self) -> Result<Vec<PathBuf>> {
        let dir = self
            .debs
            .clone()
            .unwrap_or_else(|| target_dir().join("debian"));
        if self.debs.is_none() && found(&dir).is_err() {
            package::Packages::default().make()?;
        }
        found(&dir)
    }
}

fn found(dir: &Path) -> Result<Vec<PathBuf>> {
    let dir = env::current_dir()?.join(dir);
    let mut all: Vec<PathBuf> = fs::read_dir(&dir)
        .with_context(|| format!("no packages: {}", dir.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    all.sort();
    let of = |name: &&str| {
        let begins = format!("{name}_");
        let is = |path: &&PathBuf| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            file.starts_with(&begins) && file.ends_with(".deb")
        };
        all.iter()
            .rfind(is)
            .cloned()
            .with_context(|| format!("no package {begins}*.deb in {}", dir.display()))
    };
    PACKAGES.iter().map(of).collect()
}

/// A file of the image's layer or units.
pub(crate) fn ours(file: &str) -> Result<String> {
    let path = workspace().join(file);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// The city runs outside the machine, from its package too.
fn unpack_programs(machine: &Path, debs: &[PathBuf]) -> Result<()> {
    let to = machine.join("programs");
    let _ = fs::remove_dir_all(&to);
    for deb in debs {
        let mut unpack = std::process::Command::new("dpkg-deb");
        succeed(unpack.arg("--extract").arg(deb).arg(&to))?;
    }
    Ok(())
}
