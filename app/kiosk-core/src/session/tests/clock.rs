//! A clock that jumps by a day, either way, loses nothing and moves nothing.

use machitap_domain::{
    ClockSource, DayKey, FactBody, Quality,
    catalogue::Service,
    fact::{Class, Component},
};

use super::town::{Kiosk, MORNING, NTP, card};
use crate::{
    input::Touch,
    session::HELD_UNCERTAINTY_MS,
    view::{Badge, RowReason, View},
};

const DAY_MS: i64 = 86_400_000;

fn health(kiosk: &Kiosk) -> Vec<Option<Class>> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Health {
                component: Component::Clock,
                trouble,
            } => Some(trouble),
            _ => None,
        })
        .collect()
}

#[test]
fn a_jump_is_not_followed_said_and_over_when_the_clock_comes_back() {
    for jump in [DAY_MS, -DAY_MS, 3_600_000] {
        let mut kiosk = Kiosk::new(Service::nursery());
        kiosk.tap(card(11));
        kiosk.touch(Touch::Confirm);
        kiosk.wait(3_600_000);
        kiosk.now.clock.wall_ms += jump;
        kiosk.wait(60_000);
        assert_eq!(health(&kiosk), [Some(Class::Repair)]);
        assert!(kiosk.screen().header.badges.contains(&Badge::ClockUnsure));
        assert_eq!(
            kiosk.screen().header.clock.time.unwrap().day,
            1,
            "still the day it is"
        );
        kiosk.tap(card(11));
        let View::Household(household) = kiosk.view() else {
            panic!("{:?}", kiosk.view())
        };
        assert!(matches!(
            household.children[0].reason,
            RowReason::HereSince(Some(_))
        ));
        kiosk.touch(Touch::Confirm);
        let gone = kiosk.last(|b| matches!(b, FactBody::Attendance { .. }));
        assert_eq!(gone.at.wall_ms, MORNING + 3_660_000);
        assert_eq!(gone.at.quality.uncertainty_ms, Some(HELD_UNCERTAINTY_MS));
        assert_eq!(
            kiosk.count(|b| matches!(b, FactBody::DayClosed { .. })),
            0,
            "no day ended"
        );
        kiosk.now.clock.wall_ms -= jump;
        kiosk.wait(60_000);
        assert_eq!(health(&kiosk), [Some(Class::Repair), None]);
        assert!(!kiosk.screen().header.badges.contains(&Badge::ClockUnsure));
    }
}

#[test]
fn a_restart_in_the_same_boot_does_not_make_a_jump_true_and_another_boot_does() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    let mono = kiosk.now.mono_ms;
    kiosk.restart(1, mono + 600_000, MORNING + DAY_MS, NTP);
    assert_eq!(health(&kiosk), [Some(Class::Repair)]);
    assert_eq!(kiosk.screen().header.clock.time.unwrap().day, 1);
    kiosk.restart(2, 5_000, MORNING + DAY_MS, NTP);
    assert_eq!(kiosk.screen().header.clock.time.unwrap().day, 2);
}

#[test]
fn a_better_source_may_move_the_clock() {
    let mut kiosk = Kiosk::new(Service::nursery());
    let rtc = Quality {
        source: ClockSource::Rtc,
        uncertainty_ms: Some(120_000),
    };
    kiosk.restart(2, 5_000, MORNING - DAY_MS, rtc);
    assert_eq!(kiosk.screen().header.clock.time.unwrap().day, 31);
    kiosk.now.clock.quality = NTP;
    kiosk.now.clock.wall_ms = MORNING;
    kiosk.wait(60_000);
    assert_eq!(health(&kiosk), []);
    assert_eq!(kiosk.screen().header.clock.time.unwrap().day, 1);
}

#[test]
fn a_day_left_open_is_closed_as_unknown_on_the_next_and_listed() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(24 * 3_600_000);
    let closed = kiosk.last(|b| matches!(b, FactBody::DayClosed { .. }));
    let day = DayKey::Date(jiff::civil::date(2026, 4, 1));
    assert_eq!(closed.body, FactBody::DayClosed { day });
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::DayClosed { .. })), 1);
    assert_eq!(kiosk.days(3).unknown_days().collect::<Vec<_>>(), [day]);
    kiosk.open_panel();
    let View::Board(board) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!((board.tasks, board.total.here), (1, 0));
}
