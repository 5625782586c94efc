//! U-Boot on an emulated Raspberry Pi 4, from a card as the image's: `cargo xtask loader`.
//!
//! What U-Boot counts and what RAUC gives back meet in two files of the card's first partition.
//! Here the real U-Boot of the image and the real RAUC, with the image's configurations, read and
//! write them in turn, and the power goes at every write of the one.

mod board;
mod card;
mod moments;
mod rauc;
mod shut;
mod tries;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context, Result};
use clap::Parser;
use machitap_sim::{random::Random, summary::Summary};

use board::Board;
use card::Card;

#[derive(Parser)]
#[command(name = "machitap-loader", version, about)]
struct Cli {
    /// What `cargo xtask loader` made
    #[arg(long, value_name = "DIR")]
    made: PathBuf,
    /// With how many of the cards that a power cut left U-Boot is started again
    #[arg(long, default_value_t = 8)]
    starts: usize,
    /// Chooses the same of them again; else MACHITAP_SEED, or chance
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match play(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the trial stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says what comes next.
fn step(what: &str) {
    println!("── {what}");
}

fn play(cli: &Cli) -> Result<()> {
    let begun = Instant::now();
    let seed = cli.seed.unwrap_or_else(Random::seed);
    println!("seed {seed}");
    let dir = tempfile::tempdir()?;
    let card = Card::new(&cli.made, dir.path())?;
    let board = Board::new(&cli.made, dir.path());
    let mut summary = Summary::default();
    let played = tries::play(&board, &card, &mut summary)
        .and_then(|()| {
            let mut random = Random::seeded(seed);
            moments::play(&board, &card, cli.starts, &mut random, &mut summary)
        })
        .and_then(|()| shut::play(&board, &card, &mut summary));
    println!("{summary}");
    let seconds = begun.elapsed().as_secs();
    println!("played in {seconds} s");
    played.with_context(|| format!("after {seconds} s; again with --seed {seed}"))
}
