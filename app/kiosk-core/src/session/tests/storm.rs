//! A million touches of whoever plays with the screen. The screen can say nothing else than a
//! [`Touch`], so that whatever is pressed on it, and wherever, is among these.

use machitap_domain::{
    catalogue::Language,
    preferences::{Preference, TextSize},
};

use super::{
    draw, offers,
    town::{City, Kiosk, VISIT, card},
};
use crate::{
    input::{StaffAct, Touch},
    session::{Session, State},
    view::{OwnTab, View},
};

const TOUCHES: u64 = 1_000_000;
/// A resident comes after so many, and what they left open is played with.
const BETWEEN_CARDS: u64 = 5_000;
/// After so many the people go away.
const BETWEEN_PAUSES: u64 = 777;
/// Longer than any screen that nobody touches stays, milliseconds.
const PAUSE_MS: u64 = 120_000;

/// Numbers nobody chose, the same at each run.
struct Chance(fastrand::Rng);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0.u64(..n)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn touch(&mut self) -> Touch {
        let few = self.below(5) as usize;
        let step = self.below(5) as i32 - 2;
        match self.below(26) {
            0..=2 => Touch::Confirm,
            3 | 4 => Touch::Cancel,
            5 => Touch::Undo,
            6 => Touch::ToggleChild(few),
            7 => Touch::TurnChild(few),
            8 => Touch::Digit(self.below(11) as u8),
            9 => Touch::Erase,
            10 => self.of(&[Touch::Languages, Touch::Lower]),
            11 => Touch::Language(self.of(&Language::ALL)),
            12 => Touch::TurnAll,
            13 => Touch::Wait,
            14 => Touch::Pick(few),
            15 => Touch::Minutes(step),
            16 => Touch::Days(step),
            17 => Touch::Months(step),
            18 => Touch::Heads(step as i16),
            19 => self.of(&[Touch::Spin, Touch::Odds]),
            20 => Touch::Own,
            21 => Touch::Tab(self.of(&[
                OwnTab::Overview,
                OwnTab::History,
                OwnTab::Prizes,
                OwnTab::Projects,
                OwnTab::Phone,
                OwnTab::Held,
                OwnTab::Preferences,
            ])),
            22 => Touch::Pages(step),
            23 => Touch::Prefer(self.of(&[
                Preference::Language(Some(Language::Vi)),
                Preference::Text(TextSize::Largest),
                Preference::Voice(Some(true)),
                Preference::Still(true),
                Preference::Language(None),
            ])),
            24 => self.of(&[Touch::Mark, Touch::Kana('ア')]),
            _ => Touch::Act(self.of(&[
                StaffAct::Kiosk,
                StaffAct::Alarms,
                StaffAct::EndEmergency,
                StaffAct::Register,
                StaffAct::Release,
                StaffAct::Prizes,
                StaffAct::Help,
                StaffAct::Write,
            ])),
        }
    }
}

/// What the session holds of what happened so far.
fn held(session: &Session) -> usize {
    session.after.len()
        + session.offered.len()
        + session.patients.len()
        + usize::from(session.next_card.is_some())
        + usize::from(session.holder.is_some())
        + usize::from(session.just_told.is_some())
}

#[test]
fn a_million_touches_open_nothing_and_leave_nothing_open() {
    let offered = offers::city();
    let city = City {
        offers: offered.offers,
        points: offered.points,
        pairing: offered.pairing,
        ..draw::city()
    };
    let mut kiosk = Kiosk::in_city(VISIT, city);
    let mut chance = Chance(fastrand::Rng::with_seed(0x5EED));
    let mut shown = 0usize;
    for n in 0..TOUCHES {
        if n % BETWEEN_CARDS == 0 {
            kiosk.tap(card(1 + (n / BETWEEN_CARDS % 20) as u32));
        }
        kiosk.touch(chance.touch());
        if n % BETWEEN_PAUSES == 0 {
            kiosk.wait(PAUSE_MS);
            let screen = kiosk.screen();
            assert!(matches!(screen.view, View::Idle(_)), "{:?}", screen.view);
            assert_eq!(screen.language, Language::Ja);
            assert_eq!(screen.text, TextSize::Normal);
            assert!(!screen.lowered, "the next resident finds it as usual");
            assert_eq!(held(&kiosk.session), 0, "nothing of it is kept");
        }
        let staff = matches!(kiosk.session.state, State::StaffPin(_) | State::Panel(_));
        assert!(!staff, "{:?}", kiosk.view());
        // What was shown is looked at once, as a screen does.
        shown += kiosk.screens.len() - 1;
        kiosk.screens.drain(..kiosk.screens.len() - 1);
        kiosk.tones.clear();
        kiosk.said.clear();
    }
    assert!(
        shown > 50_000,
        "only {shown} screens: nothing was played with"
    );
}
