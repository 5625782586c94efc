//! The firmware of a Raspberry Pi 5, as far as two releases need it: it reads `autoboot.txt` and
//! boots what that names, once otherwise where the boot was asked for with "0 tryboot".

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};

use crate::{disk, machine::Slot};

/// How a boot was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// By the switch, a panic or a plain reboot.
    Plain,
    /// For one try.
    Tryboot,
}

/// By the last words of a kernel's console.
pub(super) fn asked(console: &str) -> Asked {
    if console.contains("reboot: Restarting system with command '0 tryboot'") {
        Asked::Tryboot
    } else {
        Asked::Plain
    }
}

/// Which release the firmware boots.
///
/// # Errors
/// When the disk or its file can no longer be read, or names none: such a machine does not boot.
pub(super) fn chooses(disk: &Path, asked: Asked) -> Result<Slot> {
    let read = disk::run(
        Command::new("mtype")
            .env("MTOOLS_SKIP_CHECK", "1")
            .arg("-i")
            .arg(disk)
            .arg("::autoboot.txt"),
    )
    .context("the firmware finds no autoboot.txt: this machine does not boot")?;
    let text = String::from_utf8_lossy(&read.stdout);
    choice(&text, asked)
        .with_context(|| format!("this machine does not boot; its autoboot.txt is {text:?}"))
}

fn choice(text: &str, asked: Asked) -> Result<Slot> {
    let (mut holds, mut tried, mut partition) = (true, false, None);
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            holds = match section.strip_suffix(']') {
                Some("all") => true,
                Some("tryboot") => asked == Asked::Tryboot,
                other => bail!("a section {other:?}"),
            };
        } else if let Some((key, value)) = line.split_once('=') {
            match key {
                "boot_partition" if holds => partition = Some(value),
                "tryboot_a_b" if holds => tried = value == "1",
                "boot_partition" | "tryboot_a_b" => {}
                _ => bail!("a line {line:?}"),
            }
        } else {
            ensure!(line.is_empty(), "a line {line:?}");
        }
    }
    ensure!(
        tried,
        "without tryboot_a_b=1 the firmware tries another file"
    );
    match partition {
        Some("2") => Ok(Slot::A),
        Some("3") => Ok(Slot::B),
        other => bail!("a partition {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n";

    #[test]
    fn a_release_is_tried_once() {
        assert_eq!(choice(TEXT, Asked::Plain).unwrap(), Slot::A);
        assert_eq!(choice(TEXT, Asked::Tryboot).unwrap(), Slot::B);
        let last = "reboot: Restarting system with command '0 tryboot'\n";
        assert_eq!(asked(last), Asked::Tryboot);
        assert_eq!(asked("reboot: Restarting system\n"), Asked::Plain);
    }

    #[test]
    fn a_torn_file_is_no_choice() {
        for end in 0..TEXT.find("=2").unwrap() + 1 {
            assert!(choice(&TEXT[..end], Asked::Plain).is_err());
        }
        assert!(choice("\0\0\0", Asked::Plain).is_err());
    }
}
