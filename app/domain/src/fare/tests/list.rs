//! What a list says, on each of its days and without a clock.

use jiff::civil::date;

use crate::{
    fare::{judge::Asked, sample::*, *},
    points::sample::tokyo,
};

#[test]
fn a_list_holds_is_honoured_and_is_over() {
    let (rules, list, bus) = (rules(), list(), Bus::default());
    for (who, when, told, why) in [
        (1, date(2026, 11, 24), "half", Why::Listed),
        (1, date(2026, 11, 30), "half", Why::Listed),
        (1, date(2026, 12, 1), "half", Why::Honoured),
        (1, date(2026, 12, 7), "half", Why::Honoured),
        (1, date(2026, 12, 8), "usual", Why::Stale),
        (2, date(2026, 11, 24), "free", Why::Listed),
        (2, date(2026, 12, 8), "usual", Why::Stale),
        (3, date(2026, 11, 20), "half", Why::Listed),
        (3, date(2026, 11, 21), "usual", Why::Ended),
        // Its own end comes before the list's.
        (3, date(2026, 12, 8), "usual", Why::Ended),
        (4, date(2026, 11, 24), "usual", Why::UnknownClass),
        (9, date(2026, 11, 24), "usual", Why::NotListed),
    ] {
        let ride = bus.ask(&rules, &list, who, on(when.at(8, 0, 0, 0)));
        assert_eq!((ride.class, ride.why), (class(told), why), "{who} {when}");
        assert_eq!(ride.counts, told == "half");
        assert_eq!(ride.list, Some(3));
    }
}

#[test]
fn a_day_is_the_facilitys() {
    let (rules, list, bus) = (rules(), list(), Bus::default());
    // The last honoured day ends at midnight in Japan, not in Greenwich.
    let last = on(date(2026, 12, 7).at(23, 59, 59, 0));
    let after = on(date(2026, 12, 8).at(0, 0, 0, 0));
    assert_eq!(bus.ask(&rules, &list, 1, last).why, Why::Honoured);
    assert_eq!(bus.ask(&rules, &list, 1, after).why, Why::Stale);
}

#[test]
fn without_a_clock_the_list_is_honoured_but_for_what_had_ended_before_it() {
    let (rules, list, bus) = (rules(), list(), Bus::default());
    for (who, told, why) in [
        (1, "half", Why::NoClock),
        (2, "free", Why::NoClock),
        (3, "half", Why::NoClock),
        (5, "usual", Why::Ended),
        (9, "usual", Why::NotListed),
    ] {
        let ride = bus.ask(&rules, &list, who, unsure(9, 1_000));
        assert_eq!((ride.class, ride.why), (class(told), why), "{who}");
    }
}

#[test]
fn no_list_and_no_card_ride_as_everybody_does() {
    let (rules, list, rides) = (rules(), list(), Rides::default());
    let at = on(TODAY.at(8, 0, 0, 0));
    let asked = Asked {
        list: None,
        subject: Some(holder(2)),
        rides: &rides,
        at: &at,
        zone: &tokyo(),
    };
    let none = judge(&rules, &asked);
    assert_eq!((&none.class.id, none.why), (&class("usual"), Why::NoList));
    assert_eq!(none.list, None);
    let nobody = judge(
        &rules,
        &Asked {
            list: Some(&list),
            subject: None,
            ..asked
        },
    );
    assert_eq!(
        (&nobody.class.id, nobody.why),
        (&class("usual"), Why::NoCard)
    );
    assert!(!nobody.why.is_of_a_holder() && !none.why.is_of_a_holder());
}

#[test]
fn a_list_that_was_never_in_force_is_refused() {
    let mut list = list();
    assert_eq!(list.check(), Ok(()));
    list.expires = date(2026, 10, 31);
    assert!(list.check().is_err());
    let text = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<FareList>(&text).unwrap(), list);
}
