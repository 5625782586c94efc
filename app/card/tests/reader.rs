//! The reader on a real PC/SC stack: pcscd, vpcd, and virtual cards behind them.

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use machitap_card::{
    CardProblem, GoneReason, ReaderConfig, ReaderEvent,
    sam::Sam,
    virt::{Fault, Faulty, Forgery, MyNumberCard, READER_NAME, StorageCard, VirtualSam},
};
use machitap_domain::{CardUid, Credential, Technology};
use support::{ANSWER_LIMIT, Ear, Stage, ap, citizen, config, config_with, keys};

fn is_gone(event: &ReaderEvent) -> bool {
    matches!(event, ReaderEvent::Gone { .. })
}

fn is_ready(event: &ReaderEvent) -> bool {
    matches!(event, ReaderEvent::Ready { .. })
}

#[test]
fn a_resident_s_card_is_read_once_and_leaves() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    let card = stage.insert("citizen", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    assert_eq!(stage.log.len(), 5, "{:#?}", stage.log.entries());
    card.remove();
    ear.removed();
    assert_eq!(stage.log.len(), 5, "a card that lies there is left alone");
    ear.finish();
}

#[test]
fn a_card_pulled_away_at_any_step_is_told_and_the_next_is_read() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    for step in 0..5 {
        let card = stage.citizen();
        let card = Faulty::new(card, Fault::LeavesAfter(step));
        let card = stage.insert("leaves", card);
        assert_eq!(ear.result(), Err(CardProblem::RemovedEarly), "step {step}");
        ear.removed();
        drop(card);
    }
    let card = stage.citizen();
    let _card = stage.insert("citizen", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    ear.finish();
}

#[test]
fn a_shaky_contact_is_tried_again_and_then_asked_to_hold_still() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    let card = stage.insert("shaky", Faulty::new(card, Fault::BreaksFirst(2)));
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    card.remove();
    ear.removed();
    let card = stage.citizen();
    let _card = stage.insert("broken", Faulty::new(card, Fault::BreaksFirst(1000)));
    assert_eq!(ear.result(), Err(CardProblem::HoldStill));
    let tries = stage
        .log
        .entries()
        .iter()
        .filter(|e| e.card == "broken")
        .count();
    assert_eq!(tries, 4, "once and three times more");
    ear.finish();
}

#[test]
fn two_cards_are_told_and_the_one_left_over_is_read() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    let first = stage.insert("first", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    let card = stage.watched(MyNumberCard::with(ap("SKM-000002")));
    let _second = stage.insert_at(1, "second", card);
    ear.until(|event| *event == ReaderEvent::TwoCards);
    assert!(stage.log.entries().iter().all(|e| e.card == "first"));
    first.remove();
    assert_eq!(ear.result(), Ok(citizen("SKM-000002")));
    ear.finish();
}

#[test]
fn two_cards_that_lie_there_from_the_start_are_not_read() {
    let mut stage = Stage::start();
    let (first, second) = (stage.citizen(), stage.citizen());
    let _first = stage.insert_at(0, "first", first);
    let _second = stage.insert_at(1, "second", second);
    // Both are noticed by the service before the reader looks at all.
    wait_for_cards(2);
    let mut ear = Ear::spawn(config());
    ear.until(|event| *event == ReaderEvent::TwoCards);
    assert!(stage.log.is_empty());
    let heard = ear.finish();
    assert!(
        !heard
            .iter()
            .any(|e| matches!(e, ReaderEvent::CardSeen { .. }))
    );
}

fn wait_for_cards(count: usize) {
    let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let mut states: Vec<_> = context
            .list_readers_owned()
            .unwrap()
            .into_iter()
            .map(|name| pcsc::ReaderState::new(name, pcsc::State::UNAWARE))
            .collect();
        context
            .get_status_change(Duration::ZERO, &mut states)
            .unwrap();
        let present = |s: &&pcsc::ReaderState| s.event_state().contains(pcsc::State::PRESENT);
        if states.iter().filter(present).count() == count {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the service does not see the cards"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_service_may_be_killed_and_restarted() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    for _ in 0..3 {
        let card = stage.citizen();
        let card = stage.insert("citizen", card);
        assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
        stage.pcscd.kill();
        ear.removed();
        let why = GoneReason::NoService;
        assert_eq!(ear.until(is_gone), ReaderEvent::Gone { why });
        drop(card);
        stage.pcscd.restart().unwrap();
        ear.until(is_ready);
    }
    let card = stage.citizen();
    let _card = stage.insert("citizen", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    ear.finish();
}

#[test]
fn the_service_may_be_killed_in_mid_exchange() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    let slow = Fault::Slow(Duration::from_millis(300));
    let card = stage.insert("slow", Faulty::new(card, slow));
    ear.until(|event| matches!(event, ReaderEvent::CardSeen { .. }));
    stage.pcscd.kill();
    assert_eq!(ear.result(), Err(CardProblem::RemovedEarly));
    ear.until(is_gone);
    drop(card);
    stage.pcscd.restart().unwrap();
    ear.until(is_ready);
    ear.finish();
}

