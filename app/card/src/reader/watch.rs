//! The worker: connects to the service, waits for a change, deals with it, for ever.

use std::{ffi::CString, time::Duration};

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::{
    GoneReason, ReaderEvent,
    field::{Act, Field, Shown},
    outlet::{Abandoned, Generation},
    pulse::Waiting,
    refusal::Refusals,
    supervisor::Shared,
    tap::{self, Outcome},
};

/// How long one wait lasts at most: the worker's heartbeat.
const WAIT: Duration = Duration::from_secs(1);
/// Pauses between two attempts to reach the service: doubled from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(2);
/// A longer pause is slept in pieces of this, so that a stop is noticed.
const NAP: Duration = Duration::from_millis(50);

/// Why a connection to the service ended.
#[derive(Debug)]
pub(super) enum End {
    /// This worker is not wanted any more.
    Abandoned,
    /// The service, or the way to it, is gone.
    Lost(Error),
}

impl From<Abandoned> for End {
    fn from(Abandoned: Abandoned) -> Self {
        Self::Abandoned
    }
}

pub(super) fn run(shared: &Shared, me: Generation) {
    let mut pause = FIRST_PAUSE;
    let mut refusals = Refusals::default();
    loop {
        let worker = Worker {
            shared,
            me,
            field: Field::default(),
        };
        let mut served = false;
        let end = worker.serve(&mut served);
        let End::Lost(error) = end else { return };
        if served {
            pause = FIRST_PAUSE;
            refusals.forget();
        }
        tracing::warn!(%error, ?pause, "no PC/SC service");
        if shared.outlet.gone(me, refusals.reason(error)).is_err() {
            return;
        }
        let mut left = pause;
        while !left.is_zero() {
            let nap = left.min(NAP);
            shared
                .pulse
                .promise(Waiting::Service, nap + shared.config.answer_limit);
            std::thread::sleep(nap);
            if shared.outlet.check(me).is_err() {
                return;
            }
            left -= nap;
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

struct Worker<'a> {
    shared: &'a Shared,
    me: Generation,
    field: Field,
}

impl Worker<'_> {
    /// One connection to the service, from its beginning to its end.
    fn serve(mut self, served: &mut bool) -> End {
        match self.try_serve(served) {
            Err(end) => end,
            Ok(never) => match never {},
        }
    }

    fn try_serve(&mut self, served: &mut bool) -> Result<std::convert::Infallible, End> {
        self.promise(Duration::ZERO);
        let context = Context::establish(Scope::System).map_err(End::Lost)?;
        self.shared.outlet.check(self.me)?;
        self.shared.set_context(Some(context.clone()));
        *served = true;
        // Index 0 is the pseudo reader that tells of readers coming and going.
        let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
        self.list(&context, &mut states)?;
        loop {
            self.promise(WAIT);
            let waited = context.get_status_change(WAIT, &mut states);
            self.shared.outlet.check(self.me)?;
            match waited {
                Ok(()) => {}
                Err(Error::Timeout | Error::Cancelled) => continue,
                Err(Error::UnknownReader | Error::ReaderUnavailable) => {
                    self.list(&context, &mut states)?;
                    continue;
                }
                Err(error) => return Err(End::Lost(error)),
            }
            let readers_changed = states.iter().enumerate().any(|(index, state)| {
                let gone = State::UNKNOWN | State::UNAVAILABLE | State::IGNORE;
                let event = state.event_state();
                if index == 0 {
                    event.contains(State::CHANGED)
                } else {
                    event.intersects(gone)
                }
            });
            for state in &mut states {
                state.sync_current_state();
            }
            self.look(&context, &states[1..])?;
            if readers_changed {
                self.list(&context, &mut states)?;
            }
        }
    }

    /// Brings the list of watched readers up to date.
    fn list(&self, context: &Context, states: &mut Vec<ReaderState>) -> Result<(), End> {
        self.promise(Duration::ZERO);
        let names = context.list_readers_owned().map_err(End::Lost)?;
        let wanted: Vec<CString> = names
            .into_iter()
            .filter(|name| self.shared.config.wants(&name.to_string_lossy()))
            .collect();
        let mut old: Vec<ReaderState> = states.drain(1..).collect();
        for name in &wanted {
            let kept = old.iter().position(|state| {
                let gone = State::UNKNOWN | State::UNAVAILABLE;
                state.name() == name.as_c_str() && !state.event_state().intersects(gone)
            });
            states.push(match kept {
                Some(index) => old.swap_remove(index),
                None => ReaderState::new(name.clone(), State::UNAWARE),
            });
        }
        match wanted.first() {
            Some(first) => self
                .shared
                .outlet
                .ready(self.me, &first.to_string_lossy())?,
            None => self.shared.outlet.gone(self.me, GoneReason::NoReader)?,
        }
        Ok(())
    }

    fn look(&mut self, context: &Context, states: &[ReaderState]) -> Result<(), End> {
        let shown: Vec<Shown> = states
            .iter()
            .map(|state| Shown {
                reader: state.name().to_owned(),
                card: state.event_state().contains(State::PRESENT),
                events: state.event_count(),
            })
            .collect();
        let lodged = self.shared.outlet.lodged(self.me)?;
        for act in self.field.look(lodged.as_ref(), &shown) {
            match act {
                Act::Left(_) => self.shared.outlet.left(self.me)?,
                Act::Crowd => self.shared.outlet.crowd(self.me)?,
                Act::Read(card) => {
                    let atr = states
                        .iter()
                        .find(|state| state.name() == card.reader.as_c_str())
                        .map(|state| state.atr().to_vec())
                        .unwrap_or_default();
                    self.read(context, &card, atr)?;
                }
            }
        }
        Ok(())
    }

    fn read(&self, context: &Context, card: &Shown, atr: Vec<u8>) -> Result<(), End> {
        let tap = self.shared.outlet.seen(self.me, card)?;
        let shared = self.shared;
        let (outcome, connection) =
            tap::Tap::new(shared, self.me, context, &card.reader, atr).read()?;
        let event = match outcome {
            Outcome::Read(credential, timings) => ReaderEvent::CardRead {
                tap,
                credential,
                timings,
            },
            Outcome::Problem(problem) => ReaderEvent::CardProblem { tap, problem },
        };
        shared.outlet.result(self.me, event)?;
        // The reset that clears the card's security state need not be waited for.
        shared
            .pulse
            .promise(Waiting::Card, shared.config.answer_limit);
        drop(connection);
        Ok(())
    }

    fn promise(&self, wait: Duration) {
        let limit = wait + self.shared.config.answer_limit;
        self.shared.pulse.promise(Waiting::Service, limit);
    }
}
