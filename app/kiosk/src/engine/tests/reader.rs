use std::{fs, path::Path};

use machitap_card::{ReaderEvent, reader::GoneReason};

use super::{
    super::{Msg, card_service::CardService},
    rig::{Kiosk, Place},
};

fn without_a_reader(place: &Place, ask: &Path) -> Kiosk {
    let mut kiosk = place.kiosk();
    kiosk
        .engine
        .with_card_service(Some(CardService::asked_at(ask)));
    kiosk.engine.start();
    goes(&mut kiosk, GoneReason::NoReader);
    kiosk
}

fn goes(kiosk: &mut Kiosk, why: GoneReason) {
    kiosk.say(Msg::Reader(ReaderEvent::Gone { why }, 0));
}

/// Lets that many seconds pass; whether the machine was asked meanwhile.
fn asked_within(kiosk: &mut Kiosk, place: &Place, ask: &Path, seconds: u64) -> bool {
    for _ in 0..seconds {
        place.pass(1_000);
        kiosk.engine.due();
    }
    kiosk.settle();
    fs::remove_file(ask).is_ok()
}

#[test]
fn a_reader_that_stays_away_has_its_service_started_anew_ever_less_often() {
    let place = Place::new();
    let ask = place.path().with_file_name("reader-again");
    let mut kiosk = without_a_reader(&place, &ask);
    assert!(!asked_within(&mut kiosk, &place, &ask, 19));
    assert!(asked_within(&mut kiosk, &place, &ask, 1));
    // What the service says while it starts begins no new wait.
    goes(&mut kiosk, GoneReason::NoService);
    goes(&mut kiosk, GoneReason::NoReader);
    assert!(!asked_within(&mut kiosk, &place, &ask, 39));
    assert!(asked_within(&mut kiosk, &place, &ask, 1));
    for wait in [80, 160, 320, 640, 1_280, 1_800, 1_800] {
        assert!(!asked_within(&mut kiosk, &place, &ask, wait - 1), "{wait}");
        assert!(asked_within(&mut kiosk, &place, &ask, 1), "{wait}");
    }
    // Once it was there, the next time begins as the first did.
    let reader = "Reader 00 00".to_owned();
    kiosk.say(Msg::Reader(ReaderEvent::Ready { reader }, 0));
    assert!(!asked_within(&mut kiosk, &place, &ask, 4_000));
    goes(&mut kiosk, GoneReason::Hung);
    assert!(!asked_within(&mut kiosk, &place, &ask, 19));
    assert!(asked_within(&mut kiosk, &place, &ask, 1));
}

#[test]
fn a_machine_that_cannot_be_asked_costs_nothing_but_a_line_in_the_record() {
    let place = Place::new();
    let ask = place.path().with_file_name("none").join("reader-again");
    let mut kiosk = without_a_reader(&place, &ask);
    assert!(!asked_within(&mut kiosk, &place, &ask, 100));
    let reader = "Reader 00 00".to_owned();
    kiosk.say(Msg::Reader(ReaderEvent::Ready { reader }, 0));
}
