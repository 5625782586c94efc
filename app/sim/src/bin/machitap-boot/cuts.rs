//! Power cuts: the machine is killed while people tap, its disk is built as the power may have
//! left it, looked into, and booted again.

mod look;

use std::{fs, path::Path, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use machitap_sim::{
    oracle::{self, Witness},
    stage::{trace::Line, wait},
    summary::Summary,
    writes::{Kept, Writes},
};

use crate::{
    disk,
    idle::Idle,
    machine::{How, Machine, Seen},
    step,
    town::{self, Town, confirmed},
};

/// So many people come in peace before the power goes, at most.
const PEACEFUL: u64 = 4;
/// Within this after the next one holds a card the power goes, milliseconds: from before the card
/// is noticed to after the screen.
const CUT_WITHIN_MS: u64 = 1_500;
/// Between two taps nobody is there for so long, milliseconds: at least, and how much more. pcscd
/// looks every 0.4 s; a real reader's next card is without power, by which libccid tells that it was
/// changed in between, but QEMU's reader keeps the power on.
const PAUSE_MS: (u64, u64) = (500, 1_000);
/// Everything that was kept back by the cuts, over a slow link.
const RECKON_LIMIT: Duration = Duration::from_secs(300);

/// What the cuts came to.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    wanted: u32,
    moments_each: u32,
    cuts: u32,
    boots: Vec<Duration>,
    taps: u32,
    held_again: u32,
    confirmed: usize,
    moments: u32,
    at_moments: usize,
    at_cuts: Kept,
    between: Kept,
    writes: usize,
    would_notice: bool,
}

impl Cuts {
    pub(crate) fn new(wanted: u32, moments_each: u32) -> Self {
        Self {
            wanted,
            moments_each,
            ..Self::default()
        }
    }

    /// All of them, each on the disk the one before left.
    ///
    /// # Errors
    /// The first thing that was lost, or a machine that did not come back.
    pub(crate) fn all(&mut self, town: &mut Town, idle: &Idle) -> Result<()> {
        for n in 1..=self.wanted {
            step(&format!("power cut {n} of {}", self.wanted));
            self.one(town, idle)
                .with_context(|| format!("power cut {n}"))?;
        }
        Ok(())
    }

    fn one(&mut self, town: &mut Town, idle: &Idle) -> Result<()> {
        let [before, now, looked] =
            ["before.img", "now.img", "looked.img"].map(|name| town.place.live.join(name));
        disk::copy(&town.place.data(), &before)?;
        let mut machine = Machine::start(&town.place, How::default())?;
        self.boots.push(machine.wait_until_it_serves()?);
        idle.wait(&mut machine)?;
        let log = town.place.log();
        let served = fs::metadata(&log)?.len();
        let Life {
            taps,
            held_again,
            seen,
        } = tap_until_the_cut(town, machine)?;
        self.taps += taps;
        self.held_again += held_again;
        self.cuts += 1;
        let writes = Writes::read(&log)?;
        self.writes += writes.count();
        town.remember(&seen);

        disk::copy(&before, &now)?;
        let kept = writes.cut(&now, writes.count(), &mut town.random)?;
        self.at_cuts += kept;
        disk::copy(&now, &looked)?;
        let said: Vec<&Line> = town.trace.iter().collect();
        let journal = look::into(&looked, &said)?;
        let confirmed = seen.iter().filter(|s| confirmed(&s.line).is_some()).count();
        self.confirmed += confirmed;
        if let Some(journal) = &journal {
            look::compare(journal, &town.counted(journal.incarnation)?)?;
        }
        println!(
            "   {taps} taps, {confirmed} confirmed; of {} sectors since the last flush {} were kept",
            kept.kept + kept.dropped,
            kept.kept
        );
        if confirmed > 0 && !self.would_notice {
            disk::copy(&before, &looked)?;
            writes.cut(&looked, writes.after(served), &mut town.random)?;
            self.notices_a_loss(&looked, &said)?;
        }
        self.other_moments(town, &writes, served, &seen, &before)?;
        // What the next boot finds is not mended: that is its own work.
        fs::rename(now, town.place.data())?;
        Ok(())
    }

    /// A disk that forgot all since the kiosk served must be found out: a judge that lets anything
    /// pass proves nothing.
    fn notices_a_loss(&mut self, forgetful: &Path, said: &[&Line]) -> Result<()> {
        let found = look::into(forgetful, said);
        ensure!(
            found.is_err_and(|error| error.to_string().starts_with(look::LOST)),
            "a disk that had lost confirmed facts was not found out"
        );
        self.would_notice = true;
        Ok(())
    }

    /// The same life, cut at other moments since it served: only what had been confirmed by then
    /// must be there.
    fn other_moments(
        &mut self,
        town: &mut Town,
        writes: &Writes,
        served: u64,
        seen: &[Seen],
        before: &Path,
    ) -> Result<()> {
        let first = writes.after(served);
        let span = (writes.count() - first) as u64;
        let earlier = town.trace.len() - seen.len();
        let looked = town.place.live.join("looked.img");
        for _ in 0..self.moments_each {
            let at = first + town.random.below(span + 1) as usize;
            disk::copy(before, &looked)?;
            self.between += writes.cut(&looked, at, &mut town.random)?;
            let by_then = writes.bytes_at(at);
            let said = seen.iter().filter(|s| s.log_bytes <= by_then);
            let said: Vec<&Line> = town.trace[..earlier]
                .iter()
                .chain(said.map(|s| &s.line))
                .collect();
            look::into(&looked, &said)
                .with_context(|| format!("as if cut after {at} of {} writes", writes.count()))?;
            self.moments += 1;
            self.at_moments += said.iter().filter(|l| confirmed(l).is_some()).count();
        }
        Ok(())
    }

