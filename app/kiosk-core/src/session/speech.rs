//! What is said aloud, and how loud the kiosk is just now.
//!
//! A line is said once, when its state is entered. A screen drawn anew says nothing; but a deed
//! that sounds its tone again, like the second card nobody knows, says its line again with it.

use machitap_domain::{
    Now,
    catalogue::Language,
    sound::{Loudness, VoiceRule},
};

use super::Session;
use crate::{
    output::{Output, Tone},
    spoken::{self, Line},
    view::{Screen, View},
};

/// What was said last, and whether it may still be heard.
#[derive(Debug, Default)]
pub(super) struct Speech {
    /// The line of the state that stands, and which of several like it that is.
    of: Option<(Line, usize)>,
    /// It was said, and nothing has hushed it.
    said: bool,
}

/// Lines are spoken in Japanese only: there is no voice for another language yet, and a
/// Japanese line over a screen in another one helps nobody.
const fn has_voice(language: Language) -> bool {
    matches!(language, Language::Ja | Language::Easy)
}

impl Session {
    /// Whom this kiosk speaks to.
    pub(super) fn voice_rule(&self) -> VoiceRule {
        self.facility().map(|f| f.sound.voice).unwrap_or_default()
    }

    /// How loud it is now, said before anything sounds.
    pub(super) fn set_loudness(&mut self, now: &Now, out: &mut Vec<Output>) {
        let trusted = now.clock.quality.is_trusted();
        let at = trusted.then(|| now.stamp().said(&self.zone).time());
        let loudness = self
            .facility()
            .map_or(Loudness::FULL, |f| f.sound.loudness(at));
        if self.loudness != loudness {
            self.loudness = loudness;
            out.insert(0, Output::Loudness(loudness));
        }
    }

    /// Says the line of the screen that stands, if it is to be said now.
    pub(super) fn speak(&mut self, out: &mut Vec<Output>) {
        let Some(screen) = &self.shown else {
            return;
        };
        let of = spoken::line(&screen.view).map(|line| (line, spoken::step(&screen.view)));
        let told = out
            .iter()
            .any(|o| matches!(o, Output::Tone(tone) if *tone != Tone::Read));
        let entered = of != self.speech.of;
        let heard = self.may_be_heard(screen, told);
        self.speech.of = of;
        match of {
            Some((line, _)) if (entered || told) && heard => {
                self.speech.said = true;
                out.push(Output::Say(Some(line)));
            }
            // Nobody is there any more: what was begun may end.
            None if matches!(screen.view, View::Idle(_)) => self.speech.said = false,
            _ if entered && self.speech.said => {
                self.speech.said = false;
                out.push(Output::Say(None));
            }
            _ => {}
        }
    }

    fn may_be_heard(&self, screen: &Screen, told: bool) -> bool {
        // A kiosk that fails at night does not say so to an empty hall.
        let asked = told || !matches!(screen.view, View::OutOfService(_));
        screen.voice && has_voice(screen.language) && self.loudness.voice > 0 && asked
    }
}
