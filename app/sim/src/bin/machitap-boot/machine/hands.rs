//! What hands do to the machine: hold a card, touch the glass, pull a plug.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use machitap_card::virt::VirtualCard;
use machitap_sim::stage::wait;
use serde_json::json;

use super::{BOOT_LIMIT, Machine, Seen};
use crate::picture::Picture;

/// How long people hold a card to a reader that seems not to notice it.
const HELD_FOR: Duration = Duration::from_secs(20);
/// How often they try.
const HOLDS: u32 = 3;
/// How long the card is away in between: pcscd looks every 0.4 s and must see that it was.
const AWAY: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
/// QEMU's range of a touch, whatever the display.
const TOUCH_RANGE: f64 = 32_767.0;

impl Machine {
    /// Holds a card to the reader.
    ///
    /// # Errors
    /// When the machine ended.
    pub(crate) fn hold(&mut self, card: Box<dyn VirtualCard>) -> Result<()> {
        self.reader.hold(card).context("the card reader")
    }

    /// Takes it away.
    ///
    /// # Errors
    /// When the machine ended.
    pub(crate) fn take(&mut self) -> Result<()> {
        self.reader.take().map(drop).context("the card reader")
    }

    /// How many lines the kiosk has said.
    pub(crate) fn heard(&self) -> usize {
        self.witness.count()
    }

    /// What a screen confirmed after so many lines, if one has.
    pub(crate) fn confirmed_after(&self, heard: usize) -> Option<Seen> {
        self.witness.confirmed_after(heard)
    }

    /// Taps: holds a card, waits for the screen that says that it is done, takes the card. Where
    /// no such screen comes the card is held there again, as people do, and that is counted.
    ///
    /// # Errors
    /// When it does not come at the third time either.
    pub(crate) fn tap(&mut self, mut card: Box<dyn VirtualCard>) -> Result<Seen> {
        let heard = self.heard();
        for _ in 0..HOLDS {
            self.hold(card)?;
            let seen = wait::for_some(HELD_FOR, "the screen that answers a tap", || {
                self.confirmed_after(heard)
            });
            card = self.reader.take()?.context("the card was held")?;
            match seen {
                Ok(seen) => return Ok(seen),
                Err(_) => self.held_again += 1,
            }
            thread::sleep(AWAY);
        }
        bail!(
            "a card was held {HOLDS} times for {} s, and no screen answered\n{}",
            HELD_FOR.as_secs(),
            self.tail()
        )
    }

    /// What is on the display.
    ///
    /// # Errors
    /// When QEMU does not draw it.
    pub(crate) fn picture(&mut self) -> Result<Picture> {
        let path = self.place.live.join("screen.png");
        self.qmp.tell(
            "screendump",
            json!({ "filename": path.display().to_string(), "format": "png" }),
        )?;
        let picture = Picture::read(&path);
        fs::remove_file(path)?;
        picture
    }

    /// Waits for a display that looks like that; how it looks then, or at last.
    ///
    /// # Errors
    /// When it never does; names what was waited for.
    pub(crate) fn wait_for_picture(
        &mut self,
        what: &str,
        limit: Duration,
        mut is: impl FnMut(&Picture) -> bool,
    ) -> Result<Picture> {
        let mut last = None;
        let found = wait::for_some(limit, what, || match self.picture() {
            Ok(picture) if is(&picture) => Some(Ok(picture)),
            Ok(picture) => {
                last = Some(picture);
                // Each look takes processor time from the machine that is looked at.
                thread::sleep(BETWEEN_LOOKS);
                None
            }
            Err(error) => Some(Err(error)),
        });
        match (found, last) {
            (Err(error), Some(last)) => {
                let kept = self.place.made.join("failed.png");
                last.write(&kept)?;
                Err(error.context(format!("the display is kept in {}", kept.display())))
            }
            (found, _) => found.and_then(|r| r),
        }
    }

