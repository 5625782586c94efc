//! `cargo xtask package`: the Debian packages, into `target/debian`.

pub(crate) mod acceptance;

use std::{fs, path::PathBuf, process::Stdio, time::Instant};

use anyhow::{Context, Result, bail};

use crate::{
    run::{cargo, cargo_command, step, succeed, target_dir},
    setup, voice,
};

/// The version of cargo-deb that is installed where there is none.
const CARGO_DEB: &str = "3.8.0";

/// Each package with what else its build is told.
const PACKAGES: [(&str, &[&str]); 2] = [
    ("machitap-city", &[]),
    (
        "machitap-kiosk",
        &["--no-default-features", "--features", "linuxkms"],
    ),
];

pub(crate) fn run(check: bool, spoken: bool) -> Result<()> {
    let start = Instant::now();
    setup::install(&setup::all())?;
    if check {
        acceptance::possible()?;
    }
    install_cargo_deb()?;
    let lines = voice::packaged();
    if spoken {
        voice::make(&lines, None)?;
    } else {
        voice::none(&lines)?;
    }
    for (package, features) in PACKAGES {
        step(&format!("building {package} (minutes the first time)"));
        let args = [
            "build",
            "--release",
            "--locked",
            "--package",
            package,
            "--bin",
            package,
        ];
        cargo(&[&args[..], features].concat())?;
    }
    // In this order: cargo-deb clears target/debian, wherever it writes to.
    let next = check.then(|| pack(Some("99"))).transpose()?;
    let made = pack(None)?;
    for file in &made {
        let size = fs::metadata(file)?.len();
        println!("{} {} KiB", file.display(), size / 1024);
    }
    println!("── {} s", start.elapsed().as_secs());
    next.map_or(Ok(()), |next| acceptance::check(&made, &next))
}

/// Packs what is built; with another revision for the trial of an upgrade.
fn pack(revision: Option<&str>) -> Result<Vec<PathBuf>> {
    step("packing");
    let to = target_dir().join(if revision.is_some() {
        "debian-next"
    } else {
        "debian"
    });
    // An older version's package would look like one of these.
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to)?;
    for (package, _) in PACKAGES {
        let mut deb = cargo_command(&["deb", "--no-build", "--quiet", "--package", package]);
        // The names of lines stay with who built it: a report of ours names its place itself.
        deb.arg("--strip").arg("--output").arg(&to);
        if let Some(revision) = revision {
            deb.args(["--fast", "--deb-revision", revision]);
        }
        succeed(&mut deb)?;
    }
    let mut made: Vec<PathBuf> = fs::read_dir(&to)
        .with_context(|| to.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    made.sort();
    if made.len() != PACKAGES.len() {
        bail!("{}: {} files", to.display(), made.len());
    }
    Ok(made)
}

fn install_cargo_deb() -> Result<()> {
    let there = cargo_command(&["deb", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if there {
        return Ok(());
    }
    step("installing cargo-deb (once)");
    cargo(&["install", "cargo-deb", "--locked", "--version", CARGO_DEB])
}
