//! The price is said before it is confirmed, and what is charged is what was said.

use jiff::civil::date;
use machitap_domain::{
    FactBody, Quality,
    attendance::Direction::Out,
    catalogue::Service,
    nursery::{
        fee::{Fee, Unsettled},
        settings::{Counts, Nursery},
        tariff::{Band, Care, CareTariff, Span, Tariff},
    },
    roster::CareFrom,
};

use super::town::{Kiosk, MORNING, NTP, card};
use crate::{
    input::{StaffAct, Touch},
    view::{Household, MessageKind, Quote, View},
};

/// What a child pays for a month at the most.
pub(super) const CAP_YEN: u32 = 500;

fn span(from: &str, until: &str) -> Span {
    Span {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
    }
}

fn band(from: &str, until: &str, yen: u32) -> Band {
    let Span { from, until } = span(from, until);
    Band {
        from,
        until,
        unit_min: 30,
        yen,
    }
}

/// Standard hours 9:00–18:00 here, short hours 9:00–17:00; the morning opens at 8:55.
pub(super) fn nursery(counts: Counts) -> Service {
    let rates = |until: &str| CareTariff {
        core: span("09:00", until),
        grace_min: 0,
        bands: vec![band("07:30", "09:00", 100), band(until, "19:00", 150)],
    };
    Service::Nursery(Box::new(Nursery {
        counts,
        tariffs: vec![Tariff {
            from: date(2026, 4, 1),
            standard: rates("18:00"),
            short: rates("17:00"),
            cap_yen: Some(CAP_YEN),
        }],
        ..Nursery::default()
    }))
}

fn household(kiosk: &Kiosk) -> &Household {
    match kiosk.view() {
        View::Household(household) => household,
        other => panic!("a household expected, found {other:?}"),
    }
}

fn quote(kiosk: &Kiosk) -> Quote {
    household(kiosk).quote.expect("a price")
}

fn fees(kiosk: &Kiosk) -> Vec<Fee> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Fee(fee) => Some(fee.fee),
            _ => None,
        })
        .collect()
}

fn yen(kiosk: &Kiosk) -> Vec<u32> {
    fees(kiosk).iter().map(Fee::yen).collect()
}

#[test]
fn too_early_is_said_with_its_price_and_waiting_costs_nothing() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.wait(260_000); // 8:59:20
    kiosk.tap(card(11));
    let said = quote(&kiosk);
    assert_eq!(said.yen, 200, "two children");
    let cheaper = said.cheaper.expect("nine o'clock is near");
    assert_eq!((cheaper.at.hour, cheaper.at.minute, cheaper.yen), (9, 0, 0));
    assert_eq!(
        household(&kiosk).confirms_in,
        None,
        "it is asked, not charged"
    );
    kiosk.touch(Touch::Wait);
    assert!(matches!(kiosk.message(), MessageKind::ComeBackAt { at } if at.hour == 9));
    assert_eq!(kiosk.passages(), []);
    kiosk.wait_until("09:00");
    kiosk.tap(card(11));
    assert!(household(&kiosk).quote.is_none_or(|q| q.yen == 0));
    kiosk.wait(5_000);
    assert_eq!(yen(&kiosk), [0; 0]);
    assert_eq!(kiosk.passages().len(), 2);
}

#[test]
fn recording_now_charges_what_was_said() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).children[0].yen, 100);
    kiosk.touch(Touch::Confirm);
    assert_eq!(yen(&kiosk), [100, 100]);
    let View::NurseryDone(done) = kiosk.view() else {
        panic!()
    };
    assert_eq!(done.children[1].yen, 100);
}

#[test]
fn an_open_household_turns_cheaper_when_the_hour_strikes() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.wait(280_000); // 8:59:40
    kiosk.tap(card(13));
    assert_eq!(quote(&kiosk).yen, 100);
    kiosk.wait(21_000);
    assert!(household(&kiosk).quote.is_none_or(|q| q.yen == 0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(yen(&kiosk), [0; 0]);
}

#[test]
fn leaving_counts_from_the_tap_and_the_next_price_is_said() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.wait_until("09:00:05");
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("18:00");
    kiosk.wait(50_000); // 18:00:50
    kiosk.tap(card(13));
    assert_eq!(quote(&kiosk).yen, 0, "the clock still said 18:00");
    let dearer = quote(&kiosk).dearer.expect("18:01 is near");
    assert_eq!((dearer.at.hour, dearer.at.minute, dearer.yen), (18, 1, 150));
    kiosk.touch(Touch::ToggleChild(0));
    kiosk.touch(Touch::ToggleChild(0));
    kiosk.wait(20_000);
    kiosk.touch(Touch::Confirm);
    assert_eq!(yen(&kiosk), [0; 0], "it was 18:00 when the card was held");
    let gone = kiosk.last(|b| matches!(b, FactBody::Attendance { direction: Out, .. }));
    assert_eq!(gone.at.wall_ms % 60_000, 50_000);
}

