//! Lamps: what a kiosk without a display shows, on LEDs of the kernel's own LED class.
//!
//! A lamp is a directory under `/sys/class/leds` with a file `brightness` (the kernel's
//! `Documentation/leds/leds-class.rst`): a GPIO line becomes one by a `gpio-leds` node of the
//! device tree, an expander or a PWM by a driver of its own; this program need not know which.
//! Not verified on hardware.

mod led;
mod sign;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use machitap_kiosk_core::Screen;

use crate::{engine::Display, messages};
use led::Led;
pub use sign::Lamp;
use sign::{Sign, Step};

/// Which LED is which lamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    /// The directory of the LEDs.
    pub class: PathBuf,
    /// Their names in it.
    pub names: BTreeMap<Lamp, String>,
}

impl Wiring {
    /// Where the kernel has them.
    pub const CLASS: &str = "/sys/class/leds";

    /// Opens every LED.
    ///
    /// # Errors
    /// Each lamp that cannot be lit, with why.
    pub fn open(&self) -> Result<Lamps, Vec<(Lamp, String)>> {
        let mut leds = BTreeMap::new();
        let mut faults = Vec::new();
        for (lamp, name) in &self.names {
            let path = self.class.join(name);
            match Led::open(&path) {
                Ok(led) => {
                    leds.insert(*lamp, led);
                }
                Err(error) => faults.push((*lamp, format!("{}: {error}", path.display()))),
            }
        }
        if faults.is_empty() {
            Ok(Lamps { leds })
        } else {
            Err(faults)
        }
    }
}

/// LEDs that can be lit.
#[derive(Debug)]
pub struct Lamps {
    leds: BTreeMap<Lamp, Led>,
}

impl Lamps {
    fn which(&self, sign: &Sign) -> Option<Lamp> {
        sign.lamps
            .into_iter()
            .flatten()
            .find(|lamp| self.leds.contains_key(lamp))
    }

    /// Lights this one alone; `None` puts all out.
    fn light(&mut self, lit: Option<Lamp>) -> std::io::Result<()> {
        // Out before on: two lamps at once would be a third sign.
        let mut worst = Ok(());
        for (_, led) in self.leds.iter_mut().filter(|(lamp, _)| Some(**lamp) != lit) {
            worst = led.set(false).and(worst);
        }
        if let Some(led) = lit.and_then(|lamp| self.leds.get_mut(&lamp)) {
            worst = led.set(true).and(worst);
        }
        worst
    }
}

/// A display whose screens light lamps as well.
pub struct Lit<D> {
    display: D,
    signs: Sender<Sign>,
}

impl<D: Display> Lit<D> {
    /// Starts the thread that plays the rhythms.
    pub fn new(display: D, lamps: Lamps) -> Self {
        let (signs, inbox) = mpsc::channel();
        thread::Builder::new()
            .name("lamps".into())
            .spawn(move || play_all(lamps, &inbox))
            .expect("the system has room for a thread at start");
        Self { display, signs }
    }
}

impl<D: Display> Display for Lit<D> {
    fn show(&mut self, screen: Box<Screen>, ticket: u64) {
        // A lamp is no reason to stop.
        let _ = self.signs.send(sign::of(&screen.view));
        self.display.show(screen, ticket);
    }
}

/// What ends the wait for another sign.
enum Ended {
    Time,
    Next(Sign),
    Closed,
}

/// Waits so long, or for ever, for a sign other than this one: the same again, as of a clock
/// that moved on, changes nothing.
fn wait(inbox: &Receiver<Sign>, now: Sign, ms: Option<u32>) -> Ended {
    let until = ms.map(|ms| Instant::now() + Duration::from_millis(ms.into()));
    loop {
        let next = match until {
            Some(until) => inbox.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(next) if next == now => {}
            Ok(next) => return Ended::Next(next),
            Err(RecvTimeoutError::Timeout) => return Ended::Time,
            Err(RecvTimeoutError::Disconnected) => return Ended::Closed,
        }
    }
}

fn play_all(mut lamps: Lamps, inbox: &Receiver<Sign>) {
    // What an earlier run or a trigger of the kernel's lit says nothing about this one.
    let _ = lamps.light(None);
    let mut next = inbox.recv().ok();
    let mut said = false;
    while let Some(sign) = next.take() {
        let lamp = lamps.which(&sign);
        for step in sign.steps() {
            let (lit, ms) = match step {
                Step::On(ms) => (lamp, ms),
                Step::Off(ms) => (None, ms),
            };
            match lamps.light(lit) {
                Ok(()) => said = false,
                Err(error) if !said => {
                    said = true;
                    tracing::warn!(MESSAGE_ID = messages::LAMPS_GONE, %error, "lamps cannot be lit");
                }
                Err(_) => {}
            }
            match wait(inbox, sign, ms) {
                Ended::Time => {}
                Ended::Next(sign) => {
                    next = Some(sign);
                    break;
                }
                Ended::Closed => break,
            }
        }
    }
    // Nobody is served any more: what was lit would say otherwise.
    let _ = lamps.light(None);
}

#[cfg(test)]
mod tests;
