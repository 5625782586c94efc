//! The worker's promise to its supervisor: "I shall be back by then".

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// What the worker is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// The PC/SC service.
    Service,
    /// A card, or the keys while a card waits.
    Card,
}

#[derive(Debug, Clone, Copy)]
struct Promise {
    made: Instant,
    due: Instant,
    waiting: Waiting,
}

#[derive(Debug)]
pub(super) struct Pulse(Mutex<Promise>);

impl Pulse {
    pub(super) fn new(limit: Duration) -> Self {
        let made = Instant::now();
        Self(Mutex::new(Promise {
            made,
            due: made + limit,
            waiting: Waiting::Service,
        }))
    }

    /// Progress was made; the next is promised within `limit`.
    pub(super) fn promise(&self, waiting: Waiting, limit: Duration) {
        let made = Instant::now();
        *self.lock() = Promise {
            made,
            due: made + limit,
            waiting,
        };
    }

    /// What is waited for in vain, if the promise was broken.
    pub(super) fn broken(&self) -> Option<Waiting> {
        let promise = *self.lock();
        (Instant::now() > promise.due).then_some(promise.waiting)
    }

    pub(super) fn age(&self) -> Duration {
        self.lock().made.elapsed()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Promise> {
        // A promise is plain data: whoever panicked holding it left it whole.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_breaks_when_it_is_due() {
        let pulse = Pulse::new(Duration::from_secs(60));
        assert_eq!(pulse.broken(), None);
        pulse.promise(Waiting::Card, Duration::ZERO);
        while pulse.age().is_zero() {}
        assert_eq!(pulse.broken(), Some(Waiting::Card));
        pulse.promise(Waiting::Service, Duration::from_secs(60));
        assert_eq!(pulse.broken(), None);
    }
}