#[test]
fn an_undo_takes_the_fee_back_and_the_morning_fee_counts_again() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("18:10");
    kiosk.tap(card(13));
    assert_eq!(quote(&kiosk).yen, 150, "what the going adds");
    kiosk.touch(Touch::Confirm);
    let day = kiosk
        .now
        .stamp()
        .day(&jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    let of_day = |kiosk: &Kiosk| kiosk.days(3).fee_on(day).unwrap().fee.yen();
    assert_eq!(of_day(&kiosk), 250);
    kiosk.touch(Touch::Undo);
    assert_eq!(of_day(&kiosk), 100);
}

#[test]
fn a_certificate_of_short_hours_pays_from_its_own_end() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.roster(|r| {
        r.households[1].children[0].care = vec![CareFrom {
            from: date(2026, 4, 1),
            care: Care::Short,
        }];
    });
    kiosk.wait_until("09:00:05");
    for tapped in [13, 11] {
        kiosk.tap(card(tapped));
        kiosk.touch(Touch::Confirm);
    }
    kiosk.wait_until("17:10");
    kiosk.tap(card(13));
    assert_eq!(quote(&kiosk).yen, 150);
    kiosk.touch(Touch::Confirm);
    kiosk.tap(card(11));
    assert!(
        household(&kiosk).quote.is_none_or(|q| q.yen == 0),
        "standard hours"
    );
}

#[test]
fn the_cap_of_the_month_is_in_the_price_that_is_said() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    for day in 0..3 {
        if day > 0 {
            kiosk.wait_until("23:59");
            kiosk.wait(8 * 3_600_000 + 56 * 60_000 + 60_000);
        }
        kiosk.tap(card(13));
        kiosk.touch(Touch::Confirm);
        kiosk.wait_until("18:05");
        kiosk.tap(card(13));
        let expected = [150, 150, 0][day];
        let said = household(&kiosk).quote.map_or(0, |q| q.yen);
        assert_eq!(said, expected, "day {day}: 250 + 250 is the cap");
        kiosk.touch(Touch::Confirm);
    }
    let month = kiosk.days(3).month_yen(2026, 4, None);
    assert_eq!(month, 500);
}

#[test]
fn no_clock_charges_nothing_and_leaves_it_to_staff() {
    let mut kiosk = Kiosk::new(nursery(Counts::Tap));
    kiosk.restart(2, 120_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(13));
    assert!(quote(&kiosk).unsettled);
    assert_eq!(quote(&kiosk).yen, 0);
    kiosk.touch(Touch::Confirm);
    assert_eq!(fees(&kiosk), [Fee::Unsettled(Unsettled::Clock)]);
    // The clock comes: the day is known, and the task waits with it.
    kiosk.now.clock.quality = NTP;
    kiosk.now.clock.wall_ms = MORNING;
    kiosk.wait(60_000);
    kiosk.open_panel();
    let View::Board(board) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(board.tasks, 1);
    // The passage now has its day, and so has the fee: staff confirm the time and it is settled.
    kiosk.act(StaffAct::Tasks);
    kiosk.touch(Touch::Pick(0));
    kiosk.act(StaffAct::Correct(0));
    kiosk.touch(Touch::Pick(4));
    kiosk.touch(Touch::Confirm);
    assert!(matches!(
        fees(&kiosk).last(),
        Some(Fee::Settled { yen: 100, .. })
    ));
    assert!(kiosk.days(3).unsettled().is_empty());
}

#[test]
fn where_the_handover_counts_the_fee_waits_for_it() {
    let mut kiosk = Kiosk::new(nursery(Counts::Handover));
    kiosk.tap(card(13));
    assert!(quote(&kiosk).at_handover);
    kiosk.touch(Touch::Confirm);
    assert_eq!(fees(&kiosk), [Fee::Unsettled(Unsettled::Handover)]);
    kiosk.wait_until("09:02");
    kiosk.open_panel();
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(2));
    let View::ChildSheet(sheet) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert!(sheet.handover_due);
    kiosk.act(StaffAct::HandOver);
    assert!(matches!(
        fees(&kiosk).last(),
        Some(Fee::Settled { yen: 0, .. })
    ));
    assert!(kiosk.days(3).unsettled().is_empty());
}

#[test]
fn a_nursery_without_a_tariff_never_speaks_of_money() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).quote, None);
    kiosk.touch(Touch::Confirm);
    assert_eq!(fees(&kiosk), []);
}
