//! A window of real pixels and mock time.

pub(crate) mod light;
mod picture;

use std::time::Duration;

use i_slint_backend_testing::{
    AccessibleRole, ElementHandle, ElementQuery, TestingBackend, TestingBackendOptions,
    mock_elapsed_time,
};
use machitap_domain::catalogue::Language;
use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::{Ui, kiosk};
use slint::{ComponentHandle, PhysicalSize};

pub(crate) use picture::Picture;

/// The panels all layouts hold on, pixels.
pub(crate) const SIZES: [(u32, u32); 4] = [(1280, 800), (1024, 600), (800, 480), (720, 1280)];

/// The languages with their codes.
pub(crate) const LANGUAGES: [(&str, Language); 6] = [
    ("ja", Language::Ja),
    ("ja-Hira", Language::Easy),
    ("en", Language::En),
    ("zh", Language::Zh),
    ("vi", Language::Vi),
    ("pt", Language::Pt),
];

/// Long enough for each deferred layout and change to have happened.
const SETTLE: Duration = Duration::from_millis(50);

/// About three frames.
const STEP: Duration = Duration::from_millis(50);

pub(crate) struct Stage {
    pub(crate) ui: Ui,
}

impl Stage {
    /// Once a thread: the platform is the thread's.
    pub(crate) fn new() -> Self {
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

    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.ui.window().set_size(PhysicalSize::new(width, height));
    }

    pub(crate) fn show(&self, screen: &Screen) {
        self.ui.show_screen(screen);
        self.pass(SETTLE);
    }

    /// Lets time go by in small steps: a timer fires once a step, whatever the step.
    pub(crate) fn pass(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() {
            let step = left.min(STEP);
            mock_elapsed_time(step);
            left -= step;
        }
    }

    pub(crate) fn picture(&self) -> Picture {
        Picture::from(
            self.ui
                .window()
                .take_snapshot()
                .expect("the software renderer draws"),
        )
    }

    /// All elements assistive means know of.
    pub(crate) fn accessible(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.ui.component())
            .match_predicate(|e| {
                e.accessible_role()
                    .is_some_and(|r| r != AccessibleRole::None)
            })
            .find_all()
    }

    /// What can be pressed.
    pub(crate) fn controls(&self) -> Vec<ElementHandle> {
        let mut all = self.accessible();
        all.retain(|e| {
            matches!(
                e.accessible_role(),
                Some(AccessibleRole::Button | AccessibleRole::Checkbox)
            )
        });
        all
    }

    /// The one control of that label.
    pub(crate) fn control(&self, label: &str) -> ElementHandle {
        let all = self.controls();
        let mut found = all.iter().filter(|e| label_of(e) == label);
        let one = found.next().unwrap_or_else(|| {
            let there: Vec<_> = all.iter().map(label_of).collect();
            panic!("no control {label:?} among {there:?}")
        });
        assert!(found.next().is_none(), "{label:?} stands twice");
        one.clone()
    }

    /// All texts drawn.
    pub(crate) fn texts(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.ui.component())
            .match_inherits("Text")
            .find_all()
    }
}

/// The label, empty where there is none.
pub(crate) fn label_of(element: &ElementHandle) -> String {
    element.accessible_label().unwrap_or_default().into()
}

/// Where an element lies, logical pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) w: f32,
    pub(crate) h: f32,
}

impl Area {
    pub(crate) fn of(element: &ElementHandle) -> Self {
        let (at, size) = (element.absolute_position(), element.size());
        Self {
            x: at.x,
            y: at.y,
            w: size.width,
            h: size.height,
        }
    }

    /// Whether it lies within the other, a rounding apart.
    pub(crate) fn within(&self, other: &Self) -> bool {
        const EDGE: f32 = 1.0;
        self.x >= other.x - EDGE
            && self.y >= other.y - EDGE
            && self.x + self.w <= other.x + other.w + EDGE
            && self.y + self.h <= other.y + other.h + EDGE
    }

    /// How much room there is between two boxes; less than zero where they overlap.
    pub(crate) fn apart(&self, other: &Self) -> f32 {
        let x = (self.x - (other.x + other.w)).max(other.x - (self.x + self.w));
        let y = (self.y - (other.y + other.h)).max(other.y - (self.y + self.h));
        x.max(y)
    }
}