#[test]
fn the_reader_may_start_before_the_service() {
    let mut stage = Stage::start();
    stage.pcscd.kill();
    let mut ear = Ear::spawn(config());
    let why = GoneReason::NoService;
    assert_eq!(ear.until(is_gone), ReaderEvent::Gone { why });
    stage.pcscd.restart().unwrap();
    ear.until(is_ready);
    ear.finish();
}

#[test]
fn a_reader_that_comes_back_under_another_name_is_the_same_by_its_beginning() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let name = format!("{READER_NAME} (2)");
    stage.pcscd.restart_as(&name).unwrap();
    ear.until(is_gone);
    let ReaderEvent::Ready { reader } = ear.until(is_ready) else {
        unreachable!()
    };
    assert!(reader.starts_with(&name), "{reader}");
    let card = stage.citizen();
    let card = stage.insert("citizen", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    drop(card);
    stage.pcscd.restart_as("Somebody Else's").unwrap();
    ear.until(|event| {
        *event
            == ReaderEvent::Gone {
                why: GoneReason::NoReader,
            }
    });
    ear.finish();
}

#[test]
fn a_silent_card_costs_its_own_tap_and_no_other() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    for silent_after in [0, 3] {
        let card = stage.citizen();
        let card = Faulty::new(card, Fault::SilentAfter(silent_after));
        let card = stage.insert("silent", card);
        assert_eq!(ear.result(), Err(CardProblem::Silent));
        ear.until(|event| matches!(event, ReaderEvent::Stuck { .. }));
        let asked = stage.log.len();
        // It lies there for two limits more: nobody asks it again.
        let until = Instant::now() + 2 * ANSWER_LIMIT;
        while Instant::now() < until {
            assert_eq!(stage.log.len(), asked);
            assert!(ear.reader.heartbeat_age() < 2 * ANSWER_LIMIT);
            std::thread::sleep(Duration::from_millis(50));
        }
        card.remove();
        ear.removed();
        let card = stage.citizen();
        let card = stage.insert("citizen", card);
        assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
        card.remove();
        ear.removed();
    }
    let heard = ear.finish();
    let stuck = heard
        .iter()
        .filter(|e| matches!(e, ReaderEvent::Stuck { .. }));
    assert_eq!(stuck.count(), 2);
    assert!(!heard.iter().any(is_gone), "{heard:#?}");
}

#[test]
fn a_stop_does_not_wait_for_a_silent_card() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    let _card = stage.insert("silent", Faulty::new(card, Fault::SilentAfter(0)));
    ear.until(|event| matches!(event, ReaderEvent::CardSeen { .. }));
    let asked = Instant::now();
    ear.reader.join();
    assert!(asked.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_idle_reader_stops_at_once_and_its_heart_beats() {
    let _stage = Stage::start();
    let ear = Ear::ready();
    let until = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until {
        assert!(ear.reader.heartbeat_age() < Duration::from_millis(1500));
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = Instant::now();
    ear.reader.join();
    assert!(
        asked.elapsed() < Duration::from_millis(900),
        "{:?}",
        asked.elapsed()
    );
}

#[test]
fn a_slow_card_is_waited_for() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = stage.citizen();
    // Slower in sum than the limit of one call.
    let slow = Fault::Slow(ANSWER_LIMIT / 4);
    let _card = stage.insert("slow", Faulty::new(card, slow));
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    ear.finish();
}

#[test]
fn garbage_names_nobody_and_stops_nothing() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    for seed in 0..10 {
        let fault = if seed % 2 == 0 {
            Fault::Garbage(seed)
        } else {
            Fault::PlausibleGarbage(seed)
        };
        let card = stage.watched(MyNumberCard::blank());
        let card = stage.insert("garbage", Faulty::new(card, fault));
        let said = ear.result();
        assert!(said.is_err(), "seed {seed}: {said:?}");
        card.remove();
        ear.removed();
    }
    let card = stage.citizen();
    let _card = stage.insert("citizen", card);
    assert_eq!(ear.result(), Ok(citizen("SKM-000001")));
    let heard = ear.finish();
    assert!(!heard.iter().any(is_gone), "{heard:#?}");
}

