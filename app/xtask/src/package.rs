//! `cargo xtask package`: the Debian packages, into `target/debian`.

pub(crate) mod acceptance;
mod arm64;
mod reproduce;
mod stable;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    run::{cargo, cargo_command, step, succeed, target_dir},
    sbom::{self, Program},
    setup, voice,
};

/// The version of cargo-deb that is installed where there is none.
const CARGO_DEB: &str = "3.8.0";

/// Where the lists of what the programs are made of lie, beside the programs.
const LISTS: &str = "machitap-sbom";

/// Each package with what else its build is told.
pub(crate) const PACKAGES: [(&str, &[&str]); 2] = [
    ("machitap-city", &[]),
    (
        "machitap-kiosk",
        &["--no-default-features", "--features", "linuxkms"],
    ),
];

/// `cargo xtask package`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Packages {
    /// Also install, upgrade, remove and purge them in a Debian 12 of their own
    ///
    /// With --arch: install them on an emulated Debian 12 of that processor, and let a city there
    /// count a kiosk's taps.
    #[arg(long)]
    check: bool,
    /// For another processor, into target/debian-PROCESSOR, in a Debian 12 made for it
    #[arg(long, value_name = "PROCESSOR")]
    arch: Option<Processor>,
    /// Build those of the last commit twice, as two people would, and compare; nothing is kept
    #[arg(long, conflicts_with_all = ["check", "arch"])]
    reproduce: bool,
    /// Only this one
    #[arg(long, value_name = "PACKAGE", conflicts_with_all = ["check", "arch"])]
    #[arg(value_parser = PACKAGES.map(|(name, _)| name))]
    only: Option<String>,
    /// Leave the spoken lines out
    #[arg(long)]
    no_voice: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Processor {
    /// A Raspberry Pi's
    Arm64,
}

impl Packages {
    pub(crate) fn make(&self) -> Result<()> {
        if self.reproduce {
            return reproduce::run(&self.for_each_build());
        }
        match self.arch {
            Some(Processor::Arm64) => arm64::run(self.check, !self.no_voice),
            None => self.here(),
        }
    }

    fn for_each_build(&self) -> Vec<String> {
        let only = self.only.iter().flat_map(|one| ["--only", one.as_str()]);
        let voice = self.no_voice.then_some("--no-voice");
        only.chain(voice).map(str::to_owned).collect()
    }

    /// For this machine's processor.
    fn here(&self) -> Result<()> {
        let start = Instant::now();
        setup::install(&setup::all())?;
        if self.check {
            acceptance::possible()?;
        }
        install_cargo_deb()?;
        spoken_lines(&stable::built_in().join("release"), !self.no_voice)?;
        let variables = stable::variables()?;
        let (rust, target) = sbom::compiler(&mut Command::new("rustc"))?;
        let lists = stable::built_in().join("release").join(LISTS);
        fs::create_dir_all(&lists)?;
        let wanted: Vec<_> = PACKAGES
            .into_iter()
            .filter(|(name, _)| self.only.as_ref().is_none_or(|only| only == name))
            .collect();
        for (package, features) in &wanted {
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
            let mut build = cargo_command(&[&args[..], features].concat());
            succeed(build.envs(variables.iter().map(|(k, v)| (k, v))))?;
            let program = Program {
                package,
                features,
                target: &target,
                rust: &rust,
            };
            let binary = stable::built_in().join("release").join(package);
            list(program, &binary, &lists, |to| {
                pack(&[package], to, &["--fast"])
            })?;
        }
        let names: Vec<_> = wanted.iter().map(|(name, _)| *name).collect();
        let debs = target_dir().join("debian");
        step("packing");
        pack(&names, &debs, &[])?;
        let made = listed(&debs)?;
        tell(&made)?;
        println!("── {} s", start.elapsed().as_secs());
        if !self.check {
            return Ok(());
        }
        // Another revision for the trial of an upgrade.
        let next = target_dir().join("debian-next");
        pack(&names, &next, &["--fast", "--deb-revision", "99"])?;
        acceptance::check(&made, &listed(&next)?)
    }
}

/// The spoken lines, where `cargo-deb` takes them from.
fn spoken_lines(built: &Path, spoken: bool) -> Result<()> {
    let lines = built.join("machitap-voice");
    if spoken {
        voice::make(&lines, None)
    } else {
        voice::none(&lines)
    }
}

/// Lists what the program is made of, where `cargo-deb` takes it from. Which of Debian's libraries it
/// is linked with is known once it is packed, and so it is packed twice.
fn list(
    program: Program,
    binary: &Path,
    lists: &Path,
    pack: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let package = program.package;
    let list = lists.join(format!("{package}.cdx.json"));
    sbom::write(program, &[], &list)?;
    sbom::compare(binary, &list)?;
    let first = lists.join("packed");
    pack(&first)?;
    let deb = listed(&first)?.pop().context("a package")?;
    sbom::write(program, &sbom::linked(&deb, package)?, &list)?;
    Ok(fs::remove_dir_all(first)?)
}

/// Packs what is built, into an empty directory.
fn pack(packages: &[&str], to: &Path, how: &[&str]) -> Result<()> {
    // An older version's package would look like one of these.
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to)?;
    for package in packages {
        let mut deb = cargo_command(&["deb", "--no-build", "--quiet", "--package", package]);
        // The names of lines stay with who built it: a report of ours names its place itself.
        deb.arg("--strip").arg("--output").arg(to).args(how);
        succeed(deb.envs(stable::variables()?))?;
    }
    Ok(())
}

/// The packages that were made there.
fn listed(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut made: Vec<PathBuf> = fs::read_dir(dir)
        .with_context(|| dir.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    made.sort();
    if made.is_empty() {
        bail!("{}: cargo-deb made nothing", dir.display());
    }
    Ok(made)
}

fn tell(made: &[PathBuf]) -> Result<()> {
    for file in made {
        let size = fs::metadata(file)?.len();
        println!("{} {} KiB", file.display(), size / 1024);
    }
    Ok(())
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
