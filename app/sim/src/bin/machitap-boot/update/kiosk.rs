//! The kiosk with its two releases, over many boots.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use machitap_sim::stage::wait;
use uuid::Uuid;

use super::{
    bundles,
    firmware::{self, Asked},
};
use crate::{
    disk,
    machine::{How, Machine, Place, Root, Slot},
    town::{Town, confirmed},
};

/// A root is written by an emulated processor.
const WRITTEN_LIMIT: Duration = Duration::from_secs(400);
/// Longer than health's patience (200 s) and two boots.
pub(super) const BOOTS_LIMIT: Duration = Duration::from_secs(500);
/// Between two questions to a machine that has other work.
const BETWEEN: Duration = Duration::from_millis(500);

/// How far an update has come that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Now {
    /// It is written, and waits for the boot.
    Written,
    /// That became of it.
    Ended(String),
}

/// A machine that is on, and the town around it.
pub(super) struct Kiosk<'a> {
    pub(super) town: &'a mut Town,
    pub(super) machine: Machine,
    pub(super) slot: Slot,
    /// The life of its journal, as the last tap said it.
    life: Option<Uuid>,
}

/// The firmware's disk as the life that runs, or ran last, found it.
pub(super) fn before(place: &Place) -> PathBuf {
    place.live.join("before-autoboot.img")
}

/// The data disk likewise.
pub(super) fn before_data(place: &Place) -> PathBuf {
    place.live.join("before-data.img")
}

impl<'a> Kiosk<'a> {
    /// The firmware boots what it finds; nothing is waited for.
    pub(super) fn boot(town: &'a mut Town, asked: Asked, life: Option<Uuid>) -> Result<Self> {
        let slot = firmware::chooses(&town.place.autoboot(), asked)?;
        println!("   {asked:?}: the firmware boots {slot:?}");
        disk::copy(&town.place.autoboot(), &before(&town.place))?;
        disk::copy(&town.place.data(), &before_data(&town.place))?;
        let how = How {
            root: Root::Slot(slot),
            ..How::default()
        };
        let machine = Machine::start(&town.place, how)?;
        Ok(Self {
            town,
            machine,
            slot,
            life,
        })
    }

    /// The same, until it serves.
    pub(super) fn switch_on(town: &'a mut Town, asked: Asked, life: Option<Uuid>) -> Result<Self> {
        let mut kiosk = Self::boot(town, asked, life)?;
        kiosk.serves()?;
        Ok(kiosk)
    }

    /// Waits until it serves, and looks whether it runs the release that the firmware chose.
    pub(super) fn serves(&mut self) -> Result<Duration> {
        let took = self.machine.wait_until_it_serves()?;
        let slot = self.slot;
        let root = self.machine.ask("findmnt -no SOURCE /")?;
        let wanted = match slot {
            Slot::A => "/dev/vda",
            Slot::B => "/dev/vdb",
        };
        ensure!(
            root == wanted,
            "{slot:?} was to be booted, the root is {root:?}"
        );
        Ok(took)
    }

    /// A card is tapped, and counted by the city; the journal is the one it was.
    pub(super) fn tap(&mut self) -> Result<()> {
        let seen = self.machine.tap(self.town.somebody()?)?;
        self.town.wait_until_counted(&seen)?;
        let (life, _) = confirmed(&seen.line).context("a screen that confirms")?;
        ensure!(
            self.life.is_none_or(|had| had == life),
            "another journal was begun"
        );
        self.life = Some(life);
        Ok(())
    }

    /// Which release runs, by its own word.
    pub(super) fn version(&mut self) -> Result<String> {
        self.machine.ask(". /etc/os-release; echo $VERSION_ID")
    }

    /// Waits until an update has come so far, and tells how long that took.
    pub(super) fn wait_for_now(
        &mut self,
        what: &str,
        mut is: impl FnMut(&str) -> bool,
    ) -> Result<Duration> {
        let begun = Instant::now();
        let machine = &mut self.machine;
        let mut last = String::new();
        wait::for_some(WRITTEN_LIMIT, what, || match bundles::now(machine) {
            Ok(now) if is(&now) => Some(Ok(())),
            Ok(now) if now.starts_with("refused") => {
                Some(Err(anyhow::anyhow!("instead of {what}: {now}")))
            }
            Ok(now) => {
                last = now;
                thread::sleep(BETWEEN);
                None
            }
            Err(error) => Some(Err(error)),
        })
        .and_then(|r| r)
        .with_context(|| format!("{last:?} at last\n{}", self.journal()))?;
        Ok(begun.elapsed())
    }

    /// A bundle comes. Waits until it is worked on: until then the last word is of the one before.
    pub(super) fn receive(&mut self, name: &str) -> Result<()> {
        let machine = &mut self.machine;
        bundles::deliver(machine, name)?;
        wait::for_some(WRITTEN_LIMIT, "an update to begin", || {
            thread::sleep(BETWEEN);
            match bundles::now(machine) {
                Ok(now) if now == "installing" => Some(Ok(())),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            }
        })?
    }

    /// Waits until an update waits for the boot, or has ended.
    pub(super) fn until_written_or_ended(&mut self) -> Result<Now> {
        let machine = &mut self.machine;
        let came = wait::for_some(WRITTEN_LIMIT, "an update to be written or to end", || {
            thread::sleep(BETWEEN);
            match bundles::stands(machine) {
                Ok(stands) => stands.map(Ok),
                Err(error) => Some(Err(error)),
            }
        });
        came.and_then(|r| r).with_context(|| self.journal())
    }

    /// What the parts of an update said, where one did not go well.
    pub(super) fn journal(&mut self) -> String {
        self.machine
            .ask("journalctl -b --no-pager -o cat -n 60 -u 'machitap-*' -u 'rauc*'")
            .unwrap_or_else(|_| self.machine.tail())
    }

    /// Waits until it ends for another boot, which may be another release's.
    pub(super) fn until_it_boots(self) -> Result<(&'a mut Town, Asked, Option<Uuid>)> {
        let (seen, console) = self.machine.wait_until_it_ends(BOOTS_LIMIT)?;
        self.town.remember(&seen);
        Ok((self.town, firmware::asked(&console), self.life))
    }

    /// Agrees to the boot that an update waits for, which must be one to try it.
    pub(super) fn boots_for_the_update(mut self) -> Result<(&'a mut Town, Option<Uuid>)> {
        bundles::agree_to_boot(&mut self.machine)?;
        self.boots_when_nobody_is_there()
    }

    /// The same, where the kiosk agrees by itself as soon as it serves nobody.
    pub(super) fn boots_when_nobody_is_there(self) -> Result<(&'a mut Town, Option<Uuid>)> {
        let (town, asked, life) = self.until_it_boots()?;
        ensure!(
            asked == Asked::Tryboot,
            "the machine booted, and did not ask the firmware to try it"
        );
        Ok((town, life))
    }

    /// Switches it off in peace.
    pub(super) fn off(self) -> Result<(&'a mut Town, Option<Uuid>)> {
        let seen = self.machine.power_off()?;
        self.town.remember(&seen);
        Ok((self.town, self.life))
    }

    /// The power goes.
    pub(super) fn kill(self) -> (&'a mut Town, Option<Uuid>) {
        self.town.remember(&self.machine.kill());
        (self.town, self.life)
    }
}
