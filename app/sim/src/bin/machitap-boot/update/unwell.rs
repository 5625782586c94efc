//! Releases that are no good: the machine goes back to the one before, by itself.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use machitap_sim::summary::Summary;

use super::{
    bundles,
    firmware::Asked,
    kiosk::{Kiosk, Now},
};
use crate::{step, town::Town};

/// How often a release that does not boot may be tried: `most` of `libexec/update`.
const TRIES: u32 = 3;

/// A kiosk that does not stand.
pub(super) fn does_not_stand(town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("a release whose kiosk does not stand");
    bundles::lay(&town.place, &[("weak", bundles::made(&town.place, "weak"))])?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, None)?;
    let (slot, version) = (kiosk.slot, kiosk.version()?);
    kiosk.tap()?;
    kiosk.receive("weak")?;
    kiosk.wait_for_now("a bundle to be written", |now| now == "installed")?;
    let booted = Instant::now();
    let (mut town, mut life) = kiosk.boots_for_the_update()?;
    let mut asked = Asked::Tryboot;
    let mut boots = 0;
    let mut kiosk = loop {
        let kiosk = Kiosk::boot(town, asked, life)?;
        if kiosk.slot == slot {
            break kiosk;
        }
        boots += 1;
        ensure!(boots == 1, "a release that is not well was booted again");
        (town, asked, life) = kiosk.until_it_boots()?;
    };
    ensure!(boots == 1, "the release was not tried");
    kiosk.serves()?;
    summary.seconds(
        "a release whose kiosk does not stand: from the boot until the one before served",
        booted.elapsed(),
    );
    kiosk.wait_for_now("to have gone back", |now| now == "went-back")?;
    ensure!(kiosk.version()? == version, "not the release before");
    kiosk.tap().context("after it went back")?;
    kiosk.off().map(drop)
}

/// No init: the kernel panics.
pub(super) fn does_not_boot(town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("a release that does not boot");
    bundles::lay(&town.place, &[("dead", bundles::made(&town.place, "dead"))])?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, None)?;
    let slot = kiosk.slot;
    kiosk.tap()?;
    let begun = Instant::now();
    kiosk.receive("dead")?;
    let mut tries = 0;
    let why = loop {
        match kiosk.until_written_or_ended()? {
            Now::Ended(why) => break why,
            Now::Written => {}
        }
        let (town, life) = kiosk.boots_for_the_update()?;
        tries += 1;
        ensure!(tries <= TRIES, "tried {tries} times");
        let dead = Kiosk::boot(town, Asked::Tryboot, life)?;
        ensure!(dead.slot != slot, "the release before was tried");
        let (town, asked, life) = dead.until_it_boots()?;
        kiosk = Kiosk::switch_on(town, asked, life)?;
        if kiosk.slot != slot {
            bail!("a release that does not boot served");
        }
        kiosk.tap().context("after a release that does not boot")?;
    };
    summary.figure("a release that does not boot: tried", tries);
    summary.figure("… and then", why);
    summary.seconds("… from its arrival until it was given up", begun.elapsed());
    kiosk.tap().context("after it was given up")?;
    kiosk.off().map(drop)
}
