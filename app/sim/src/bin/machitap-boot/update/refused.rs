//! Bundles that are not to be run: each is refused with a reason, and nothing changes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use machitap_sim::{stage::wait, summary::Summary};

use super::{
    bundles,
    firmware::{self, Asked},
    kiosk::Kiosk,
};
use crate::{step, town::Town};

const REFUSED_LIMIT: Duration = Duration::from_secs(300);

/// Plays them, one after the other, on a kiosk that goes on serving.
pub(super) fn play(town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("bundles that are to be refused");
    let place = &town.place;
    let good = bundles::made(place, "good");
    let all = [
        ("flipped", bundles::flipped(place, &good)?),
        ("truncated", bundles::truncated(place, &good)?),
        ("other-key", bundles::made(place, "other-key")),
        ("other-machine", bundles::made(place, "other-machine")),
    ];
    bundles::lay(place, &all)?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, None)?;
    for (name, _) in &all {
        bundles::deliver(&mut kiosk.machine, name)?;
        let why = refusal(&mut kiosk).with_context(|| format!("the bundle {name}"))?;
        summary.figure(&format!("bundle {name}"), why);
        kiosk.tap().context("after a bundle was refused")?;
        let next = firmware::chooses(&kiosk.town.place.autoboot(), Asked::Plain)?;
        ensure!(
            next == kiosk.slot,
            "{name}: the next boot is of the other release"
        );
    }
    kiosk.off().map(drop)
}

/// Waits for the end of an update that must be one.
fn refusal(kiosk: &mut Kiosk<'_>) -> Result<String> {
    let machine = &mut kiosk.machine;
    wait::for_some(REFUSED_LIMIT, "a bundle to be refused", || {
        // The line is written before the bundle is taken away.
        match bundles::gone(machine) {
            Ok(false) => None,
            Ok(true) => Some(bundles::now(machine)),
            Err(error) => Some(Err(error)),
        }
    })
    .and_then(|r| r)
    .and_then(|now| {
        ensure!(now.starts_with("refused "), "it is {now:?}");
        Ok(now)
    })
    .with_context(|| kiosk.journal())
}
