//! A window of real pixels and mock time.

mod picture;

use std::time::Duration;

use i_slint_backend_testing::{
    ElementHandle, ElementQuery, TestingBackend, TestingBackendOptions, mock_elapsed_time,
};
use machitap_domain::catalogue::Language;
use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::{Ui, kiosk};
use slint::{ComponentHandle, PhysicalSize};

pub use picture::Picture;

/// The panels all layouts hold on, pixels.
pub const SIZES: [(u32, u32); 4] = [(1280, 800), (1024, 600), (800, 480), (720, 1280)];

/// The languages with their codes.
pub const LANGUAGES: [(&str, Language); 2] = [("ja", Language::Ja), ("en", Language::En)];

/// Long enough for each deferred layout and change to have happened.
const SETTLE: Duration = Duration::from_millis(50);

pub struct Stage {
    pub ui: Ui,
}

impl Stage {
    /// Once a thread: the platform is the thread's.
    pub fn new() -> Self {
        slint::platform::set_platform(Box::new(TestingBackend::new(TestingBackendOptions {
            mock_time: true,
            threading: false,
            renderer_name: Some("software".into()),
        })))
        .expect("one stage a thread");
        let ui = kiosk().expect("the testing backend makes windows");
        ui.component().show().expect("a window that can be shown");
        let stage = Self { ui };
        stage.resize(SIZES[0].0, SIZES[0].1);
        stage
    }

    pub fn resize(&self, width: u32, height: u32) {
        self.ui.window().set_size(PhysicalSize::new(width, height));
    }

    pub fn show(&self, screen: &Screen) {
        self.ui.show_screen(screen);
        self.pass(SETTLE);
    }

    pub fn pass(&self, time: Duration) {
        mock_elapsed_time(time);
    }

    pub fn picture(&self) -> Picture {
        Picture::from(
            self.ui
                .window()
                .take_snapshot()
                .expect("the software renderer draws"),
        )
    }

    /// All elements assistive means know of.
    pub fn accessible(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.ui.component())
            .match_descendants()
            .match_predicate(|e| e.accessible_role().is_some())
            .find_all()
    }
}
