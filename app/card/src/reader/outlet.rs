//! The one way out: events of the current worker pass, those of an abandoned one are
//! dropped. Tap numbers and the card in the field outlive a worker, so they live here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    CardProblem, GoneReason, ReaderEvent, TapId,
    field::{Lodged, Shown},
};
use crate::clock::boot_ms;

pub(super) type Sink = Box<dyn FnMut(ReaderEvent) + Send>;

/// Which worker speaks. Abandoning one raises it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation(u64);

/// The worker was abandoned: it must end, and touch no card any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abandoned;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Presence {
    Unsaid,
    Ready,
    Gone(GoneReason),
}

struct State {
    generation: Generation,
    sink: Option<Sink>,
    presence: Presence,
    lodged: Option<Lodged>,
    /// The lodged card's tap has had no result yet.
    open: bool,
    taps: u64,
}

impl State {
    fn say(&mut self, event: ReaderEvent) {
        if let Some(sink) = &mut self.sink {
            sink(event);
        }
    }

    fn resolve(&mut self, event: ReaderEvent) {
        self.open = false;
        self.say(event);
    }

    fn leave(&mut self) {
        if let Some(Lodged { tap, .. }) = self.lodged.take() {
            if self.open {
                let problem = CardProblem::RemovedEarly;
                self.resolve(ReaderEvent::CardProblem { tap, problem });
            }
            self.say(ReaderEvent::Removed { tap });
        }
    }
}

pub(super) struct Outlet(Mutex<State>);

impl Outlet {
    pub(super) fn new(sink: Sink) -> Self {
        Self(Mutex::new(State {
            generation: Generation(0),
            sink: Some(sink),
            presence: Presence::Unsaid,
            lodged: None,
            open: false,
            taps: 0,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is changed before the sink is called: a sink that panicked left it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn as_current(&self, me: Generation) -> Result<MutexGuard<'_, State>, Abandoned> {
        let state = self.lock();
        if state.generation == me && state.sink.is_some() {
            Ok(state)
        } else {
            Err(Abandoned)
        }
    }

    /// The next worker's generation; from here on the one before is not heard.
    pub(super) fn next_generation(&self) -> Generation {
        let mut state = self.lock();
        state.generation.0 += 1;
        state.generation
    }

    /// The worker before was abandoned over a card: tells it, and keeps the card's
    /// place so that the next worker leaves it alone.
    pub(super) fn stuck(&self) -> Generation {
        let mut state = self.lock();
        state.generation.0 += 1;
        if let Some(tap) = state.lodged.as_ref().map(|lodged| lodged.tap) {
            if state.open {
                let problem = CardProblem::Silent;
                state.resolve(ReaderEvent::CardProblem { tap, problem });
            }
            state.say(ReaderEvent::Stuck { tap });
        }
        state.generation
    }

    /// The worker before was abandoned over the service.
    pub(super) fn hung(&self) -> Generation {
        let me = self.next_generation();
        // It is the newest generation, so it is heard unless the loop was stopped.
        let _ = self.gone(me, GoneReason::Hung);
        me
    }

    /// Nothing is said any more.
    pub(super) fn close(&self) {
        self.lock().sink = None;
    }

    pub(super) fn check(&self, me: Generation) -> Result<(), Abandoned> {
        self.as_current(me).map(drop)
    }

    pub(super) fn ready(&self, me: Generation, reader: &str) -> Result<(), Abandoned> {
        let mut state = self.as_current(me)?;
        if state.presence != Presence::Ready {
            state.presence = Presence::Ready;
            let reader = reader.to_owned();
            state.say(ReaderEvent::Ready { reader });
        }
        Ok(())
    }

    pub(super) fn gone(&self, me: Generation, why: GoneReason) -> Result<(), Abandoned> {
        let mut state = self.as_current(me)?;
        state.leave();
        if state.presence != Presence::Gone(why) {
            state.presence = Presence::Gone(why);
            state.say(ReaderEvent::Gone { why });
        }
        Ok(())
    }

    pub(super) fn lodged(&self, me: Generation) -> Result<Option<Lodged>, Abandoned> {
        Ok(self.as_current(me)?.lodged.clone())
    }

    pub(super) fn seen(&self, me: Generation, card: &Shown) -> Result<TapId, Abandoned> {
        let mut state = self.as_current(me)?;
        state.taps += 1;
        let tap = TapId(state.taps);
        state.lodged = Some(Lodged {
            reader: card.reader.clone(),
            events: card.events,
            tap,
        });
        state.open = true;
        let at_mono_ms = boot_ms();
        state.say(ReaderEvent::CardSeen { tap, at_mono_ms });
        Ok(tap)
    }

    /// The tap's one result.
    pub(super) fn result(&self, me: Generation, event: ReaderEvent) -> Result<(), Abandoned> {
        self.as_current(me)?.resolve(event);
        Ok(())
    }

    pub(super) fn crowd(&self, me: Generation) -> Result<(), Abandoned> {
        self.as_current(me)?.say(ReaderEvent::TwoCards);
        Ok(())
    }

    pub(super) fn left(&self, me: Generation) -> Result<(), Abandoned> {
        self.as_current(me)?.leave();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    fn outlet() -> (Arc<Outlet>, mpsc::Receiver<ReaderEvent>) {
        let (tx, rx) = mpsc::channel();
        let sink = move |event| tx.send(event).unwrap();
        (Arc::new(Outlet::new(Box::new(sink))), rx)
    }

    fn card() -> Shown {
        Shown {
            reader: c"a".into(),
            card: true,
            events: 1,
        }
    }

    #[test]
    fn an_abandoned_worker_is_not_heard() {
        let (outlet, events) = outlet();
        let old = outlet.next_generation();
        let tap = outlet.seen(old, &card()).unwrap();
        let new = outlet.stuck();
        let late = ReaderEvent::CardProblem {
            tap,
            problem: CardProblem::Unknown,
        };
        assert_eq!(outlet.result(old, late), Err(Abandoned));
        assert_eq!(outlet.gone(old, GoneReason::NoService), Err(Abandoned));
        assert_eq!(outlet.left(old), Err(Abandoned));
        outlet.left(new).unwrap();
        let said: Vec<_> = events.try_iter().skip(1).collect();
        let problem = CardProblem::Silent;
        assert_eq!(
            said,
            [
                ReaderEvent::CardProblem { tap, problem },
                ReaderEvent::Stuck { tap },
                ReaderEvent::Removed { tap }
            ]
        );
    }

    #[test]
    fn a_tap_cut_short_by_the_service_still_ends() {
        let (outlet, events) = outlet();
        let me = outlet.next_generation();
        outlet.ready(me, "a").unwrap();
        let tap = outlet.seen(me, &card()).unwrap();
        outlet.gone(me, GoneReason::NoService).unwrap();
        outlet.gone(me, GoneReason::NoService).unwrap();
        let said: Vec<_> = events.try_iter().skip(2).collect();
        let problem = CardProblem::RemovedEarly;
        assert_eq!(
            said,
            [
                ReaderEvent::CardProblem { tap, problem },
                ReaderEvent::Removed { tap },
                ReaderEvent::Gone {
                    why: GoneReason::NoService
                }
            ]
        );
    }

    #[test]
    fn a_closed_outlet_says_nothing_and_its_worker_ends() {
        let (outlet, events) = outlet();
        let me = outlet.next_generation();
        outlet.close();
        assert_eq!(outlet.ready(me, "a"), Err(Abandoned));
        assert_eq!(events.try_iter().count(), 0);
    }
}
