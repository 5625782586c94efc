//! The city keeps its word.

use jiff::civil::date;
use machitap_domain::{draw::table::Picture, points::caps::Age};

use super::*;

fn breach(db: &mut Db, catalogue: Catalogue, now_ms: i64) -> Option<Breach> {
    match stage(db, catalogue, now_ms) {
        Ok(()) => None,
        Err(PublishError::Draws(broken)) => {
            assert_eq!(broken.len(), 1);
            assert!(broken[0].to_string().contains("table winter"));
            Some(broken[0].breach)
        }
        Err(why) => panic!("{why}"),
    }
}

type Change = fn(&mut Catalogue);

#[test]
fn the_city_keeps_its_word_from_the_publication_on() {
    let kept: [Change; 4] = [
        |c| c.draws[0].name.ja = "冬".into(),
        |c| c.draws[0].rows[0].picture = Picture::Gift,
        |c| c.draws[0].until = date(2027, 1, 31),
        |c| {
            let allotment = c.draws[0].kiosks[&hall()].clone();
            c.draws[0]
                .kiosks
                .insert("library-1".parse().unwrap(), allotment);
        },
    ];
    let broken: [Change; 7] = [
        |c| {
            c.draws[0].rows[0].weight = 4_999;
            c.draws[0].rows[1].weight = 5_001;
        },
        |c| {
            let stock = &mut c.draws[0].kiosks.get_mut(&hall()).unwrap().stock;
            stock.insert("towel".parse().unwrap(), 9);
        },
        |c| c.draws[0].per_day = 2,
        |c| c.draws[0].spins.visit = 1,
        |c| c.draws[0].from = date(2026, 11, 20),
        |c| {
            let ages = &mut c.draws[0].ages;
            ages.insert(Age::Child, 1);
        },
        |c| {
            let mut kiosks = std::mem::take(&mut c.draws[0].kiosks);
            let allotment = kiosks.remove(&hall()).unwrap();
            kiosks.insert("library-1".parse().unwrap(), allotment);
            c.draws[0].kiosks = kiosks;
        },
    ];
    // Before the first day, and while it lasts.
    for now in [NOON - DAY, NOON + DAY] {
        let try_it = |change: Change| {
            let mut db = db();
            stage(&mut db, catalogue(), NOON - 2 * DAY).unwrap();
            let mut changed = catalogue();
            change(&mut changed);
            breach(&mut db, changed, now)
        };
        for change in kept {
            assert_eq!(try_it(change), None);
        }
        for change in broken {
            assert_eq!(try_it(change), Some(Breach::Changed));
        }
    }
}

#[test]
fn a_table_is_withdrawn_before_its_first_day_only_and_never_ends_in_the_past() {
    let none = || Catalogue {
        draws: Vec::new(),
        offers: machitap_domain::points::offers::Offers::default(),
        pairing: None,
        registration: None,
        look: machitap_domain::look::Look::default(),
        ..catalogue()
    };
    let mut db = db();
    stage(&mut db, catalogue(), NOON - 2 * DAY).unwrap();
    assert_eq!(breach(&mut db, none(), NOON - DAY), None);
    // Withdrawn, it may come back otherwise.
    let mut other = catalogue();
    other.draws[0].per_day = 2;
    assert_eq!(breach(&mut db, other.clone(), NOON - DAY), None);
    assert_eq!(breach(&mut db, none(), NOON), Some(Breach::Removed));
    for (until, now, said) in [
        (date(2026, 12, 4), NOON + 4 * DAY, Some(Breach::EndsBefore)),
        (date(2026, 12, 5), NOON + 4 * DAY, None),
    ] {
        other.draws[0].until = until;
        assert_eq!(breach(&mut db, other.clone(), now), said);
    }
}

#[test]
fn an_id_is_used_once() {
    let after = NOON + 30 * DAY;
    let mut again = catalogue();
    again.draws[0].until = date(2027, 2, 28);
    let none = Catalogue {
        draws: Vec::new(),
        offers: machitap_domain::points::offers::Offers::default(),
        pairing: None,
        registration: None,
        look: machitap_domain::look::Look::default(),
        ..catalogue()
    };
    for taken_out in [false, true] {
        let mut db = db();
        stage(&mut db, catalogue(), NOON).unwrap();
        if taken_out {
            stage(&mut db, none.clone(), after).unwrap();
        }
        let said = breach(&mut db, again.clone(), after);
        assert_eq!(said, Some(Breach::Reopened), "{taken_out}");
        // Left as it was it stands in nobody's way.
        assert_eq!(breach(&mut db, catalogue(), after), None);
    }
    // Its secrets are known, whatever its last day is said to be.
    let mut db = db();
    stage(&mut db, catalogue(), NOON).unwrap();
    let winter = "winter".parse().unwrap();
    db.draw_revealed(&winter, NOON).unwrap();
    assert_eq!(breach(&mut db, again, NOON), Some(Breach::Reopened));
}
