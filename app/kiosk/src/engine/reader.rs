//! What the reader says, in the core's words.

use machitap_card::{CardProblem as Problem, ReaderEvent};
use machitap_kiosk_core::{CardProblem, Input, input::Tap};

use super::{Engine, health::ReaderHealth};
use crate::messages;

impl Engine {
    pub(super) fn reader_says(&mut self, event: ReaderEvent, at_ns: u64) {
        let input = match event {
            ReaderEvent::Ready { reader } => {
                tracing::info!(
                    MESSAGE_ID = messages::READER_READY,
                    reader,
                    "cards can be read"
                );
                self.reader_health = ReaderHealth::Ready(reader);
                self.reader_came();
                Input::Reader { ready: true }
            }
            ReaderEvent::Gone { why } => {
                tracing::error!(
                    MESSAGE_ID = messages::READER_GONE,
                    ?why,
                    class = ?why.class(),
                    "no card can be read"
                );
                self.reader_health = ReaderHealth::Gone(why.to_string());
                self.reader_went();
                Input::Reader { ready: false }
            }
            ReaderEvent::CardSeen { tap, .. } => {
                self.taps += 1;
                self.wait_for_calm();
                self.follow.seen(tap.0, at_ns);
                Input::CardSeen(Tap(tap.0))
            }
            ReaderEvent::CardRead {
                tap, credential, ..
            } => {
                self.read += 1;
                self.follow.read(tap.0, at_ns);
                Input::CardRead(Tap(tap.0), credential)
            }
            ReaderEvent::CardProblem { tap, problem } => {
                self.read += 1;
                if problem == Problem::KeyMissing {
                    let now = self.mono_ms();
                    if let Some(suppressed) = self.limit.pass("key-missing", now) {
                        tracing::error!(
                            MESSAGE_ID = messages::READER_KEY_MISSING,
                            suppressed,
                            "a card's key is not on this kiosk"
                        );
                    }
                }
                Input::CardFailed(Tap(tap.0), in_core(problem))
            }
            ReaderEvent::Removed { tap } => Input::CardRemoved(Tap(tap.0)),
            ReaderEvent::TwoCards => Input::TwoCards,
            ReaderEvent::Stuck { tap } => {
                tracing::warn!(
                    MESSAGE_ID = messages::READER_STUCK,
                    tap = tap.0,
                    "a card holds the reader up"
                );
                return;
            }
        };
        self.input(input);
    }
}

const fn in_core(problem: Problem) -> CardProblem {
    match problem {
        Problem::HoldStill => CardProblem::HoldStill,
        Problem::RemovedEarly => CardProblem::RemovedEarly,
        Problem::Unknown => CardProblem::Unknown,
        // To the person it is the same: it could not be verified, please ask. The operator
        // finds the difference in the record.
        Problem::NotGenuine | Problem::KeyMissing => CardProblem::NotGenuine,
        Problem::Silent => CardProblem::Silent,
    }
}
