//! What shuts the image in, and whether it holds: strange USB devices, keys, ports; and a time server
//! that answers late.
//!
//! Each guard is looked at again with the guard taken away: what it kept out must come in then, or
//! the look proves nothing.

mod facts;
mod firewall;
mod guest;
mod keys;
mod time_server;
mod usb;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use machitap_domain::ClockSource;
use machitap_sim::summary::Summary;

use crate::{
    cuts::close,
    first, idle,
    machine::{How, Machine, Root, Seen},
    step,
    town::Town,
};
use time_server::TimeServer;

/// Plays it.
///
/// # Errors
/// What did not happen.
pub(crate) fn play(town: &mut Town, summary: &mut Summary) -> Result<()> {
    let server = TimeServer::bind()?;
    step("a machine that is shut in, its clock empty, the town's time server silent");
    let how = How {
        clockless: true,
        root: Root::ShutIn,
        ..How::default()
    };
    let mut machine = Machine::start(&town.place, how)?;
    summary.seconds(
        "shut in: switched on until the first screen",
        machine.wait_until_it_serves()?,
    );
    let idle = idle::compare(&mut machine, false, summary)?;
    let before = machine.tap(town.somebody()?)?;
    town.wait_until_counted(&before)
        .context("through the firewall, the time unknown")?;
    idle.wait(&mut machine)?;

    firewall::play(town, &mut machine, summary).context("the firewall")?;
    usb::play(town, &mut machine, summary).context("USB devices")?;
    first::touch(town, &mut machine, &idle, summary)?;
    keys::play(&mut machine, &idle, summary).context("keys")?;
    clock(town, &mut machine, &server, &before, summary).context("the time server")?;

    step("shut in: everything is counted");
    close(town, machine, "", summary)
}

/// The town's time server answers at last.
fn clock(
    town: &mut Town,
    machine: &mut Machine,
    server: &TimeServer,
    before: &Seen,
    summary: &mut Summary,
) -> Result<()> {
    step("the time server answers");
    server.wait_until_asked()?;
    ensure!(
        facts::corrections(town, machine)?.is_empty(),
        "a clock was trusted before a time server had answered"
    );
    facts::all_by(town, machine, before, ClockSource::Unknown)?;
    let off = facts::off(machine)?;
    summary.figure(
        "clock without a time server, days behind",
        off.as_secs() / 86_400,
    );
    // systemd lifts 1970 to the day it was built.
    ensure!(off > facts::DAY, "the clock was not off");
    let answered = Instant::now();
    server.answer();
    guest::wait_for(machine, "the kiosk to trust its clock", &facts::DOCTOR)?;
    summary.seconds(
        "time server answers: until the doctor finds the clock well",
        answered.elapsed(),
    );
    let seen = machine.tap(town.somebody()?)?;
    town.wait_until_counted(&seen)?;
    facts::all_by(town, machine, &seen, ClockSource::Ntp)?;
    let corrections = facts::corrections(town, machine)?;
    ensure!(
        corrections.len() == 1,
        "corrections of the clock in the journal: {corrections:?}"
    );
    facts::is_right(&corrections[0])?;
    summary.figure(
        "questions to the time server before it answered",
        server.asked_before(),
    );
    Ok(())
}
