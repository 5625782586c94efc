//! Stock, ceiling, caps, undo: each rule at its edge.

use crate::{
    draw::{
        deal::NoDeal,
        outcome::{Pieces, Stock},
        record::How,
        sample::*,
        secret::Ticket,
        turn::NotNow,
        *,
    },
    fact::FactBody,
    points::{caps::Age, sample::tokyo},
    time::Quality,
};

#[test]
fn stock_and_ceiling_decide_what_a_ticket_brings() {
    let (table, hall) = (table(), hall());
    let nothing = Pieces::new();
    for (given, earlier, ticket, blanks, won, how) in [
        (&[][..], &[][..], 0, 0, "towel", How::Ticket),
        (&[("towel", 1)], &[], 0, 0, "towel", How::Ticket),
        (&[("towel", 2)], &[], 0, 0, "thanks", How::Gone),
        (&[("towel", 1)], &[("towel", 1)], 0, 0, "thanks", How::Gone),
        (&[("towel", 2)], &[], 0, 3, "orange", How::Ceiling),
        (&[], &[], 9_000, 2, "thanks", How::Ticket),
        (&[], &[], 9_000, 3, "orange", How::Ceiling),
        // A ceiling makes nothing worse, and gives nothing that is gone.
        (&[], &[], 0, 9, "towel", How::Ticket),
        (&[("orange", 4)], &[], 9_000, 9, "thanks", How::Ticket),
        (&[("sticker", 900)], &[], 2_000, 0, "sticker", How::Ticket),
    ] {
        let (given, earlier) = (pieces(given), pieces(earlier));
        let stock = Stock::new(&table, &hall, &earlier, &given);
        let ticket = Ticket::try_from(ticket).unwrap();
        let (row, by) = stock.outcome(ticket, blanks);
        assert_eq!(
            (row.id.as_str(), by),
            (won, how),
            "{given:?} {ticket:?} {blanks}"
        );
    }
    let stock = Stock::new(&table, &hall, &nothing, &nothing);
    assert_eq!(stock.left(&prize("orange")), Some(4));
    assert_eq!(stock.left(&prize("sticker")), None);
}

#[test]
fn a_spin_is_given_turned_and_gone() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(10));
    assert_eq!(kiosk.turn(who, at), Err(NotNow::NoSpin));
    kiosk.visit(who, at, true);
    assert_eq!(kiosk.left(who), 3);
    for counter in 1..=3 {
        let drawn = kiosk.turn(who, at).unwrap();
        assert_eq!(drawn.counter, counter);
        let unseen = kiosk.folds.machines().unseen().unwrap().clone();
        assert_eq!((unseen.subject, &unseen.prize), (who, &drawn.prize));
        kiosk.record(who, at, Some(unseen.fact), FactBody::DrawSeen);
        assert_eq!(kiosk.folds.machines().unseen(), None);
    }
    assert_eq!(kiosk.turn(who, at), Err(NotNow::NoSpin));
    kiosk.visit(who, at, false);
    assert_eq!(kiosk.turn(who, at), Err(NotNow::EnoughToday));
    assert!(kiosk.turn(who, noon(11)).is_ok());
}

#[test]
fn a_child_has_its_own_cap_and_spins_wait_for_a_day() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(10));
    kiosk.visit(who, at, true);
    kiosk.turn(who, at).unwrap();
    let machine = kiosk.folds.machines().of(&kiosk.table.id);
    let spins = kiosk.folds.spins(&who).of(&kiosk.table.id);
    let kiosk_id = hall();
    let stand = turn::Stand {
        table: &kiosk.table,
        kiosk: &kiosk_id,
        deal: &kiosk.deal,
        machine: &machine,
    };
    let may = |age, at| stand.may_turn(&spins, age, &at, &tokyo()).map(drop);
    assert_eq!(may(None, at), Ok(()));
    assert_eq!(may(Some(Age::Child), at), Err(NotNow::EnoughToday));
    assert_eq!(may(Some(Age::Child), noon(11)), Ok(()));
    let mut unsure = at;
    unsure.quality = Quality::UNKNOWN;
    assert_eq!(may(None, unsure), Err(NotNow::NoDay));
    let december = crate::points::sample::at(jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0));
    assert_eq!(may(None, december), Err(NotNow::Over));
}

#[test]
fn taking_a_visit_back_takes_its_spins_and_prizes_but_turns_nothing_back() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(10));
    let visit = kiosk.visit(who, at, true);
    let drawn = kiosk.turn(who, at).unwrap();
    assert_eq!(kiosk.given(), pieces(&[(drawn.prize.as_str(), 1)]));
    kiosk.undo(who, at, visit);
    assert_eq!(kiosk.left(who), 0);
    assert_eq!(kiosk.given(), pieces(&[(drawn.prize.as_str(), 0)]));
    assert_eq!(kiosk.folds.machines().unseen(), None);
    assert_eq!(kiosk.folds.machines().of(&kiosk.table.id).turned(), 1);

    // Whoever tries again finds the spin turned already.
    let again = kiosk.visit(who, at, false);
    assert_eq!((kiosk.left(who), kiosk.turned_on(who, &at)), (0, 1));
    assert_eq!(kiosk.turn(who, at), Err(NotNow::NoSpin));
    kiosk.undo(who, at, again);
    kiosk.visit(who, at, true);
    assert_eq!(kiosk.left(who), 2);
    assert_eq!(kiosk.turn(who, at).unwrap().counter, 2);
}