    /// Waits until a display that looks like that has stood still for a while.
    ///
    /// # Errors
    /// When it never does.
    pub(crate) fn wait_for_rest(
        &mut self,
        rest: Duration,
        limit: Duration,
        is: impl Fn(&Picture) -> bool,
    ) -> Result<Picture> {
        let mut last: Option<(Picture, Instant)> = None;
        self.wait_for_picture("a display that rests", limit, |picture| {
            if let Some((same, since)) = &last
                && same == picture
            {
                return since.elapsed() > rest && is(picture);
            }
            last = Some((picture.clone(), Instant::now()));
            false
        })
    }

    /// A finger on the glass, at that point of a display of that size, for a tenth of a second.
    ///
    /// # Errors
    /// When QEMU has no touch screen.
    pub(crate) fn touch(&mut self, at: (u32, u32), of: (u32, u32)) -> Result<()> {
        const PRESSED: Duration = Duration::from_millis(100);
        let position = |axis: &str, at: u32, of: u32| {
            let value = (f64::from(at) / f64::from(of) * TOUCH_RANGE).round();
            json!({ "type": "mtt", "data": { "type": "data", "slot": 0, "tracking-id": 1,
                "axis": axis, "value": value as i64 } })
        };
        let finger = |kind: &str, id: i64| {
            json!({ "type": "mtt", "data": { "type": kind,
            "slot": 0, "tracking-id": id, "axis": "x", "value": 0 } })
        };
        self.send(json!([
            finger("begin", 1),
            position("x", at.0, of.0),
            position("y", at.1, of.1),
            { "type": "btn", "data": { "button": "touch", "down": true } },
        ]))?;
        // How long a finger rests, not a wait for something to happen.
        thread::sleep(PRESSED);
        self.send(json!([
            finger("end", -1),
            { "type": "btn", "data": { "button": "touch", "down": false } },
        ]))
    }

    fn send(&mut self, events: serde_json::Value) -> Result<()> {
        self.qmp
            .tell("input-send-event", json!({ "events": events }))
            .map(drop)
    }

    /// Pulls the card reader's plug.
    ///
    /// # Errors
    /// When the machine does not let it go.
    pub(crate) fn unplug(&mut self) -> Result<()> {
        self.pull_out("reader")
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub(crate) fn plug(&mut self) -> Result<()> {
        self.qmp.tell(
            "device_add",
            json!({ "driver": "usb-ccid", "id": "reader", "bus": "usb.0" }),
        )?;
        self.qmp.tell(
            "device_add",
            json!({ "driver": "ccid-card-passthru", "id": "slot", "chardev": "card",
                "bus": "reader.0" }),
        )?;
        self.reader.greet().context("the card reader")
    }

    /// Lets the machine stand still while its disk is looked at.
    ///
    /// # Errors
    /// As `look`, or when QEMU refuses.
    pub(crate) fn still<T>(&mut self, look: impl FnOnce() -> Result<T>) -> Result<T> {
        self.qmp.tell("stop", json!({}))?;
        let seen = look();
        self.qmp.tell("cont", json!({}))?;
        seen
    }

    /// Runs a command in the machine, as root.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) fn run(&mut self, command: &str) -> Result<String> {
        self.shell.run(command)
    }

    /// Runs a command in the machine, as root; what it said, if anything, on one line or more.
    ///
    /// # Errors
    /// When the shell does not answer.
    pub(crate) fn ask(&mut self, command: &str) -> Result<String> {
        self.shell.ask(command)
    }

    /// Types a line in the machine's shell and waits for nothing.
    ///
    /// # Errors
    /// When the machine ended.
    pub(crate) fn type_in(&mut self, line: &str) -> Result<()> {
        self.shell.type_in(line)
    }

    /// Switches it off in peace. What was seen until then.
    ///
    /// # Errors
    /// When it does not end.
    pub(crate) fn power_off(mut self) -> Result<Vec<Seen>> {
        self.shell.type_in("systemctl poweroff\n")?;
        let process = &mut self.process;
        wait::until(BOOT_LIMIT, "the machine to switch itself off", || {
            process.ended().is_some()
        })
        .with_context(|| super::tail(&self.place.live))?;
        Ok(self.witness.close())
    }
}
