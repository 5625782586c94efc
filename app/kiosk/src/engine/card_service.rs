//! A card service that has no reader is started anew.
//!
//! pcscd tries a reader once, at the moment it is plugged in. One that was not ready then, or that
//! another program held, is not tried again; and pcscd itself may hang. Its own program cannot be
//! told to look once more, so the machine is asked to start it again: `machitap-reader.path` waits
//! for the kiosk to write a file. Where it was only the plug that was pulled, this changes nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use machitap_domain::Millis;

use super::Engine;
use crate::messages;

/// The kiosk's directory in /run, by systemd (`RuntimeDirectory=`).
const RUNTIME_ENV: &str = "RUNTIME_DIRECTORY";
const ASK: &str = "reader-again";

/// So long without a reader comes before the first time, milliseconds: whoever plugs it in again
/// should not meet a service that is just being started.
const FIRST_MS: Millis = 20_000;
/// Each wait is twice as long as the one before; this is the longest, milliseconds.
const LAST_MS: Millis = 1_800_000;

/// Asks the machine to start the card service anew.
#[derive(Debug)]
pub(crate) struct CardService {
    ask: PathBuf,
    wait_ms: Millis,
}

impl CardService {
    /// The machine's; `None` where no unit says how to ask it.
    pub(crate) fn of_the_unit() -> Option<Self> {
        env::var_os(RUNTIME_ENV).map(|dir| Self::asked_at(&Path::new(&dir).join(ASK)))
    }

    pub(super) fn asked_at(ask: &Path) -> Self {
        Self {
            ask: ask.to_owned(),
            wait_ms: FIRST_MS,
        }
    }
}

impl Engine {
    /// How the card service is asked for.
    pub(crate) fn with_card_service(&mut self, service: Option<CardService>) {
        self.card_service = service;
    }

    pub(super) fn reader_came(&mut self) {
        self.due.card_service = None;
        if let Some(service) = &mut self.card_service {
            service.wait_ms = FIRST_MS;
        }
    }

    /// Also where the service went because it was asked for: then the wait has begun already.
    pub(super) fn reader_went(&mut self) {
        let now = self.mono_ms();
        if let Some(service) = &self.card_service {
            self.due.card_service.get_or_insert(now + service.wait_ms);
        }
    }

    pub(super) fn start_card_service_anew(&mut self) {
        let now = self.mono_ms();
        let Some(service) = &mut self.card_service else {
            return;
        };
        match fs::write(&service.ask, "\n") {
            Ok(()) => tracing::warn!(
                MESSAGE_ID = messages::READER_AGAIN,
                "there is no reader: the card service is to be started anew"
            ),
            Err(error) => tracing::warn!(
                MESSAGE_ID = messages::READER_AGAIN,
                %error,
                "the machine cannot be asked to start the card service anew"
            ),
        }
        service.wait_ms = (service.wait_ms * 2).min(LAST_MS);
        self.due.card_service = Some(now + service.wait_ms);
    }
}
