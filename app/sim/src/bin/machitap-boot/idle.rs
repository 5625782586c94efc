//! The idle screen, held against the picture beside this file.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use machitap_sim::summary::Summary;

use crate::{
    machine::Machine,
    picture::{Part, Picture},
};

/// How long the screen may take to come to rest.
const LIMIT: Duration = Duration::from_secs(90);
/// A screen that stands so long is at rest: the card on it moves every ten seconds.
const REST: Duration = Duration::from_secs(6);
/// Of all dots, so many may differ: the same program draws the same type.
const TOLERATED: f64 = 0.002;
/// Another screen than the idle one differs by so much at least, also while the card on it moves or
/// the link rests: half of it is something else.
const OTHER: f64 = 0.35;
/// What differs from day to day: the clock, the notices, the town's ranking that the taps change.
const CHANGING: [Part; 1] = [[660, 0, 1280, 650]];

/// How an idle kiosk looks.
#[derive(Debug)]
pub(crate) struct Idle(Picture);

impl Idle {
    /// How much of a display differs from it.
    pub(crate) fn differs(&self, picture: &Picture) -> f64 {
        self.0.differs(picture, &CHANGING)
    }

    /// Whether that is it.
    pub(crate) fn is(&self, picture: &Picture) -> bool {
        self.differs(picture) <= TOLERATED
    }

    /// Whether that is some other screen.
    pub(crate) fn is_not(&self, picture: &Picture) -> bool {
        self.differs(picture) >= OTHER
    }

    /// Waits until it is on the display.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) fn wait(&self, machine: &mut Machine) -> Result<Picture> {
        machine.wait_for_picture("the idle screen", LIMIT, |picture| self.is(picture))
    }
}

/// Compares the display with the picture; with `accept` takes it instead.
///
/// # Errors
/// When the display does not come to look like it.
pub(crate) fn compare(machine: &mut Machine, accept: bool, summary: &mut Summary) -> Result<Idle> {
    let path = reference();
    if accept {
        // The city's documents come within seconds, and with them another screen.
        let calm = machine.wait_for_rest(REST, LIMIT, |_| true)?;
        calm.write(&path)?;
        println!("   taken: {}", path.display());
        return Ok(Idle(calm));
    }
    let idle = Idle(Picture::read(&path)?);
    let mut nearest = f64::INFINITY;
    let seen = machine.wait_for_picture("the idle screen", LIMIT, |picture| {
        nearest = nearest.min(idle.differs(picture));
        idle.is(picture)
    });
    let seen = seen.with_context(|| {
        format!(
            "at best {:.2} % of the display differed from {}; --accept takes a new look",
            nearest * 100.0,
            path.display()
        )
    })?;
    let percent = idle.differs(&seen) * 100.0;
    summary.figure(
        "idle screen, dots that differ",
        format_args!("{percent:.3} %"),
    );
    Ok(idle)
}

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/machitap-boot/idle.png")
}
