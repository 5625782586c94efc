//! Patients' notes on their way to the other house's system, beside the taps.
//!
//! The engine decides what goes when; each try has a thread of its own, so that a share or a
//! program that does not answer holds up nobody at the reader.

use std::{sync::mpsc::Sender, thread};

use machitap_domain::{
    Millis,
    fact::Class,
    reception::{HandOffNote, Handoff},
};
use machitap_kiosk_core::{Input, input::NoteOf};

use super::{Engine, Msg};
use crate::{
    handoff::{
        self, CannotHandOver,
        queue::{Job, Queue},
    },
    link, messages,
};

/// A try takes no longer than this, milliseconds, unless a share holds it up.
pub(super) const STUCK_MS: Millis = 60_000;

/// The hand-offs' part of the engine.
#[derive(Default)]
pub(super) struct HandOffs {
    queue: Queue,
    messages: Option<Sender<Msg>>,
    told: Option<Class>,
}

#[cfg(test)]
impl HandOffs {
    pub(super) fn is_under_way(&self) -> bool {
        self.queue.under_way().is_some()
    }
}

impl Engine {
    /// How the thread that hands over answers. Without it nothing is handed over.
    pub fn with_hand_offs(&mut self, messages: Sender<Msg>) {
        self.hand_offs.messages = Some(messages);
    }

    /// Not at once: the session is in the middle of what it says.
    pub(super) fn hand_off_wanted(&mut self, note: HandOffNote, to: Handoff) {
        let now = self.mono_ms();
        self.hand_offs.queue.add(note, to, now);
        if self.hand_offs.queue.under_way().is_none() {
            self.due.hand_off = Some(now);
        }
    }

    /// Gives what is due; where one is still under way, it has been so for too long.
    pub(super) fn hand_off_next(&mut self) {
        if let Some(note) = self.hand_offs.queue.under_way() {
            return self.hand_off_stuck(note);
        }
        let Some(messages) = self.hand_offs.messages.clone() else {
            return;
        };
        let now = self.believed_now();
        let today = self.session.today(&now);
        match self.hand_offs.queue.next(now.mono_ms, today) {
            Some(job) => {
                self.due.hand_off = Some(now.mono_ms + STUCK_MS);
                give(job, messages);
            }
            None => self.due.hand_off = self.hand_offs.queue.due(),
        }
    }

    fn hand_off_stuck(&mut self, note: NoteOf) {
        tracing::error!(
            MESSAGE_ID = messages::HAND_OFF_STUCK,
            note = %note.announcement.0,
            withdrawn = note.withdrawn,
            "a hand-off does not come to an end"
        );
        let class = Class::Retry;
        self.hand_offs.told = Some(class);
        self.input(Input::HandOffFailed { note, class });
    }

    pub(super) fn hand_off_tried(&mut self, answer: Result<(), CannotHandOver>) {
        let now = self.mono_ms();
        self.due.hand_off = Some(now);
        let class = answer.map_err(CannotHandOver::class);
        let Some(note) = self.hand_offs.queue.answer(class, now, link::chance()) else {
            return;
        };
        match answer {
            Ok(()) => {
                if self.hand_offs.told.take().is_some() {
                    tracing::info!(
                        MESSAGE_ID = messages::HAND_OFF_WELL,
                        note = %note.announcement.0,
                        "notes are taken again"
                    );
                }
                self.input(Input::HandedOff(note));
            }
            Err(why) => {
                let class = why.class();
                if self.hand_offs.told.replace(class) != Some(class) {
                    tracing::warn!(
                        MESSAGE_ID = messages::HAND_OFF_FAILING,
                        note = %note.announcement.0,
                        withdrawn = note.withdrawn,
                        ?class,
                        %why,
                        "a note is not taken"
                    );
                }
                self.input(Input::HandOffFailed { note, class });
            }
        }
    }
}

/// Whatever becomes of the thread, also where there is no room for one, the engine hears of it.
struct Bell(Sender<Msg>, Result<(), CannotHandOver>);

impl Drop for Bell {
    fn drop(&mut self) {
        // The engine may have ended.
        let _ = self.0.send(Msg::HandOffTried(self.1));
    }
}

fn give(job: Job, messages: Sender<Msg>) {
    let bell = Bell(messages, Err(CannotHandOver::Ended));
    let begun = thread::Builder::new()
        .name("hand-off".into())
        .spawn(move || run(&job, bell));
    if let Err(error) = begun {
        tracing::warn!(%error, "no thread to hand over");
    }
}

fn run(job: &Job, mut bell: Bell) {
    bell.1 = handoff::give(&job.note, &job.to);
}
