//! Carrying out what the session wants, and the journal's answers to it.

use machitap_domain::{Draft, FactBody, fact::Component};
use machitap_kiosk_core::{Input, Output, input::StoreTrouble, sync::SyncInput};
use machitap_store::AppendError;

use super::{Engine, new_id};
use crate::{clock::kernel, messages, watchdog};

/// A disk in trouble is tried again after this, milliseconds.
pub(super) const PROBE_MS: u64 = 5_000;

impl Engine {
    /// Journals the start and shows the first screen.
    pub fn start(&mut self) {
        let now = self.times.now();
        let outputs = self.session.start(&now, self.journal.folds());
        for output in &outputs {
            if let Output::Append(drafts) = output {
                self.unwritten.clone_from(drafts);
            }
        }
        self.outputs.extend(outputs);
        self.carry_out();
        self.begin_upkeep();
    }

    pub(super) fn input(&mut self, input: Input) {
        let now = self.times.now();
        self.note_clock(&self.session.believed(&now));
        let outputs = self.session.handle(input, &now, self.journal.folds());
        self.outputs.extend(outputs);
        self.carry_out();
    }

    /// In the order the session said them: what it says to an answer comes after what it
    /// had said before.
    fn carry_out(&mut self) {
        self.follow.begin();
        while let Some(output) = self.outputs.pop_front() {
            match output {
                Output::Append(drafts) => {
                    let answer = self.append(drafts);
                    let now = self.times.now();
                    let outputs = self.session.handle(answer, &now, self.journal.folds());
                    self.outputs.extend(outputs);
                }
                Output::Show(screen) => {
                    let was_quiet = self.follow.is_quiet();
                    let ticket = self.follow.shows(&screen.view);
                    let is_quiet = self.follow.is_quiet();
                    if is_quiet != was_quiet {
                        watchdog::serves(!is_quiet);
                    }
                    self.display.show(screen, ticket);
                }
                Output::Tone(tone) => self.signal.give(tone),
                Output::Loudness(loudness) => self.signal.be_as_loud(loudness),
                Output::Say(line) => self.signal.say(line),
                Output::WakeAt(at) => self.due.session = Some(at),
                Output::Papers { month, write } => self.papers_wanted(month, write),
                Output::HandOff { note, to } => self.hand_off_wanted(*note, to),
                Output::Keep { key, value } => {
                    if let Err(error) = self.journal.set_setting(key, &value) {
                        tracing::warn!(key, %error, "a setting is not kept across a restart");
                    }
                }
            }
        }
    }

    pub(super) fn append(&mut self, drafts: Vec<Draft>) -> Input {
        match self.journal.append(drafts) {
            Ok(facts) => {
                self.follow.appended(&facts, kernel::monotonic_ns());
                self.unwritten.clear();
                self.well();
                self.logged += 1;
                self.wait_for_calm();
                let last_seq = self.journal.last_seq();
                self.sync_input(SyncInput::Grown { last_seq });
                Input::Appended(facts)
            }
            Err(error) => Input::NotAppended(self.ill(&error)),
        }
    }

    fn well(&mut self) {
        self.due.probe = None;
        if self.trouble.take().is_some() {
            tracing::info!(
                MESSAGE_ID = messages::JOURNAL_WELL,
                "facts can be recorded again"
            );
        }
    }

    fn ill(&mut self, error: &AppendError) -> StoreTrouble {
        let (trouble, id) = match error {
            AppendError::Full(_) => (StoreTrouble::Full, messages::JOURNAL_FULL),
            AppendError::Duplicate { .. } | AppendError::Store(_) => {
                (StoreTrouble::Broken, messages::JOURNAL_BROKEN)
            }
        };
        if self.trouble.replace(trouble) != Some(trouble) {
            tracing::error!(MESSAGE_ID = id, class = ?error.class(), "nothing can be recorded: {error}");
        }
        let now = self.mono_ms();
        self.due.probe = Some(now + PROBE_MS);
        trouble
    }

    /// Tries the disk again with a fact that says so, after those of the start, should they
    /// still be unwritten.
    pub(super) fn probe(&mut self) {
        let now = self.times.now();
        let mut drafts = self.unwritten.clone();
        drafts.push(Draft {
            id: new_id(&now.stamp()),
            subject: None,
            at: now.stamp(),
            caused_by: None,
            body: FactBody::Health {
                component: Component::Store,
                trouble: None,
            },
        });
        let answer = match self.append(drafts) {
            // The session did not ask for it, so there is nothing it could go on with.
            Input::NotAppended(trouble) => Input::Store(Some(trouble)),
            appended => appended,
        };
        self.input(answer);
    }
}
