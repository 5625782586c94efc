//! `cargo xtask package --arch arm64`: the packages for a Raspberry Pi, built in a Debian 12 of its
//! own on this machine, and with `--check` run there in emulation. Needs root; changes nothing
//! outside the target directory, and takes back what it tells the kernel.

mod emulation;
mod room;
mod root;
mod trial;

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Result, bail};

use super::{
    CARGO_DEB, LISTS, PACKAGES, install_cargo_deb, list, listed, spoken_lines, stable, tell,
};
use crate::{
    run::{cargo, is_root, step, target_dir, workspace},
    sbom::{self, Program},
    setup, source_time,
};
use room::Room;

const TARGET: &str = "aarch64-unknown-linux-gnu";

/// How the compilers of the builder are found; our own code is at `/machitap` there whatever this
/// machine calls it.
const VARIABLES: &[(&str, &str)] = &[
    ("CARGO_HOME", "/cargo"),
    ("CARGO_TARGET_DIR", "/target"),
    ("CARGO_TERM_COLOR", "never"),
    (
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER",
        "aarch64-linux-gnu-gcc",
    ),
    ("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc"),
    ("AR_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-ar"),
    ("PKG_CONFIG_ALLOW_CROSS", "1"),
    (
        "PKG_CONFIG_LIBDIR",
        "/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig",
    ),
];

pub(super) fn run(check: bool, spoken: bool) -> Result<()> {
    let start = Instant::now();
    if !is_root()? {
        bail!("--arch arm64 makes a Debian in a directory and needs root for it: use sudo");
    }
    if !cfg!(target_arch = "x86_64") {
        bail!("--arch arm64 is for x86-64; on arm64 `cargo xtask package` makes the same");
    }
    setup::install(&root::TOOLS)?;
    if check {
        acceptance_tools()?;
    }
    install_cargo_deb()?;
    let place = target_dir().join("arm64");
    let debs = target_dir().join("debian-arm64");
    // An older version's package would look like one of these.
    let _ = fs::remove_dir_all(&debs);
    for dir in [&place, &place.join("target"), &debs] {
        fs::create_dir_all(dir)?;
    }
    let (place, debs) = (place.canonicalize()?, debs.canonicalize()?);
    let builder = root::builder(&place)?;
    let built = place.join("target").join(TARGET).join("release");
    spoken_lines(&built, spoken)?;
    let lists = built.join(LISTS);
    fs::create_dir_all(&lists)?;
    step("fetching crates");
    cargo(&["fetch", "--locked", "--quiet"])?;
    let room = workshop(&builder, &place, &debs)?;
    let (rust, _) = sbom::compiler(Command::new("chroot").arg(&builder).arg("/usr/bin/rustc"))?;
    for (package, features) in PACKAGES {
        step(&format!(
            "building {package} for arm64 (minutes the first time)"
        ));
        let began = Instant::now();
        room.run(&build(package, features))?;
        println!("   {} s", began.elapsed().as_secs());
        let program = Program {
            package,
            features,
            target: TARGET,
            rust: &rust,
        };
        list(program, &built.join(package), &lists, |to| {
            fs::create_dir_all(to)?;
            room.run(&pack(
                package,
                &format!("/target/{TARGET}/release/{LISTS}/packed --fast"),
            ))
        })?;
    }
    step("packing");
    for (package, _) in PACKAGES {
        room.run(&pack(package, "/debs"))?;
    }
    let made = listed(&debs)?;
    tell(&made)?;
    println!("── {} s", start.elapsed().as_secs());
    if check {
        let began = Instant::now();
        let qemu = builder.join("usr/bin/qemu-aarch64-static");
        trial::play(&place, &qemu, &debs, &made)?;
        println!("── {} s", began.elapsed().as_secs());
    }
    Ok(())
}

fn acceptance_tools() -> Result<()> {
    super::acceptance::possible()?;
    setup::install(&setup::all())
}

/// The builder with our code, the crates that are here already, and a place for what is made.
fn workshop(builder: &Path, place: &Path, debs: &Path) -> Result<Room> {
    let cargo_home = stable::cargo_home()?;
    let mut room = Room::new(builder)
        .seeing(workspace(), "/machitap")
        .seeing(place.join("target"), "/target")
        .seeing(cargo_home.join("registry"), "/cargo/registry")
        .seeing(cargo_home.join("bin"), "/cargo/bin")
        .seeing(debs, "/debs");
    for (key, value) in VARIABLES {
        room = room.with(key, *value);
    }
    room = room.with(source_time::VARIABLE, source_time::seconds()?.to_string());
    Ok(room)
}

fn build(package: &str, features: &[&str]) -> String {
    let features = features.join(" ");
    format!(
        "cd /machitap\n\
         cargo build --release --locked --offline --target {TARGET} \
         --package {package} --bin {package} {features}"
    )
}

/// cargo-deb is this machine's, run where the libraries of the other processor are: it asks
/// dpkg-shlibdeps for them.
fn pack(package: &str, to: &str) -> String {
    format!(
        "cd /machitap\n\
         /cargo/bin/cargo-deb --version >/dev/null || {{\n\
             echo 'cargo-deb does not start in Debian 12: cargo install cargo-deb --locked \
         --version {CARGO_DEB} there' >&2\n\
             exit 1\n\
         }}\n\
         /cargo/bin/cargo-deb --no-build --quiet --offline --locked --strip --target {TARGET} \
         --package {package} --output {to}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kiosk_is_built_as_the_other_package_is() {
        let (package, features) = PACKAGES[1];
        let script = build(package, features);
        assert!(script.ends_with(
            "--target aarch64-unknown-linux-gnu --package machitap-kiosk --bin machitap-kiosk \
             --no-default-features --features linuxkms"
        ));
        assert!(script.contains(" --locked --offline "));
    }
}
