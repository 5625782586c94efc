//! `cargo xtask lint`: what a reviewer should not have to say.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::{
    STAGE_FEATURES, layer,
    run::{cargo, cargo_command, step, succeed},
    setup, units,
};

/// The version of cargo-deny that is installed where there is none.
const CARGO_DENY: &str = "0.20.2";

pub(crate) fn run() -> Result<()> {
    setup::install(&setup::all())?;
    step("format");
    cargo(&["fmt", "--all", "--check"])?;
    step("clippy");
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        STAGE_FEATURES,
    ];
    cargo(&[&clippy[..], &["--", "-D", "warnings"]].concat())?;
    step("clippy, as the appliance is built");
    cargo(&[
        "clippy",
        "-p",
        "machitap-kiosk",
        "--no-default-features",
        "--features",
        "linuxkms",
        "--",
        "-D",
        "warnings",
    ])?;
    units::check()?;
    layer::check()?;
    step("documentation");
    succeed(
        cargo_command(&[
            "doc",
            "--workspace",
            "--no-deps",
            "--features",
            STAGE_FEATURES,
        ])
        .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    deny()
}

fn deny() -> Result<()> {
    step("licences, sources, duplicates");
    let there = cargo_command(&["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !there {
        step("installing cargo-deny (once)");
        cargo(&["install", "cargo-deny", "--locked", "--version", CARGO_DENY])?;
    }
    cargo(&["deny", "--locked", "check", "licenses", "bans", "sources"])?;
    step("advisories");
    advisories()
}

/// The advisory database comes from the network. Where it cannot be had, that is said and
/// not taken for a clean bill.
fn advisories() -> Result<()> {
    let fetched: bool = quiet(&mut cargo_command(&["deny", "fetch", "db"]));
    if fetched {
        cargo(&["deny", "check", "--disable-fetch", "advisories"])
    } else {
        println!("   NOT CHECKED: the advisory database cannot be reached from here");
        Ok(())
    }
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}
