//! A machine that belongs to nobody yet: the code, typed with a finger on its screen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use machitap_sim::summary::Summary;

use crate::{
    idle,
    machine::{BOOT_LIMIT, How, Machine},
    picture::{Part, Picture},
    step,
    town::Town,
};

/// A screen that answers a hand, on a busy machine.
const SCREEN_LIMIT: Duration = Duration::from_secs(90);

/// The pad of digits on a display of 1280 by 800: left, top, from key to key, and a key.
const PAD: (u32, u32) = (628, 40);
const STEP: (u32, u32) = (209, 184);
const KEY: (u32, u32) = (193, 168);
/// The colours of the ground and of a key (`ui/theme.slint`).
const PAPER: [u8; 3] = [0xFB, 0xF5, 0xEA];
const SURFACE: [u8; 3] = [0xFF, 0xFF, 0xFF];
/// Everything but what is typed: the pad and what is below.
const NOT_TYPED: [Part; 2] = [[620, 0, 1280, 800], [0, 600, 620, 800]];

/// Plays it: from the power switch to the first tap that the city counts.
///
/// # Errors
/// What did not happen.
pub(crate) fn play(town: &mut Town, summary: &mut Summary) -> Result<()> {
    let code = town.code()?;
    step("switching on a machine that belongs to nobody");
    let switched = Instant::now();
    let mut machine = Machine::start(&town.place, How::default())?;
    let asks = machine
        .wait_for_picture("the screen that asks for a code", BOOT_LIMIT, asks)
        .with_context(|| machine.tail())?;
    summary.seconds("nobody's: switched on until it asks", switched.elapsed());
    asks.write(&town.place.made.join("code.png"))?;

    step("typing the code with a finger");
    let typed = Instant::now();
    let mut before = asks;
    let digits = code.plain();
    let (last, first) = digits.as_bytes().split_last().context("a code")?;
    for digit in first {
        touch(&mut machine, *digit, before.size())?;
        before = machine.wait_for_picture("a digit on the screen", SCREEN_LIMIT, |picture| {
            picture.differs(&before, &NOT_TYPED) > 0.0
        })?;
    }
    before.write(&town.place.made.join("code-typed.png"))?;
    touch(&mut machine, *last, before.size())?;
    let enrolled = machine.wait_for_picture("an answer of the city", SCREEN_LIMIT, |picture| {
        (b'1'..=b'9').all(|digit| !is_key(picture, digit))
    })?;
    enrolled.write(&town.place.made.join("enrolled.png"))?;
    machine.wait_until_it_serves()?;
    idle::compare(&mut machine, false, summary)?;
    summary.seconds(
        "nobody's: first digit until the idle screen",
        typed.elapsed(),
    );
    summary.seconds(
        "nobody's: switched on until the idle screen",
        switched.elapsed(),
    );
    let kept = machine.run("stat -c '%a %U %G %n' /etc/machitap/enrolment/*")?;
    let ours = "640 machitap machitap /etc/machitap/enrolment/";
    // Six files of every enrolment, and the card keys, which the city sent.
    ensure!(
        kept.matches(ours).count() == 7,
        "keys that others may read:\n{kept}"
    );
    let seen = machine.tap(town.somebody()?)?;
    town.wait_until_counted(&seen)?;
    machine.power_off()?;
    town.no_card_was_harmed()
}

/// Whether nine keys stand on paper.
fn asks(picture: &Picture) -> bool {
    (b'1'..=b'9').all(|digit| is_key(picture, digit)) && picture.dot((10, 790)) == Some(PAPER)
}

fn is_key(picture: &Picture, digit: u8) -> bool {
    let (x, y) = middle(digit);
    picture.dot((x - KEY.0 / 4, y)) == Some(SURFACE)
}

/// The middle of a digit's key.
fn middle(digit: u8) -> (u32, u32) {
    let place = match digit {
        b'0' => 10,
        digit => u32::from(digit - b'1'),
    };
    (
        PAD.0 + place % 3 * STEP.0 + KEY.0 / 2,
        PAD.1 + place / 3 * STEP.1 + KEY.1 / 2,
    )
}

fn touch(machine: &mut Machine, digit: u8, of: (u32, u32)) -> Result<()> {
    machine.touch(middle(digit), of)
}
