//! What cards prove, on a real PC/SC stack (pcscd, vpcd).

mod support;

use std::{sync::Arc, time::Duration};

use machitap_card::{
    CardProblem, ReaderConfig, ReaderEvent,
    sam::Sam,
    virt::{Fault, Faulty, Forgery, MyNumberCard, StorageCard, VirtualSam},
};
use machitap_domain::{CardUid, Credential, Technology};
use support::{Ear, Stage, ap, citizen, config_with, is_gone, is_ready, keys, wait_for_cards};

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
