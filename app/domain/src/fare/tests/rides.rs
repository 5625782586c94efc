//! Limits: of a day, of a year, after an undo, and when a clock is put right.

use jiff::civil::{Date, date};

use crate::{
    fare::{list::Elsewhere, rides::*, sample::*, *},
    points::sample::tokyo,
};

fn noon(day: Date, minute: i8) -> crate::time::Stamp {
    on(day.at(12, minute, 0, 0))
}

#[test]
fn a_day_and_a_year_are_used_up_and_begin_anew() {
    let (mut rules, list) = (
        rules(),
        FareList {
            expires: date(2027, 12, 31),
            ..list()
        },
    );
    let mut bus = Bus::default();
    let days = [
        (date(2026, 11, 24), ["half", "half", "usual"], Why::DayFull),
        (date(2026, 11, 25), ["half", "half", "usual"], Why::DayFull),
        (
            date(2026, 11, 26),
            ["half", "usual", "usual"],
            Why::YearFull,
        ),
        (
            date(2027, 3, 31),
            ["usual", "usual", "usual"],
            Why::YearFull,
        ),
        (date(2027, 4, 1), ["half", "half", "usual"], Why::DayFull),
    ];
    for (day, told, last) in days {
        for (minute, told) in (0..).zip(told) {
            let ride = bus.tap(&rules, &list, 1, noon(day, minute));
            assert_eq!(ride.class, class(told), "{day} {minute}");
            assert_eq!(ride.counts, told == "half");
        }
        assert_eq!(bus.ask(&rules, &list, 1, noon(day, 9)).why, last, "{day}");
    }
    // Somebody else has their own.
    let free = bus.ask(&rules, &list, 2, noon(date(2027, 4, 1), 9));
    assert_eq!((free.class, free.counts), (class("free"), false));
    // A town whose year is the calendar's.
    rules.year_begins = 1;
    let new_year = noon(date(2027, 1, 1), 0);
    assert_eq!(bus.ask(&rules, &list, 1, new_year).why, Why::Listed);
}

#[test]
fn trips_on_other_buses_count_in_their_year() {
    let (rules, mut list) = (rules(), list());
    list.expires = date(2027, 12, 31);
    let entry = list.entries.get_mut(&holder(1)).unwrap();
    entry.elsewhere = Some(Elsewhere {
        year: 2026,
        rides: 4,
    });
    let mut bus = Bus::default();
    assert_eq!(bus.tap(&rules, &list, 1, noon(TODAY, 0)).why, Why::Listed);
    let tomorrow = noon(date(2026, 11, 25), 0);
    assert_eq!(bus.ask(&rules, &list, 1, tomorrow).why, Why::YearFull);
    assert_eq!(
        bus.ask(&rules, &list, 1, unsure(9, 1_000)).why,
        Why::YearFull
    );
    let april = noon(date(2027, 4, 1), 0);
    assert_eq!(bus.ask(&rules, &list, 1, april).why, Why::Listed);
    // A list written in the new year says nothing of the old one.
    list.issued = date(2027, 4, 1);
    assert_eq!(
        bus.ask(&rules, &list, 1, unsure(9, 1_000)).why,
        Why::NoClock
    );
}

#[test]
fn beyond_a_limit_stands_the_class_that_is_named() {
    let (mut rules, list) = (rules(), list());
    rules.classes[1].limits.as_mut().unwrap().beyond = Some(class("free"));
    assert_eq!(rules.check(), Ok(()));
    let mut bus = Bus::default();
    let told: Vec<_> = (0..3)
        .map(|n| bus.tap(&rules, &list, 1, noon(TODAY, n)).class)
        .collect();
    assert_eq!(told, [class("half"), class("half"), class("free")]);
}

#[test]
fn a_ride_taken_back_can_be_ridden_again_and_only_once() {
    let (rules, list) = (rules(), list());
    let mut bus = Bus::default();
    for n in 0..2 {
        bus.tap(&rules, &list, 1, noon(TODAY, n));
    }
    let second = bus.last();
    assert_eq!(bus.ask(&rules, &list, 1, noon(TODAY, 3)).why, Why::DayFull);
    for _ in 0..2 {
        bus.undo(1, noon(TODAY, 4), second);
        let today = noon(TODAY, 5).day(&tokyo());
        let rides = bus.folds.rides(&holder(1));
        assert_eq!(rides.on(&class("half"), today), 1);
        assert_ne!(rides.latest().unwrap().fact, second);
    }
    // Somebody else cannot take it back.
    let first = bus.facts[0].id;
    bus.undo(2, noon(TODAY, 6), first);
    assert_eq!(bus.folds.rides(&holder(1)).latest().unwrap().fact, first);
}

