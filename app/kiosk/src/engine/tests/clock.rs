//! A clock that jumps, whoever vouches for it.

use machitap_domain::ClockSource;

use super::rig::{MORNING_MS, Place, citizen};

const DAY_MS: i64 = 86_400_000;

fn jump(place: &Place, ms: i64) {
    place.reading.lock().unwrap().wall_ms += ms;
}

#[test]
fn a_day_ahead_does_not_become_the_floor_of_the_true_time() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    jump(&place, DAY_MS);
    // Past the next upkeep.
    place.pass(700_000);
    kiosk.engine.due();
    assert!(kiosk.engine.journal.clock_floor().unwrap() < Some(MORNING_MS + DAY_MS));
    jump(&place, -DAY_MS);
    place.pass(60_000);
    kiosk.engine.due();
    let now = kiosk.engine.believed_now().clock;
    assert_eq!(now.quality.source, ClockSource::Ntp);
    assert_eq!(now.wall_ms, MORNING_MS + 760_000);
}

#[test]
fn a_month_ahead_lets_no_fact_of_today_go() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    kiosk.tap(citizen("SKM-000002"));
    kiosk.receipt(kiosk.engine.journal.last_seq());
    jump(&place, 30 * DAY_MS);
    place.pass(700_000);
    kiosk.engine.due();
    assert_eq!(kiosk.engine.journal.first_seq(), 1);
}
