//! The floor of the frame: the same screen by the same renderer, in a process of its own
//! (the kiosk's example `floor_render`), since nothing here links the screens.

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

pub(crate) struct BareRenderer {
    child: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl BareRenderer {
    /// Of the screen of that name.
    pub(crate) fn start(view: &str) -> Result<Self> {
        let mut child = Command::new(program()?)
            .arg(view)
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

    /// One frame.
    pub(crate) fn render(&mut self) -> Result<Duration> {
        self.asks.write_all(b"\n")?;
        let line = self.answers.next().context("floor_render ended")??;
        Ok(Duration::from_nanos(line.parse()?))
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