#[test]
fn a_boot_without_a_clock_counts_as_a_day_and_moves_to_its_own_when_it_is_known() {
    let (rules, list) = (rules(), list());
    let mut bus = Bus::default();
    let told: Vec<_> = (0..3)
        .map(|n| bus.tap(&rules, &list, 1, unsure(9, n * 60_000)).why)
        .collect();
    assert_eq!(told, [Why::NoClock, Why::NoClock, Why::DayFull]);
    assert!(bus.folds.has_unsure(unsure(9, 0).boot));
    // Of another day nothing is known to have been used, of the year both are.
    assert_eq!(bus.ask(&rules, &list, 1, noon(TODAY, 0)).why, Why::Listed);
    let morning = on(TODAY.at(8, 0, 0, 0));
    bus.correct(9, morning.wall_ms, noon(TODAY, 0));
    assert!(!bus.folds.has_unsure(unsure(9, 0).boot));
    assert_eq!(bus.ask(&rules, &list, 1, noon(TODAY, 1)).why, Why::DayFull);
    let tomorrow = noon(date(2026, 11, 25), 0);
    assert_eq!(bus.ask(&rules, &list, 1, tomorrow).why, Why::Listed);
}

#[test]
fn no_power_cut_gives_another_year() {
    let (rules, list) = (rules(), list());
    let mut bus = Bus::default();
    let halves = (1..=20)
        .filter(|boot| bus.tap(&rules, &list, 1, unsure(*boot, 1_000)).counts)
        .count();
    assert_eq!(halves, 5);
    let beyond = bus.ask(&rules, &list, 1, noon(date(2027, 2, 1), 0)).why;
    assert_eq!(beyond, Why::Stale);
    assert_eq!(bus.ask(&rules, &list, 1, noon(TODAY, 0)).why, Why::YearFull);
}

/// Years of rides, and of boots without a clock: the entry stays small, the year's sum right.
#[test]
fn what_is_remembered_is_bounded_and_counts_right() {
    let (mut rules, list) = (
        rules(),
        FareList {
            expires: date(2031, 12, 31),
            ..list()
        },
    );
    let limits = rules.classes[1].limits.as_mut().unwrap();
    (limits.day, limits.year) = (Some(10), Some(3_000));
    let mut bus = Bus::default();
    let mut day = date(2026, 11, 2);
    for _ in 0..900 {
        bus.tap(&rules, &list, 1, noon(day, 0));
        day = day.tomorrow().unwrap();
    }
    for boot in 100..200 {
        bus.tap(&rules, &list, 1, unsure(boot, 1_000));
    }
    let rides = bus.folds.rides(&holder(1));
    let year = |y| rides.in_year(&class("half"), y, |m| rules.year_of(m));
    // 2028-04-01 to 2029-03-31 is 365 days; the hundred without a date count in any year.
    assert_eq!(year(2028), 365 + 100);
    assert_eq!(year(2040), 100);
    let text = serde_json::to_string(&rides).unwrap();
    assert!(text.len() < 14_000, "{} bytes", text.len());
    // A corrected clock brings that boot's rides home: one remembered by itself, one in the
    // sums, and those that were joined to another boot's.
    let when = on(date(2029, 4, 20).at(9, 0, 0, 0));
    let before = year(2029);
    for (boot, loose) in [(199, 99), (172, 98), (168, 29)] {
        bus.correct(boot, when.wall_ms, when);
        let rides = bus.folds.rides(&holder(1));
        let year = |y| rides.in_year(&class("half"), y, |m| rules.year_of(m));
        assert_eq!((year(2029), year(2040)), (before, loose), "{boot}");
    }
    assert!(bus.facts.len() > RIDES_KEPT * MONTHS_KEPT);
}
