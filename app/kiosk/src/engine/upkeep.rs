//! What is done when nobody is there: pruning, the log, the clock's last good moment.

use machitap_domain::{ClockSource, Millis, Now};

use super::{ANCHOR_KEY, Engine};
use crate::messages;

/// Between two rounds, milliseconds.
const ROUND_MS: Millis = 600_000;
/// Between two steps of one round, milliseconds: a tap has its turn.
const STEP_MS: Millis = 200;

impl Engine {
    pub(super) fn begin_upkeep(&mut self) {
        let now = self.mono_ms();
        self.due.upkeep = Some(now + STEP_MS);
    }

    pub(super) fn upkeep(&mut self) {
        let now = self.times.now();
        let mut next = ROUND_MS;
        if self.follow.is_quiet() {
            if now.clock.quality.is_trusted() {
                match self.journal.prune(now.clock.wall_ms) {
                    Ok(pruned) if pruned.more => next = STEP_MS,
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "nothing was pruned"),
                }
            }
            if next == ROUND_MS {
                self.keep_clock(&now);
                if let Err(error) = self.journal.checkpoint() {
                    tracing::warn!(%error, "the log was not copied");
                }
            }
        } else {
            next = STEP_MS * 5;
        }
        self.due.upkeep = Some(now.mono_ms + next);
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
