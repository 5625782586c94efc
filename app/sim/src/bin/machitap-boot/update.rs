//! Updates: a good release, one that does not stand, one that does not boot, bundles that are not
//! to be run, and the power cut in the middle.
//!
//! The machine has the image's two roots, its scripts, units and RAUC configuration; the firmware is
//! played here. The good release is ordered by the city and fetched by the kiosk; the others are laid
//! where the kiosk would leave them, so that each part begins at the moment it is about.

mod bundles;
mod cuts;
mod data;
pub(crate) mod disks;
mod firmware;
mod kiosk;
mod moments;
mod refused;
mod unwell;

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::{cuts::close, machine::Slot, step, town::Town};
use firmware::Asked;
use kiosk::Kiosk;
use machitap_sim::summary::Summary;
use moments::Moments;

/// Where the kiosk's journal is on the data disk.
const JOURNAL: &str = "/lib/machitap";

/// The parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Update {
    /// A good release
    Good,
    /// Damaged bundles, and those of others
    Refused,
    /// A release whose kiosk does not stand
    Weak,
    /// Power cuts
    Cuts,
    /// A release that does not boot
    Dead,
    /// The data partition gone, and damaged
    Data,
}

/// Plays those parts, or all.
///
/// # Errors
/// What did not happen.
pub(crate) fn play(
    town: &mut Town,
    only: &[Update],
    times: u32,
    accept: bool,
    summary: &mut Summary,
) -> Result<()> {
    let wanted = |part| only.is_empty() || only.contains(&part);
    if wanted(Update::Good) {
        good(town, summary).context("a good release")?;
    }
    if wanted(Update::Refused) {
        refused::play(town, summary).context("refused bundles")?;
    }
    if wanted(Update::Weak) {
        unwell::does_not_stand(town, summary).context("a release whose kiosk does not stand")?;
    }
    if wanted(Update::Cuts) {
        cuts::play(town, times, summary).context("power cuts")?;
    }
    if wanted(Update::Dead) {
        unwell::does_not_boot(town, summary).context("a release that does not boot")?;
    }
    if wanted(Update::Data) {
        data::play(town, accept, summary).context("without the data partition")?;
    }
    step("the last boot of the two releases: everything is counted");
    let Kiosk { town, machine, .. } = Kiosk::switch_on(town, Asked::Plain, None)?;
    close(town, machine, JOURNAL, summary)
}

/// The city orders it, the kiosk fetches it beside the taps and has it written and booted; it is
/// tried, well, and kept; the journal goes on.
fn good(town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("an update to a good release, ordered by the city");
    let bundle = bundles::made(&town.place, "good");
    let mut kiosk = Kiosk::boot(town, Asked::Plain, None)?;
    let took = kiosk.serves()?;
    summary.seconds("two releases: switched on until the first screen", took);
    ensure!(
        kiosk.slot == Slot::A && kiosk.version()? == "1",
        "not the first release"
    );
    kiosk.tap().context("before the update")?;
    let ordered = Instant::now();
    kiosk.town.order(&bundle)?;
    let took = kiosk.wait_for_now("a bundle to be fetched", |now| now == "installing")?;
    summary.seconds("a good bundle ordered: until it was fetched", took);
    // Not more: once it is written and nobody is there, the machine goes down.
    let held = Instant::now();
    kiosk.tap().context("while it is written")?;
    ensure!(
        bundles::now(&mut kiosk.machine)? == "installing",
        "it was written before anybody could tap"
    );
    summary.seconds(
        "… a tap while it is written, held until counted",
        held.elapsed(),
    );
    let (town, life) = kiosk.boots_when_nobody_is_there()?;
    summary.seconds("… until the machine booted for it", ordered.elapsed());
    let booted = Instant::now();
    let mut moments = Moments::default();
    moments.look(&town.place, &kiosk::before(&town.place), &mut town.random)?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Tryboot, life)?;
    summary.seconds("… from then until the new release served", booted.elapsed());
    ensure!(
        kiosk.slot == Slot::B && kiosk.version()? == "2",
        "not the new release"
    );
    kiosk.tap().context("after the boot")?;
    kiosk.town.wait_until_told("kept")?;
    summary.seconds(
        "… from the order until the city hears it is kept",
        ordered.elapsed(),
    );
    ensure!(
        bundles::gone(&mut kiosk.machine)?,
        "the bundle lies there still"
    );
    kiosk.tap().context("after it was kept")?;
    let (town, _) = kiosk.off()?;
    let next = firmware::chooses(&town.place.autoboot(), Asked::Plain)?;
    ensure!(next == Slot::B, "the release before is booted next");
    moments.look(&town.place, &kiosk::before(&town.place), &mut town.random)?;
    summary.figure("writes to the firmware's disk", moments.writes);
    summary.figure("… read as cut between them", moments.looks);
    Ok(())
}
