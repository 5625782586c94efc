//! The kiosk's journal and its clock, while it serves.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use machitap_domain::{ClockSource, FactBody};
use machitap_sim::journal::{Local, Stored};

use super::guest::Question;
use crate::{
    disk,
    machine::{Machine, Seen},
    town::{Town, confirmed},
};

pub(super) const DAY: Duration = Duration::from_secs(86_400);
/// A right time and ours differ by no more: an emulated clock, and the way of an answer.
const TOLERATED: Duration = Duration::from_secs(5);

/// What the kiosk's own doctor says of its clock.
pub(super) const DOCTOR: Question<'_> = ("machitap-kiosk doctor --json", |said| {
    said.contains("is synchronised")
});

/// How far the machine's clock is behind.
///
/// # Errors
/// When it is ahead of ours.
pub(super) fn off(machine: &mut Machine) -> Result<Duration> {
    let there: u64 = machine.ask("date +%s")?.trim().parse()?;
    let here = SystemTime::now().duration_since(UNIX_EPOCH)?;
    here.checked_sub(Duration::from_secs(there))
        .context("the machine's clock is ahead")
}

/// Looks whether all that this screen confirmed has its time from there.
///
/// # Errors
/// What has not.
pub(super) fn all_by(
    town: &Town,
    machine: &mut Machine,
    seen: &Seen,
    source: ClockSource,
) -> Result<()> {
    let (life, seqs) = confirmed(&seen.line).context("a screen that confirms")?;
    let journal = journal(town, machine)?;
    ensure!(journal.incarnation == life, "another journal was begun");
    let of = |stored: &&Stored| seqs.contains(&stored.fact.key.seq);
    let facts: Vec<&Stored> = journal.facts.iter().filter(of).collect();
    ensure!(facts.len() == seqs.len(), "a confirmed fact is not there");
    for stored in facts {
        let at = stored.fact.at;
        ensure!(
            at.quality.source == source,
            "a fact's time is from elsewhere: {at:?}"
        );
        if source == ClockSource::Ntp {
            let now = now_ms()?;
            let minute = 60_000;
            ensure!(
                (now - minute..now + minute).contains(&at.wall_ms),
                "a fact of this minute says {} ms, and it is {now} ms",
                at.wall_ms
            );
        }
    }
    Ok(())
}

/// A correction of the clock in the journal: when the boot began, and what our clock says of it.
#[derive(Debug)]
pub(super) struct Correction {
    source: ClockSource,
    boot_wall_ms: i64,
    ours_ms: i64,
}

/// All corrections of this boot that are in the journal.
///
/// # Errors
/// When it cannot be read.
pub(super) fn corrections(town: &Town, machine: &mut Machine) -> Result<Vec<Correction>> {
    let up: f64 = machine
        .ask("cut -d' ' -f1 /proc/uptime")?
        .trim()
        .parse()
        .context("how long the machine is up")?;
    let ours_ms = now_ms()? - (up * 1_000.0) as i64;
    let journal = journal(town, machine)?;
    let of = |stored: &Stored| match &stored.fact.body {
        FactBody::ClockCorrected {
            boot_wall_ms,
            quality,
            ..
        } => Some(Correction {
            source: quality.source,
            boot_wall_ms: *boot_wall_ms,
            ours_ms,
        }),
        _ => None,
    };
    Ok(journal.facts.iter().filter_map(of).collect())
}

/// Looks whether it says the truth.
///
/// # Errors
/// When it does not.
pub(super) fn is_right(correction: &Correction) -> Result<()> {
    ensure!(
        correction.source == ClockSource::Ntp,
        "nobody vouches for the correction: {correction:?}"
    );
    let off = correction.boot_wall_ms.abs_diff(correction.ours_ms);
    ensure!(
        Duration::from_millis(off) <= TOLERATED,
        "the correction is wrong by {off} ms"
    );
    Ok(())
}

/// The journal of a machine that stands still while its disk is copied.
fn journal(town: &Town, machine: &mut Machine) -> Result<Local> {
    let looked = town.place.live.join("looked.img");
    machine.still(|| disk::copy(&town.place.data(), &looked))?;
    disk::mend(&looked)?;
    disk::journal(&looked)?.context("no journal")
}

fn now_ms() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}
