//! Spends and their answers.

use machitap_domain::{
    ClockSource, FactBody, Quality,
    points::{Award, AwardReason, spend::SpendVerdict},
};

use super::sample::{City, DAY, Kiosk, catalogue, who};
use crate::points::{prize, story};

use SpendVerdict::{Declined, Settled};

fn answers(city: &City) -> Vec<SpendVerdict> {
    let mut all: Vec<_> = city.db.spend_answers().unwrap().into_values().collect();
    all.sort_by_key(|a| a.id);
    all.into_iter().map(|a| a.verdict).collect()
}

/// Two kiosks that both know of 20 points, one resident.
fn two(points: &str) -> (City, Kiosk, Kiosk) {
    let mut city = City::new(&catalogue(points));
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    hall.visit(who(1), city.now_ms);
    gym.visit(who(1), city.now_ms);
    hall.heard_by(&city, 9);
    gym.heard_by(&city, 9);
    city.turn();
    hall.is_told(&city);
    gym.is_told(&city);
    (city, hall, gym)
}

#[test]
fn of_two_kiosks_that_spend_the_same_points_the_first_to_be_held_is_settled() {
    let (mut city, mut hall, mut gym) = two("{}");
    assert_eq!(
        (hall.known(&who(1)).free, gym.known(&who(1)).free),
        (20, 20)
    );
    hall.spend(who(1), 16, city.now_ms).unwrap();
    gym.spend(who(1), 18, city.now_ms).unwrap();
    // The gym's journal is the younger one, and its spend is held first.
    gym.heard_by(&city, 9);
    hall.heard_by(&city, 9);
    city.turn();
    assert_eq!(answers(&city), [Settled, Declined]);
    city.kept = Default::default();
    city.turn();
    assert_eq!(answers(&city), [Settled, Declined], "once");
    let balance = city.rebuilt().balances()[&who(1)];
    assert_eq!(
        (balance.points, balance.earned, balance.reserved),
        (2, 20, 0)
    );
    hall.is_told(&city);
    gym.is_told(&city);
    assert_eq!((hall.known(&who(1)).free, gym.known(&who(1)).free), (2, 2));
    let told = hall.told.standing(&who(1), hall.life).unwrap();
    assert_eq!(told.answers.values().collect::<Vec<_>>(), [&Declined]);
    assert_eq!(told.spent[&"tower".parse().unwrap()], 18);
    assert_eq!(
        city.rebuilt().progress(0).projects[&"tower".parse().unwrap()],
        18
    );
}

#[test]
fn a_spend_without_an_answer_is_reserved_in_what_is_read_beside_the_city() {
    let (city, mut hall, _gym) = two("{}");
    hall.spend(who(1), 16, city.now_ms).unwrap();
    hall.heard_by(&city, 9);
    let balance = city.rebuilt().balances()[&who(1)];
    assert_eq!((balance.points, balance.reserved), (20, 16));
}

