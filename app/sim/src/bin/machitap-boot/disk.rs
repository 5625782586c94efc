//! The disk that holds the kiosk's state, from outside: made, mended, looked into.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context, Result, bail, ensure};
use machitap_sim::journal::Local;
use rusqlite::Connection;

/// Three times what the kiosk keeps free.
const SIZE: &str = "192M";

/// A new one.
///
/// # Errors
/// When mke2fs refuses.
pub(crate) fn make(disk: &Path) -> Result<()> {
    make_with(disk, "machitap", SIZE, None)
}

/// A new one of that label and size, with what is in a directory.
///
/// # Errors
/// When mke2fs refuses.
pub(crate) fn make_with(disk: &Path, label: &str, size: &str, dir: Option<&Path>) -> Result<()> {
    let _ = fs::remove_file(disk);
    // All of it is written now: what the kernel would write later is not this trial's.
    let at_once = "lazy_itable_init=0,lazy_journal_init=0";
    let mut mke2fs = Command::new("mke2fs");
    mke2fs.args(["-q", "-t", "ext4", "-b", "4096", "-L", label, "-E", at_once]);
    if let Some(dir) = dir {
        mke2fs.arg("-d").arg(dir);
    }
    run(mke2fs.arg(disk).arg(size)).map(drop)
}

/// Copies it without its empty parts.
///
/// # Errors
/// When the disk below is full.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").arg("--sparse=always").arg(from).arg(to)).map(drop)
}

/// Lets e2fsck mend what it mends by itself at every boot.
///
/// # Errors
/// When somebody would have to be asked.
pub(crate) fn mend(disk: &Path) -> Result<()> {
    let out = start(Command::new("e2fsck").args(["-f", "-p"]).arg(disk))?;
    // 1: mended.
    match out.status.code() {
        Some(0 | 1) => Ok(()),
        _ => bail!(
            "e2fsck would have to ask ({}):\n{}",
            out.status,
            String::from_utf8_lossy(&out.stdout)
        ),
    }
}

/// The journal on a disk whose file system is whole; `None` where there is none yet.
///
/// # Errors
/// When SQLite finds fault with the database, or the chain of facts does not close.
pub(crate) fn journal(disk: &Path) -> Result<Option<Local>> {
    journal_in(disk, "")
}

/// The journal in that directory of such a disk.
///
/// # Errors
/// As `journal`.
pub(crate) fn journal_in(disk: &Path, at: &str) -> Result<Option<Local>> {
    let dir = tempfile::tempdir_in(disk.parent().context("a directory")?)?;
    let file = dir.path().join("journal.db");
    for name in ["journal.db", "journal.db-wal"] {
        let order = format!("dump {at}/{name} {name}");
        run(Command::new("debugfs")
            .current_dir(dir.path())
            .args(["-R", &order])
            .arg(fs::canonicalize(disk)?))?;
    }
    if !file.exists() {
        return Ok(None);
    }
    let journal = Local::read(&file).context("the journal")?;
    let said: String =
        Connection::open(&file)?.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
    ensure!(said == "ok", "SQLite finds fault with the journal: {said}");
    Ok(Some(journal))
}

/// Puts files into a file system that nobody has mounted; what is there already is replaced.
///
/// # Errors
/// When debugfs cannot.
pub(crate) fn put(disk: &Path, to: &str, files: &[(String, Vec<u8>)]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut orders = format!("cd {to}\n");
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes)?;
        orders += &format!("rm {name}\nwrite {name} {name}\n");
    }
    let script = dir.path().join("orders");
    fs::write(&script, orders)?;
    run(Command::new("debugfs")
        .current_dir(dir.path())
        .args(["-w", "-f"])
        .arg(&script)
        .arg(fs::canonicalize(disk)?))?;
    // It says what it could not do, and ends well.
    for (name, bytes) in files {
        let shown = run(Command::new("debugfs")
            .args(["-R", &format!("cat {to}/{name}")])
            .arg(disk))?;
        ensure!(
            shown.stdout == *bytes,
            "{to}/{name} could not be put into {}",
            disk.display()
        );
    }
    Ok(())
}

/// Takes a file away from a file system that nobody has mounted, where it is there.
///
/// # Errors
/// When debugfs cannot.
pub(crate) fn forget(disk: &Path, file: &str) -> Result<()> {
    run(Command::new("debugfs")
        .args(["-w", "-R", &format!("rm {file}")])
        .arg(disk))
    .map(drop)
}

/// Runs a tool that makes, reads or mends a disk.
///
/// # Errors
/// When it fails; with what it said.
pub(crate) fn run(command: &mut Command) -> Result<Output> {
    let out = start(command)?;
    if !out.status.success() {
        bail!(
            "{} ended with {}:\n{}",
            command.get_program().display(),
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(out)
}

fn start(command: &mut Command) -> Result<Output> {
    // They lie where root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .output()
        .with_context(|| {
            format!(
                "cannot start {}: cargo xtask boot installs what is needed",
                command.get_program().display()
            )
        })
}
