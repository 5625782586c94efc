use machitap_domain::{
    DayKey, FactBody, Quality,
    attendance::Direction::{In, Out},
    catalogue::Service,
    fact::Refusal,
    roster::Child,
};

use super::town::{Kiosk, MORNING, NTP, card, citizen, felica, purposes};
use crate::{
    input::{CardProblem, Touch},
    output::Tone,
    session::ABANDONED_MS,
    view::{Household, MessageKind, NurseryDone, RowReason, View},
};

const HOUR: u64 = 3_600_000;

fn household(kiosk: &Kiosk) -> &Household {
    match kiosk.view() {
        View::Household(household) => household,
        other => panic!("a household expected, found {other:?}"),
    }
}

fn done(kiosk: &Kiosk) -> &NurseryDone {
    match kiosk.view() {
        View::NurseryDone(done) => done,
        other => panic!("a done screen expected, found {other:?}"),
    }
}

#[test]
fn a_tap_nobody_touches_confirms_by_itself_for_all_siblings() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).children.len(), 2);
    assert_eq!(household(&kiosk).children[0].reason, RowReason::NotHereYet);
    assert_eq!(household(&kiosk).confirms_in.unwrap().total_ms, 5_000);
    kiosk.wait(4_999);
    assert_eq!(kiosk.passages(), []);
    kiosk.wait(1);
    assert_eq!(kiosk.passages(), [In, In]);
    assert!(!done(&kiosk).already);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
}

#[test]
fn more_children_than_a_page_shows_are_never_recorded_unseen() {
    for (children, asked) in [(2, false), (3, true)] {
        let mut kiosk = Kiosk::new(Service::nursery());
        kiosk.roster(|roster| {
            let siblings = &mut roster.households[0].children;
            for n in siblings.len()..children {
                let citizen = citizen(60 + u32::try_from(n).unwrap());
                siblings.push(Child {
                    citizen,
                    ..siblings[0].clone()
                });
            }
        });
        kiosk.tap(card(11));
        assert_eq!(household(&kiosk).children.len(), children);
        assert_eq!(household(&kiosk).confirms_in.is_none(), asked);
        kiosk.wait(5_000);
        assert_eq!(kiosk.passages().is_empty(), asked);
        if asked {
            kiosk.touch(Touch::Confirm);
            assert_eq!(kiosk.passages(), [In; 3]);
        }
    }
}

#[test]
fn the_way_is_turned_and_explained_by_what_happened_today() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(8 * HOUR);
    kiosk.tap(card(12));
    let row = &household(&kiosk).children[0];
    assert_eq!(row.direction, Out);
    let RowReason::HereSince(Some(time)) = row.reason else {
        panic!("{:?}", row.reason)
    };
    assert_eq!((time.hour, time.minute), (8, 55));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages(), [In, In, Out, Out]);
}

#[test]
fn a_day_left_open_is_never_toggled_into_the_next() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(24 * HOUR);
    kiosk.tap(card(13));
    assert_eq!(household(&kiosk).children[0].direction, In);
}

#[test]
fn one_child_can_stay_out_of_it_or_go_the_other_way() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::ToggleChild(1));
    assert_eq!(
        household(&kiosk).confirms_in,
        None,
        "a touch stops the ring"
    );
    kiosk.touch(Touch::TurnChild(0));
    assert_eq!(household(&kiosk).children[0].reason, RowReason::ByHand);
    kiosk.touch(Touch::ToggleChild(99));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages(), [Out]);
}

#[test]
fn nobody_selected_records_nothing() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::ToggleChild(0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages(), []);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_household_touched_and_left_is_closed_without_recording() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::ToggleChild(1));
    kiosk.wait(ABANDONED_MS);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(kiosk.passages(), []);
}

#[test]
fn the_same_card_once_more_says_yes_and_another_card_does_not_swallow_the_first() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.tap(card(11));
    assert_eq!(kiosk.passages(), [In, In]);
    kiosk.wait(10_000);
    kiosk.tap(card(13));
    kiosk.tap(card(11));
    assert_eq!(kiosk.passages(), [In, In, In]);
    assert!(
        done(&kiosk).already,
        "the second family tapped a moment ago"
    );
}

