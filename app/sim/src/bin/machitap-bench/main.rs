//! The figures: against the floor and the peers, side by side in one run.

mod backlog;
mod bare_card;
mod bare_commit;
mod bare_render;
mod bridge;
mod door;
mod figures;
mod frames;
mod idle;
mod keeper;
mod life;
mod mqtt;
mod tap;
mod years;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::Result;
use clap::{Parser, Subcommand};

use figures::Figures;

#[derive(Parser)]
#[command(name = "machitap-bench", version, about)]
struct Cli {
    /// A short run that only shows that everything can be measured.
    #[arg(long)]
    quick: bool,
    /// Only these parts.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    #[command(subcommand)]
    hidden: Option<Hidden>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Tap,
    Door,
    Years,
    Backlog,
    Life,
    Idle,
    Frames,
}

#[derive(Subcommand)]
enum Hidden {
    /// Reads cards on the bare pcsc crate and prints how long each took.
    #[command(hide = true)]
    BareCard,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Size {
    taps: usize,
    facts: u64,
    starts: usize,
    idle_s: u64,
    long_taps: u64,
    past: [u64; 2],
    residents: u32,
    year_taps: usize,
    times_watched: usize,
}

const FULL: Size = Size {
    taps: 80,
    facts: 100_000,
    starts: 7,
    idle_s: 60,
    long_taps: 10_000,
    past: [1_000, 1_000_000],
    residents: 20_000,
    year_taps: 40,
    times_watched: 3,
};
const QUICK: Size = Size {
    taps: 6,
    facts: 4_000,
    starts: 2,
    idle_s: 3,
    long_taps: 200,
    past: [1_000, 4_000],
    residents: 750,
    year_taps: 3,
    times_watched: 1,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.hidden {
        Some(Hidden::BareCard) => bare_card::serve(),
        None => measure(&cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measurement stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(cli: &Cli) -> Result<()> {
    let start = Instant::now();
    let size = if cli.quick { QUICK } else { FULL };
    let wanted = |part| cli.only.is_empty() || cli.only.contains(&part);
    let mut figures = Figures::default();
    if cfg!(debug_assertions) {
        figures.note("A build without optimisation: these figures say nothing.");
    }
    if wanted(Part::Tap) {
        tap::measure(size, &mut figures)?;
    }
    if wanted(Part::Door) {
        door::measure(size, &mut figures)?;
    }
    if wanted(Part::Years) {
        years::measure(size, &mut figures)?;
    }
    if wanted(Part::Backlog) {
        backlog::measure(size, &mut figures)?;
    }
    if wanted(Part::Life) {
        life::measure(size, &mut figures)?;
    }
    if wanted(Part::Idle) {
        idle::measure(size, &mut figures)?;
    }
    if wanted(Part::Frames) {
        frames::measure(size, &mut figures)?;
    }
    println!("{}", figures.markdown());
    println!("\nmeasured in {} s", start.elapsed().as_secs());
    Ok(())
}

/// Where the measured files lie: on a real disk, beside what is built.
fn place() -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    let target = here
        .ancestors()
        .nth(2)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    if target.as_os_str().len() > 60 {
        // A socket's path must be short.
        return std::env::temp_dir();
    }
    target
}
