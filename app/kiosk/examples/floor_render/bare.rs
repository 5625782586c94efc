//! The window: one buffer that is used again, so that only what changed is drawn.

use std::{
    error::Error,
    io::{self, BufRead as _, Write as _},
    rc::Rc,
    time::{Duration, Instant},
};

use machitap_kiosk_core::{Screen, View};
use machitap_kiosk_ui::{Ui, gallery};
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

/// The kiosk's window in memory.
pub(crate) struct Panel {
    window: Rc<MinimalSoftwareWindow>,
    ui: Ui,
    picture: SharedPixelBuffer<Rgb8Pixel>,
    /// What a screen is shown after: the card is being read.
    reading: Screen,
}

impl Panel {
    fn open() -> Result<Self, Box<dyn Error>> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        window.set_size(PhysicalSize::new(WIDTH, HEIGHT));
        set_platform(Box::new(Bare {
            window: Rc::clone(&window),
            begun: Instant::now(),
        }))?;
        let ui = machitap_kiosk_ui::kiosk()?;
        ui.component().show()?;
        Ok(Self {
            window,
            ui,
            picture: SharedPixelBuffer::new(WIDTH, HEIGHT),
            reading: wanted(|_, view| matches!(view, View::Reading))?,
        })
    }

    pub(crate) fn show(&self, screen: &Screen) {
        self.ui.show_screen(screen);
    }

    /// Draws what is due and counts its pixels; `None` where nothing is.
    pub(crate) fn draw(&mut self) -> Option<u64> {
        update_timers_and_animations();
        let mut pixels = 0;
        let drawn = self.window.draw_if_needed(|renderer| {
            let region = renderer.render(self.picture.make_mut_slice(), WIDTH as usize);
            let area =
                |(_, size): (_, PhysicalSize)| u64::from(size.width) * u64::from(size.height);
            pixels = region.iter().map(area).sum();
        });
        drawn.then_some(pixels)
    }

    pub(crate) fn moves(&self) -> bool {
        self.window.has_active_animations()
    }

    /// As before a screen comes.
    fn rest(&mut self) {
        self.ui.show_screen(&self.reading);
        let from = Instant::now();
        while self.draw().is_some() && from.elapsed() < SETTLED && self.moves() {}
    }
}

/// The gallery's first of that kind.
pub(crate) fn wanted(is: impl Fn(&str, &View) -> bool) -> Result<Screen, Box<dyn Error>> {
    let mut all = gallery::views().into_iter();
    let found = all.find(|(name, screen)| is(name, &screen.view));
    Ok(found.ok_or("the gallery lacks such a view")?.1)
}

/// Answers each line that comes in, from a panel at rest.
pub(crate) fn answer(
    mut measure: impl FnMut(&mut Panel) -> Result<String, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut panel = Panel::open()?;
    println!("ready");
    for line in io::stdin().lock().lines() {
        line?;
        panel.rest();
        println!("{}", measure(&mut panel)?);
        io::stdout().flush()?;
    }
    Ok(())
}