#[test]
fn cards_without_the_application_are_known_by_their_number() {
    let stage = Stage::start();
    let mut ear = Ear::ready();
    let uid = |technology, bytes: &[u8]| Credential::Uid(CardUid::new(technology, bytes).unwrap());
    let idm = [0x01, 0x2E, 0x4C, 0xD1, 2, 3, 4, 5];
    for (label, card, said) in [
        (
            "felica",
            StorageCard::felica(idm),
            Ok(uid(Technology::Felica, &idm)),
        ),
        (
            "ntag",
            StorageCard::ntag([4, 1, 2, 3, 4, 5, 6]),
            Ok(uid(Technology::Ntag, &[4, 1, 2, 3, 4, 5, 6])),
        ),
        (
            "mifare",
            StorageCard::mifare([0xAB, 1, 2, 3]),
            Ok(uid(Technology::Mifare, &[0xAB, 1, 2, 3])),
        ),
        (
            "random",
            StorageCard::mifare([0x08, 1, 2, 3]),
            Err(CardProblem::Unknown),
        ),
    ] {
        let card = stage.insert(label, card);
        assert_eq!(ear.result(), said, "{label}");
        card.remove();
        ear.removed();
    }
    assert_eq!(
        stage.log.len(),
        4,
        "storage cards are asked for nothing else"
    );
    ear.finish();
}

#[test]
fn a_my_number_card_without_our_application_stays_unknown_and_untouched() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let card = MyNumberCard::blank();
    let counters = card.counters();
    let card = stage.watched(card);
    let card = stage.insert("blank", card);
    assert_eq!(ear.result(), Err(CardProblem::Unknown));
    card.remove();
    ear.removed();
    assert!(counters.untouched());
    ear.finish();
}

#[test]
fn forgeries_are_not_genuine_and_a_missing_key_is_our_fault() {
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let forged = |forgery| ap("SKM-000001").forged(forgery);
    for (label, ap, problem) in [
        (
            "wrong mac",
            forged(Forgery::CardMac),
            CardProblem::NotGenuine,
        ),
        (
            "spliced id",
            forged(Forgery::IdMac),
            CardProblem::NotGenuine,
        ),
        (
            "replayed id",
            forged(Forgery::Replay),
            CardProblem::NotGenuine,
        ),
        (
            "other key",
            ap("SKM-000001").claiming_version(2),
            CardProblem::NotGenuine,
        ),
        (
            "no key",
            ap("SKM-000001").claiming_version(9),
            CardProblem::KeyMissing,
        ),
    ] {
        let card = stage.watched(MyNumberCard::with(ap));
        let card = stage.insert(label, card);
        assert_eq!(ear.result(), Err(problem), "{label}");
        card.remove();
        ear.removed();
    }
    ear.finish();
}

#[test]
fn a_sam_in_the_second_slot_keeps_the_keys() {
    let mut stage = Stage::start();
    // The slots are told apart by the end of their names.
    let sam_slot = "00 01";
    let sam = VirtualSam::new(keys().master_keys().clone());
    let sam = stage.slot(1).insert(sam).unwrap();
    wait_for_cards(1);
    let mut ear = Ear::spawn(ReaderConfig {
        except: vec![sam_slot.to_owned()],
        ..config_with(Arc::new(Sam::new(sam_slot)))
    });
    ear.until(is_ready);
    let tap = |stage: &mut Stage, ear: &mut Ear, ap| {
        let card = stage.watched(MyNumberCard::with(ap));
        let card = stage.insert("citizen", card);
        let said = ear.result();
        card.remove();
        ear.removed();
        said
    };
    for _ in 0..2 {
        let said = tap(&mut stage, &mut ear, ap("SKM-000001"));
        assert_eq!(said, Ok(citizen("SKM-000001")));
    }
    let forged = ap("SKM-000001").forged(Forgery::CardMac);
    let said = tap(&mut stage, &mut ear, forged);
    assert_eq!(said, Err(CardProblem::NotGenuine));
    let forged = ap("SKM-000001").forged(Forgery::IdMac);
    let said = tap(&mut stage, &mut ear, forged);
    assert_eq!(said, Err(CardProblem::NotGenuine));
    sam.remove();
    wait_for_cards(0);
    let said = tap(&mut stage, &mut ear, ap("SKM-000001"));
    assert_eq!(said, Err(CardProblem::KeyMissing));
    ear.finish();
}

/// Not a limit to fail on a busy machine but by far: the figure is printed.
#[test]
fn a_tap_takes_milliseconds() {
    const TAPS: usize = 15;
    let mut stage = Stage::start();
    let mut ear = Ear::ready();
    let mut took = Vec::new();
    for _ in 0..TAPS {
        let card = stage.citizen();
        let card = stage.insert("citizen", card);
        let read = ear.until(|event| matches!(event, ReaderEvent::CardRead { .. }));
        let ReaderEvent::CardRead { timings, .. } = read else {
            unreachable!()
        };
        assert_eq!(timings.apdus, 5);
        took.push(timings.connect + timings.read);
        card.remove();
        ear.removed();
    }
    took.sort();
    let (median, worst) = (took[TAPS / 2], took[TAPS - 1]);
    println!("connect and read of the whole AP: median {median:?}, worst {worst:?} of {TAPS}");
    assert!(median < Duration::from_millis(100), "{took:?}");
    ear.finish();
}