#[test]
fn a_prize_changes_hands_once_and_a_slip_can_be_mended() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(10));
    kiosk.visit(who, at, true);
    let drawn = kiosk.turn(who, at).unwrap();
    assert!(!drawn.blank);
    let draw = kiosk.folds.machines().unseen().unwrap().fact;
    assert_eq!(kiosk.folds.spins(&who).waiting(), 1);

    let staff = FactBody::PrizeHanded { staff: None };
    // Another's card fetches nothing.
    kiosk.record(resident(2), at, Some(draw), staff.clone());
    assert_eq!(kiosk.folds.spins(&who).waiting(), 1);
    let handed = kiosk.record(who, at, Some(draw), staff.clone());
    assert_eq!(kiosk.folds.spins(&who).waiting(), 0);
    assert_eq!(kiosk.verified().unwrap().handed, 1);
    let again = kiosk.record(who, at, Some(draw), staff);
    kiosk.undo(who, at, again);
    assert_eq!(kiosk.folds.spins(&who).waiting(), 0);
    kiosk.undo(who, at, handed);
    assert_eq!(kiosk.folds.spins(&who).waiting(), 1);
    assert_eq!(kiosk.verified().unwrap().handed, 0);
}

#[test]
fn a_prize_that_is_gone_from_the_counter_is_not_drawn_again() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(10));
    let visit = kiosk.visit(who, at, true);
    let drawn = kiosk.turn(who, at).unwrap();
    let draw = kiosk.folds.machines().unseen().unwrap().fact;
    kiosk.record(who, at, Some(draw), FactBody::PrizeHanded { staff: None });
    kiosk.undo(who, at, visit);
    assert_eq!(kiosk.left(who), 0);
    assert_eq!(kiosk.given(), pieces(&[(drawn.prize.as_str(), 1)]));
}

#[test]
fn nothing_is_dealt_unless_everything_fits() {
    let (table, hall) = (table(), hall());
    let deals = Deals {
        deals: vec![deal()],
    };
    assert_eq!(deals.of(&table, &hall, LIFE), Ok(&deal()));
    assert_eq!(
        Deals::default().of(&table, &hall, LIFE),
        Err(NoDeal::Missing)
    );
    let other = crate::ids::Incarnation(uuid::Uuid::from_u128(3));
    assert_eq!(deals.of(&table, &hall, other), Err(NoDeal::OtherLife));
    let mut bare = table.clone();
    bare.kiosks.get_mut(&hall).unwrap().commitment = None;
    assert_eq!(deals.of(&bare, &hall, LIFE), Err(NoDeal::NoCommitment));
    let mut bent = table.clone();
    bent.kiosks
        .get_mut(&hall)
        .unwrap()
        .stock
        .insert(prize("towel"), 1);
    assert_eq!(deals.of(&bent, &hall, LIFE), Err(NoDeal::Mismatch));
    let mut wrong = deals;
    wrong.deals[0].secret = DrawSecret::new([9; 32]);
    assert_eq!(wrong.of(&table, &hall, LIFE), Err(NoDeal::Mismatch));
}

#[test]
fn what_is_remembered_is_bounded_and_gifts_are_not_lost_to_it() {
    let mut kiosk = Kiosk::new();
    let (who, at) = (resident(1), noon(2));
    for _ in 0..40 {
        kiosk.visit(who, at, false);
    }
    assert_eq!(kiosk.left(who), u32::try_from(spins::GIFTS_KEPT).unwrap());
    for day in 3..=30 {
        for _ in 0..3 {
            let _ = kiosk.turn(who, noon(day));
            kiosk.visit(who, noon(day), false);
        }
    }
    let text = serde_json::to_string(&kiosk.folds.spins(&who)).unwrap();
    assert!(text.len() < 8_000, "{} bytes", text.len());
}

#[test]
fn the_bytes_of_a_draw_are_fixed() {
    let mut kiosk = Kiosk::new();
    kiosk.visit(resident(1), noon(10), false);
    kiosk.turn(resident(1), noon(10)).unwrap();
    let body = serde_json::to_string(&kiosk.facts.last().unwrap().body).unwrap();
    let gift = serde_json::to_string(&kiosk.facts[2].body).unwrap();
    assert_eq!(gift, r#"{"kind":"spins-given","table":"autumn","spins":1}"#);
    assert_eq!(body, DRAWN_PINNED);
}

const DRAWN_PINNED: &str = concat!(
    r#"{"kind":"drawn","table":"autumn","n":1,"ticket":3607,"prize":"sticker","how":"ticket","#,
    r#""commitment":"884099e4e518e449c49c683b5487985cf9586ecbc88b5ba5abad43c02d3becd9"}"#
);
