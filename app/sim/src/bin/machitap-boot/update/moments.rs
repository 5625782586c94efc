//! The firmware's disk as a power cut at any moment of a life may have left it.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use machitap_sim::{random::Random, writes::Writes};

use super::firmware::{self, Asked};
use crate::{
    disk,
    machine::{Place, Slot},
};

/// Different sectors that were not flushed are lost each time.
const TIMES: u32 = 5;

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Moments {
    /// Writes and flushes, all in all.
    pub(super) writes: usize,
    /// Disks built and read.
    pub(super) looks: u32,
}

impl Moments {
    /// Builds the disk after each write of the life that has just ended, and lets the firmware read
    /// it.
    ///
    /// # Errors
    /// When there is a moment after which the machine would not boot, or would boot what nobody
    /// wanted, or the file system has become one that a later write damages.
    pub(super) fn look(&mut self, place: &Place, before: &Path, random: &mut Random) -> Result<()> {
        let writes = Writes::read(&place.autoboot_log())?;
        self.writes += writes.count();
        let allowed = [
            firmware::chooses(before, Asked::Plain)?,
            firmware::chooses(&place.autoboot(), Asked::Plain)?,
        ];
        let looked = place.live.join("looked-autoboot.img");
        for after in 0..=writes.count() {
            for _ in 0..TIMES {
                disk::copy(before, &looked)?;
                writes.cut(&looked, after, random)?;
                is_sound(&looked, &allowed).with_context(|| {
                    format!(
                        "the firmware's disk, cut after {after} of {} writes",
                        writes.count()
                    )
                })?;
                self.looks += 1;
            }
        }
        Ok(())
    }
}

fn is_sound(disk: &Path, allowed: &[Slot]) -> Result<()> {
    let slot = firmware::chooses(disk, Asked::Plain)?;
    ensure!(allowed.contains(&slot), "{slot:?} would be booted");
    let said = disk::run(
        Command::new("sh")
            .args(["-c", "fsck.vfat -n \"$0\" || true"])
            .arg(disk),
    )?;
    let said = String::from_utf8_lossy(&said.stdout);
    // That it was not unmounted is no fault.
    let faults = [
        "share clusters",
        "bad file name",
        "Contains a free cluster",
        "Reclaimed",
        "differ",
    ];
    let faults: Vec<&str> = said
        .lines()
        .filter(|line| faults.iter().any(|fault| line.contains(fault)))
        .collect();
    ensure!(faults.is_empty(), "its file system is not sound: {said}");
    Ok(())
}
