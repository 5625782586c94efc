//! The tries of the releases: who is booted, how often, and what brings the other one back.

use anyhow::{Context, Result, ensure};
use machitap_sim::summary::Summary;

use crate::{
    board::Board,
    card::{COPIES, Card, HANGS_SIZE, Release, Slot},
    rauc::Rauc,
    step,
};

const TOLD: &str = "Kernel command line:";
/// What U-Boot says where there is no file system.
const NO_ROOT: &str = "Can't set block device";

/// Plays a card's life from its first boot.
pub(crate) fn play(board: &Board, card: &Card, rauc: &Rauc, summary: &mut Summary) -> Result<()> {
    first(board, card, rauc, summary).context("the first boot")?;
    kept(board, card, rauc).context("an update that is well")?;
    hangs(board, card, rauc).context("an update that hangs")?;
    noise(board, card, rauc, summary).context("a release that is noise")?;
    neither(board, card).context("neither is well")
}

/// Boots what is to be booted, and lets its kernel say what it was told.
fn boots(board: &Board, card: &Card, slot: Slot) -> Result<String> {
    let mut on = board.switch_on(card)?;
    let told = on.line(TOLD)?;
    let root = match slot {
        Slot::A => "root=/dev/mmcblk0p2",
        Slot::B => "root=/dev/mmcblk0p3",
    };
    let wanted = format!("{root} rauc.slot={}", slot.name());
    ensure!(told.ends_with(&wanted), "not {wanted:?}: {told:?}");
    Ok(on.cut())
}

/// Boots a release that hangs.
fn hangs_there(board: &Board, card: &Card) -> Result<()> {
    let mut on = board.switch_on(card)?;
    on.wait_for(1, "Starting kernel")?;
    let said = on.cut();
    ensure!(
        said.contains(&format!("\n{HANGS_SIZE} bytes read")),
        "another release was booted: {said}"
    );
    Ok(())
}

fn stands(rauc: &Rauc, card: &Card, wanted: (&str, &str, &str)) -> Result<()> {
    let found = rauc.environment(&card.path())?;
    ensure!(
        found.stand() == wanted,
        "{wanted:?} was to be found, and not {found:?}"
    );
    Ok(())
}

fn first(board: &Board, card: &Card, rauc: &Rauc, summary: &mut Summary) -> Result<()> {
    step("the first boot of a new card");
    let mut on = board.switch_on(card)?;
    let script = on.wait_for(1, "## Executing script")?;
    let kernel = on.wait_for(1, "Starting kernel")?;
    let told = on.line(TOLD)?;
    ensure!(
        told.ends_with("root=/dev/mmcblk0p2 rauc.slot=A"),
        "it booted another one: {told:?}"
    );
    on.cut();
    summary.seconds("from the switch to the card's script, emulated", script);
    summary.seconds("to the kernel, emulated", kernel);
    let found = rauc.environment(&card.path())?;
    let both = COPIES.iter().all(|name| rauc.dir().join(name).exists());
    ensure!(both, "RAUC finds one copy of the environment only");
    ensure!(found.stand() == ("A B", "1", "2"), "{found:?}");
    let kept = found.of_this_board();
    ensure!(
        kept.is_empty(),
        "the card keeps what is the board's: {kept:?}"
    );
    rauc.says(card, Slot::A, &["mark-good"])?;
    stands(rauc, card, ("A B", "2", "2"))
}

fn kept(board: &Board, card: &Card, rauc: &Rauc) -> Result<()> {
    step("an update that is kept");
    // As RAUC does when it begins to write, and when it has written.
    rauc.says(card, Slot::A, &["mark-bad", "other"])?;
    stands(rauc, card, ("A", "2", "0"))?;
    card.put(Slot::B, Release::Kernel)?;
    rauc.says(card, Slot::A, &["mark-active", "other"])?;
    stands(rauc, card, ("B A", "2", "2"))?;
    boots(board, card, Slot::B)?;
    stands(rauc, card, ("B A", "2", "1"))?;
    rauc.says(card, Slot::B, &["mark-good"])?;
    stands(rauc, card, ("B A", "2", "2"))
}

/// The other way round, so that both releases have been both.
fn hangs(board: &Board, card: &Card, rauc: &Rauc) -> Result<()> {
    step("an update that hangs: two boots, then the one before");
    rauc.says(card, Slot::B, &["mark-bad", "other"])?;
    card.put(Slot::A, Release::Hangs)?;
    rauc.says(card, Slot::B, &["mark-active", "other"])?;
    stands(rauc, card, ("A B", "2", "2"))?;
    hangs_there(board, card)?;
    hangs_there(board, card)?;
    stands(rauc, card, ("A B", "0", "2"))?;
    boots(board, card, Slot::B)?;
    stands(rauc, card, ("A B", "0", "1"))?;
    rauc.says(card, Slot::B, &["mark-good"])?;
    rauc.says(card, Slot::B, &["mark-active", "booted"])?;
    stands(rauc, card, ("B A", "0", "2"))
}

fn noise(board: &Board, card: &Card, rauc: &Rauc, summary: &mut Summary) -> Result<()> {
    step("an update that is noise: the one before, without a switch");
    card.put(Slot::A, Release::Noise)?;
    card.put(Slot::B, Release::Hangs)?;
    rauc.says(card, Slot::B, &["mark-active", "other"])?;
    let mut on = board.switch_on(card)?;
    let took = on.wait_for(1, "Starting kernel")?;
    let said = on.cut();
    let resets = said.matches("resetting ...").count();
    ensure!(resets == 2, "{resets} resets, and not two: {said}");
    summary.seconds(
        "from the switch past a release that is noise, two tries, emulated",
        took,
    );
    stands(rauc, card, ("A B", "0", "1"))
}

fn neither(board: &Board, card: &Card) -> Result<()> {
    step("neither is well: it goes on trying");
    card.put(Slot::B, Release::Noise)?;
    let mut on = board.switch_on(card)?;
    // The last try of B, both given theirs, A twice, B twice, and that again.
    on.wait_for(1 + (1 + 4) + (1 + 4), "resetting ...")?;
    let said = on.cut();
    ensure!(!said.contains("U-Boot>"), "it stands at a prompt: {said}");
    // The next one may have begun.
    let tries = said.matches(NO_ROOT).count();
    ensure!(
        [9, 10].contains(&tries),
        "{tries} tries, and not nine: {said}"
    );
    card.put(Slot::B, Release::Hangs)?;
    let mut on = board.switch_on(card)?;
    on.wait_for(1, "Starting kernel")?;
    on.cut();
    Ok(())
}
