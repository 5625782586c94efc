//! The data partition is damaged: it is mended before anything is written to it. It is gone: the
//! screen says whom to call, the machine tries again by itself, and with its partition it is the
//! kiosk that it was.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use machitap_sim::summary::Summary;
use uuid::Uuid;

use super::{firmware::Asked, kiosk::Kiosk};
use crate::{disk, picture::Picture, step, town::Town};

/// A boot, and the partition's own limit of 30 s.
const NOTICE_LIMIT: Duration = Duration::from_secs(240);
/// Of all dots, so many may differ: the kernel draws the same type.
const TOLERATED: f64 = 0.002;

/// A console that stands so long is at rest.
const REST: Duration = Duration::from_secs(10);
/// Of all dots of the notice, so many are bright at least.
const WORDS: f64 = 0.01;

pub(super) fn play(town: &mut Town, accept: bool, summary: &mut Summary) -> Result<()> {
    step("the data partition is damaged, and then gone");
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, None)?;
    kiosk.tap()?;
    let (town, life) = kiosk.off()?;
    damage(&town.place.data())?;
    let (town, life) = mended(town, life, summary).context("the data partition is damaged")?;
    let data = town.place.data();
    let kept = town.place.live.join("sound-data.img");
    disk::copy(&data, &kept)?;
    forget(&data)?;
    let (town, life) = says_so_and_tries_again(town, life, accept, summary)
        .context("the data partition is gone")?;
    fs::rename(&kept, town.place.data())?;
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, life)?;
    kiosk.tap().context("with its data partition again")?;
    kiosk.off().map(drop)
}

/// It serves, is the kiosk that it was, and has said what was done.
fn mended<'a>(
    town: &'a mut Town,
    life: Option<Uuid>,
    summary: &mut Summary,
) -> Result<(&'a mut Town, Option<Uuid>)> {
    let booted = Instant::now();
    let mut kiosk = Kiosk::switch_on(town, Asked::Plain, life)?;
    summary.seconds(
        "data partition damaged: until the kiosk serves",
        booted.elapsed(),
    );
    let said = kiosk
        .machine
        .ask("journalctl --boot --dmesg --output=cat")?;
    ensure!(
        said.contains("FILE SYSTEM WAS MODIFIED"),
        "nobody says that it was mended: {said}"
    );
    kiosk.tap()?;
    kiosk.off()
}

fn says_so_and_tries_again<'a>(
    town: &'a mut Town,
    life: Option<Uuid>,
    accept: bool,
    summary: &mut Summary,
) -> Result<(&'a mut Town, Option<Uuid>)> {
    let booted = Instant::now();
    let mut kiosk = Kiosk::boot(town, Asked::Plain, life)?;
    let machine = &mut kiosk.machine;
    let made = &kiosk.town.place.made;
    let notice = if accept {
        // A console without a word is one that is waited for.
        let worded = |picture: &Picture| picture.bright() > WORDS;
        let seen = machine.wait_for_rest(REST, NOTICE_LIMIT, worded)?;
        seen.write(&reference())?;
        seen
    } else {
        Picture::read(&reference())?
    };
    let seen = machine.wait_for_picture("the notice", NOTICE_LIMIT, |picture| {
        picture.differs(&notice, &[]) <= TOLERATED
    })?;
    summary.seconds("data partition gone: until the notice", booted.elapsed());
    seen.write(&made.join("data-gone.png"))?;
    let runs = machine.ask("cat /proc/[0-9]*/comm | sort -u")?;
    let runs: Vec<&str> = runs.lines().map(str::trim).collect();
    ensure!(
        runs.contains(&"sleep") && !runs.contains(&"sulogin"),
        "somebody is asked for a password, or nothing is waited for: {runs:?}"
    );
    // Ten minutes are not waited for: what comes after them is.
    machine.run("systemctl kill emergency.service")?;
    let (town, asked, life) = kiosk.until_it_boots()?;
    ensure!(asked == Asked::Plain, "it was asked to try a release");
    Ok((town, life))
}

/// Another card, or none.
fn forget(disk: &Path) -> io::Result<()> {
    let bytes = fs::metadata(disk)?.len();
    File::create(disk)?.set_len(bytes)
}

/// Its label can be read, and nothing else: the table of its groups is noise.
fn damage(disk: &Path) -> io::Result<()> {
    const BLOCK: usize = 4_096;
    let disk = OpenOptions::new().write(true).open(disk)?;
    disk.write_all_at(&[0xff; BLOCK], BLOCK as u64)
}

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/machitap-boot/update/data-gone.png")
}
