//! The first morning: a tap, a touch, a plug that is pulled.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use machitap_sim::summary::Summary;

use crate::{idle::Idle, machine::Machine, picture::Picture, step, town::Town};

/// A screen that answers a hand, on a busy machine.
const SCREEN_LIMIT: Duration = Duration::from_secs(90);
/// The key that opens the languages, on the idle screen.
const LANGUAGES: (u32, u32) = (1_070, 720);
/// The way back from there.
const BACK: (u32, u32) = (165, 720);

/// Plays it.
///
/// # Errors
/// What did not happen.
pub(crate) fn morning(
    town: &mut Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
) -> Result<()> {
    step("a card is tapped");
    tap(town, machine, idle, summary, "tap")?;
    step("a finger touches the glass");
    touch(town, machine, idle, summary)?;
    step("the reader is unplugged, and plugged in again");
    replug(town, machine, idle, summary)?;
    step("the card service misses the reader");
    missed(town, machine, idle, summary)
}

fn tap(
    town: &mut Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
    name: &str,
) -> Result<()> {
    let card = town.somebody()?;
    let held = Instant::now();
    let seen = machine.tap(card)?;
    summary.seconds(
        &format!("{name}: card held until its screen was drawn"),
        seen.at - held,
    );
    let done = machine.picture()?;
    ensure!(idle.is_not(&done), "a tap was answered on the idle screen");
    let file = format!("{}.png", name.replace(' ', "-"));
    done.write(&town.place.made.join(file))?;
    says(machine, "somebody is served")?;
    town.wait_until_counted(&seen)?;
    summary.seconds(
        &format!("{name}: card held until the city had counted it"),
        held.elapsed(),
    );
    idle.wait(machine).context("after a tap")?;
    says(machine, "nobody is served")
}

/// What the kiosk tells the service manager, by which a boot can wait.
fn says(machine: &mut Machine, wanted: &str) -> Result<()> {
    let said = machine.ask("systemctl show machitap-kiosk.service --property=StatusText")?;
    ensure!(said.contains(wanted), "not {wanted:?}: {said:?}");
    Ok(())
}

/// A finger opens the languages, and goes back.
///
/// # Errors
/// What did not happen.
pub(crate) fn touch(
    town: &Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
) -> Result<()> {
    let size = machine.picture()?.size();
    let touched = Instant::now();
    machine.touch(LANGUAGES, size)?;
    let languages =
        machine.wait_for_picture("a screen that answers a touch", SCREEN_LIMIT, |picture| {
            idle.is_not(picture)
        })?;
    summary.seconds("touch: until the languages", touched.elapsed());
    languages.write(&town.place.made.join("touch.png"))?;
    let touched = Instant::now();
    machine.touch(BACK, size)?;
    idle.wait(machine)
        .context("after a touch of the way back")?;
    summary.seconds("touch: until the idle screen again", touched.elapsed());
    Ok(())
}

fn replug(
    town: &mut Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
) -> Result<()> {
    let pulled = Instant::now();
    pull(machine, idle)?.write(&town.place.made.join("reader-gone.png"))?;
    summary.seconds(
        "reader unplugged: until the screen says so",
        pulled.elapsed(),
    );
    let plugged = Instant::now();
    machine.plug()?;
    idle.wait(machine)
        .context("after the reader was plugged in")?;
    summary.seconds(
        "reader plugged in: until the idle screen",
        plugged.elapsed(),
    );
    tap(town, machine, idle, summary, "tap after replug")
}

/// Pulls the reader's plug; the screen that says so.
fn pull(machine: &mut Machine, idle: &Idle) -> Result<Picture> {
    machine.unplug()?;
    machine.wait_for_picture("a screen that misses the reader", SCREEN_LIMIT, |picture| {
        idle.is_not(picture)
    })
}

/// pcscd tries a reader once, when it is plugged in. Here it is deaf at that moment, as one is whose
/// first words to a reader were lost: nothing about devices is heard in a network of one's own.
fn missed(
    town: &mut Town,
    machine: &mut Machine,
    idle: &Idle,
    summary: &mut Summary,
) -> Result<()> {
    let deaf = "/run/systemd/system/pcscd.service.d";
    pull(machine, idle)?;
    machine.run(&format!(
        "mkdir -p {deaf} && printf '[Service]\\nPrivateNetwork=yes\\n' >{deaf}/deaf.conf && \
         systemctl daemon-reload && systemctl restart pcscd.service"
    ))?;
    let plugged = Instant::now();
    machine.plug()?;
    idle.wait(machine)
        .context("after the card service missed the reader")?;
    summary.seconds(
        "reader missed by the card service: until the idle screen",
        plugged.elapsed(),
    );
    let asked = machine.ask("journalctl -b -t systemd -u machitap-reader.service -o cat")?;
    ensure!(
        asked.contains("Finished"),
        "the service found it without being started anew: {asked}"
    );
    machine.run(&format!("rm -r {deaf} && systemctl daemon-reload"))?;
    tap(
        town,
        machine,
        idle,
        summary,
        "tap after the reader was missed",
    )
}
