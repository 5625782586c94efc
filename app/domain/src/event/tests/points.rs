//! What coming earns: once a person and event, under the person's caps, in the account.

use jiff::tz::TimeZone;

use super::sample::*;
use crate::{
    fact::FactBody,
    points::{
        AwardReason,
        caps::{Person, TownPoints},
        merge::{Awards, Cut},
        sample::tokyo,
    },
    time::DayKey,
};

fn capped(day: u32) -> TownPoints {
    serde_json::from_str(&format!(
        r#"{{"caps":[{{"from":"2026-04-01","caps":{{"all":{{"day":{day}}}}}}}]}}"#
    ))
    .unwrap()
}

fn heard(doors: &[&Door], person: u8) -> Awards {
    let mut awards = Awards::default();
    for fact in doors.iter().flat_map(|d| &d.facts) {
        if fact.subject == Some(who(person)) {
            awards.take(fact, &tokyo());
        }
    }
    awards
}

#[test]
fn an_entry_is_in_the_account_and_no_visit() {
    let mut door = Door::new();
    door.tap(1, on(14, 0));
    let account = door.folds.account(&who(1));
    assert_eq!((account.balance(), account.visits()), (50, 0));
    assert!(account.latest().is_none());
    assert_eq!(account.earned_in(|d| d == TODAY), 50);
    let entry = account.entry(&id("drill")).unwrap();
    assert_eq!(entry.points, 50);
    assert_eq!(entry.lines[0].reason, AwardReason::Event(id("drill")));
    assert!(entry.lines[0].reason.is_capped());
}

#[test]
fn the_persons_cap_bounds_it() {
    for (cap, earned) in [(100, 50), (50, 50), (30, 30)] {
        let mut door = Door::new();
        door.town = capped(cap);
        door.tap(1, on(14, 0));
        assert_eq!(door.balance(1), earned, "{cap} a day");
    }
}

/// What one event earned counts for the cap at the next one on the same day.
#[test]
fn two_events_of_a_day_share_the_cap() {
    let mut door = Door::new();
    door.town = capped(70);
    door.rules.events[1].points = 50;
    door.tap(1, on(14, 0));
    door.tap(1, on(17, 0));
    assert_eq!(door.balance(1), 70);
}

#[test]
fn two_doors_give_it_once_in_all_and_the_merge_says_so_of_the_later() {
    let (mut north, mut south) = (Door::of_kiosk(1), Door::of_kiosk(2));
    north.tap(1, on(14, 5));
    south.tap(1, on(14, 0));
    let verdicts =
        heard(&[&north, &south], 1).judge(&city(TownPoints::default()), Person::default());
    let stands: Vec<_> = verdicts.values().map(|v| (v.stands, v.cut)).collect();
    assert_eq!(stands, [(0, Some(Cut::Given)), (50, None)]);
}

/// An event is earned once also on another day, which no rule of visits says.
#[test]
fn an_event_of_two_days_is_earned_once() {
    let (mut first, mut second) = (Door::of_kiosk(1), Door::of_kiosk(2));
    for door in [&mut first, &mut second] {
        door.rules.events.truncate(1);
        door.rules.events[0].until = TODAY.tomorrow().unwrap().at(16, 0, 0, 0);
    }
    first.tap(1, on(14, 0));
    let mut later = on(15, 0);
    later.wall_ms += 86_400_000;
    second.tap(1, later);
    let verdicts =
        heard(&[&first, &second], 1).judge(&city(TownPoints::default()), Person::default());
    assert_eq!(verdicts.values().map(|v| v.stands).sum::<u32>(), 50);
}

#[test]
fn without_a_clock_it_is_given_and_moves_to_its_day_once_that_is_known() {
    let mut door = Door::new();
    let at = unsure(on(14, 0), 9);
    door.tap(1, at);
    assert_eq!(door.balance(1), 50);
    assert_eq!(door.folds.account(&who(1)).provisional(), 50);
    assert!(door.folds.has_unsure(at.boot));
    let correction = FactBody::ClockCorrected {
        boot: at.boot,
        boot_wall_ms: at.wall_ms - i64::try_from(at.mono_ms).unwrap(),
        quality: on(14, 0).quality,
    };
    door.record(None, on(14, 1), None, correction);
    let account = door.folds.account(&who(1));
    assert_eq!((account.balance(), account.provisional()), (50, 0));
    let entry = account.entry(&id("drill")).unwrap();
    assert_eq!(entry.day, DayKey::Date(TODAY));
    assert_eq!(
        entry.at.said(&TimeZone::get("Asia/Tokyo").unwrap()),
        TODAY.at(14, 0, 0, 0)
    );
}
