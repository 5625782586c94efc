//! The bus home: one tap, one second, one class.

use anyhow::Result;
use machitap_sim::stage::Stage;

use crate::player::{Player, say};

pub(crate) fn play(stage: &mut Stage, p: &mut Player<'_>) -> Result<()> {
    p.kiosk().start()?;
    p.see("idle", "bus-idle", "The bus waits at the stop.")?;
    // A class stands for a second only: the picture is taken while the card is held.
    p.glance(
        "minato",
        "fare",
        "fare-half",
        "Half fare: a colour, a shape, a sound.",
    )?;
    p.glance(
        "hanako",
        "fare",
        "fare-full",
        "Full fare: in no list, and no reason told.",
    )?;
    say("Past the last mast: the broker is out of reach.");
    stage.broker.stop()?;
    p.glance(
        "manyo",
        "fare",
        "fare-free",
        "Free, by the list the bus carries.",
    )?;
    stage.broker.start()
}
