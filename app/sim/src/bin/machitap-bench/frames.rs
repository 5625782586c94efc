//! Sixty frames a second: the screens that move, as a display shows them.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::{
    Size,
    bare_render::{BareRenderer, Frame, Shown},
    figures::{Figures, Samples, ms},
};

/// From one beat of the display to the next.
const BEAT: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// Of the beats at which something moves, so many may find no new frame: one in a hundred
/// nobody sees, and the machine has other work.
const MISSED: f64 = 0.01;
/// Frames further apart, in beats, are changes and no movement.
const APART: u64 = 6;
/// Pixels of the panel.
const PANEL: f64 = 1280.0 * 800.0;

/// A screen, how long it is watched, and how often it may be drawn while nothing moves.
struct Watched {
    what: &'static str,
    view: &'static str,
    time: Duration,
    at_rest: AtRest,
}

#[derive(Clone, Copy)]
enum AtRest {
    Nothing,
    /// The seconds that are left are counted.
    Seconds,
}

/// The card comes after ten seconds, lies there and is back before the thirteenth.
const CYCLE: Duration = Duration::from_secs(13);
const WHILE_SHOWN: Duration = Duration::from_secs(6);

const SCREENS: [Watched; 6] = [
    Watched {
        what: "a hall waits: the card glides",
        view: "visit-idle",
        time: CYCLE,
        at_rest: AtRest::Nothing,
    },
    Watched {
        what: "a nursery waits: the card glides",
        view: "nursery-idle",
        time: CYCLE,
        at_rest: AtRest::Nothing,
    },
    Watched {
        what: "a visit is done",
        view: "visit-done",
        time: WHILE_SHOWN,
        at_rest: AtRest::Seconds,
    },
    Watched {
        what: "a drop-off is done",
        view: "nursery-done-in",
        time: WHILE_SHOWN,
        at_rest: AtRest::Seconds,
    },
    Watched {
        what: "a capsule falls",
        view: "draw-capsule",
        time: WHILE_SHOWN,
        at_rest: AtRest::Nothing,
    },
    Watched {
        what: "a household's ring runs out",
        view: "household-in",
        time: WHILE_SHOWN,
        at_rest: AtRest::Seconds,
    },
];

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── frames, at 1280×800 and the beat of a display");
    for screen in &SCREENS {
        let mut renderer = BareRenderer::frames(screen.view, screen.time)?;
        let shown = (0..size.times_watched)
            .map(|_| renderer.watch())
            .collect::<Result<Vec<_>>>()?;
        report(screen, &shown, figures)?;
    }
    Ok(())
}

/// Whether each frame belongs to a movement: another is near.
fn moving(frames: &[Frame]) -> Vec<bool> {
    let near: Vec<_> = frames
        .windows(2)
        .map(|two| two[1].beat - two[0].beat <= APART)
        .collect();
    let beside = |n: usize| near.get(n).copied().unwrap_or(false);
    (0..frames.len())
        .map(|n| (n > 0 && beside(n - 1)) || beside(n))
        .collect()
}

fn report(screen: &Watched, shown: &[Shown], figures: &mut Figures) -> Result<()> {
    let mut took = Samples::new();
    let mut moved = Vec::new();
    let mut resting = 0;
    for one in shown {
        for frame in &one.frames {
            took.add(Duration::from_nanos(frame.nanos));
        }
        // The first frame is the change to this screen.
        for (frame, moving) in one.frames.iter().zip(moving(&one.frames)).skip(1) {
            if moving {
                moved.push(frame.pixels);
            } else {
                resting += 1;
            }
        }
    }
    ensure!(took.len() > 0, "{}: nothing was drawn", screen.view);
    let missed: u64 = shown.iter().map(|one| one.missed).sum();
    let mut words = format!(
        ", {} of a movement; worst {}, {:.2} % within {}, {missed} beats missed",
        moved.len(),
        ms(took.worst()),
        took.within(BEAT) * 100.0,
        ms(BEAT),
    );
    if let Some(most) = moved.iter().max() {
        let mean = moved.iter().sum::<u64>() as f64 / moved.len() as f64;
        words += &format!(
            "; {:.1} % of the screen drawn anew, at most {:.1} %",
            mean / PANEL * 100.0,
            *most as f64 / PANEL * 100.0
        );
    }
    words += &format!("; {resting} drawn while nothing moved");
    figures.samples(screen.what, &took, &words);
    let due = took.len() + missed;
    let in_time = took.p99() <= BEAT && missed as f64 <= MISSED * due as f64;
    let seconds = screen.time.as_secs() * shown.len() as u64;
    let rests = match screen.at_rest {
        AtRest::Nothing => resting == 0,
        AtRest::Seconds => resting <= seconds,
    };
    let met = |met| if met { "met" } else { "not met" };
    figures.row("· goal: 60 a second", met(in_time), "", "");
    let what = match screen.at_rest {
        AtRest::Nothing => "· goal: nothing drawn at rest",
        AtRest::Seconds => "· goal: at rest only the seconds that are left",
    };
    figures.row(what, met(rests), "", "");
    Ok(())
}
