//! Power cuts while a release is updated: between the bundle's arrival and the last word about it.
//!
//! Data and the firmware's file are built as the power may have left them; the roots are as QEMU
//! left them, for the one that runs is never written to, and the other one is written anew.

use std::{
    collections::BTreeMap,
    fs,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use machitap_sim::{
    stage::wait,
    summary::Summary,
    writes::{Kept, Writes},
};
use uuid::Uuid;

use super::{
    bundles,
    firmware::Asked,
    kiosk::{self, Kiosk, Now},
};
use crate::{disk, step, town::Town};

/// Where in an update the power goes.
#[derive(Debug, Clone, Copy)]
enum Where {
    /// While the bundle is written.
    Writing,
    /// From the kiosk's word that it may boot, through the boot.
    Booting,
    /// While the new release is tried, or just after it was kept.
    Trying,
}

const IN_TURN: [Where; 3] = [Where::Writing, Where::Booting, Where::Trying];

impl Where {
    /// How long that takes here, and a little longer, milliseconds.
    fn within_ms(self) -> u64 {
        match self {
            Self::Writing => 30_000,
            Self::Booting => 70_000,
            Self::Trying => 50_000,
        }
    }
}

/// What the cuts came to.
#[derive(Debug, Default)]
struct Cuts {
    under_way: bool,
    boots: Vec<Duration>,
    unflushed: Kept,
    /// What the disk said at a cut, and how often.
    at: BTreeMap<String, u32>,
    /// What became of the updates.
    ends: BTreeMap<String, u32>,
}

/// Plays them, each on the disks the one before left; then lets the machine alone.
pub(super) fn play(mut town: &mut Town, wanted: u32, summary: &mut Summary) -> Result<()> {
    let mut cuts = Cuts::default();
    let mut life = None;
    bundles::lay(&town.place, &[("good", bundles::made(&town.place, "good"))])?;
    for n in 0..wanted {
        let at = IN_TURN[n as usize % IN_TURN.len()];
        step(&format!("power cut {} of {wanted}: {at:?}", n + 1));
        (town, life) = cuts
            .one(town, life, at)
            .with_context(|| format!("power cut {}", n + 1))?;
    }
    step("no more cuts: the machine is left alone");
    let (mut kiosk, end) = cuts.left_alone(town, life).context("left alone")?;
    kiosk.tap()?;
    let slot = kiosk.slot;
    let (town, life) = kiosk.off()?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, life)?;
    ensure!(
        kiosk.slot == slot,
        "another release is booted after {end:?}"
    );
    kiosk.tap()?;
    kiosk.off()?;
    cuts.tell(summary);
    Ok(())
}

