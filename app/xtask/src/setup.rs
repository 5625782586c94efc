//! What a fresh Debian lacks, installed once and said.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::{step, succeed};

/// A Debian package and what it is for.
pub(crate) struct Package {
    name: &'static str,
    purpose: &'static str,
}

pub(crate) const fn package(name: &'static str, purpose: &'static str) -> Package {
    Package { name, purpose }
}

/// Everything the build, the tests and the demo use.
pub(crate) fn all() -> Vec<Package> {
    vec![
        package("pkg-config", "finds the libraries below"),
        package("libpcsclite-dev", "talks to card readers"),
        package("libfontconfig-dev", "finds fonts"),
        package("libinput-dev", "touch without a desktop (feature linuxkms)"),
        package(
            "libudev-dev",
            "devices without a desktop (feature linuxkms)",
        ),
        package(
            "libxkbcommon-dev",
            "keyboards without a desktop (feature linuxkms)",
        ),
        package(
            "fonts-morisawa-bizud-gothic",
            "BIZ UDGothic, the type of the screens",
        ),
        package(
            "fonts-noto-cjk",
            "Noto Sans CJK, the type of the screens in Chinese",
        ),
        package(
            "fonts-roboto-unhinted",
            "Roboto, the type of the screens in Vietnamese",
        ),
        package("pcscd", "the card service"),
        package(
            "vsmartcard-vpcd",
            "a virtual card reader, for tests and demo",
        ),
        package("mosquitto", "the broker, for tests and demo"),
        package("git", "holds the source that packages are made of"),
        package("gettext", "checks the translations"),
        package("systemd", "checks the units"),
        package("nftables", "checks the firewall's rules"),
        package("duktape", "checks polkit's rule as polkit reads it"),
    ]
}

/// What makes the spoken lines. Nothing else needs it: it is a hundred megabytes of dictionary.
pub(crate) fn voice() -> Vec<Package> {
    vec![
        package("open-jtalk", "speaks Japanese text"),
        package("open-jtalk-mecab-naist-jdic", "its dictionary"),
    ]
}

fn is_installed(package: &Package) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${Status}", package.name])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|out| out.stdout == b"install ok installed")
}

fn missing(packages: &[Package]) -> Vec<&Package> {
    packages.iter().filter(|p| !is_installed(p)).collect()
}

/// Says what is missing and fails when something is.
pub(crate) fn check() -> Result<()> {
    let all = all();
    let missing = missing(&all);
    for package in &missing {
        println!("missing: {:<28} {}", package.name, package.purpose);
    }
    if missing.is_empty() {
        println!("nothing is missing");
        Ok(())
    } else {
        bail!(
            "{} packages are missing; `cargo xtask setup` installs them",
            missing.len()
        )
    }
}

/// Installs what is missing.
pub(crate) fn install(packages: &[Package]) -> Result<()> {
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    step("installing what this machine lacks (once)");
    for package in &missing {
        println!("   {:<28} {}", package.name, package.purpose);
    }
    let names: Vec<_> = missing.iter().map(|p| p.name).collect();
    apt(&["update", "-q"]).context("apt-get update failed; is there a network?")?;
    // The daemons of these packages are not wanted here: tests start their own, privately.
    with_daemons_held(|| {
        let mut args = vec!["install", "-y", "-q", "--no-install-recommends"];
        args.extend(names);
        apt(&args)
    })
}

pub(crate) fn as_root(program: &str) -> Command {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    if root {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    }
}

fn apt(args: &[&str]) -> Result<()> {
    let mut command = as_root("env");
    command
        .arg("DEBIAN_FRONTEND=noninteractive")
        .arg("apt-get")
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    succeed(&mut command)
}

/// Debian starts a service when its package is installed; `policy-rc.d` with 101 says no.
/// One that is already there belongs to the machine and is left alone.
fn with_daemons_held(install: impl FnOnce() -> Result<()>) -> Result<()> {
    const POLICY: &str = "/usr/sbin/policy-rc.d";
    if std::path::Path::new(POLICY).exists() {
        return install();
    }
    let mut put = as_root("sh");
    put.args([
        "-c",
        &format!("printf '#!/bin/sh\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}"),
    ]);
    succeed(&mut put)?;
    let done = install();
    succeed(as_root("rm").args(["-f", POLICY]))?;
    done
}
