//! A trial, from its seed to the table of its figures.

use std::{
    fmt,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::random::Random;

/// Plays a trial by that seed, else MACHITAP_SEED, or chance; says what it found, and where it
/// stopped.
pub fn trial(seed: Option<u64>, play: impl FnOnce(u64, &mut Summary) -> Result<()>) -> ExitCode {
    let begun = Instant::now();
    let seed = seed.unwrap_or_else(Random::seed);
    println!("seed {seed}");
    let mut summary = Summary::default();
    let played = play(seed, &mut summary);
    println!("{summary}");
    let seconds = begun.elapsed().as_secs();
    println!("played in {seconds} s");
    match played.with_context(|| format!("after {seconds} s; again with --seed {seed}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the trial stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says what comes next.
pub fn step(what: &str) {
    println!("── {what}");
}

/// What was found, in order.
#[derive(Debug, Default)]
pub struct Summary(Vec<(String, String)>);

impl Summary {
    /// A figure.
    pub fn figure(&mut self, what: &str, value: impl fmt::Display) {
        let value = value.to_string();
        println!("   {what}: {value}");
        self.0.push((what.to_owned(), value));
    }

    /// A time.
    pub fn seconds(&mut self, what: &str, value: Duration) {
        self.figure(what, format_args!("{:.1} s", value.as_secs_f64()));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| what | found |\n|---|---|")?;
        for (what, value) in &self.0 {
            writeln!(f, "| {what} | {value} |")?;
        }
        Ok(())
    }
}
