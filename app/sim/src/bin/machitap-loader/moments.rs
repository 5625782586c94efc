//! The power goes at each write that U-Boot does to the card.
//!
//! A card acknowledges a write when it keeps it, unless its cache is switched on, which U-Boot does
//! not do: what was acknowledged is there, in that order.

use std::{
    fs::{self, OpenOptions},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use machitap_sim::{random::Random, summary::Summary, writes::Writes};

use crate::{
    board::{Board, Loader, With},
    card::{COPIES, Card, Release, Slot},
    rauc::Rauc,
    step,
};

/// Saves of the environment that are looked into.
const SAVES: usize = 8;

pub(crate) fn play(
    board: &Board,
    card: &Card,
    rauc: &Rauc,
    starts: usize,
    random: &mut Random,
    summary: &mut Summary,
) -> Result<()> {
    step("the power goes at each write of U-Boot");
    let mut looked = Looked::default();
    // On a new card, and on one whose both copies are there.
    for fresh in [true, false] {
        if fresh {
            card.put_boot()?;
        }
        for slot in [Slot::A, Slot::B] {
            card.put(slot, Release::Noise)?;
        }
        let dir = tempfile::tempdir()?;
        let (log, before) = (dir.path().join("log"), dir.path().join("before.img"));
        fs::write(&log, "")?;
        copy(&card.path(), &before)?;
        let with = With {
            log: Some(log.clone()),
            ..With::default()
        };
        let mut on = board.switch_on_with(Loader::Ours, &card.path(), &with)?;
        on.wait_for(SAVES, "resetting ...")?;
        on.cut();
        let writes = Writes::read(&log)?;
        looked.each(rauc, &before, &writes, dir.path(), fresh)?;
        again(board, card, rauc, &before, &writes, starts / 2, random)?;
    }
    ensure!(looked.one > 0, "the power never went between two copies");
    summary.figure("writes of U-Boot, the power gone after each", looked.writes);
    summary.figure(
        "… one of the two copies of the environment whole",
        looked.one,
    );
    summary.figure("… none yet, on a new card", looked.none);
    summary.figure("… started again from one of them", starts / 2 * 2);
    torn_by_linux(board, card, rauc, random)
}

#[derive(Default)]
struct Looked {
    writes: usize,
    one: usize,
    none: usize,
}

impl Looked {
    /// Builds the card as it was after each write, and reads it.
    fn each(
        &mut self,
        rauc: &Rauc,
        before: &Path,
        writes: &Writes,
        dir: &Path,
        fresh: bool,
    ) -> Result<()> {
        let script = Card::script(before)?;
        let found = dir.join("found.img");
        copy(before, &found)?;
        let disk = OpenOptions::new().write(true).open(&found)?;
        let mut had_one = !fresh;
        for n in 0..writes.count() {
            writes.step(&disk, n)?;
            self.writes += 1;
            let context = || format!("cut after {} of {} writes", n + 1, writes.count());
            ensure!(
                Card::script(&found).with_context(context)? == script,
                "{}: another script",
                context()
            );
            Card::take_out(&found, rauc.dir())?;
            let whole = COPIES.map(|name| is_whole(&rauc.dir().join(name)));
            match whole {
                [true, true] => {}
                [false, false] if !had_one => self.none += 1,
                [false, false] => anyhow::bail!("{}: neither copy is whole", context()),
                _ => self.one += 1,
            }
            had_one |= whole.contains(&true);
        }
        Ok(())
    }
}

/// A copy of the environment is its length and its sum (U-Boot's `env_t`: CRC-32, a flag, data).
fn is_whole(copy: &Path) -> bool {
    const LENGTH: usize = 0x4000;
    let bytes = fs::read(copy).unwrap_or_default();
    let Some((sum, rest)) = bytes.split_first_chunk() else {
        return false;
    };
    bytes.len() == LENGTH && u32::from_le_bytes(*sum) == crc32fast::hash(&rest[1..])
}

/// U-Boot itself starts from some of them, boots on, and leaves what RAUC can read.
fn again(
    board: &Board,
    card: &Card,
    rauc: &Rauc,
    before: &Path,
    writes: &Writes,
    starts: usize,
    random: &mut Random,
) -> Result<()> {
    for _ in 0..starts {
        let upto = random.below(writes.count() as u64);
        let upto = usize::try_from(upto)? + 1;
        copy(before, &card.path())?;
        let disk = OpenOptions::new().write(true).open(card.path())?;
        for n in 0..upto {
            writes.step(&disk, n)?;
        }
        starts_on(board, card, rauc)
            .with_context(|| format!("cut after {upto} of {} writes", writes.count()))?;
    }
    Ok(())
}

fn starts_on(board: &Board, card: &Card, rauc: &Rauc) -> Result<()> {
    let mut on = board.switch_on(card)?;
    on.wait_for(1, "resetting ...")?;
    on.cut();
    let found = rauc.environment(&card.path())?;
    ensure!(
        matches!(
            found.stand(),
            ("A B" | "B A", "0" | "1" | "2", "0" | "1" | "2")
        ),
        "{found:?}"
    );
    rauc.says(card, Slot::A, &["mark-good"])
}

/// The power goes while RAUC gives a release its tries: of a copy only the beginning is written, and
/// nobody knows what the rest is. The other one holds, and this one is mended by the next boot.
fn torn_by_linux(board: &Board, card: &Card, rauc: &Rauc, random: &mut Random) -> Result<()> {
    step("the power goes while RAUC writes");
    for name in COPIES {
        Card::take_out(&card.path(), rauc.dir())?;
        let path = rauc.dir().join(name);
        let mut bytes = fs::read(&path)?;
        let from = usize::try_from(random.below(bytes.len() as u64))?;
        bytes[from..].fill(0xff);
        fs::write(&path, bytes)?;
        card.put_in(rauc.dir())?;
        starts_on(board, card, rauc).with_context(|| format!("{name} torn at {from}"))?;
        Card::take_out(&card.path(), rauc.dir())?;
        ensure!(
            COPIES.iter().all(|name| is_whole(&rauc.dir().join(name))),
            "{name} torn at {from} was not mended"
        );
    }
    Ok(())
}

/// Holes stay holes.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut copy = std::process::Command::new("cp");
    let done = copy.arg("--sparse=always").arg(from).arg(to).status()?;
    ensure!(done.success(), "cp: {done}");
    Ok(())
}
