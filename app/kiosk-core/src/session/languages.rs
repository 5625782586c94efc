//! The language of whoever stands here, chosen before a card says whose it is.

use machitap_domain::{Millis, catalogue::Language};

use super::{Session, State, Turn};
use crate::view::View;

/// A language chosen and not used goes back to the first one, milliseconds.
pub const LANGUAGE_MS: Millis = 30_000;

/// The languages nobody chooses from close after this, milliseconds.
pub const CHOOSER_MS: Millis = 20_000;

impl Session {
    /// Shows the languages where there is something to read; a kiosk that says why it cannot
    /// serve goes on saying so.
    pub(super) fn offer_languages(&mut self, cx: &Turn<'_>) {
        if !matches!(self.base(cx.now, cx.folds), View::Idle(_)) {
            return;
        }
        self.state = State::Languages {
            until: cx.now.mono_ms + CHOOSER_MS,
        };
        self.changed = true;
    }

    /// The next card's holder is served in it, whatever they chose at another time.
    pub(super) fn choose_language(&mut self, cx: &Turn<'_>, language: Language) {
        self.language = language;
        self.language_until = Some(cx.now.mono_ms + LANGUAGE_MS);
        self.changed = true;
        self.close_languages();
    }

    /// Back to the idle screen, in the language that was chosen.
    pub(super) fn close_languages(&mut self) {
        if matches!(self.state, State::Languages { .. }) {
            self.state = State::Base;
            self.changed = true;
        }
    }
}
