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

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use machitap_sim::{
    random::Random,
    summary::{Summary, step, trial},
};

use board::Board;
use card::Card;
use rauc::Rauc;

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
    trial(cli.seed, |seed, summary| play(&cli, seed, summary))
}

fn play(cli: &Cli, seed: u64, summary: &mut Summary) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let card = Card::new(&cli.made, dir.path())?;
    let board = Board::new(&cli.made, dir.path());
    let rauc = Rauc::new(&cli.made, dir.path())?;
    tries::play(&board, &card, &rauc, summary)?;
    let mut random = Random::seeded(seed);
    moments::play(&board, &card, &rauc, cli.starts, &mut random, summary)?;
    shut::play(&board, &card, summary)
}
