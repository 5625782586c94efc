//! The reader on a real PC/SC stack (pcscd, vpcd): cards that come and go as they like,
//! a service that dies and returns.

mod support;

use std::{
    io::Read as _,
    os::unix::net::UnixListener,
    time::{Duration, Instant},
};

use machitap_card::{
    CardProblem, GoneReason, ReaderEvent,
    virt::{Fault, Faulty, MyNumberCard, READER_NAME},
};
use support::{ANSWER_LIMIT, Ear, Stage, ap, citizen, config, is_gone, is_ready, wait_for_cards};

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
fn a_service_that_hangs_up_on_this_user_again_and_again_refuses_it() {
    let mut stage = Stage::start();
    stage.pcscd.kill();
    // The header and the body of libpcsclite's CMD_VERSION, bytes (winscard_msg.h).
    const VERSION: usize = 8 + 12;
    let door = UnixListener::bind(stage.pcscd.socket()).unwrap();
    // Hangs up before it has heard the client's first word out, as pcscd does when polkit
    // says no. Ends with the test's process.
    std::thread::spawn(move || {
        for mut caller in door.incoming().flatten() {
            let _ = caller.read_exact(&mut [0; VERSION - 1]);
        }
    });
    let mut ear = Ear::spawn(config());
    for why in [GoneReason::NoService, GoneReason::Denied] {
        assert_eq!(ear.until(is_gone), ReaderEvent::Gone { why });
    }
    stage.pcscd.kill();
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
