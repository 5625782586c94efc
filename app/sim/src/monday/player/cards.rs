//! The hand that holds cards to the reader.

use std::{
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use machitap_card::virt::{Fault, Faulty, Inserted, VirtualCard};

use super::{Player, SCREEN_LIMIT};

/// The card service looks every 0.4 s; a card not noticed within this is held again. Long enough for a
/// machine with other work: a card taken away when it was only just noticed is one that left too early,
/// and the tables know of no such tap.
const NOTICED: Duration = Duration::from_secs(20);
/// So often at most. One card in some thousand was not noticed by pcscd 1.9.9 behind vpcd,
/// after a card that had left while it was being reset; why is not known.
const AGAIN_MAX: u32 = 5;

impl Player<'_> {
    pub(super) fn card(&self, name: &str) -> Result<Box<dyn VirtualCard>> {
        self.kiosk.wallet().make(self.monday.card(name)?)
    }

    /// Holds a card until that view comes, and takes it away.
    pub(super) fn tap(&mut self, card: &str, fault: Option<Fault>, view: &str) -> Result<()> {
        self.clear()?;
        let before = self.control.status()?.taps;
        let held = self.hold(card, fault)?;
        let seen = || {
            let seen = "the card to be seen";
            self.control.wait_until(NOTICED, seen, |s| s.taps != before)
        };
        let held = match seen() {
            Ok(_) => held,
            // As people do.
            Err(_) => {
                held.remove();
                let held = self.hold(card, fault)?;
                self.again += 1;
                ensure!(self.again <= AGAIN_MAX, "cards are not noticed");
                self.control
                    .wait_until(SCREEN_LIMIT, "the card held again to be seen", |s| {
                        s.taps != before
                    })?;
                held
            }
        };
        self.taps += 1;
        self.control.wait_until_read(before, SCREEN_LIMIT)?;
        self.control.wait_for(view, SCREEN_LIMIT)?;
        self.take_away(held);
        Ok(())
    }

    fn hold(&self, card: &str, fault: Option<Fault>) -> Result<Inserted> {
        let card = self.card(card)?;
        self.kiosk.insert(match fault {
            Some(fault) => Box::new(Faulty::new(card, fault)),
            None => card,
        })
    }

    pub(super) fn two(&mut self, one: &str, other: &str, view: &str) -> Result<()> {
        self.clear()?;
        let held = (
            self.kiosk.insert_into(0, self.card(one)?)?,
            self.kiosk.insert_into(1, self.card(other)?)?,
        );
        self.taps += 2;
        self.control.wait_for(view, SCREEN_LIMIT)?;
        drop(held);
        Ok(())
    }

    /// The card leaves while the screen is looked at: to be away takes half a second.
    fn take_away(&mut self, held: Inserted) {
        self.leaving = Some(thread::spawn(move || held.remove()));
    }

    /// No card lies on the reader.
    pub(super) fn clear(&mut self) -> Result<()> {
        match self.leaving.take().map(JoinHandle::join) {
            Some(Err(_)) => bail!("the card's thread panicked"),
            _ => Ok(()),
        }
    }
}
