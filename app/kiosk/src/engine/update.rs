//! An update of the machine: what is told of it, and when the machine may boot.

use machitap_domain::Millis;
use machitap_kiosk_core::Input;
use machitap_wire::{
    Topic,
    update::{Bundle, Stage, Update},
};

use super::Engine;
use crate::{
    messages,
    update::{Place, Setup, Wanted, Watch},
};

/// A machine that was told that it may boot is gone by then, milliseconds.
const GONE_WITHIN_MS: Millis = 60_000;

/// The updates' part of the engine.
#[derive(Debug, Default)]
pub(super) struct Updates {
    watched: Option<(Place, Watch)>,
    /// How the last one stands.
    stands: Option<Update>,
    /// How it stood in the last birth.
    told: Option<Update>,
    /// The machine is to boot, since then.
    boot: Option<Millis>,
    /// The machine was told that it may, since then.
    agreed: Option<Millis>,
    /// The screen says so.
    said: bool,
}

impl Updates {
    /// How the last one stands.
    #[cfg(test)]
    pub(super) const fn stands(&self) -> Option<&Update> {
        self.stands.as_ref()
    }

    /// How the last one stands, for a birth.
    pub(super) fn for_a_birth(&mut self) -> Option<Update> {
        self.told.clone_from(&self.stands);
        self.stands.clone()
    }

    /// The last birth said how it stands.
    pub(super) fn is_told(&self) -> bool {
        self.told == self.stands
    }
}

impl Engine {
    /// Follows orders, beginning with what an earlier run left. Without it none is.
    pub fn with_updates(&mut self, setup: Setup) {
        let place = setup.place.clone();
        self.updates.stands = place.last();
        self.updates.watched = Some((place, Watch::start(setup)));
    }

    pub(super) fn update_wanted(&mut self, number: i64, bundle: Bundle) {
        let Some((place, watch)) = &self.updates.watched else {
            return;
        };
        let wanted = Wanted {
            number,
            bundle,
            given: false,
        };
        match place.want(&wanted) {
            Ok(true) => watch.look(),
            Ok(false) => {
                tracing::warn!(
                    MESSAGE_ID = messages::NOT_OBEYED,
                    number,
                    "another update is under way"
                );
            }
            Err(why) => {
                let why = Stage::refused(format_args!("the disk does not keep the order: {why}"));
                self.update_says(Update { number, stage: why });
            }
        }
    }

    pub(super) fn update_says(&mut self, update: Update) {
        let waits = update.stage == Stage::Waiting;
        if self.updates.stands.as_ref() != Some(&update) {
            tracing::info!(
                MESSAGE_ID = messages::UPDATE,
                number = update.number,
                "update: {}",
                update.stage
            );
            self.updates.stands = Some(update);
            self.tell_state();
        }
        self.updates.boot = if waits {
            let now = self.mono_ms();
            let since = *self.updates.boot.get_or_insert(now);
            if self.may_end(since) {
                let agreed = *self.updates.agreed.get_or_insert(now);
                // One that does not boot after all has nothing to say to people.
                self.renewing(now < agreed + GONE_WITHIN_MS);
                self.boot();
            }
            Some(since)
        } else {
            self.updates.agreed = None;
            self.renewing(false);
            None
        };
    }

    /// Says it on the screen, where it is not said already.
    fn renewing(&mut self, renewing: bool) {
        if std::mem::replace(&mut self.updates.said, renewing) != renewing {
            self.input(Input::Renewing(renewing));
        }
    }

    fn boot(&self) {
        let Some((place, _)) = &self.updates.watched else {
            return;
        };
        // It is said every second until the machine goes down.
        if let Err(why) = place.may_boot() {
            tracing::warn!(MESSAGE_ID = messages::UPDATE, %why, "the machine cannot be told to boot");
        }
    }

    /// What changed between a birth and its connection is told now.
    pub(super) fn tell_update(&mut self) {
        if !self.updates.is_told() {
            self.tell_state();
        }
    }

    /// What the birth said has changed.
    fn tell_state(&mut self) {
        // Without a connection the next birth says it.
        let Some(window) = self.window.clone() else {
            return;
        };
        let topic = self.topic(&Topic::KioskState(self.identity.kiosk.clone()));
        let state = self.kiosk_state(true);
        if let Err(error) = window.birth(&topic, state) {
            tracing::debug!(%error, "the next birth says it");
        }
    }
}
