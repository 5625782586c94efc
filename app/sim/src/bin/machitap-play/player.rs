//! One kiosk, played: cards held to it, screens waited for, pictures taken.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use machitap_card::virt::{Fault, Inserted};
use machitap_sim::{
    album::Album,
    stage::{Control, Kiosk, wait},
};

/// How long a screen may take to come. A view that comes by itself (the ring that runs
/// out, a message that goes) is among them.
const SCREEN_LIMIT: Duration = Duration::from_secs(30);

/// Says what happens.
pub(crate) fn say(text: &str) {
    println!("   {text}");
}

/// A kiosk and whoever stands before it.
pub(crate) struct Player<'a> {
    kiosk: Kiosk,
    control: Control,
    album: &'a mut Album,
    scene: &'static str,
}

impl<'a> Player<'a> {
    pub(crate) fn new(kiosk: Kiosk, album: &'a mut Album, scene: &'static str) -> Self {
        println!("── {scene}");
        Self {
            control: kiosk.control(),
            kiosk,
            album,
            scene,
        }
    }

    pub(crate) fn into_kiosk(self) -> Kiosk {
        self.kiosk
    }

    pub(crate) fn kiosk(&mut self) -> &mut Kiosk {
        &mut self.kiosk
    }

    pub(crate) const fn control(&self) -> &Control {
        &self.control
    }

    /// Says what happens at this kiosk, waits for its screen and takes a picture.
    pub(crate) fn see(&mut self, view: &str, name: &str, caption: &str) -> Result<()> {
        self.wait_for(view)?;
        self.picture(name, caption)
    }

    /// Waits until something on the screen is labelled so, then takes a picture: for what
    /// changes within a view.
    pub(crate) fn see_label(&mut self, with: &str, name: &str, caption: &str) -> Result<()> {
        self.wait_for_label(with)?;
        self.picture(name, caption)
    }

    /// Waits until something on the screen is labelled so.
    pub(crate) fn wait_for_label(&self, with: &str) -> Result<()> {
        wait::until(SCREEN_LIMIT, &format!("{with:?} on the screen"), || {
            let labels = self.control.labels().unwrap_or_default();
            labels.iter().any(|label| label.starts_with(with))
        })
    }

    /// A picture of what is there.
    pub(crate) fn picture(&mut self, name: &str, caption: &str) -> Result<()> {
        let file = self.album.next(self.scene, name, caption);
        say(caption);
        self.control.shot(&file).with_context(|| caption.to_owned())
    }

    pub(crate) fn wait_for(&self, view: &str) -> Result<()> {
        self.control.wait_for(view, SCREEN_LIMIT)
    }

    /// Holds a sample card to the reader until the guard goes.
    pub(crate) fn hold(&self, card: &str) -> Result<Inserted> {
        self.kiosk.insert_sample(card)
    }

    /// Holds a card that misbehaves.
    pub(crate) fn hold_faulty(&self, card: &str, fault: Fault) -> Result<Inserted> {
        self.kiosk.insert(self.kiosk.wallet().faulty(card, fault)?)
    }

    /// Holds a sample card until that view comes, and takes it away.
    pub(crate) fn tap(&self, card: &str, view: &str) -> Result<()> {
        let before = self.control.status()?.taps;
        let held = self.hold(card)?;
        self.control.wait_until_read(before, SCREEN_LIMIT)?;
        self.wait_for(view)?;
        held.remove();
        Ok(())
    }

    /// Holds a sample card until that view comes, takes a picture at once, lets the kiosk come
    /// to rest.
    pub(crate) fn glance(
        &mut self,
        card: &str,
        view: &str,
        name: &str,
        caption: &str,
    ) -> Result<()> {
        let held = self.hold(card)?;
        self.see(view, name, caption)?;
        held.remove();
        self.rest()
    }

    /// Presses what is labelled so.
    pub(crate) fn touch(&self, label: &str) -> Result<()> {
        self.control.touch_within(label, SCREEN_LIMIT / 6)
    }

    /// Chooses the language for whoever comes next.
    pub(crate) fn speak(&self, language: &str) -> Result<()> {
        self.touch("ことば Language")?;
        self.wait_for("languages")?;
        self.touch(language)?;
        self.wait_for("idle")
    }

    /// Presses the undo button, whatever its seconds.
    pub(crate) fn touch_undo(&self) -> Result<()> {
        self.control
            .touch_beginning("まちがえたとき", SCREEN_LIMIT / 6)
    }

    /// Presses what begins so.
    pub(crate) fn touch_beginning(&self, with: &str) -> Result<()> {
        self.control.touch_beginning(with, SCREEN_LIMIT / 6)
    }

    /// Types on the PIN pad.
    pub(crate) fn type_pin(&self, pin: &str) -> Result<()> {
        pin.chars()
            .try_for_each(|digit| self.touch(&digit.to_string()))
    }

    /// Lets the kiosk come to rest.
    pub(crate) fn rest(&self) -> Result<()> {
        self.wait_for("idle")
    }
}

/// Lets time go by that a rule wants: until `since` is `least` ago.
pub(crate) fn until_past(since: Instant, least: Duration) -> Result<()> {
    wait::until(least * 2, "the clock", || since.elapsed() >= least)
}
