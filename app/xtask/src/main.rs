//! The project's own commands. `cargo xtask --help` lists them.

mod boot;
mod console;
mod crates_inc;
mod layer;
mod lint;
mod loader;
mod package;
mod run;
mod sbom;
mod screens;
mod setup;
mod source_time;
mod tally;
mod test;
mod units;
mod voice;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use run::{cargo, workspace};

/// The binaries and examples the system tests, the demo and the bench start, with the
/// features they need.
const STAGE_FEATURES: &str = "machitap-kiosk/offscreen";

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Machitap's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing on this machine (Debian packages), once
    Setup {
        /// Only say what is missing
        #[arg(long)]
        check: bool,
    },
    /// Run the main job: broker, city, kiosks and virtual cards on private ports
    ///
    /// With a display the kiosk opens in a window with a tray of sample cards; without one
    /// a day is played off-screen, with pictures and a summary in target/demo.
    Demo {
        /// Play off-screen even where there is a display
        #[arg(long)]
        offscreen: bool,
        /// Passed on to the player
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Install what is missing, build everything and run every test
    Test {
        /// Passed on to `cargo test`, as in `cargo xtask test -- -p machitap-domain`
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Format, clippy, documentation, licences and advisories
    Lint,
    /// Build the Debian packages into target/debian
    Package(package::Packages),
    /// List what each program is made of (CycloneDX 1.5), into target/sbom; packages have it inside
    Sbom,
    /// Boot the packages on a Debian of their own under QEMU: display, touch, card reader,
    /// network; taps and power cuts, a full disk, a clock that knows nothing
    Boot(boot::Boot),
    /// Build U-Boot as the image for a Raspberry Pi 4 has it, and try its side of an update on an
    /// emulated one
    Loader(loader::Loader),
    /// Make the spoken lines from their texts, as WAV files in DIR/ja
    Voice {
        /// Where to, as for `sound.voice` of the kiosk's configuration
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Another voice for Open JTalk than Debian's
        #[arg(long, value_name = "HTSVOICE")]
        voice: Option<PathBuf>,
    },
    /// Check the Yocto layer, as `lint` does, alone
    Layer,
    /// List the crates for the Yocto layer, from Cargo.lock
    CratesInc,
    /// Check the units, as `lint` does, alone
    Units,
    /// Draw the console's type for the notices of systemd/notice, into systemd/console
    ConsoleType,
    /// Draw every screen in every look, language and size into target/screens, with a page to
    /// leaf through
    Screens(screens::Screens),
    /// Measure against the floor and the peers; prints a table
    Bench {
        /// Passed on to the bench, as in `cargo xtask bench -- --quick`
        #[arg(last = true)]
        rest: Vec<String>,
    },
}

fn main() -> ExitCode {
    match obey(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> Result<()> {
    match command {
        Command::Setup { check: true } => setup::check(),
        Command::Setup { check: false } => setup::install(&setup::all()),
        Command::Demo { offscreen, rest } => demo(offscreen, &rest),
        Command::Test { rest } => test::run(&rest),
        Command::Lint => lint::run(),
        Command::Package(wanted) => wanted.make(),
        Command::Sbom => sbom::make(),
        Command::Boot(boot) => boot.run(),
        Command::Loader(loader) => loader.run(),
        Command::Voice { out, voice } => voice::make(&out, voice.as_deref()),
        Command::Layer => layer::check(),
        Command::CratesInc => crates_inc::write().map(|_| ()),
        Command::Units => {
            setup::install(&setup::all())?;
            units::check()
        }
        Command::ConsoleType => console::write(),
        Command::Screens(wanted) => {
            setup::install(&setup::all())?;
            wanted.draw()
        }
        Command::Bench { rest } => bench(&rest),
    }
}

/// Builds what the stage starts.
fn build_stage(release: bool) -> Result<()> {
    let mut args = vec![
        "build",
        "--workspace",
        "--bins",
        "--features",
        STAGE_FEATURES,
    ];
    if release {
        args.push("--release");
    }
    run::step("building the kiosk, the city and the stage (minutes the first time)");
    cargo(&args)
}

/// The bench draws one frame with nothing around it.
fn build_floor() -> Result<()> {
    cargo(&[
        "build",
        "--release",
        "-p",
        "machitap-kiosk",
        "--example",
        "floor_render",
        "--features",
        "offscreen",
    ])
}

fn demo(offscreen: bool, rest: &[String]) -> Result<()> {
    setup::install(&setup::all())?;
    build_stage(false)?;
    let mut args = vec![
        "run",
        "--quiet",
        "-p",
        "machitap-sim",
        "--bin",
        "machitap-play",
        "--",
    ];
    if offscreen {
        args.push("--offscreen");
    }
    args.extend(rest.iter().map(String::as_str));
    cargo(&args)
}

fn bench(rest: &[String]) -> Result<()> {
    setup::install(&setup::all())?;
    build_stage(true)?;
    build_floor()?;
    let mut args = vec![
        "run",
        "--quiet",
        "--release",
        "-p",
        "machitap-sim",
        "--bin",
        "machitap-bench",
        "--",
    ];
    args.extend(rest.iter().map(String::as_str));
    run::step(&format!("measuring in {}", workspace().display()));
    cargo(&args)
}
