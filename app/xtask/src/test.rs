//! `cargo xtask test`: everything, with one closing line.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{STAGE_FEATURES, build_stage, run, setup, tally::Tally};

pub(crate) fn run(rest: &[String]) -> Result<()> {
    let start = Instant::now();
    setup::install(&setup::all())?;
    // The system tests start these as processes of their own.
    build_stage(false)?;
    run::step("running the tests");
    let mut args = vec!["test", "--no-fail-fast", "--features", STAGE_FEATURES];
    if rest.is_empty() {
        args.push("--workspace");
    }
    args.extend(rest.iter().map(String::as_str));
    let mut child = run::cargo_command(&args)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let mut tally = Tally::default();
    let out = child.stdout.take().context("cargo test has no output")?;
    for line in BufReader::new(out).lines() {
        let line = line.context("reading the output of cargo test")?;
        println!("{line}");
        tally.line(&line);
    }
    let status = child.wait().context("waiting for cargo test")?;
    println!("── {} s", start.elapsed().as_secs());
    println!(
        "{} passed, {} failed, {} skipped",
        tally.passed, tally.failed, tally.ignored
    );
    if !status.success() {
        bail!("cargo test: {status}");
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}
