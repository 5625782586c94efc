//! Every view and state worth looking at, as values: for the screen catalogue and tests.
//! The residents are plainly invented.

mod door;
mod draw;
mod enrol;
mod event;
mod fare;
mod look;
mod nursery;
mod own;
mod register;
mod staff;
mod staff_lists;
mod town;
mod visit;

use std::sync::Arc;

use machitap_domain::{ClockSource, catalogue::Language, look::Look, preferences::TextSize};
use machitap_kiosk_core::view::{Badge, ClockFace, Header, Screen, View, WallTime};

use crate::Mounting;

/// An upright panel of 268 by 476 mm that ends 1,326 mm above the floor.
pub const HIGH: Mounting = Mounting {
    inches: 21.5,
    floor_mm: Some(850),
};

/// All views by name, with their Japanese headers. [`in_language`] makes the others.
pub fn views() -> Vec<(&'static str, Screen)> {
    let mut all = town::views();
    all.extend(visit::views());
    all.extend(draw::views());
    all.extend(own::views());
    all.extend(event::views());
    all.extend(fare::views());
    all.extend(nursery::views());
    all.extend(door::views());
    all.extend(staff::views());
    all.extend(register::views());
    all.extend(enrol::views());
    all
}

/// The same screen in that language, its facility named in it too.
#[must_use]
pub fn in_language(screen: &Screen, language: Language) -> Screen {
    let mut screen = screen.clone();
    if matches!(language, Language::En | Language::Vi | Language::Pt) {
        for (ja, en) in [(NURSERY.0, NURSERY.1), (HALL.0, HALL.1), (LONG.0, LONG.1)] {
            if screen.header.facility == ja {
                screen.header.facility = en.into();
            }
        }
        if screen.header.city == CITY.0 {
            screen.header.city = CITY.1.into();
        }
    }
    screen.language = language;
    screen
}

/// The same screen with its text in that size.
#[must_use]
pub fn in_text_size(screen: &Screen, text: TextSize) -> Screen {
    let mut screen = screen.clone();
    screen.text = text;
    screen
}

/// The looks the screens hold in, by name: the house's, and an invented town's by the sea.
pub fn looks() -> [(&'static str, Arc<Look>); 2] {
    [("house", Arc::default()), ("sea", Arc::new(look::sea()))]
}

/// The same screen in that look.
#[must_use]
pub fn in_look(screen: &Screen, look: &Arc<Look>) -> Screen {
    let mut screen = screen.clone();
    screen.header.look = look.clone();
    screen
}

/// The same screen drawn low.
#[must_use]
pub fn lowered(screen: &Screen) -> Screen {
    let mut screen = screen.clone();
    screen.lowered = true;
    screen
}

/// True for what a resident sees who chose how to be served.
pub const fn is_served(view: &View) -> bool {
    matches!(
        view,
        View::VisitChoice(_)
            | View::VisitDone(_)
            | View::VisitEnded(_)
            | View::Draw(_)
            | View::Own(_)
            | View::EventDone(_)
            | View::EventLeft(_)
            | View::Undone
    )
}

const CITY: (&str, &str) = ("みなと市", "Minato City");
const NURSERY: (&str, &str) = ("ひかり保育園", "Hikari Nursery");
const HALL: (&str, &str) = ("中央公民館", "Central Community Hall");
const LONG: (&str, &str) = (
    "みなと市立総合文化センター・中央図書館",
    "Minato Municipal Culture Centre and Main Library",
);
const CONTACT: &str = "市民課 0880-00-0000";

const MORNING: WallTime = WallTime {
    month: 11,
    day: 24,
    weekday: 2,
    hour: 7,
    minute: 58,
};
const EVENING: WallTime = WallTime {
    hour: 17,
    minute: 32,
    ..MORNING
};

fn trusted(time: WallTime) -> ClockFace {
    ClockFace {
        time: Some(time),
        source: ClockSource::Ntp,
        trusted: true,
    }
}

fn unsure(time: Option<WallTime>) -> ClockFace {
    ClockFace {
        time,
        source: time.map_or(ClockSource::Unknown, |_| ClockSource::Rtc),
        trusted: false,
    }
}

fn screen(facility: &str, clock: ClockFace, badges: &[Badge], view: View) -> Screen {
    Screen {
        header: Header {
            facility: facility.into(),
            city: CITY.0.into(),
            look: Arc::default(),
            clock,
            badges: badges.to_vec(),
        },
        view,
        language: Language::Ja,
        text: TextSize::Normal,
        voice: false,
        motion: true,
        lowered: false,
    }
}