    /// The figures.
    pub(crate) fn tell(&self, summary: &mut Summary) {
        if self.cuts == 0 {
            return;
        }
        let mut boots = self.boots.clone();
        boots.sort();
        summary.figure("power cuts, each booted again from", self.cuts);
        summary.seconds("boot after a cut, median", boots[boots.len() / 2]);
        summary.seconds("boot after a cut, longest", boots[boots.len() - 1]);
        summary.figure("taps begun in those lives", self.taps);
        summary.figure("cards that had to be held there again", self.held_again);
        summary.figure("screens that confirmed", self.confirmed);
        summary.figure("a disk that loses facts is found out", self.would_notice);
        let unflushed = |kept: Kept| format!("{} kept, {} dropped", kept.kept, kept.dropped);
        summary.figure("writes and flushes logged", self.writes);
        summary.figure("unflushed sectors at the cuts", unflushed(self.at_cuts));
        summary.figure("further moments of those lives", self.moments);
        summary.figure("unflushed sectors at those", unflushed(self.between));
        summary.figure("confirmations looked for at those", self.at_moments);
    }
}

/// What people did until the power went.
struct Life {
    taps: u32,
    held_again: u32,
    seen: Vec<Seen>,
}

/// People tap until the power goes.
fn tap_until_the_cut(town: &mut Town, mut machine: Machine) -> Result<Life> {
    let peaceful = town.random.below(PEACEFUL + 1);
    for _ in 0..peaceful {
        machine.tap(town.somebody()?)?;
        let (least, more) = PAUSE_MS;
        thread::sleep(Duration::from_millis(least) + town.random.within(more));
    }
    let until = town.random.within(CUT_WITHIN_MS);
    machine.hold(town.somebody()?)?;
    thread::sleep(until);
    Ok(Life {
        taps: u32::try_from(peaceful)? + 1,
        held_again: machine.held_again,
        seen: machine.kill(),
    })
}

/// The last boot: all that was kept is counted, once, and both sides hold the same.
///
/// # Errors
/// What they do not agree in.
pub(crate) fn reckon(town: &mut Town, idle: &Idle, summary: &mut Summary) -> Result<()> {
    step("the last boot: everything is counted");
    let mut machine = Machine::start(&town.place, How::default())?;
    machine.wait_until_it_serves()?;
    idle.wait(&mut machine)?;
    close(town, machine, "", summary)
}

/// One more tap on a machine that serves; then both sides hold the same and the oracle judges. The
/// journal is in that directory of the disk.
///
/// # Errors
/// What they do not agree in.
pub(crate) fn close(
    town: &mut Town,
    mut machine: Machine,
    journal: &str,
    summary: &mut Summary,
) -> Result<()> {
    let seen = machine.tap(town.somebody()?)?;
    town.wait_until_counted(&seen)?;
    let (life, _) = confirmed(&seen.line).context("a screen that confirms")?;
    wait::for_some(
        RECKON_LIMIT,
        "the kiosk and the city to hold the same",
        || {
            Some(holds_the_same(town, &mut machine, journal, life))
                .filter(|r| !matches!(r, Ok(false)))
        },
    )??;
    town.remember(&machine.power_off()?);
    let looked = town.place.live.join("looked.img");
    disk::copy(&town.place.data(), &looked)?;
    disk::mend(&looked)?;
    let witness = Witness {
        kiosk: town::kiosk().to_owned(),
        trace: std::mem::take(&mut town.trace),
        journal: disk::journal_in(&looked, journal)?.context("no journal")?,
    };
    let verdict = oracle::judge(&[witness], &town.stage.city.ledger()?);
    summary.figure("taps that a screen answered, all in all", verdict.taps);
    summary.figure("facts confirmed by a screen", verdict.confirmed);
    summary.figure(
        "facts in the journal, counted by the city",
        format_args!("{}, {}", verdict.journalled, verdict.counted),
    );
    summary.figure(
        "points at the kiosk, in the city",
        format_args!("{}, {}", verdict.points_here, verdict.points_there),
    );
    summary.figure("lost, doubled or different", verdict.differences.len());
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    town.no_card_was_harmed()
}

/// Looks at the disk of a machine that stands still for a moment.
fn holds_the_same(
    town: &Town,
    machine: &mut Machine,
    journal: &str,
    life: uuid::Uuid,
) -> Result<bool> {
    let looked = town.place.live.join("looked.img");
    machine.still(|| disk::copy(&town.place.data(), &looked))?;
    disk::mend(&looked)?;
    let journal = disk::journal_in(&looked, journal)?.context("no journal")?;
    let counted = town.counted(life)?;
    Ok(journal.last_seq == counted.contiguous)
}
