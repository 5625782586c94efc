//! The floor of a frame, for the bench: the same screen by the same renderer, and nothing
//! else. Each line in asks for one; each line out says how many nanoseconds it took. The
//! argument names the screen: `visit-done`, `household` or `nursery-done`.

#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    bare::serve()
}

#[cfg(not(any(feature = "winit", feature = "linuxkms", feature = "offscreen")))]
fn main() {
    eprintln!("nothing to draw with: build with the feature winit, linuxkms or offscreen");
    std::process::exit(1);
}

#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
mod bare {
    use std::{
        error::Error,
        io::{self, BufRead as _, Write as _},
        rc::Rc,
        time::{Duration, Instant},
    };

    use machitap_kiosk_core::{Screen, View};
    use machitap_kiosk_ui::gallery;
    use slint::{
        ComponentHandle as _, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer,
        platform::{
            Platform, WindowAdapter, set_platform,
            software_renderer::{MinimalSoftwareWindow, RepaintBufferType},
            update_timers_and_animations,
        },
    };

    const WIDTH: u32 = 1280;
    const HEIGHT: u32 = 800;
    /// Longer than any change of screen moves.
    const SETTLED: Duration = Duration::from_secs(2);

    struct Bare {
        window: Rc<MinimalSoftwareWindow>,
        begun: Instant,
    }

    impl Platform for Bare {
        fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
            Ok(self.window.clone())
        }

        fn duration_since_start(&self) -> Duration {
            self.begun.elapsed()
        }
    }

    fn first(is: impl Fn(&View) -> bool) -> Result<Screen, Box<dyn Error>> {
        let mut all = gallery::views().into_iter().map(|(_, screen)| screen);
        Ok(all
            .find(|s| is(&s.view))
            .ok_or("the gallery lacks a view")?)
    }

    pub(super) fn serve() -> Result<(), Box<dyn Error>> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        window.set_size(PhysicalSize::new(WIDTH, HEIGHT));
        set_platform(Box::new(Bare {
            window: Rc::clone(&window),
            begun: Instant::now(),
        }))?;
        let reading = first(|view| matches!(view, View::Reading))?;
        let wanted = std::env::args().nth(1).unwrap_or_default();
        let done = first(|view| match wanted.as_str() {
            "household" => matches!(view, View::Household(h) if h.children.len() == 2),
            "nursery-done" => matches!(view, View::NurseryDone(d) if d.children.len() == 2),
            _ => matches!(view, View::VisitDone(_)),
        })?;
        let ui = machitap_kiosk_ui::kiosk()?;
        ui.component().show()?;
        let mut picture = SharedPixelBuffer::<Rgb8Pixel>::new(WIDTH, HEIGHT);
        let mut draw = || {
            update_timers_and_animations();
            window.draw_if_needed(|renderer| {
                renderer.render(picture.make_mut_slice(), WIDTH as usize);
            })
        };
        println!("ready");
        for line in io::stdin().lock().lines() {
            line?;
            ui.show_screen(&reading);
            let from = Instant::now();
            while draw() && from.elapsed() < SETTLED && window.has_active_animations() {}
            let start = Instant::now();
            ui.show_screen(&done);
            if !draw() {
                return Err("nothing was drawn".into());
            }
            println!("{}", start.elapsed().as_nanos());
            io::stdout().flush()?;
        }
        Ok(())
    }
}
