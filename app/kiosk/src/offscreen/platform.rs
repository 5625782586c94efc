//! A Slint platform without a display: software renderer, one buffer, real time.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use slint::{
    EventLoopError, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer,
    platform::{
        EventLoopProxy, Platform, WindowAdapter, duration_until_next_timer_update, set_platform,
        software_renderer::{MinimalSoftwareWindow, RepaintBufferType},
        update_timers_and_animations,
    },
};

use crate::display::frame_drawn;

/// Frames come at most this often while something moves.
const FRAME: Duration = Duration::from_millis(16);

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    tasks: VecDeque<Task>,
    quit: bool,
}

#[derive(Clone, Default)]
struct Proxy(Arc<(Mutex<Queue>, Condvar)>);

impl Proxy {
    fn put(&self, f: impl FnOnce(&mut Queue)) {
        f(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }

    /// The tasks there are, or those that come within this time; `None` at the end.
    fn take(&self, within: Option<Duration>) -> Option<VecDeque<Task>> {
        let (queue, changed) = &*self.0;
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let until = within.map(|within| Instant::now() + within);
        loop {
            if queue.quit {
                queue.quit = false;
                return None;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if !queue.tasks.is_empty() || left.is_some_and(|left| left.is_zero()) {
                return Some(std::mem::take(&mut queue.tasks));
            }
            queue = match left {
                Some(left) => {
                    changed
                        .wait_timeout(queue, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        self.put(|queue| queue.quit = true);
        Ok(())
    }

    fn invoke_from_event_loop(&self, event: Task) -> Result<(), EventLoopError> {
        self.put(|queue| queue.tasks.push_back(event));
        Ok(())
    }
}

struct Offscreen {
    window: Rc<MinimalSoftwareWindow>,
    proxy: Proxy,
    begun: Instant,
}

thread_local! {
    static PICTURE: RefCell<SharedPixelBuffer<Rgb8Pixel>> =
        RefCell::new(SharedPixelBuffer::new(0, 0));
}

/// Makes this thread's screens be drawn into memory at this size, pixels.
///
/// # Errors
/// When another platform was chosen before.
pub fn install(width: u32, height: u32) -> Result<(), PlatformError> {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    window.set_size(PhysicalSize::new(width, height));
    set_platform(Box::new(Offscreen {
        window,
        proxy: Proxy::default(),
        begun: Instant::now(),
    }))
    .map_err(|error| PlatformError::Other(error.to_string()))
}

/// The frame last drawn on this thread.
pub fn picture() -> SharedPixelBuffer<Rgb8Pixel> {
    PICTURE.with_borrow(Clone::clone)
}

impl Offscreen {
    fn draw(&self) {
        let size = self.window.window().size();
        PICTURE.with_borrow_mut(|picture| {
            if (picture.width(), picture.height()) != (size.width, size.height) {
                *picture = SharedPixelBuffer::new(size.width, size.height);
            }
            self.window.draw_if_needed(|renderer| {
                let stride = picture.width() as usize;
                renderer.render(picture.make_mut_slice(), stride);
            })
        });
    }
}

impl Platform for Offscreen {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.begun.elapsed()
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(self.proxy.clone()))
    }

    fn run_event_loop(&self) -> Result<(), PlatformError> {
        let mut drawn_at = Instant::now();
        loop {
            update_timers_and_animations();
            self.draw();
            frame_drawn();
            let moving = self.window.has_active_animations();
            let within = if moving {
                Some(FRAME.saturating_sub(drawn_at.elapsed()))
            } else {
                duration_until_next_timer_update()
            };
            let Some(tasks) = self.proxy.take(within) else {
                return Ok(());
            };
            drawn_at = Instant::now();
            for task in tasks {
                task();
            }
        }
    }
}
