//! Watches the worker: a call that does not come back costs a thread, not the reader.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    ReaderConfig,
    outlet::{Generation, Outlet, Sink},
    pulse::{Pulse, Waiting},
    watch,
};

/// Abandoned workers still held up by a call. Beyond it no new one is started: the
/// heartbeat stops, and the service's watchdog starts the process anew.
const MAX_ABANDONED: usize = 8;
/// How long a worker is given to end by itself.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// How often the worker is looked at, at the longest.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Pause before a worker that panicked is replaced.
const PANIC_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Shared {
    pub(super) config: ReaderConfig,
    pub(super) outlet: Outlet,
    pub(super) pulse: Pulse,
    stopping: AtomicBool,
    /// The waiting worker's context, to call it back with.
    context: Mutex<Option<pcsc::Context>>,
}

impl Shared {
    pub(super) fn new(config: ReaderConfig, sink: Sink) -> Self {
        Self {
            pulse: Pulse::new(config.answer_limit),
            config,
            outlet: Outlet::new(sink),
            stopping: AtomicBool::new(false),
            context: Mutex::new(None),
        }
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.outlet.close();
    }

    pub(super) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub(super) fn set_context(&self, context: Option<pcsc::Context>) {
        let old = std::mem::replace(&mut *self.lock_context(), context);
        // Outside the lock: letting go of a context can take a while.
        drop(old);
    }

    fn lock_context(&self) -> std::sync::MutexGuard<'_, Option<pcsc::Context>> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes a worker that waits for the service.
    fn call_back(&self) {
        let context = self.lock_context().clone();
        if let Some(context) = context {
            // On a thread of its own, since a hung service can hold up this call too.
            // An error means there was no one to wake.
            thread::spawn(move || {
                let _ = context.cancel();
            });
        }
    }
}

pub(super) fn spawn(shared: Arc<Shared>) -> JoinHandle<()> {
    thread::Builder::new()
        .name("card-supervisor".into())
        .spawn(move || Supervisor::new(shared).run())
        .expect("the system has room for a thread at start")
}

struct Supervisor {
    shared: Arc<Shared>,
    worker: JoinHandle<()>,
    abandoned: Vec<JoinHandle<()>>,
}

impl Supervisor {
    fn new(shared: Arc<Shared>) -> Self {
        let generation = shared.outlet.next_generation();
        Self {
            worker: worker(&shared, generation),
            shared,
            abandoned: Vec::new(),
        }
    }

    fn run(mut self) {
        let look_every = (self.shared.config.answer_limit / 4).min(LOOK_EVERY);
        while !self.shared.stopping() {
            thread::park_timeout(look_every);
            self.abandoned.retain(|thread| !thread.is_finished());
            if self.shared.stopping() {
                break;
            }
            if self.worker.is_finished() {
                self.replace_dead();
            } else if let Some(waiting) = self.shared.pulse.broken()
                && self.abandoned.len() < MAX_ABANDONED
            {
                self.abandon(waiting);
            }
        }
        self.end();
    }

    fn abandon(&mut self, waiting: Waiting) {
        let held_up = self.abandoned.len() + 1;
        tracing::error!(?waiting, held_up, "a call to the reader does not come back");
        let generation = match waiting {
            Waiting::Card => self.shared.outlet.stuck(),
            Waiting::Service => self.shared.outlet.hung(),
        };
        self.shared.set_context(None);
        self.start(generation);
    }

    fn replace_dead(&mut self) {
        tracing::error!("the reader's worker ended by a panic; starting another");
        thread::park_timeout(PANIC_PAUSE);
        let generation = self.shared.outlet.next_generation();
        self.start(generation);
    }

    fn start(&mut self, generation: Generation) {
        let limit = self.shared.config.answer_limit;
        self.shared.pulse.promise(Waiting::Service, limit);
        let before = std::mem::replace(&mut self.worker, worker(&self.shared, generation));
        self.abandoned.push(before);
    }

    fn end(self) {
        let until = Instant::now() + STOP_GRACE;
        while !self.worker.is_finished() && Instant::now() < until {
            self.shared.call_back();
            thread::park_timeout(Duration::from_millis(20));
        }
        if !self.worker.is_finished() {
            tracing::warn!("the reader's worker is held up and was left behind");
        }
    }
}

fn worker(shared: &Arc<Shared>, generation: Generation) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::Builder::new()
        .name("card-worker".into())
        .spawn(move || watch::run(&shared, generation))
        .expect("the system has room for a thread")
}
