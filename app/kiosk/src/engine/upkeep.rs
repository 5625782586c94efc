//! What is done when nobody is there: pruning, the log, the clock's last good moment.

use machitap_domain::{ClockSource, Millis, Now};

use super::{ANCHOR_KEY, Engine};
use crate::messages;

/// Between two rounds, milliseconds.
const ROUND_MS: Millis = 600_000;
/// Between two steps of one round, milliseconds: a tap has its turn.
const STEP_MS: Millis = 200;

/// After a tap the person looks at the answer for longer than this, milliseconds.
const CALM_MS: Millis = 700;
/// So many transactions are worth a copy. Far below SQLite's own limit of 1,000 pages, at
/// which it would copy in the middle of somebody's tap.
const LOGGED_MIN: u32 = 8;

impl Engine {
    /// Somebody is at the reader: the disk's other work waits until nobody waits for it.
    pub(super) fn wait_for_calm(&mut self) {
        let calm = self.mono_ms() + CALM_MS;
        if self.logged >= LOGGED_MIN {
            self.due.checkpoint = Some(calm);
        }
        if let Some(at) = &mut self.due.receipt {
            *at = calm.max(*at);
        }
    }

    pub(super) fn checkpoint(&mut self) {
        self.logged = 0;
        self.due.checkpoint = None;
        if let Err(error) = self.journal.checkpoint() {
            tracing::warn!(%error, "the log was not copied; it is tried again");
        }
    }

    pub(super) fn begin_upkeep(&mut self) {
        let now = self.mono_ms();
        self.due.upkeep = Some(now + STEP_MS);
    }

    pub(super) fn upkeep(&mut self) {
        let now = self.believed_now();
        let mut next = ROUND_MS;
        if self.follow.is_quiet() {
            // Papers that are being made must find the facts they began with.
            if now.clock.quality.is_trusted() && !self.papers.is_reading() {
                match self.journal.prune(now.clock.wall_ms) {
                    Ok(pruned) if pruned.more => next = STEP_MS,
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "nothing was pruned"),
                }
            }
            if next == ROUND_MS {
                self.keep_clock(&now);
                self.checkpoint();
            }
        } else {
            next = STEP_MS * 5;
        }
        self.due.upkeep = Some(now.mono_ms + next);
    }

    /// The present as the session takes it: a clock that jumped must neither become the floor
    /// of all times to come nor let facts go.
    pub(super) fn believed_now(&mut self) -> Now {
        let now = self.times.now();
        self.session.believed(&now)
    }

    /// Says once that the source of the time changed.
    pub(super) fn note_clock(&mut self, now: &Now) {
        let source = now.clock.quality.source;
        if self.clock_said == Some(source) {
            return;
        }
        self.clock_said = Some(source);
        tracing::info!(
            MESSAGE_ID = messages::CLOCK,
            ?source,
            uncertainty_ms = ?now.clock.quality.uncertainty_ms,
            "the source of the time"
        );
        self.keep_clock(now);
    }

    /// Only a time server's word raises the floor: a floor from a wrong battery-backed
    /// clock would keep the true time out for good.
    pub(super) fn keep_clock(&mut self, now: &Now) {
        if now.clock.quality.source != ClockSource::Ntp {
            return;
        }
        let wall_ms = now.clock.wall_ms;
        self.times.keeper.raise_floor(wall_ms);
        self.times.floor.raise(wall_ms);
        let anchor = serde_json::to_string(&self.times.keeper.anchor()).expect("plain data");
        let kept = self
            .journal
            .set_clock_floor(wall_ms)
            .and_then(|()| self.journal.set_setting(ANCHOR_KEY, &anchor));
        if let Err(error) = kept {
            tracing::warn!(%error, "the time is not kept across a restart");
        }
    }
}
