use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn band(from: &str, until: &str, unit_min: u32, yen: u32) -> Band {
    Band {
        from: at(from),
        until: at(until),
        unit_min,
        yen,
    }
}

/// 9:00–17:00; ¥100 for each started half hour from 7:30 and until 18:30, then ¥200.
fn rates(grace_min: u32) -> CareTariff {
    CareTariff {
        core: Span {
            from: at("09:00"),
            until: at("17:00"),
        },
        grace_min,
        bands: vec![
            band("07:30", "09:00", 30, 100),
            band("17:00", "18:30", 30, 100),
            band("18:30", "19:00", 30, 200),
        ],
    }
}

fn stay(from: &str, until: &str) -> Stay {
    let some = |text: &str| (!text.is_empty()).then(|| at(text));
    Stay {
        from: some(from),
        until: some(until),
    }
}

#[test]
fn what_a_day_costs() {
    for (from, until, grace, yen) in [
        // The clock on the screen decides: seconds are cut off.
        ("09:00", "17:00", 0, 0),
        ("08:59", "17:00", 0, 100),
        ("08:59:59", "17:00", 0, 100),
        ("09:00", "17:00:59", 0, 0),
        ("09:00", "17:01", 0, 100),
        // A started unit counts whole.
        ("08:30", "17:00", 0, 100),
        ("08:29", "17:00", 0, 200),
        ("07:30", "17:00", 0, 300),
        ("09:00", "17:30", 0, 100),
        ("09:00", "17:31", 0, 200),
        // Bands add up.
        ("09:00", "18:30", 0, 300),
        ("09:00", "18:31", 0, 500),
        ("08:50", "18:31", 0, 600),
        // Outside every band nothing is charged: the house is closed then.
        ("07:00", "17:00", 0, 300),
        ("09:00", "19:30", 0, 500),
        // Grace: ten minutes are free, the eleventh makes all of them count.
        ("08:50", "17:10", 10, 0),
        ("08:49", "17:00", 10, 100),
        ("09:00", "17:11", 10, 100),
        // Still here: only the time before the core counts.
        ("08:50", "", 0, 100),
        ("17:20", "", 0, 0),
        // Nobody recorded the coming: it counts as inside the core.
        ("", "17:20", 0, 100),
        ("", "16:00", 0, 0),
        // Came after the core had ended.
        ("17:20", "17:40", 0, 100),
        ("17:20", "18:00", 0, 200),
    ] {
        let price = rates(grace).price(&[stay(from, until)]);
        assert_eq!(price.yen, yen, "{from}–{until}, grace {grace}");
    }
}

#[test]
fn two_stays_of_a_day_pay_for_the_time_they_were_there() {
    let twice = [stay("08:50", "12:00"), stay("13:00", "17:20")];
    let price = rates(0).price(&twice);
    assert_eq!(
        (price.before_min, price.after_min, price.yen),
        (10, 20, 200)
    );
}

#[test]
fn the_cap_of_a_month_leaves_what_is_left() {
    let tariff = Tariff {
        from: date(2026, 4, 1),
        standard: rates(0),
        short: rates(0),
        cap_yen: Some(1_000),
    };
    for (already, yen, charged) in [
        (0, 300, 300),
        (900, 300, 100),
        (1_000, 300, 0),
        (1_200, 300, 0),
    ] {
        assert_eq!(tariff.capped(already, yen), charged);
    }
}

#[test]
fn each_slip_is_found() {
    let slip = |change: fn(&mut CareTariff)| {
        let mut rates = rates(0);
        change(&mut rates);
        rates.check().unwrap_err()
    };
    assert_eq!(rates(0).check(), Ok(()));
    assert_eq!(
        slip(|r| r.core.until = time(8, 0, 0, 0)),
        InvalidTariff::Core
    );
    assert_eq!(
        slip(|r| r.bands[0].until = time(7, 0, 0, 0)),
        InvalidTariff::Band
    );
    assert_eq!(
        slip(|r| r.bands[0].until = time(9, 1, 0, 0)),
        InvalidTariff::Inside
    );
    assert_eq!(slip(|r| r.bands.swap(1, 2)), InvalidTariff::Order);
    assert_eq!(slip(|r| r.bands[0].unit_min = 0), InvalidTariff::Unit);
    assert_eq!(slip(|r| r.bands[0].yen = MAX_YEN + 1), InvalidTariff::Yen);
}

proptest! {
    /// The price changes nowhere but at an edge: what the screen calls "from then on" is so.
    #[test]
    fn a_price_changes_only_at_an_edge(grace in 0u32..20, from in 0u32..1_439, out in 0u32..1_439) {
        let rates = rates(grace);
        let edges = rates.edges();
        let next = |m: u32| time_of(m + 1).unwrap();
        let came = |m| rates.price(&[Stay { from: time_of(m), until: None }]).yen;
        if came(from) != came(from + 1) {
            prop_assert!(edges.contains(&next(from)), "in at {}", next(from));
        }
        let left = |m| rates.price(&[Stay { from: Some(at("09:30")), until: time_of(m) }]).yen;
        if out > 570 && left(out) != left(out + 1) {
            prop_assert!(edges.contains(&next(out)), "out at {}", next(out));
        }
    }

    /// Staying longer never costs less, and coming later never costs more.
    #[test]
    fn more_time_never_costs_less(grace in 0u32..20, a in 0u32..1_439, b in 0u32..1_439) {
        let (early, late) = (a.min(b), a.max(b));
        let rates = rates(grace);
        let price = |from, until| rates.price(&[Stay { from: time_of(from), until: time_of(until) }]).yen;
        prop_assert!(price(early, 1_439) >= price(late, 1_439));
        prop_assert!(price(0, early) <= price(0, late));
    }
}
