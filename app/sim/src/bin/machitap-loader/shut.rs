//! The one way on: whatever becomes of the card's script, no stick is booted and no prompt waits.

use anyhow::{Result, ensure};
use machitap_sim::summary::Summary;

use crate::{
    board::{Board, Loader, With},
    card::Card,
    step,
};

/// What stops a U-Boot that lets itself be stopped.
const KEYS: &[u8] = b" \x03\r";
const THE_STICK_RUNS: &str = "THE STICK RUNS";

pub(crate) fn play(board: &Board, card: &Card, summary: &mut Summary) -> Result<()> {
    step("a card without its script, and a stick with another");
    card.spoil_script()?;
    let with = With {
        stick: Some(card.stick()?),
        ..With::default()
    };
    let mut on = board.switch_on_with(Loader::Ours, &card.path(), &with)?;
    for n in 1..=3 {
        on.types(KEYS)?;
        on.wait_for(n, "resetting ...")?;
    }
    let said = on.cut();
    ensure!(
        !said.contains(THE_STICK_RUNS) && !said.contains("U-Boot>"),
        "it does not shut: {said}"
    );
    // That it is the layer which shuts: without it both are found.
    let mut on = board.switch_on_with(Loader::Plain, &card.path(), &with)?;
    on.wait_for(1, THE_STICK_RUNS)?;
    on.wait_for(1, "U-Boot>")?;
    on.cut();
    summary.figure(
        "without a script",
        "no stick runs, no prompt; without the layer both",
    );
    Ok(())
}
