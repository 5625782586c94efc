//! Days on which the machine lacks something: room on its disk, a clock.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use machitap_domain::ClockSource;
use machitap_sim::summary::Summary;

use crate::{
    disk,
    idle::Idle,
    machine::{How, Machine},
    step,
    town::{Town, confirmed},
};

/// A screen that says so, on a busy machine.
const SCREEN_LIMIT: Duration = Duration::from_secs(120);

/// Fills the disk until the kiosk says so, taps, and makes room again.
///
/// # Errors
/// What did not happen.
pub(crate) fn full_disk(
    town: &mut Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
) -> Result<()> {
    step("the disk is full");
    let file = "/var/lib/machitap/full";
    // Down to the last block, as whoever fills a disk does.
    machine.run(&format!(
        "dd if=/dev/zero of={file} bs=1M status=none; sync; df /var/lib/machitap | grep -q 100%"
    ))?;
    let filled = Instant::now();
    let heard = machine.heard();
    machine.hold(town.somebody()?)?;
    let full = machine.wait_for_picture(
        "a screen that says that the disk is full",
        SCREEN_LIMIT,
        |p| idle.is_not(p),
    )?;
    summary.seconds("disk full: until the screen says so", filled.elapsed());
    full.write(&town.place.made.join("disk-full.png"))?;
    machine.take()?;
    ensure!(
        machine.confirmed_after(heard).is_none(),
        "a screen said that it was done on a full disk"
    );
    let freed = Instant::now();
    machine.run(&format!("rm {file}; sync"))?;
    idle.wait(machine).context("after there was room")?;
    summary.seconds("room again: until the idle screen", freed.elapsed());
    let seen = machine.tap(town.somebody()?)?;
    town.wait_until_counted(&seen)?;
    idle.wait(machine)?;
    Ok(())
}

/// Boots without battery and without network, taps, and boots again with both.
///
/// # Errors
/// What did not happen.
pub(crate) fn no_clock(town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("a boot in 1970, without a network");
    let how = How {
        clockless: true,
        network: false,
        ..How::default()
    };
    let mut machine = Machine::start(&town.place, how)?;
    machine.wait_until_it_serves()?;
    let seen = machine.tap(town.somebody()?)?;
    machine
        .picture()?
        .write(&town.place.made.join("no-clock.png"))?;
    town.remember(&machine.power_off()?);
    let (life, seqs) = confirmed(&seen.line).context("a screen that confirms")?;
    let copy = town.place.live.join("copy.img");
    disk::copy(&town.place.data(), &copy)?;
    disk::mend(&copy)?;
    let journal = disk::journal(&copy)?.context("no journal")?;
    ensure!(journal.incarnation == life, "another journal was begun");
    let tapped: Vec<_> = journal
        .facts
        .iter()
        .filter(|s| seqs.contains(&s.fact.key.seq))
        .collect();
    ensure!(tapped.len() == seqs.len(), "a confirmed fact is not there");
    for stored in &tapped {
        let quality = &stored.fact.at.quality;
        ensure!(
            quality.source == ClockSource::Unknown,
            "a fact of 1970 trusts its clock: {quality:?}"
        );
    }
    summary.figure(
        "1970, no network: confirmed facts, all with an unknown time",
        tapped.len(),
    );
    step("a boot with clock and network");
    let mut machine = Machine::start(&town.place, How::default())?;
    machine.wait_until_it_serves()?;
    town.wait_until_counted(&seen).context("the tap of 1970")?;
    summary.figure("1970, no network: counted after the next boot", seqs.len());
    town.remember(&machine.power_off()?);
    Ok(())
}
