//! Queue numbers, and what waits to be handed off.

use super::sample::*;
use crate::{
    points::sample::tokyo,
    reception::queue::{OPEN_DAYS, OPEN_KEPT},
};

#[test]
fn numbers_count_from_one_each_day_and_none_is_given_twice() {
    let mut desk = Desk::default();
    let at = now(TODAY, 0, 1, true);
    let (first, one) = desk.announce(1, &at);
    let (_, two) = desk.announce(2, &at);
    desk.undo(1, &at, first);
    let (_, three) = desk.announce(1, &at);
    assert_eq!(
        (one, two, three),
        (1, 2, 3),
        "what was taken back is not given again"
    );
    let tomorrow = now(TODAY.tomorrow().unwrap(), 0, 1, true);
    assert_eq!(desk.announce(1, &tomorrow).1, 1);
}

#[test]
fn a_boot_without_a_clock_counts_by_itself_and_joins_its_day() {
    let mut desk = Desk::default();
    desk.announce(1, &now(TODAY, 0, 1, true));
    let unsure = now(TODAY, 5, 2, false);
    assert_eq!(desk.announce(2, &unsure).1, 1);
    assert_eq!(desk.announce(3, &unsure).1, 2);
    let later = now(TODAY, 9, 2, true);
    desk.correct(&now(TODAY, 9, 2, false), &later);
    assert_eq!(desk.announce(4, &later).1, 3, "after the last of either");
    let lost = now(TODAY, 10, 2, false);
    assert_eq!(desk.announce(5, &lost).1, 3, "the boot's own count goes on");
    let latest = desk.folds.patient(&who(2)).latest().unwrap().clone();
    assert_eq!(latest.at.wall_ms, now(TODAY, 5, 2, true).clock.wall_ms);
    assert!(desk.folds.has_unsure(later.boot));
    desk.correct(&lost, &now(TODAY, 11, 2, true));
    assert!(!desk.folds.has_unsure(later.boot));
    assert_eq!(desk.announce(6, &now(TODAY, 12, 2, true)).1, 4);
}

#[test]
fn a_note_is_handed_off_once() {
    let mut desk = Desk::default();
    let at = now(TODAY, 0, 1, true);
    let (fact, _) = desk.announce(1, &at);
    assert_eq!(desk.open(), [(fact, false)]);
    assert_eq!(desk.folds.receptions().awaits(fact, false), Some(who(1)));
    assert_eq!(desk.folds.receptions().awaits(fact, true), None);
    assert!(desk.taken(&at, fact, false));
    assert!(!desk.taken(&at, fact, false));
    assert_eq!(desk.open(), []);
}

#[test]
fn what_was_taken_back_is_withdrawn_once_whether_it_had_arrived_or_not() {
    for arrived in [true, false] {
        let mut desk = Desk::default();
        let at = now(TODAY, 0, 1, true);
        let (fact, _) = desk.announce(1, &at);
        if arrived {
            desk.taken(&at, fact, false);
        }
        for _ in 0..2 {
            desk.undo(1, &at, fact);
            assert_eq!(desk.open(), [(fact, true)], "{arrived}");
        }
        assert_eq!(desk.folds.patient(&who(1)).latest(), None);
        // The first note may still be on its way, and is journalled once.
        assert_eq!(desk.taken(&at, fact, false), !arrived);
        assert!(!desk.taken(&at, fact, false));
        assert!(desk.taken(&at, fact, true));
        assert!(!desk.taken(&at, fact, true));
        assert!(!desk.taken(&at, fact, false));
        assert_eq!(desk.open(), []);
    }
}

#[test]
fn a_day_is_over_when_that_is_certain() {
    let made = |clock| {
        let mut desk = Desk::default();
        desk.announce(1, &now(TODAY, 0, 1, clock));
        desk.folds.patient(&who(1)).latest().unwrap().clone()
    };
    let tomorrow = TODAY.tomorrow().unwrap();
    for (made, now, over) in [
        (made(true), now(TODAY, 900, 1, true), false),
        (made(true), now(tomorrow, 0, 2, true), true),
        // Nobody knows which day it is: a power cut takes nobody out of the queue.
        (made(true), now(tomorrow, 0, 2, false), false),
        (made(false), now(TODAY, 0, 2, false), false),
        (made(false), now(TODAY, 1_439, 1, false), false),
        (made(false), now(TODAY, 1_440, 1, false), true),
    ] {
        let today = now.stamp().day(&tokyo());
        assert_eq!(made.is_over(today, &now), over, "{made:?} {now:?}");
    }
}

#[test]
fn what_never_arrived_is_spoken_of_for_some_days_and_is_bounded() {
    let mut desk = Desk::default();
    let (old, _) = desk.announce(1, &now(TODAY, 0, 1, true));
    let mut day = TODAY;
    for _ in 0..OPEN_DAYS {
        day = day.tomorrow().unwrap();
    }
    desk.announce(2, &now(day, 0, 1, true));
    assert_eq!(desk.open()[0], (old, false));
    desk.announce(2, &now(day.tomorrow().unwrap(), 0, 1, true));
    assert!(desk.open().iter().all(|(fact, _)| *fact != old));
    for _ in 0..=OPEN_KEPT {
        desk.announce(3, &now(day, 0, 1, true));
    }
    assert_eq!(desk.open().len(), OPEN_KEPT);
}
