//! How residents want to be served: told to the kiosks they come to, and the same everywhere.

use machitap_domain::{
    FactBody, FactId, Quality,
    catalogue::{Catalogue, Language, Service},
    event::EventRules,
    points::accounts::Standing,
    preferences::{Latest, Preference, Preferences, Preferred, TextSize},
};
use proptest::prelude::*;

use super::sample::{City, Kiosk, catalogue, who};

const EN: Preference = Preference::Language(Some(Language::En));
const LARGE: Preference = Preference::Text(TextSize::Large);

fn with(all: &[Preference]) -> Preferences {
    all.iter()
        .fold(Preferences::default(), |p, one| p.with(*one))
}

impl Kiosk {
    fn preferred(&self, n: u8) -> Option<Latest> {
        let told = self.told.standing(&who(n), self.life);
        let told = told.and_then(|s| s.preferred);
        Latest::of(self.folds.chosen(&who(n)).latest(), told)
    }

    fn wants(&self, n: u8) -> Option<Preferences> {
        self.preferred(n).map(|l| l.preferences)
    }

    fn choose(&mut self, n: u8, at_ms: i64, one: Preference) -> FactId {
        let mut at = self.stamp(at_ms);
        // Before there was any clock.
        if at_ms == 0 {
            at.quality = Quality::UNKNOWN;
        }
        let before = self.preferred(n);
        let wanted = before.map(|b| b.preferences).unwrap_or_default().with(one);
        let body = FactBody::Preferred(Preferred::over(before, wanted));
        self.record(who(n), at, None, body)
    }
}

fn in_the_city(city: &City, n: u8) -> Option<Preferences> {
    city.rebuilt().preferences(&who(n))
}

fn settle(city: &mut City, kiosks: &mut [&mut Kiosk]) {
    for kiosk in kiosks.iter_mut() {
        kiosk.heard_by(city, usize::MAX >> 1);
    }
    city.now_ms += 1_000;
    city.turn();
    for kiosk in kiosks {
        kiosk.is_told(city);
    }
}

#[test]
fn what_was_chosen_follows_to_where_they_come_and_to_nowhere_else() {
    let mut city = City::new(&catalogue("{}"));
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    hall.visit(who(1), city.now_ms);
    gym.visit(who(2), city.now_ms);
    hall.choose(1, city.now_ms, EN);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    assert!(!gym.told.holders.contains_key(&who(1)));
    assert_eq!(hall.told.holders[&who(1)].preferred, None, "it knows");

    gym.visit(who(1), city.now_ms);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    assert_eq!(gym.wants(1), Some(with(&[EN])));
    gym.choose(1, city.now_ms, LARGE);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    for wants in [hall.wants(1), gym.wants(1), in_the_city(&city, 1)] {
        assert_eq!(wants, Some(with(&[EN, LARGE])));
    }
    assert_eq!((hall.wants(2), in_the_city(&city, 2)), (None, None));
}

#[test]
fn a_choice_alone_is_told_and_changes_no_points() {
    let mut city = City::new(&catalogue("{}"));
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    hall.visit(who(1), city.now_ms);
    gym.visit(who(1), city.now_ms);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    let before = gym.told.holders[&who(1)].clone();
    let chosen = hall.choose(1, city.now_ms, EN);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    let now = gym.told.holders[&who(1)].clone();
    assert!(now.preferred.is_some());
    let preferred = before.preferred;
    assert_eq!(Standing { preferred, ..now }, before);
    hall.undo(who(1), chosen, city.now_ms);
    settle(&mut city, &mut [&mut hall, &mut gym]);
    assert_eq!(gym.told.holders[&who(1)], before);
}

#[test]
fn a_new_journal_is_told_what_was_chosen_in_the_lost_one() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    hall.choose(1, city.now_ms, EN);
    settle(&mut city, &mut [&mut hall]);
    hall.restart();
    assert_eq!(hall.wants(1), None);
    hall.visit(who(1), city.now_ms);
    settle(&mut city, &mut [&mut hall]);
    assert_eq!(hall.wants(1), Some(with(&[EN])));
}

