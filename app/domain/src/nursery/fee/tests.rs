use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::{
    nursery::{
        correction::{Correction, CorrectionReason, TruePassage},
        tariff::{Band, CareTariff, Span, Tariff},
    },
    time::{BootId, ClockSource, Quality},
};

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn day() -> Date {
    date(2026, 11, 24)
}

fn wall(text: &str) -> i64 {
    tokyo()
        .to_timestamp(day().to_datetime(time(text)))
        .unwrap()
        .as_millisecond()
}

fn stamp(text: &str, uncertainty_ms: Option<u64>) -> Stamp {
    Stamp {
        wall_ms: wall(text),
        boot: BootId(Uuid::from_u128(1)),
        mono_ms: 5,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms,
        },
    }
}

fn id(n: u128) -> FactId {
    FactId(Uuid::from_u128(n))
}

fn nursery(counts: Counts) -> Nursery {
    let rates = CareTariff {
        core: Span {
            from: time("09:00"),
            until: time("17:00"),
        },
        grace_min: 0,
        bands: vec![
            Band {
                from: time("07:30"),
                until: time("09:00"),
                unit_min: 30,
                yen: 100,
            },
            Band {
                from: time("17:00"),
                until: time("19:00"),
                unit_min: 30,
                yen: 150,
            },
        ],
    };
    let tariff = |from, yen| {
        let mut rates = rates.clone();
        rates.bands[1].yen = yen;
        Tariff {
            from,
            standard: rates.clone(),
            short: rates,
            cap_yen: Some(400),
        }
    };
    Nursery {
        counts,
        tariffs: vec![
            tariff(date(2026, 4, 1), 150),
            tariff(date(2026, 12, 1), 300),
        ],
        ..Nursery::default()
    }
}

fn passage(n: u128, direction: Direction, at: Stamp) -> Passage {
    Passage::new(id(n), at.day(&tokyo()), at, direction)
}

fn fee(days: &ChildDays, counts: Counts) -> Option<Fee> {
    fee_of(
        days,
        DayKey::Date(day()),
        Care::Standard,
        &nursery(counts),
        &tokyo(),
    )
}

fn yen(days: &ChildDays, counts: Counts) -> u32 {
    match fee(days, counts) {
        Some(Fee::Settled { yen, .. }) => yen,
        other => panic!("a settled fee expected, found {other:?}"),
    }
}

fn unsettled(days: &ChildDays, counts: Counts) -> Unsettled {
    match fee(days, counts) {
        Some(Fee::Unsettled(why)) => why,
        other => panic!("an unsettled fee expected, found {other:?}"),
    }
}

#[test]
fn a_day_is_priced_by_its_passages() {
    let days = ChildDays::default()
        .with(passage(1, Direction::In, stamp("08:40", Some(20))))
        .with(passage(2, Direction::Out, stamp("17:10", Some(20))));
    assert_eq!(yen(&days, Counts::Tap), 250);
}

#[test]
fn a_price_inside_the_uncertainty_is_left_to_staff() {
    let sure = ChildDays::default().with(passage(1, Direction::In, stamp("08:59:30", Some(20))));
    assert_eq!(yen(&sure, Counts::Tap), 100);
    let unsure =
        ChildDays::default().with(passage(1, Direction::In, stamp("08:59:30", Some(40_000))));
    assert_eq!(unsettled(&unsure, Counts::Tap), Unsettled::Clock);
    // However unsure, where every possible time costs the same there is nothing to ask.
    let wide =
        ChildDays::default().with(passage(1, Direction::In, stamp("12:00", Some(3_600_000))));
    assert_eq!(yen(&wide, Counts::Tap), 0);
    let unknown = ChildDays::default().with(passage(1, Direction::In, stamp("12:00", None)));
    let boot_day = unknown.latest().unwrap().day;
    let fee = fee_of(
        &unknown,
        boot_day,
        Care::Standard,
        &nursery(Counts::Tap),
        &tokyo(),
    );
    assert_eq!(fee, Some(Fee::Unsettled(Unsettled::Clock)));
}

#[test]
fn where_the_handover_counts_the_tap_does_not() {
    let mut days = ChildDays::default().with(passage(1, Direction::In, stamp("08:40", Some(20))));
    assert_eq!(unsettled(&days, Counts::Handover), Unsettled::Handover);
    days.hand_over(id(1), stamp("09:02", Some(20)));
    assert_eq!(yen(&days, Counts::Handover), 0);
    assert_eq!(yen(&days, Counts::Tap), 100);
}

#[test]
fn a_correction_by_staff_settles_what_no_clock_could() {
    let days =
        ChildDays::default().with(passage(1, Direction::In, stamp("08:59:30", Some(40_000))));
    let correction = Correction {
        replaces: Some(id(1)),
        truly: Some(TruePassage {
            direction: Direction::In,
            at_ms: wall("09:01"),
        }),
        why: CorrectionReason::WrongTime,
    };
    let days = days.corrected(id(2), &correction, Some(DayKey::Date(day())));
    assert_eq!(yen(&days, Counts::Tap), 0);
    assert_eq!(yen(&days, Counts::Handover), 0);
    assert_eq!(days.standing_on(DayKey::Date(day())).count(), 1);
}

#[test]
fn the_month_is_capped_over_its_days() {
    let mut days = ChildDays::default()
        .with(passage(1, Direction::In, stamp("09:00:30", Some(20))))
        .with(passage(2, Direction::Out, stamp("18:00:30", Some(20))));
    assert_eq!(yen(&days, Counts::Tap), 300);
    let earlier = FeeMade {
        fact: id(10),
        cause: id(9),
        day: DayKey::Date(date(2026, 11, 2)),
        fee: Fee::Settled {
            yen: 350,
            before_min: 0,
            after_min: 70,
            tariff: date(2026, 4, 1),
        },
        void: false,
    };
    days.charge(earlier.clone(), crate::attendance::Depth::DOOR);
    assert_eq!(yen(&days, Counts::Tap), 50);
    // Another month's fee is another month's.
    let october = FeeMade {
        day: DayKey::Date(date(2026, 10, 30)),
        ..earlier
    };
    let mut other = ChildDays::default()
        .with(passage(1, Direction::In, stamp("09:00:30", Some(20))))
        .with(passage(2, Direction::Out, stamp("18:00:30", Some(20))));
    other.charge(october, crate::attendance::Depth::DOOR);
    assert_eq!(yen(&other, Counts::Tap), 300);
}

#[test]
fn each_day_is_priced_by_the_tariff_of_that_day() {
    let nursery = nursery(Counts::Tap);
    assert_eq!(nursery.tariff(date(2026, 3, 31)), None);
    assert_eq!(
        nursery.tariff(date(2026, 11, 30)).unwrap().from,
        date(2026, 4, 1)
    );
    assert_eq!(
        nursery.tariff(date(2026, 12, 1)).unwrap().from,
        date(2026, 12, 1)
    );
}

#[test]
fn two_comings_are_one_stay_and_a_going_alone_counts_from_the_core() {
    let twice = ChildDays::default()
        .with(passage(1, Direction::In, stamp("08:40", Some(20))))
        .with(passage(2, Direction::In, stamp("08:45", Some(20))));
    assert_eq!(yen(&twice, Counts::Tap), 100);
    let alone = ChildDays::default().with(passage(1, Direction::Out, stamp("17:10", Some(20))));
    assert_eq!(yen(&alone, Counts::Tap), 150);
}
