//! Running other programs, and saying so.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The workspace's root.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("xtask lives two folders below the root")
}

/// Where cargo builds.
pub(crate) fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Whether this is root.
pub(crate) fn is_root() -> Result<bool> {
    let id = Command::new("id").arg("-u").output().context("id")?.stdout;
    Ok(id.trim_ascii() == b"0")
}

/// Says what comes next.
pub(crate) fn step(what: &str) {
    println!("── {what}");
}

/// A cargo of this toolchain, at the root.
pub(crate) fn cargo_command(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(workspace());
    command
}

/// Runs cargo and fails as it fails.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    succeed(&mut cargo_command(args))
}

/// Runs a command that proves something; what it wrote is shown only when it fails.
pub(crate) fn prove(what: &str, command: &mut Command) -> Result<()> {
    println!("   {what}");
    let out = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if out.status.success() {
        return Ok(());
    }
    bail!(
        "{what}: {}\n{}{}",
        out.status,
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    )
}

/// Runs a command to its end.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if !status.success() {
        let args: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
        bail!(
            "{} {}: {status}",
            command.get_program().display(),
            args.join(" ")
        );
    }
    Ok(())
}
