//! Prizes at the counter: to whoever won them, once, and a slip can be mended.

use machitap_domain::{FactBody, fact::Refusal};

use super::{
    draw::city,
    town::{Kiosk, VISIT, card, felica},
};
use crate::{
    input::{CardProblem, StaffAct, Touch},
    view::{PrizeRow, View},
};

/// Spins until somebody has won; how many it took.
fn won(kiosk: &mut Kiosk, n: u32) -> usize {
    for spins in 1.. {
        kiosk.tap(card(n));
        kiosk.touch(Touch::Spin);
        kiosk.touch(Touch::Confirm);
        let drawn = kiosk.last(|b| matches!(b, FactBody::Drawn(_)));
        let FactBody::Drawn(drawn) = &drawn.body else {
            unreachable!("a draw was asked for")
        };
        if !drawn.blank {
            kiosk.touch(Touch::Confirm);
            return spins;
        }
        kiosk.wait(86_400_000);
    }
    unreachable!("a ceiling is reached")
}

fn open(kiosk: &mut Kiosk) {
    kiosk.wait(60_000);
    kiosk.open_panel();
    kiosk.act(StaffAct::Prizes);
}

fn rows(kiosk: &Kiosk) -> Option<Vec<PrizeRow>> {
    match kiosk.view() {
        View::PrizeCounter(counter) => counter.rows.clone(),
        other => panic!("the counter expected, found {other:?}"),
    }
}

fn handed(kiosk: &Kiosk) -> Vec<bool> {
    rows(kiosk).unwrap().iter().map(|r| r.handed).collect()
}

fn facts(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::PrizeHanded { staff: Some(_) }))
}

#[test]
fn the_winners_card_shows_what_waits_and_one_touch_hands_it_over() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    won(&mut kiosk, 1);
    open(&mut kiosk);
    assert_eq!(rows(&kiosk), None);
    kiosk.touch(Touch::Pick(0));
    assert_eq!(facts(&kiosk), 0);

    kiosk.tap(card(1));
    assert_eq!(handed(&kiosk), [false]);
    assert!(rows(&kiosk).unwrap()[0].won.is_some());
    kiosk.touch(Touch::Pick(0));
    assert_eq!((handed(&kiosk), facts(&kiosk)), (vec![true], 1));
    // A finger that bounces hands nothing over twice, and takes nothing back.
    kiosk.touch(Touch::Pick(0));
    assert_eq!((handed(&kiosk), facts(&kiosk)), (vec![true], 1));

    // Somebody else has nothing to fetch, and the winner no more.
    kiosk.tap(card(2));
    assert!(handed(&kiosk).is_empty());
    kiosk.tap(card(1));
    assert!(handed(&kiosk).is_empty());
}

#[test]
fn a_slip_is_taken_back_while_the_page_is_open() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    won(&mut kiosk, 1);
    open(&mut kiosk);
    kiosk.tap(card(1));
    kiosk.act(StaffAct::TakeBack(0));
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 0);
    kiosk.touch(Touch::Pick(0));
    kiosk.act(StaffAct::TakeBack(0));
    assert_eq!(handed(&kiosk), [false]);
    // It waits: also for the next time.
    kiosk.touch(Touch::Cancel);
    kiosk.touch(Touch::Cancel);
    open(&mut kiosk);
    kiosk.tap(card(1));
    assert_eq!(handed(&kiosk), [false]);
    kiosk.touch(Touch::Pick(0));
    assert_eq!((handed(&kiosk), facts(&kiosk)), (vec![true], 2));
}

#[test]
fn a_card_nobody_knows_and_the_staffs_own_change_nothing() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    won(&mut kiosk, 1);
    open(&mut kiosk);
    kiosk.tap(card(1));
    // The same member of staff cannot vouch for themselves.
    kiosk.tap(felica(90));
    assert_eq!(handed(&kiosk), [false]);
    kiosk.bad_tap(CardProblem::Unknown);
    assert_eq!(handed(&kiosk), [false]);
    let refused = kiosk.count(|b| {
        matches!(
            b,
            FactBody::Refused {
                why: Refusal::UnknownCard
            }
        )
    });
    assert_eq!(refused, 1);
}

#[test]
fn there_is_a_counter_where_a_machine_stands_and_nowhere_else() {
    let mut kiosk = Kiosk::new(VISIT);
    open(&mut kiosk);
    assert!(matches!(kiosk.view(), View::StaffPanel(panel) if !panel.prizes));
}

#[test]
fn the_idle_screen_names_the_machine_once_it_can_be_turned() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    let View::Idle(idle) = kiosk.view() else {
        panic!("the idle screen expected")
    };
    let sign = idle.draw.as_ref().unwrap();
    assert_eq!((sign.name.as_str(), sign.spins), ("春のガチャ", 2));
    kiosk.give(crate::input::Input::Deals(Box::default()));
    let View::Idle(idle) = kiosk.view() else {
        panic!("the idle screen expected")
    };
    assert_eq!(idle.draw, None);
}