#[test]
fn an_answer_outlives_the_day_on_which_its_points_end() {
    let (mut city, mut hall, _gym) = two(r#"{"expire_months":1}"#);
    hall.spend(who(1), 16, city.now_ms).unwrap();
    hall.heard_by(&city, 9);
    city.turn();
    city.now_ms += 40 * DAY;
    city.kept = Default::default();
    city.turn();
    let balance = city.rebuilt().balances()[&who(1)];
    assert_eq!((balance.points, balance.earned), (0, 20), "4 of 20 ended");
    assert_eq!(answers(&city), [Settled]);
    hall.is_told(&city);
    assert_eq!(hall.known(&who(1)).free, 0);
}

#[test]
fn more_entries_than_the_prize_takes_are_declined_wherever_they_were_made() {
    let (mut city, mut hall, mut gym) = two("{}");
    for _ in 0..2 {
        hall.spend(who(1), 3, city.now_ms).unwrap();
        gym.spend(who(1), 3, city.now_ms).unwrap();
    }
    hall.heard_by(&city, 9);
    gym.heard_by(&city, 9);
    city.turn();
    assert_eq!(answers(&city), [Settled, Settled, Settled, Declined]);
    assert_eq!(
        city.rebuilt().progress(0).prizes[&"rice".parse().unwrap()],
        3
    );
    assert_eq!(city.free(&who(1)), 11);
}

#[test]
fn a_prize_is_drawn_once_after_its_last_day_and_takes_nothing_more() {
    let (mut city, mut hall, mut gym) = two("{}");
    let rice = "rice".parse().unwrap();
    hall.spend(who(1), 3, city.now_ms).unwrap();
    gym.spend(who(1), 5, city.now_ms).unwrap();
    hall.heard_by(&city, 9);
    let draw = |city: &City, seed| prize::draw(&city.db, &city.rebuilt(), &rice, seed, city.now_ms);
    let said = draw(&city, "a").unwrap_err().to_string();
    assert!(said.contains("takes entries until 2026-12-31"), "{said}");
    city.now_ms += 60 * DAY;
    let said = draw(&city, "a").unwrap_err().to_string();
    assert!(said.contains("let `serve` run first"), "{said}");
    city.turn();
    let won = draw(&city, "a").unwrap();
    assert_eq!(won.len(), 1);
    assert_eq!(draw(&city, "a").unwrap(), won, "said again");
    let said = draw(&city, "b").unwrap_err().to_string();
    assert!(said.contains("another draw"), "{said}");
    // What comes after the draw gets its points back.
    gym.heard_by(&city, 9);
    assert_eq!(draw(&city, "a").unwrap(), won, "whatever waits");
    city.turn();
    assert_eq!(answers(&city), [Settled, Declined]);
    assert_eq!(city.free(&who(1)), 17);
    let none = "melon".parse().unwrap();
    let refused = prize::draw(&city.db, &city.rebuilt(), &none, "a", city.now_ms);
    assert!(matches!(refused, Err(prize::NotDrawn::NoSuchPrize(_))));
}

#[test]
fn awards_of_a_boot_move_to_their_day_when_its_clock_is_known() {
    let points = r#"{"caps":[{"from":"2026-01-01","caps":{"all":{"day":15}}}]}"#;
    let (mut city, mut hall, _gym) = two(points);
    assert_eq!(city.free(&who(1)), 15, "10 and 10 under one cap");
    let mut unsure = hall.stamp(0);
    unsure.quality = Quality::UNKNOWN;
    hall.earn(who(1), unsure, 10);
    hall.heard_by(&city, 9);
    city.turn();
    assert_eq!(
        city.free(&who(1)),
        25,
        "of a day of its own, as far as known"
    );
    let body = FactBody::ClockCorrected {
        boot: hall.boot,
        boot_wall_ms: city.now_ms - 60_000,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(50),
        },
    };
    hall.record(who(1), hall.stamp(city.now_ms), None, body);
    hall.heard_by(&city, 9);
    city.turn();
    assert_eq!(city.free(&who(1)), 15, "of today");
    let kept = city.kept.ledger().unwrap();
    assert_eq!(kept.balances(), city.rebuilt().balances());
}

#[test]
fn a_residents_story_says_what_was_cut_and_by_what() {
    let points = r#"{"caps":[{"from":"2026-01-01","caps":{"all":{"day":15}}}],"expire_months":1}"#;
    let (mut city, mut hall, mut gym) = two(points);
    let helped = hall.record(
        who(1),
        hall.stamp(city.now_ms),
        None,
        FactBody::Volunteered {
            activity: "beach".parse().unwrap(),
            staff: None,
        },
    );
    let award = FactBody::Award(Award {
        points: 50,
        reason: AwardReason::Volunteering("beach".parse().unwrap()),
    });
    hall.record(who(1), hall.stamp(city.now_ms), Some(helped), award);
    let undone = gym.visit(who(1), city.now_ms);
    gym.undo(who(1), undone, city.now_ms);
    hall.spend(who(1), 61, city.now_ms);
    hall.spend(who(1), 2, city.now_ms).unwrap();
    gym.heard_by(&city, 9);
    hall.heard_by(&city, 9);
    city.turn();
    city.now_ms += 60 * DAY;
    let ledger = city.rebuilt();
    let (town, resident) = (ledger.town(), ledger.resident(&who(1)).unwrap());
    let lines = story::lines(town, &who(1), resident, town.today(city.now_ms));
    assert_eq!(
        lines,
        [
            "2026-11-24: 0 of 10 points for a visit at gym: it was taken back",
            "2026-11-24: 10 points for a visit at gym",
            "2026-11-24: 5 of 10 points for a visit at hall: at most 15 a day in the whole town",
            "2026-11-24: 50 points for help with beach at hall",
            "2026-11-24: 2 points for a gift to tower at hall-1: settled",
            "2026-11-24: 61 points for an entry for rice at hall-1: settled",
            "2027-01-01: 2 points ended",
        ]
    );
}