impl Cuts {
    /// A machine that serves, with an update under way: where none is, another one comes.
    fn serving<'a>(&mut self, town: &'a mut Town, life: Option<Uuid>) -> Result<Kiosk<'a>> {
        let mut kiosk = Kiosk::boot(town, Asked::Plain, life)?;
        self.boots.push(kiosk.serves()?);
        kiosk.tap()?;
        if !bundles::gone(&mut kiosk.machine)? {
            return Ok(kiosk);
        }
        // A release whose try has come so far is kept before the next one comes.
        if self.under_way
            && let Now::Ended(end) = kiosk.until_written_or_ended()?
        {
            self.ended(&end);
        }
        self.comes(&mut kiosk)?;
        Ok(kiosk)
    }

    fn comes(&mut self, kiosk: &mut Kiosk<'_>) -> Result<()> {
        println!("   a bundle comes");
        self.under_way = true;
        kiosk.receive("good")
    }

    fn one<'a>(
        &mut self,
        town: &'a mut Town,
        life: Option<Uuid>,
        at: Where,
    ) -> Result<(&'a mut Town, Option<Uuid>)> {
        let mut kiosk = self.serving(town, life)?;
        if !matches!(at, Where::Writing)
            && let Now::Ended(end) = kiosk.until_written_or_ended()?
        {
            // After that many beginnings.
            self.ended(&end);
            self.comes(&mut kiosk)?;
            ensure!(
                kiosk.until_written_or_ended()? == Now::Written,
                "ended again"
            );
        }
        let within = kiosk.town.random.within(at.within_ms());
        let kiosk = match at {
            Where::Writing => kiosk,
            Where::Booting => {
                bundles::agree_to_boot(&mut kiosk.machine)?;
                kiosk
            }
            Where::Trying => {
                let (town, life) = kiosk.boots_for_the_update()?;
                Kiosk::switch_on(town, Asked::Tryboot, life)?
            }
        };
        let kiosk = runs_for(kiosk, within)?;
        let (town, life) = kiosk.kill();
        println!("   cut after {:.1} s", within.as_secs_f64());
        self.build(town)?;
        Ok((town, life))
    }

    /// Builds the disks as the power may have left them, and looks at what they say.
    fn build(&mut self, town: &mut Town) -> Result<()> {
        let place = town.place.clone();
        let looked = place.live.join("looked.img");
        for (before, disk, log) in [
            (kiosk::before_data(&place), place.data(), place.log()),
            (
                kiosk::before(&place),
                place.autoboot(),
                place.autoboot_log(),
            ),
        ] {
            let writes = Writes::read(&log)?;
            self.unflushed += writes.cut(&before, writes.count(), &mut town.random)?;
            fs::rename(before, disk)?;
        }
        disk::copy(&place.data(), &looked)?;
        disk::mend(&looked)?;
        let now = disk::run(
            Command::new("debugfs")
                .args(["-R", "cat /lib/machitap-update/now"])
                .arg(&looked),
        )?;
        let now = String::from_utf8_lossy(&now.stdout);
        let now = now.split_whitespace().next().unwrap_or("nothing");
        println!("   its disk says: {now}");
        *self.at.entry(now.to_owned()).or_default() += 1;
        Ok(())
    }

    /// Until the last word about the update.
    fn left_alone<'a>(
        &mut self,
        town: &'a mut Town,
        life: Option<Uuid>,
    ) -> Result<(Kiosk<'a>, String)> {
        let mut kiosk = self.serving(town, life)?;
        loop {
            match kiosk.until_written_or_ended()? {
                Now::Ended(end) => {
                    self.ended(&end);
                    return Ok((kiosk, end));
                }
                Now::Written => {
                    let (town, life) = kiosk.boots_for_the_update()?;
                    kiosk = Kiosk::switch_on(town, Asked::Tryboot, life)?;
                }
            }
        }
    }

    fn ended(&mut self, end: &str) {
        println!("   it ended: {end}");
        self.under_way = false;
        *self.ends.entry(end.to_owned()).or_default() += 1;
    }

    fn tell(&self, summary: &mut Summary) {
        let all = |what: &BTreeMap<String, u32>| {
            let each: Vec<_> = what.iter().map(|(what, n)| format!("{what} {n}")).collect();
            each.join(", ")
        };
        let mut boots = self.boots.clone();
        boots.sort();
        if let (Some(middle), Some(last)) = (boots.get(boots.len() / 2), boots.last()) {
            summary.seconds("boot after a cut in an update, median", *middle);
            summary.seconds("boot after a cut in an update, longest", *last);
        }
        let Kept { kept, dropped } = self.unflushed;
        summary.figure("what the disk said at the cuts", all(&self.at));
        summary.figure(
            "unflushed sectors at those",
            format_args!("{kept} kept, {dropped} dropped"),
        );
        summary.figure("what became of the updates", all(&self.ends));
    }
}

/// Lets it run, over a boot of its own where one comes.
fn runs_for(mut kiosk: Kiosk<'_>, time: Duration) -> Result<Kiosk<'_>> {
    let until = Instant::now() + time;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let ended = wait::until(left, "the end of a machine", || kiosk.machine.ended());
        if ended.is_err() {
            return Ok(kiosk);
        }
        let (town, asked, life) = kiosk.until_it_boots()?;
        // Where the time ends between two boots, the power goes at the beginning of the second.
        kiosk = Kiosk::boot(town, asked, life)?;
    }
}
