//! The loop.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    time::Duration,
};

use machitap_domain::fact::Class;
use machitap_kiosk_core::{Input, sync::SyncInput};
use machitap_wire::{Topic, command::Level};

use super::{Engine, Msg, READER_LIMIT, papers::Wish, take_due};
use crate::{
    desk::{Answer, no},
    log, messages, watchdog,
};

/// Why the engine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// The city has taken the enrolment back.
    Revoked,
}

impl Engine {
    /// Serves until it is told to stop, the city wants it no more, or nobody is left to tell it
    /// anything; then says goodbye to the city and closes the journal.
    pub fn run(mut self, messages: &Receiver<Msg>) -> Ended {
        self.start();
        while self.turn(messages) {}
        self.stop()
    }

    /// Takes one message, or waits until something is due; false at the end.
    fn turn(&mut self, messages: &Receiver<Msg>) -> bool {
        let busy = (self.to_publish.is_some() && self.due.publish.is_none())
            || (self.papers.is_reading() && self.due.papers.is_none());
        let message = if busy {
            match messages.try_recv() {
                Ok(message) => Some(message),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return false,
            }
        } else {
            match messages.recv_timeout(self.wait()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        };
        match message {
            Some(Msg::Stop) => return false,
            Some(message) => self.take(message),
            None => {}
        }
        self.due();
        if self.due.publish.is_none() {
            self.publish_one();
        }
        if self.due.papers.is_none() {
            self.papers_step();
        }
        !self.revoked && !self.ends_by_command()
    }

    fn wait(&mut self) -> Duration {
        let now = self.mono_ms();
        self.due
            .first()
            .map_or(Duration::MAX, |at| {
                Duration::from_millis(at.saturating_sub(now))
            })
            // A clock that the machine's sleep stopped is looked at now and then.
            .min(Duration::from_secs(60))
    }

    /// Takes in one message.
    pub fn take(&mut self, message: Msg) {
        match message {
            Msg::Reader(event, at_ns) => self.reader_says(event, at_ns),
            Msg::Touch(touch) => self.input(Input::Touch(touch)),
            Msg::Link(event) => self.link_says(event),
            Msg::Drawn { ticket, at_ns } => self.drawn(ticket, at_ns),
            Msg::Pulse => self.pulse(),
            Msg::Status(answer) => {
                // Whoever asked may have gone.
                let _ = answer.try_send(self.status());
            }
            Msg::HealthAsked(answer) => {
                let health = Box::new(self.health());
                // As above.
                let _ = answer.try_send(Answer::Health(health));
            }
            Msg::PapersAsked { month, answer } => self.papers_wish(month, Wish::Files(answer)),
            Msg::PapersTaken { month, answer } => {
                let said = if self.papers_written(month, None) {
                    Answer::Kept
                } else {
                    no(
                        "the papers are written, but the journal takes no fact of it".into(),
                        Class::Repair,
                    )
                };
                // As above.
                let _ = answer.try_send(said);
            }
            Msg::PapersMade(made) => self.papers_made(made),
            Msg::Update(update) => self.update_says(update),
            Msg::HandOffTried(answer) => self.hand_off_tried(answer),
            // Nobody asked the city while the kiosk serves.
            Msg::EnrolSaid(_) | Msg::Stop => {}
        }
    }

    /// Does what is due.
    pub fn due(&mut self) {
        let now = self.mono_ms();
        if take_due(&mut self.due.session, now) {
            self.input(Input::Tick);
        }
        if take_due(&mut self.due.sync, now) {
            self.sync_input(SyncInput::Tick);
        }
        if take_due(&mut self.due.probe, now) {
            self.probe();
        }
        if take_due(&mut self.due.receipt, now) {
            self.keep_receipt();
        }
        if take_due(&mut self.due.link_view, now) {
            self.show_link(now);
        }
        if take_due(&mut self.due.hand_off, now) {
            self.hand_off_next();
        }
        take_due(&mut self.due.publish, now);
        take_due(&mut self.due.papers, now);
        if take_due(&mut self.due.checkpoint, now) {
            self.checkpoint();
        }
        if take_due(&mut self.due.card_service, now) {
            self.start_card_service_anew();
        }
        if take_due(&mut self.due.log, now) {
            log::set(Level::Usual);
        }
        if take_due(&mut self.due.upkeep, now) {
            self.upkeep();
        }
    }

    fn drawn(&mut self, ticket: u64, at_ns: u64) {
        let incarnation = self.journal.incarnation();
        for line in self.follow.drawn(ticket, at_ns, incarnation) {
            self.trace.write(&line);
        }
        // The journal is open and a screen is to be seen.
        if !self.ready {
            self.ready = true;
            watchdog::ready();
            tracing::info!(
                MESSAGE_ID = messages::STARTED,
                kiosk = %self.identity.kiosk,
                facility = %self.identity.facility,
                last_seq = self.journal.last_seq(),
                "the kiosk serves"
            );
        }
    }

    fn pulse(&mut self) {
        let stalled = self
            .reader
            .as_ref()
            .map(machitap_card::ReaderHandle::heartbeat_age)
            .filter(|age| *age > READER_LIMIT);
        match stalled {
            None => watchdog::alive(),
            Some(age) => {
                let now = self.mono_ms();
                if self.limit.pass("stalled", now).is_some() {
                    tracing::error!(
                        MESSAGE_ID = messages::STALLED,
                        part = "reader",
                        age_ms = age.as_millis(),
                        "the reader's supervisor makes no progress"
                    );
                }
            }
        }
    }

    /// No tap is taken any more; what was committed stays.
    fn stop(mut self) -> Ended {
        let ended = if self.revoked {
            Ended::Revoked
        } else {
            Ended::Stopped
        };
        tracing::info!(MESSAGE_ID = messages::STOPPING, "the kiosk stops");
        watchdog::stopping();
        if let Some(reader) = &self.reader {
            reader.stop();
        }
        if let Some(link) = self.link.take() {
            if let Some(window) = self.window.take() {
                let topic = self.topic(&Topic::KioskState(self.identity.kiosk.clone()));
                let death = self.kiosk_state(false);
                if let Err(error) = window.farewell(&topic, death) {
                    tracing::debug!(%error, "no goodbye");
                }
            }
            link.stop();
        }
        self.keep_receipt();
        let now = self.believed_now();
        self.keep_clock(&now);
        self.checkpoint();
        ended
    }
}
