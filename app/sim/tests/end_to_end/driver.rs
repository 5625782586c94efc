//! The people before one kiosk, and the hand on its plug.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use machitap_card::virt::{Fault, VirtualCard};
use machitap_domain::CitizenId;
use machitap_sim::{
    random::Random,
    stage::{Kiosk, Status},
};

use crate::{KILLS, TAPS};

/// A tap that has shown nothing by then is given up: somebody killed what it waited for.
const TAP_LIMIT: Duration = Duration::from_secs(8);
const EVERY: Duration = Duration::from_millis(20);
/// Within this after a tap begins the plug is pulled, milliseconds: from before the card is
/// noticed to after the screen.
const PULL_WITHIN_MS: u64 = 1_100;

/// Who comes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Crowd {
    /// Families at the nursery.
    Families,
    /// Visitors at the community centre.
    Visitors,
}

/// What became of it.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    /// Kills.
    pub kills: usize,
    /// Taps that reached a screen.
    pub answered: u64,
    /// Taps during which the plug was pulled, or that nobody answered.
    pub lost: u64,
    /// Touches: confirmations, turns, undos.
    pub touches: u64,
}

struct Driver<'a> {
    kiosk: &'a mut Kiosk,
    crowd: Crowd,
    random: Random,
    pull_at: Option<Instant>,
    done: Driven,
}

/// All taps of one kiosk.
pub(crate) fn drive(
    kiosk: &mut Kiosk,
    crowd: Crowd,
    taps: &AtomicU64,
    mut random: Random,
) -> Result<Driven> {
    let pulls = random.choose(KILLS, TAPS);
    kiosk.start()?;
    kiosk.control().wait_for("idle", Duration::from_secs(60))?;
    let mut driver = Driver {
        kiosk,
        crowd,
        random,
        pull_at: None,
        done: Driven::default(),
    };
    for tap in 0..TAPS {
        if pulls.contains(&tap) {
            driver.pull_at = Some(Instant::now() + driver.random.within(PULL_WITHIN_MS));
        }
        let answered = driver
            .tap()
            .with_context(|| format!("{crowd:?}, tap {tap}, {:?}", driver.done))?;
        if answered {
            driver.done.answered += 1;
        } else {
            driver.done.lost += 1;
        }
        taps.fetch_add(1, Ordering::Relaxed);
        driver.pull_if_still_due()?;
    }
    Ok(driver.done)
}

impl Driver<'_> {
    /// One tap with what may follow it; true when a screen answered.
    fn tap(&mut self) -> Result<bool> {
        let before = self.kiosk.control().status().map_or(0, |s| s.taps);
        let card = self.card()?;
        let held = self.kiosk.insert(card)?;
        let Some(status) = self.wait(|s| s.taps != before && is_answer(&s.view))? else {
            return Ok(false);
        };
        held.remove();
        match status.view.as_str() {
            "household" => self.household(),
            "nursery-done" | "visit-done" if self.random.percent(15) => self.undo(),
            _ => Ok(true),
        }
    }

    fn card(&mut self) -> Result<Box<dyn VirtualCard>> {
        let wallet = self.kiosk.wallet();
        let n = self.random.below(100);
        if n < 6 {
            return wallet.blank();
        }
        match self.crowd {
            Crowd::Families => {
                const CARDS: [&str; 7] = [
                    "hanako",
                    "jiro",
                    "midori",
                    "christiana",
                    "sora",
                    "minato",
                    "manyo",
                ];
                let card = CARDS[self.random.below(CARDS.len() as u64) as usize];
                if n < 10 {
                    let after = Fault::LeavesAfter(self.random.below(6) as u32);
                    return wallet.faulty(card, after);
                }
                wallet.sample(card)
            }
            Crowd::Visitors if n < 12 => wallet.sample("suica"),
            Crowd::Visitors => {
                let who = 400_001 + self.random.below(40);
                wallet.resident(CitizenId::new(&format!("MHN-{who}"))?)
            }
        }
    }

    /// Most families press the button, some first turn a child round or leave one out, some
    /// just go: the next card, or time, says yes for them.
    fn household(&mut self) -> Result<bool> {
        if self.random.percent(25) {
            return Ok(true);
        }
        if self.random.percent(25) {
            let labels = self.kiosk.control().labels().unwrap_or_default();
            let ways: Vec<_> = labels.iter().filter(|l| l.ends_with("かえる")).collect();
            if !ways.is_empty() {
                let way = ways[self.random.below(ways.len() as u64) as usize];
                self.touch(way)?;
            }
        }
        self.touch("記録する")?;
        let Some(_) = self.wait(|s| s.view == "nursery-done" || s.view.starts_with("idle"))? else {
            return Ok(false);
        };
        if self.random.percent(15) {
            return self.undo();
        }
        Ok(true)
    }

    fn undo(&mut self) -> Result<bool> {
        let limit = Duration::from_millis(300);
        // The screen may go by itself first; then there is nothing to take back.
        if self
            .kiosk
            .control()
            .touch_beginning("まちがえたとき", limit)
            .is_ok()
        {
            self.done.touches += 1;
            return Ok(self
                .wait(|s| s.view != "nursery-done" && s.view != "visit-done")?
                .is_some());
        }
        Ok(true)
    }

    /// A touch that meets a screen that just went is a touch on nothing, as with people.
    fn touch(&mut self, label: &str) -> Result<()> {
        if self.kiosk.control().touch(label).is_ok() {
            self.done.touches += 1;
        }
        self.pull_if_due().map(|_| ())
    }

    /// Waits until the kiosk is so; `None` when the plug was pulled or time ran out.
    fn wait(&mut self, is: impl Fn(&Status) -> bool) -> Result<Option<Status>> {
        let until = Instant::now() + TAP_LIMIT;
        while Instant::now() < until {
            if self.pull_if_due()? {
                return Ok(None);
            }
            if let Ok(status) = self.kiosk.control().status()
                && is(&status)
            {
                return Ok(Some(status));
            }
            thread::sleep(EVERY);
        }
        Ok(None)
    }

    fn pull_if_due(&mut self) -> Result<bool> {
        if self.pull_at.is_none_or(|at| Instant::now() < at) {
            return Ok(false);
        }
        self.pull_at = None;
        self.kiosk.kill();
        self.done.kills += 1;
        if self.random.percent(30) {
            // Once more, while it starts.
            self.kiosk.start_quickly()?;
            thread::sleep(self.random.within(400));
            self.kiosk.kill();
            self.done.kills += 1;
        }
        self.kiosk.start()?;
        Ok(true)
    }

    /// The tap was quicker than the hand.
    fn pull_if_still_due(&mut self) -> Result<()> {
        if let Some(at) = self.pull_at {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            self.pull_if_due()?;
        }
        Ok(())
    }
}

fn is_answer(view: &str) -> bool {
    !matches!(view, "reading" | "starting") && !view.starts_with("idle")
}
