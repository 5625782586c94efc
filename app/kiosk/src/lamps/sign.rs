//! Which lamp says what, and in what rhythm: the rhythm of the tone that is heard with it.

use machitap_domain::fare::rules::{Chime, Colour};
use machitap_kiosk_core::{
    Tone,
    view::{MessageKind, View},
};

use crate::sound::notes;

/// Two notes that follow each other at once are two only with a dark moment between them,
/// milliseconds.
const GAP_MS: u32 = 60;

/// A lamp by its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lamp {
    /// Cards can be held.
    Ready,
    /// It is done.
    Done,
    /// Something is wrong: again, or ask.
    Ask,
    /// Any class of fares whose colour has no lamp of its own.
    Fare,
    /// A class of fares of that colour.
    Class(Colour),
}

impl Lamp {
    /// Every lamp there can be, by its key in the configuration.
    pub const ALL: [(&'static str, Self); 10] = [
        ("ready", Self::Ready),
        ("done", Self::Done),
        ("ask", Self::Ask),
        ("fare", Self::Fare),
        ("blue", Self::Class(Colour::Blue)),
        ("green", Self::Class(Colour::Green)),
        ("yellow", Self::Class(Colour::Yellow)),
        ("orange", Self::Class(Colour::Orange)),
        ("purple", Self::Class(Colour::Purple)),
        ("grey", Self::Class(Colour::Grey)),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rhythm {
    Dark,
    Steady,
    Of(Tone),
}

/// What the lamps say of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    /// The first of these that is wired.
    pub(super) lamps: [Option<Lamp>; 2],
    rhythm: Rhythm,
}

/// A lamp is on or off for so many milliseconds; `None` until the next sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    On(Option<u32>),
    Off(Option<u32>),
}

impl Sign {
    const DARK: Self = Self {
        lamps: [None; 2],
        rhythm: Rhythm::Dark,
    };

    const fn of(lamp: Lamp, rhythm: Rhythm) -> Self {
        Self {
            lamps: [Some(lamp), None],
            rhythm,
        }
    }

    const fn fare(colour: Colour, chime: Chime) -> Self {
        Self {
            lamps: [Some(Lamp::Class(colour)), Some(Lamp::Fare)],
            rhythm: Rhythm::Of(Tone::Fare(chime)),
        }
    }

    /// The steps, the last of which stays.
    pub(super) fn steps(self) -> impl Iterator<Item = Step> {
        let mut steps = Vec::new();
        match self.rhythm {
            Rhythm::Dark => {}
            Rhythm::Steady => return vec![Step::On(None)].into_iter(),
            Rhythm::Of(tone) => {
                for &(hertz, ms) in notes(tone) {
                    if hertz == 0.0 {
                        steps.push(Step::Off(Some(ms)));
                    } else if matches!(steps.last(), Some(Step::On(_))) {
                        steps.push(Step::Off(Some(GAP_MS)));
                        steps.push(Step::On(Some(ms - GAP_MS)));
                    } else {
                        steps.push(Step::On(Some(ms)));
                    }
                }
            }
        }
        steps.push(Step::Off(None));
        steps.into_iter()
    }
}

/// What the lamps say of this view. What needs a touch is for kiosks with a screen and says
/// only that it is no answer yet.
pub(super) const fn of(view: &View) -> Sign {
    match view {
        View::Idle(_) => Sign::of(Lamp::Ready, Rhythm::Steady),
        View::OutOfService(_) => Sign::of(Lamp::Ask, Rhythm::Steady),
        View::Fare(told) => Sign::fare(told.colour, told.chime),
        View::NurseryDone(_)
        | View::VisitDone(_)
        | View::VisitEnded(_)
        | View::EventDone(_)
        | View::EventLeft(_)
        | View::Announced(_)
        | View::Undone => Sign::of(Lamp::Done, Rhythm::Of(Tone::Done)),
        // Nothing that could be told apart from a moment of reading.
        View::Message(message) if matches!(message.kind, MessageKind::PleaseWait) => Sign::DARK,
        View::Message(_) => Sign::of(Lamp::Ask, Rhythm::Of(Tone::Ask)),
        _ => Sign::DARK,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn one_lamp_alone_tells_all_classes_apart() {
        let chimes = [
            Chime::One,
            Chime::Two,
            Chime::Three,
            Chime::Up,
            Chime::Down,
            Chime::Long,
        ];
        let shapes: BTreeSet<Vec<bool>> = chimes
            .into_iter()
            .map(|chime| {
                // Short or long is what an eye can tell.
                let long = |step: Step| match step {
                    Step::On(ms) => ms.map(|ms| ms >= 200),
                    Step::Off(_) => None,
                };
                let sign = Sign::fare(Colour::Blue, chime);
                sign.steps().filter_map(long).collect()
            })
            .collect();
        assert_eq!(shapes.len(), chimes.len());
    }

    #[test]
    fn a_rhythm_is_over_before_its_second_is() {
        for (_, lamp) in Lamp::ALL {
            let Lamp::Class(colour) = lamp else { continue };
            let ms = |step| match step {
                Step::On(ms) | Step::Off(ms) => ms.unwrap_or(0),
            };
            let total: u32 = Sign::fare(colour, Chime::Long).steps().map(ms).sum();
            assert!(total < 1_000);
        }
    }
}
