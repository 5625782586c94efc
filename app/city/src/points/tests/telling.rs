//! What kiosks are told, and when.

use std::ops::RangeInclusive;

use super::sample::{City, Kiosk, catalogue, who};
use crate::points::told::NEWS_HOLDERS;

#[test]
fn a_kiosk_hears_only_of_those_who_held_a_card_to_it_and_only_of_changes() {
    let mut city = City::new(&catalogue("{}"));
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    city.turn();
    assert_eq!(hall.documents(&city), (None, None), "nothing to tell");
    hall.visit(who(1), city.now_ms);
    gym.visit(who(1), city.now_ms);
    gym.visit(who(2), city.now_ms);
    hall.heard_by(&city, 9);
    gym.heard_by(&city, 9);
    city.turn();
    let (base, news) = hall.documents(&city);
    let base = base.unwrap();
    assert_eq!(base.holders.keys().collect::<Vec<_>>(), [&who(1)]);
    assert_eq!(base.holders[&who(1)].free, 20);
    assert_eq!((news, base.life), (None, Some(hall.life)));
    let week = &base.holders[&who(1)].earned;
    assert_eq!(week.iter().map(|e| e.points).collect::<Vec<_>>(), [20, 20]);

    // Nothing new: nothing is told, also after the city began anew.
    let before = (hall.documents(&city), gym.documents(&city));
    city.now_ms += 5_000;
    city.turn();
    city.kept = Default::default();
    city.turn();
    assert_eq!((hall.documents(&city), gym.documents(&city)), before);

    // The hall's resident taps at the gym: news for both, the base stays.
    gym.visit(who(1), city.now_ms);
    gym.heard_by(&city, 9);
    city.turn();
    let (same, news) = hall.documents(&city);
    assert_eq!(same.as_ref(), Some(&base));
    let news = news.unwrap();
    assert_eq!(news.holders[&who(1)].free, 30);
    assert!(news.as_of_ms > base.as_of_ms);
    city.kept = Default::default();
    city.turn();
    assert_eq!(hall.documents(&city).1, Some(news), "not told again");
}

#[test]
fn a_city_clock_that_falls_back_still_tells_newer_words() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    for _ in 0..3 {
        hall.visit(who(1), city.now_ms);
        hall.heard_by(&city, 9);
        city.turn();
        city.now_ms -= 60_000;
        hall.is_told(&city);
        assert_eq!(hall.known(&who(1)).free, hall.account(&who(1)).free(0));
        assert_eq!(
            hall.told.holders[&who(1)].visits,
            hall.account(&who(1)).visits()
        );
    }
}

#[test]
fn many_changes_make_a_new_base() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(0), city.now_ms);
    hall.heard_by(&city, 9);
    city.turn();
    let most = u8::try_from(NEWS_HOLDERS).unwrap();
    let mut visit = |city: &mut City, residents: RangeInclusive<u8>| {
        for n in residents {
            hall.visit(who(n), city.now_ms);
        }
        hall.heard_by(city, 999);
        city.turn();
        let (base, news) = hall.documents(city);
        let news = news.unwrap();
        let holders = (base.as_ref().unwrap().holders.len(), news.holders.len());
        (holders, news.as_of_ms > base.unwrap().as_of_ms)
    };
    assert_eq!(visit(&mut city, 1..=most), ((1, NEWS_HOLDERS), true));
    // One more: a base of all, newer than the news that are still there.
    let all = NEWS_HOLDERS + 2;
    let last = most + 1;
    assert_eq!(visit(&mut city, last..=last), ((all, NEWS_HOLDERS), false));
    assert_eq!(visit(&mut city, 0..=0), ((all, 1), true));
}

#[test]
fn a_new_journal_or_new_keys_make_a_new_base_and_a_kiosk_that_left_keeps_nothing() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    hall.heard_by(&city, 9);
    city.turn();
    hall.restart();
    hall.heard_by(&city, 0);
    city.turn();
    hall.is_told(&city);
    assert_eq!(hall.told.life, Some(hall.life));
    assert_eq!(hall.known(&who(1)).free, 10, "what the lost journal gave");

    let mut rules = catalogue("{}");
    rules
        .facilities
        .get_mut(&"hall".parse().unwrap())
        .unwrap()
        .service = machitap_domain::catalogue::Service::nursery();
    city.publish(&rules);
    city.turn();
    let (base, news) = hall.documents(&city);
    assert!(base.unwrap().holders.is_empty() && news.unwrap().holders.is_empty());
}
