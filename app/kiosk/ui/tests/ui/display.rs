//! A display as a kiosk has one: a single buffer in which only what changed is drawn anew, at a
//! time the test says.

use std::{cell::Cell, rc::Rc, time::Duration};

use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::{Ui, kiosk};
use slint::{
    ComponentHandle as _, PhysicalPosition, PhysicalSize, PlatformError, Rgb8Pixel,
    platform::{
        Platform, WindowAdapter, duration_until_next_timer_update, set_platform,
        software_renderer::{MinimalSoftwareWindow, RepaintBufferType},
        update_timers_and_animations,
    },
};

struct Clocked {
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
}

impl Platform for Clocked {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.now.get()
    }
}

pub(crate) struct Display {
    pub(crate) ui: Ui,
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
    width: u32,
    pixels: Vec<Rgb8Pixel>,
}

/// A rectangle that was drawn anew.
pub(crate) type Drawn = (PhysicalPosition, PhysicalSize);

impl Display {
    /// Once a thread: the platform is the thread's.
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        window.set_size(PhysicalSize::new(width, height));
        let now = Rc::new(Cell::new(Duration::ZERO));
        set_platform(Box::new(Clocked {
            window: Rc::clone(&window),
            now: Rc::clone(&now),
        }))
        .expect("one display a thread");
        let ui = kiosk().expect("the window is there");
        ui.component().show().expect("a window that can be shown");
        Self {
            ui,
            window,
            now,
            width,
            pixels: vec![Rgb8Pixel::default(); (width * height) as usize],
        }
    }

    pub(crate) fn show(&self, screen: &Screen) {
        self.ui.show_screen(screen);
    }

    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    /// How long nothing will change; `None`: for ever.
    pub(crate) fn quiet(&self) -> Option<Duration> {
        if self.window.has_active_animations() {
            return Some(Duration::ZERO);
        }
        duration_until_next_timer_update()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
        update_timers_and_animations();
    }

    /// Draws what changed and says where.
    pub(crate) fn draw(&mut self) -> Vec<Drawn> {
        update_timers_and_animations();
        let mut drawn = Vec::new();
        self.window.draw_if_needed(|renderer| {
            let region = renderer.render(&mut self.pixels, self.width as usize);
            drawn = region.iter().collect();
        });
        drawn
    }

    /// What is to be seen, row by row.
    pub(crate) fn pixels(&self) -> &[Rgb8Pixel] {
        &self.pixels
    }
}
