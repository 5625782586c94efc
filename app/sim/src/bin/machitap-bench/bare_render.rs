//! The same screens by the same renderer with nothing around it, in a process of its own (the
//! kiosk's example `floor_render`), since nothing here links the screens.

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

pub(crate) struct BareRenderer {
    child: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// What a display would have shown of a screen.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    pub(crate) frames: Vec<Frame>,
    /// Beats of the display at which a frame was not ready.
    pub(crate) missed: u64,
}

/// One frame of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Frame {
    /// The display's, from the one the screen came at.
    pub(crate) beat: u64,
    pub(crate) nanos: u64,
    /// How many were drawn anew.
    pub(crate) pixels: u64,
}

impl BareRenderer {
    /// Of whole frames of the screen of that name.
    pub(crate) fn start(screen: &str) -> Result<Self> {
        Self::with(&[screen])
    }

    /// Of the frames of that view of the gallery in that time.
    pub(crate) fn frames(view: &str, time: Duration) -> Result<Self> {
        Self::with(&["frames", view, &time.as_millis().to_string()])
    }

    fn with(args: &[&str]) -> Result<Self> {
        let mut child = Command::new(program()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = child.stdin.take().context("no input")?;
        let out = child.stdout.take().context("no output")?;
        let mut answers = BufReader::new(out).lines();
        answers.next().context("floor_render ended")??;
        Ok(Self {
            child,
            asks,
            answers,
        })
    }

    fn ask(&mut self) -> Result<String> {
        self.asks.write_all(b"\n")?;
        Ok(self.answers.next().context("floor_render ended")??)
    }

    /// One whole frame.
    pub(crate) fn render(&mut self) -> Result<Duration> {
        Ok(Duration::from_nanos(self.ask()?.parse()?))
    }

    /// The screen comes and is watched.
    pub(crate) fn watch(&mut self) -> Result<Shown> {
        Ok(serde_json::from_str(&self.ask()?)?)
    }
}

impl Drop for BareRenderer {
    fn drop(&mut self) {
        // Ended already: then it is ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Beside this program; built where it is not.
fn program() -> Result<PathBuf> {
    let here = env::current_exe()?;
    let dir = here.parent().context("a program lies in a directory")?;
    let program = dir.join("examples/floor_render");
    if program.is_file() {
        return Ok(program);
    }
    println!("   building the kiosk's example floor_render");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args([
            "build",
            "--quiet",
            "-p",
            "machitap-kiosk",
            "--example",
            "floor_render",
        ])
        .args(["--features", "machitap-kiosk/offscreen"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let built = build.status().is_ok_and(|status| status.success());
    ensure!(
        built && program.is_file(),
        "floor_render is missing: cargo build --release -p machitap-kiosk --example floor_render"
    );
    Ok(program)
}
