use machitap_domain::Now;
use machitap_kiosk_core::View;
use machitap_wire::{
    CityState, DocumentName, KioskState, Receipt, SeqRange, Signer, Topic,
    envelope::{self, Kind},
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    super::Msg,
    rig::{CATALOGUE, Place, citizen},
};
use crate::link::{LinkEvent, Trouble};

#[test]
fn without_a_catalogue_the_screen_says_so_until_one_comes_and_it_survives_a_restart() {
    let place = Place::new();
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    assert_eq!(kiosk.engine.status().view, "out-of-service:no-catalogue");
    kiosk.publish(DocumentName::Catalogue, 1, CATALOGUE.as_bytes());
    assert_eq!(kiosk.engine.status().view, "idle");
    drop(kiosk);
    let mut again = place.kiosk();
    again.engine.start();
    assert_eq!(again.engine.status().view, "idle");
}

#[test]
fn a_forged_or_broken_document_leaves_the_old_one_in_force() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let moved = CATALOGUE.replace("hall", "elsewhere");
    let stranger = Signer::from_seed([9; 32]);
    kiosk.publish_by(&stranger, DocumentName::Catalogue, 2, moved.as_bytes());
    assert_eq!(kiosk.engine.status().view, "idle");
    kiosk.publish(DocumentName::Catalogue, 3, b"{ not a catalogue");
    assert_eq!(kiosk.engine.status().view, "idle");
    kiosk.publish(DocumentName::Catalogue, 4, moved.as_bytes());
    assert_eq!(
        kiosk.engine.status().view,
        "out-of-service:unknown-facility"
    );
}

#[test]
fn receipts_count_and_wrong_ones_do_not() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    let last = kiosk.engine.status().last_seq;
    let topic = Topic::Receipts("kiosk-1".parse().unwrap());
    kiosk.receive(&topic, b"garbage".to_vec());
    let true_receipt = Receipt {
        incarnation: kiosk.engine.journal.incarnation(),
        contiguous_seq: last,
        missing: Vec::new(),
        forked: false,
    };
    let stranger = Signer::from_seed([9; 32]);
    let forged = envelope::seal(Kind::Receipt, Uuid::nil(), "town", &true_receipt, &stranger);
    kiosk.receive(&topic, forged);
    assert_eq!(kiosk.engine.status().receipted, 0);
    let foreign = Receipt {
        incarnation: machitap_domain::Incarnation(Uuid::from_u128(4)),
        missing: vec![SeqRange { from: 1, to: 2 }],
        ..true_receipt
    };
    let foreign = envelope::seal(Kind::Receipt, Uuid::nil(), "town", &foreign, &kiosk.city);
    kiosk.receive(&topic, foreign);
    assert_eq!(kiosk.engine.status().receipted, 0);
    kiosk.receipt(last);
    assert_eq!(kiosk.engine.status().receipted, last);
    assert_eq!(kiosk.engine.journal.receipted(), last);
}

#[test]
fn a_receipt_for_facts_that_were_never_written_is_a_fork_for_people_to_see() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.receipt(1_000);
    assert_eq!(kiosk.engine.status().receipted, 0);
    assert!(kiosk.engine.link_view.forked);
}

#[test]
fn each_connection_has_a_number_of_its_own_in_birth_and_will() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let (answer, mut greeting) = oneshot::channel();
        kiosk.say(Msg::Link(LinkEvent::Opening(answer)));
        let greeting = greeting.try_recv().unwrap();
        assert_eq!(greeting.topic, "k/v1/town/kiosk-1/state");
        let verifier = Signer::from_seed([2; 32]).verifier();
        let open = |bytes: &[u8]| -> KioskState {
            envelope::open(Kind::KioskState, "kiosk-1", bytes, &verifier).unwrap()
        };
        let (birth, will) = (open(&greeting.birth), open(&greeting.will));
        assert!(birth.online && !will.online);
        assert_eq!(birth.session_no, will.session_no);
        assert_eq!(birth.last_seq, kiosk.engine.status().last_seq);
        numbers.push(birth.session_no);
        kiosk.say(Msg::Link(LinkEvent::Down(Trouble::Silent)));
    }
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_broker_that_refuses_leaves_the_taps_alone() {
    let place = Place::new();
    let mut kiosk = place.hall();
    for _ in 0..3 {
        let why = Trouble::Refused("connection refused".into());
        kiosk.say(Msg::Link(LinkEvent::Down(why)));
    }
    kiosk.tap(citizen("SKM-000001"));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    assert!(!kiosk.engine.status().connected);
}

#[test]
fn the_citys_word_counts_only_when_it_is_the_citys() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let state = CityState { listening: true };
    let stranger = Signer::from_seed([9; 32]);
    let forged = envelope::seal(Kind::CityState, Uuid::nil(), "town", &state, &stranger);
    kiosk.receive(&Topic::CityState, forged);
    assert!(!kiosk.engine.city_word);
    let word = envelope::seal(Kind::CityState, Uuid::nil(), "town", &state, &kiosk.city);
    kiosk.receive(&Topic::CityState, word);
    assert!(kiosk.engine.city_word);
}

#[test]
fn the_clocks_good_moment_is_kept_across_a_restart() {
    let place = Place::new();
    place.hall();
    {
        let mut reading = place.reading.lock().unwrap();
        reading.vouched = crate::clock::Vouched::Nobody;
        reading.wall_ms = 0;
        reading.mono_ms += 1_000;
    }
    let mut again = place.kiosk();
    let now: Now = again.engine.times.now();
    assert_eq!(now.clock.wall_ms, super::rig::MORNING_MS + 1_000);
    assert!(now.clock.quality.is_trusted());
    again.engine.start();
}
