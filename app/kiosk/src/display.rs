//! The screen's side: what the engine shows, and what comes back once it is drawn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc::Sender},
    time::{Duration, Instant},
};

use machitap_kiosk_core::{Screen, View};
use machitap_kiosk_ui::Ui;
use slint::{Timer, TimerMode};

use crate::{
    clock::kernel,
    engine::{Display, Msg},
    names,
};

/// A card that is read within this goes straight to its answer: a screen that only
/// flickers tells nobody anything, and the answer would have to wait until it is drawn.
/// The tone has told already that the card was seen.
const READING_AFTER: Duration = Duration::from_millis(40);

/// The name of the view last drawn, for whoever waits for one.
#[derive(Debug, Default)]
pub struct Board {
    view: Mutex<&'static str>,
    changed: Condvar,
}

impl Board {
    fn put(&self, view: &'static str) {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
        self.changed.notify_all();
    }

    /// The view last drawn; empty before the first.
    pub fn view(&self) -> &'static str {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a view whose name starts like this is drawn.
    ///
    /// # Errors
    /// The view that was there when time ran out.
    pub fn wait_for(&self, prefix: &str, within: Duration) -> Result<(), &'static str> {
        let until = Instant::now() + within;
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        while !view.starts_with(prefix) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(*view);
            }
            (view, _) = self
                .changed
                .wait_timeout(view, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

/// No display at all: what is shown counts as drawn when tone and lamp have it.
#[derive(Debug)]
pub struct Headless {
    /// Back to the engine.
    pub messages: Sender<Msg>,
    /// The name of the view.
    pub board: Arc<Board>,
}

impl Display for Headless {
    fn show(&mut self, screen: Box<Screen>, ticket: u64) {
        self.board.put(names::view(&screen.view));
        // The engine itself is the receiver: it is there.
        let _ = self.messages.send(Msg::Drawn {
            ticket,
            at_ns: kernel::monotonic_ns(),
        });
    }
}

/// Hands screens to the thread that draws.
#[derive(Debug, Clone, Copy)]
pub struct Posted;

impl Display for Posted {
    fn show(&mut self, screen: Box<Screen>, ticket: u64) {
        let shown = slint::invoke_from_event_loop(move || {
            with_stage(|stage| stage.take(screen, ticket));
        });
        if let Err(error) = shown {
            // The loop ended; so will the engine.
            tracing::debug!(%error, "a screen was not shown");
        }
    }
}

/// The window on the thread that draws.
pub struct Stage {
    ui: Ui,
    messages: Sender<Msg>,
    board: Arc<Board>,
    shown: Cell<(u64, &'static str)>,
    told: Cell<u64>,
    /// Shows a [`View::Reading`] that is held back; stopped by whatever comes before.
    reading: Timer,
    /// Nobody says when a frame is done: the next turns of the loop must do.
    guess_frames: bool,
}

thread_local! {
    static STAGE: RefCell<Option<Rc<Stage>>> = const { RefCell::new(None) };
}

/// The stage of this thread, if there is one.
pub fn with_stage<T>(f: impl FnOnce(&Stage) -> T) -> Option<T> {
    let stage = STAGE.with_borrow(Clone::clone)?;
    Some(f(&stage))
}

impl Stage {
    /// Puts the window on this thread's stage.
    pub fn set(ui: Ui, messages: Sender<Msg>, board: Arc<Board>, guess_frames: bool) -> Rc<Self> {
        let touched = messages.clone();
        ui.on_touch(move |touch| {
            // The engine ends before the loop does; a touch after that means nothing.
            let _ = touched.send(Msg::Touch(touch));
        });
        let stage = Rc::new(Self {
            ui,
            messages,
            board,
            shown: Cell::new((0, "")),
            told: Cell::new(0),
            reading: Timer::default(),
            guess_frames,
        });
        STAGE.set(Some(Rc::clone(&stage)));
        stage
    }

    /// Takes the window off the stage.
    pub fn clear() {
        STAGE.set(None);
    }

    /// The window.
    pub const fn ui(&self) -> &Ui {
        &self.ui
    }

    fn take(&self, screen: Box<Screen>, ticket: u64) {
        self.reading.stop();
        if screen.view == View::Reading && self.shown.get().1 != names::view(&View::Reading) {
            self.reading
                .start(TimerMode::SingleShot, READING_AFTER, move || {
                    with_stage(|stage| stage.show(&screen, ticket));
                });
        } else {
            self.show(&screen, ticket);
        }
    }

    fn show(&self, screen: &Screen, ticket: u64) {
        self.ui.show_screen(screen);
        self.shown.set((ticket, names::view(&screen.view)));
        self.ui.window().request_redraw();
        if self.guess_frames {
            // The redraw just asked for comes before what is posted from the turn after it.
            let posted = slint::invoke_from_event_loop(|| {
                let _ = slint::invoke_from_event_loop(frame_drawn);
            });
            debug_assert!(posted.is_ok(), "this runs on the loop");
        }
    }

    fn frame_drawn(&self) {
        let (ticket, view) = self.shown.get();
        if self.told.replace(ticket) == ticket {
            return;
        }
        let at_ns = kernel::monotonic_ns();
        self.board.put(view);
        // As above.
        let _ = self.messages.send(Msg::Drawn { ticket, at_ns });
    }
}

/// A frame with what was last shown is to be seen.
pub fn frame_drawn() {
    with_stage(Stage::frame_drawn);
}
