//! Whatever is shown and wherever it is pressed, nothing of it stays in memory.

use std::{cell::Cell, rc::Rc, time::Duration};

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use machitap_domain::preferences::TextSize;
use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::gallery;
use slint::{
    LogicalPosition,
    platform::{PointerEventButton, WindowEvent},
};

use crate::{display::Display, heap, stage::LANGUAGES};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 320;

/// Changes of the screen in each of ten parts.
const CHANGES: usize = 60;
const TOUCHES_EACH: usize = 3;
const BETWEEN: Duration = Duration::from_millis(120);
/// Longer than a movement.
const REST: Duration = Duration::from_secs(3);

/// Bytes for each change, from the end of the first part to that of the last. It came to 10;
/// where a part ends in the middle of what the renderer keeps for a while (letters, at most
/// 1 MiB of them) it is up to 60 more. A text that stays with each change is more than this, and
/// a screen is 3,000.
const GROWTH: isize = 150;

/// Numbers nobody chose, the same at each run.
struct Chance(fastrand::Rng);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0.usize(..n)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

struct Storm {
    display: Display,
    chance: Chance,
    views: Vec<Screen>,
    heard: Rc<Cell<usize>>,
}

impl Storm {
    fn new() -> Self {
        let display = Display::new(WIDTH, HEIGHT);
        let heard = Rc::new(Cell::new(0));
        let ear = Rc::clone(&heard);
        display.ui.on_touch(move |_| ear.set(ear.get() + 1));
        Self {
            display,
            chance: Chance(fastrand::Rng::with_seed(0x5EED)),
            views: gallery::views().into_iter().map(|(_, s)| s).collect(),
            heard,
        }
    }

    /// Each view once, so that what is made at its first use is there.
    fn begin(&mut self) {
        for n in 0..self.views.len() {
            let (_, language) = LANGUAGES[n % LANGUAGES.len()];
            let screen = gallery::in_language(&self.views[n], language);
            self.display.show(&screen);
            self.display.draw();
        }
    }

    fn screen(&mut self) -> Screen {
        let screen = self.chance.of(&self.views);
        let (_, language) = *self.chance.of(&LANGUAGES);
        let text = *self.chance.of(&[TextSize::Normal, TextSize::Largest]);
        let mut screen = gallery::in_text_size(&gallery::in_language(screen, language), text);
        screen.motion = self.chance.below(4) > 0;
        screen
    }

    /// By a finger somewhere, by a finger on a key, or by assistive means.
    fn touch(&mut self) {
        let how = self.chance.below(3);
        let key = if how > 0 { self.key() } else { None };
        match key {
            Some(key) if how == 1 => self.press(middle(&key)),
            Some(key) => key.invoke_accessible_default_action(),
            None => {
                let x = self.chance.below(WIDTH as usize) as f32;
                let y = self.chance.below(HEIGHT as usize) as f32;
                self.press(LogicalPosition::new(x, y));
            }
        }
    }

    /// One of those on the screen.
    fn key(&mut self) -> Option<ElementHandle> {
        let keys = ElementQuery::from_root(self.display.ui.component())
            .match_predicate(|e| {
                matches!(
                    e.accessible_role(),
                    Some(AccessibleRole::Button | AccessibleRole::Checkbox)
                )
            })
            .find_all();
        (!keys.is_empty()).then(|| self.chance.of(&keys).clone())
    }

    fn press(&mut self, position: LogicalPosition) {
        let button = PointerEventButton::Left;
        for event in [
            WindowEvent::PointerMoved { position },
            WindowEvent::PointerPressed { position, button },
            WindowEvent::PointerReleased { position, button },
            WindowEvent::PointerExited,
        ] {
            self.display.ui.window().dispatch_event(event.clone());
            if matches!(event, WindowEvent::PointerPressed { .. }) {
                self.display.draw();
            }
        }
    }

    /// Shows many screens and presses on each; what the thread holds afterwards, at rest.
    fn rage(&mut self, mut with: impl FnMut(Screen)) -> isize {
        for _ in 0..CHANGES {
            let screen = self.screen();
            self.display.show(&screen);
            self.display.draw();
            for _ in 0..TOUCHES_EACH {
                self.touch();
                self.display.pass(BETWEEN);
                self.display.draw();
            }
            with(screen);
        }
        // Only the same screen can be compared, and only when it has come to rest.
        let first = self.views[0].clone();
        self.display.show(&first);
        self.display.draw();
        self.display.pass(REST);
        self.display.draw();
        heap::held()
    }
}

fn middle(key: &ElementHandle) -> LogicalPosition {
    let (at, size) = (key.absolute_position(), key.size());
    LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0)
}

#[test]
fn a_storm_of_touches_leaves_nothing_in_memory() {
    let mut storm = Storm::new();
    storm.begin();
    let held: Vec<_> = (0..10).map(|_| storm.rage(drop)).collect();
    let heard = storm.heard.get();
    assert!(heard > 10 * CHANGES, "only {heard} touches were heard");
    let each = |grown: isize, parts: usize| grown / (parts * CHANGES) as isize;
    let grown = each(held[9] - held[0], 9);
    assert!(grown <= GROWTH, "{grown} bytes a change stay: {held:?}");
    // Were each screen kept that was shown, a single part would show it.
    let mut kept = Vec::new();
    let last = storm.rage(|screen| kept.push(screen));
    let grown = each(last - held[9], 1);
    assert!(grown > GROWTH, "{grown} bytes of each of {}", kept.len());
}