#[test]
fn a_strangers_card_leaves_an_open_household_alone() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.bad_tap(CardProblem::Unknown);
    assert!(matches!(kiosk.view(), View::Household(_)));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages(), [In, In]);
}

#[test]
fn a_second_tap_within_the_guard_shows_the_first_and_offers_undo() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(30_000);
    kiosk.tap(card(12));
    assert!(done(&kiosk).already);
    assert_eq!(done(&kiosk).children[0].direction, In);
    assert_eq!(kiosk.passages().len(), 2);
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    kiosk.wait(10_000);
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).children[0].reason, RowReason::NotHereYet);
}

#[test]
fn the_guard_survives_a_restart_and_a_jump_of_the_clock() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    let mono = kiosk.now.mono_ms;
    // The program restarts ten seconds later and the wall clock has jumped a day.
    kiosk.restart(1, mono + 10_000, MORNING + 86_400_000, NTP);
    kiosk.tap(card(11));
    assert!(done(&kiosk).already);
    // A minute later on the monotonic clock the guard is over, whatever the wall says.
    kiosk.restart(1, mono + 70_000, MORNING - 86_400_000, NTP);
    kiosk.tap(card(11));
    assert!(matches!(kiosk.view(), View::Household(_)));
}

#[test]
fn after_a_power_cut_without_a_clock_the_household_is_asked_not_confirmed_for() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    kiosk.restart(2, 20_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).confirms_in, None);
    kiosk.wait(ABANDONED_MS);
    assert_eq!(kiosk.passages(), [In, In]);
}

#[test]
fn facts_of_an_unknown_clock_get_their_time_when_it_comes() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.restart(2, 120_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(60_000);
    assert_eq!(
        kiosk.count(|b| matches!(b, FactBody::ClockCorrected { .. })),
        0
    );
    kiosk.now.clock.quality = NTP;
    kiosk.now.clock.wall_ms = MORNING;
    kiosk.wait(60_000);
    kiosk.wait(60_000);
    assert_eq!(
        kiosk.count(|b| matches!(b, FactBody::ClockCorrected { .. })),
        1
    );
    let child = purposes().nursery.unwrap().pseudonym(&citizen(3));
    let days = kiosk.folds.child(&child);
    assert!(days.is_here(DayKey::Date(jiff::civil::date(2026, 4, 1))));
}

#[test]
fn what_cannot_be_read_has_its_message_and_its_fact_without_a_name() {
    for (problem, kind, why) in [
        (
            CardProblem::Unknown,
            MessageKind::UnknownCard,
            Refusal::UnknownCard,
        ),
        (
            CardProblem::HoldStill,
            MessageKind::HoldStill,
            Refusal::Unreadable,
        ),
        (
            CardProblem::Silent,
            MessageKind::HoldStill,
            Refusal::Unreadable,
        ),
        (
            CardProblem::RemovedEarly,
            MessageKind::RemovedEarly,
            Refusal::RemovedEarly,
        ),
        (
            CardProblem::NotGenuine,
            MessageKind::NotGenuine,
            Refusal::NotGenuine,
        ),
    ] {
        let mut kiosk = Kiosk::new(Service::nursery());
        kiosk.bad_tap(problem);
        assert_eq!(kiosk.message(), kind);
        assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
        let last = kiosk.journal.last().unwrap();
        assert_eq!(last.body, FactBody::Refused { why });
        assert_eq!(last.subject, None);
        kiosk.wait(6_000);
        assert!(matches!(kiosk.view(), View::Idle(_)));
    }
}

#[test]
fn cards_that_open_nothing_here_are_unknown() {
    for (credential, kind) in [
        (card(77), MessageKind::NotOfThisPlace),
        (felica(77), MessageKind::UnknownCard),
        (felica(50), MessageKind::UnknownCard),
    ] {
        let mut kiosk = Kiosk::new(Service::nursery());
        kiosk.tap(credential);
        assert_eq!(kiosk.message(), kind);
    }
}

#[test]
fn a_linked_card_brings_the_children_too() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(felica(1));
    assert_eq!(household(&kiosk).children.len(), 2);
}
