//! The packages on a Debian 12 of the other processor, emulated: installed by apt, enrolled, and a
//! kiosk whose taps a city counts.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{emulation::Emulation, room::Room, root};
use crate::{
    package::{PACKAGES, acceptance},
    run::{cargo_command, step, succeed},
};

const INSTALL: &str = r#"
    test "$(dpkg --print-architecture)" = arm64
    test "$(uname -m)" = aarch64
    # All they need is there, by their own word: apt has no sources and finds nothing missing.
    apt-get -q -y -o Dpkg::Use-Pty=0 -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts=/dev/null install /packages/*.deb
    dpkg-query -W -f '${Package} ${Architecture} ${db:Status-Status}\n' machitap-kiosk machitap-city
    test "$(dpkg --print-foreign-architectures)" = ""
    machitap-kiosk --version
    machitap-city --version
"#;

pub(super) fn play(place: &Path, qemu: &Path, debs: &Path, made: &[PathBuf]) -> Result<()> {
    acceptance::lintian(made)?;
    let emulation = Emulation::by(qemu)?;
    let with = acceptance::depends(made)?;
    let with: Vec<_> = with.iter().map(String::as_str).collect();
    let kept = root::other(place, &with)?;
    step("a fresh Debian 12 for arm64, emulated");
    let root = place.join("root");
    let _ = fs::remove_dir_all(&root);
    let mut copy = std::process::Command::new("cp");
    succeed(copy.arg("-a").arg(&kept).arg(&root))?;
    let room = Room::new(&root).seeing(debs, "/packages");
    room.play("installing with apt", INSTALL)?;
    for (what, script) in acceptance::INSTALLED {
        room.play(what, script)?;
    }
    let programs = programs(place, qemu, &root)?;
    drop(emulation);
    step("a kiosk of arm64, without a display: taps, and a city of arm64 that counts them");
    let mut player = cargo_command(&["test", "-p", "machitap-sim", "--test", "headless"]);
    player
        .args(["--", "--nocapture"])
        .env("MACHITAP_BIN_DIR", &programs);
    succeed(&mut player)?;
    fs::remove_dir_all(&root).with_context(|| root.display().to_string())
}

/// The installed programs under their names, each with its own libraries around it.
fn programs(place: &Path, qemu: &Path, root: &Path) -> Result<PathBuf> {
    let dir = place.join("programs");
    fs::create_dir_all(&dir)?;
    for (name, _) in PACKAGES {
        let file = dir.join(name);
        fs::write(&file, starter(qemu, root, name))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(dir)
}

fn starter(qemu: &Path, root: &Path, name: &str) -> String {
    let (qemu, root) = (qemu.display(), root.display());
    // The process that is started is the one that is stopped: no shell stays between.
    format!("#!/bin/sh\nexec '{qemu}' -L '{root}' '{root}/usr/bin/{name}' \"$@\"\n")
}