fn with_events(rules: &Catalogue) -> Catalogue {
    let mut rules = rules.clone();
    let gym = rules.facilities.get_mut(&"gym".parse().unwrap()).unwrap();
    gym.service = Service::Event(Box::new(EventRules { events: Vec::new() }));
    rules
}

#[test]
fn an_events_door_is_told_how_to_serve_and_no_balance() {
    let rules = catalogue("{}");
    let mut city = City::new(&with_events(&rules));
    let (mut hall, mut door) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    for n in [1, 2] {
        hall.visit(who(n), city.now_ms);
        door.visit(who(n), city.now_ms);
    }
    let chosen = hall.choose(1, city.now_ms, EN);
    settle(&mut city, &mut [&mut hall, &mut door]);
    let told = |door: &Kiosk| door.told.holders.get(&who(1)).cloned();
    let served = Standing {
        preferred: hall.preferred(1),
        ..Standing::default()
    };
    assert_eq!(told(&door), Some(served.clone()));
    assert_eq!(
        door.told.holders.len(),
        1,
        "nothing of whoever chose nothing"
    );
    assert_eq!(door.known(&who(1)).free, door.account(&who(1)).free(0));
    hall.undo(who(1), chosen, city.now_ms);
    settle(&mut city, &mut [&mut hall, &mut door]);
    assert_eq!(told(&door), Some(Standing::default()));

    // It becomes a gym, and a door again: nothing of what anybody has is left there.
    city.publish(&rules);
    settle(&mut city, &mut [&mut hall, &mut door]);
    assert_eq!(door.told.holders[&who(2)].free, 20);
    city.publish(&with_events(&rules));
    settle(&mut city, &mut [&mut hall, &mut door]);
    assert!(door.told.holders.is_empty());
}

#[derive(Debug, Clone)]
enum Op {
    Choose(usize, i64, Preference),
    UndoLast(usize),
    Hear(usize, usize),
    Turn,
    Told(usize),
    CityAgain,
}

fn op() -> impl Strategy<Value = Op> {
    let kiosk = || 0usize..2;
    let one = prop_oneof![
        any::<bool>().prop_map(|en| Preference::Language(en.then_some(Language::En))),
        any::<bool>().prop_map(Preference::Still),
        any::<Option<bool>>().prop_map(Preference::Voice),
    ];
    prop_oneof![
        4 => (kiosk(), 0i64..4, one).prop_map(|(k, ms, p)| Op::Choose(k, ms, p)),
        1 => kiosk().prop_map(Op::UndoLast),
        3 => (kiosk(), 0usize..4).prop_map(|(k, n)| Op::Hear(k, n)),
        2 => Just(Op::Turn),
        2 => kiosk().prop_map(Op::Told),
        1 => Just(Op::CityAgain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn kiosks_and_city_say_the_same_in_the_end(ops in proptest::collection::vec(op(), 0..25)) {
        let mut city = City::new(&catalogue("{}"));
        let mut kiosks = [Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym")];
        for kiosk in &mut kiosks {
            kiosk.visit(who(1), city.now_ms);
        }
        let mut made: [Vec<FactId>; 2] = Default::default();
        for op in ops {
            match op {
                Op::Choose(k, ms, one) => {
                    let wanted = kiosks[k].wants(1).unwrap_or_default().with(one);
                    made[k].push(kiosks[k].choose(1, ms, one));
                    prop_assert_eq!(kiosks[k].wants(1), Some(wanted));
                }
                Op::UndoLast(k) => {
                    if let Some(last) = made[k].pop() {
                        kiosks[k].undo(who(1), last, city.now_ms);
                    }
                }
                Op::Hear(k, more) => kiosks[k].heard_by(&city, more),
                Op::Turn => {
                    city.now_ms += 1_000;
                    city.turn();
                }
                Op::Told(k) => kiosks[k].is_told(&city),
                Op::CityAgain => city.kept = Default::default(),
            }
        }
        let [hall, gym] = &mut kiosks;
        settle(&mut city, &mut [hall, gym]);
        let says = in_the_city(&city, 1);
        prop_assert_eq!((kiosks[0].wants(1), kiosks[1].wants(1)), (says, says));
    }
}
