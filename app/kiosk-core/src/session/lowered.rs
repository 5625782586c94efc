//! Everything drawn low, for whoever sits: from a touch of the idle screen until nobody has been
//! at it for a while.
//!
//! It belongs to whoever stands before the kiosk, not to a card: it holds through any session,
//! the staff's too, and says nothing of anybody. How the panel hangs is the screen's matter: where
//! all of it is in reach, the key for it is not there.

use machitap_domain::{Millis, Now};

use super::{Session, State, Turn};
use crate::view::View;

/// A lowered screen nobody touches goes back to its usual height after this, milliseconds.
pub const LOWERED_MS: Millis = 60_000;

impl Session {
    /// Draws low, or at the usual height again.
    pub(super) fn lower(&mut self, cx: &Turn<'_>) {
        if !matches!(self.base(cx.now, cx.folds), View::Idle(_)) {
            return;
        }
        self.lowered_until = match self.lowered_until {
            None => Some(cx.now.mono_ms + LOWERED_MS),
            Some(_) => None,
        };
        self.changed = true;
    }

    /// While somebody is served it does not end.
    pub(super) fn stay_lowered(&mut self, now: &Now) {
        if !matches!(self.state, State::Base) {
            let until = now.mono_ms + LOWERED_MS;
            self.lowered_until = self.lowered_until.map(|_| until);
        }
    }

    /// The instant at which something of the idle screen ends by itself.
    pub(super) fn idle_deadline(&self) -> Option<Millis> {
        let ends = [self.language_until, self.lowered_until];
        ends.into_iter().flatten().min()
    }

    /// Whoever touched the idle screen has gone away.
    pub(super) fn time_out_idle(&mut self, now: &Now) {
        let over = |until: Option<Millis>| until.is_some_and(|at| at <= now.mono_ms);
        if over(self.language_until) {
            self.end_session();
        }
        if over(self.lowered_until) {
            self.lowered_until = None;
            self.changed = true;
        }
    }
}
