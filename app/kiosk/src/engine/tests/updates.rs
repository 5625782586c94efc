use std::fs;

use machitap_domain::Hash;
use machitap_wire::{
    KioskState, Signer, Topic,
    command::{Command, Order},
    envelope::{self, Kind},
    update::{Bundle, Stage, Update},
};
use uuid::Uuid;

use super::{
    super::Msg,
    rig::{Kiosk, Place, citizen},
};

fn order(kiosk: &mut Kiosk, number: i64) {
    let command = Command {
        number,
        kiosk: "kiosk-1".parse().unwrap(),
        until_ms: i64::MAX,
        order: Order::Update(Bundle {
            sha256: Hash::of(b"x"),
            bytes: 1,
        }),
    };
    let bytes = envelope::seal(Kind::Command, Uuid::nil(), "town", &command, &kiosk.city);
    kiosk.receive(&Topic::Commands("kiosk-1".parse().unwrap()), bytes);
}

fn says(kiosk: &mut Kiosk, stage: Stage) {
    kiosk.say(Msg::Update(Update { number: 5, stage }));
}

#[test]
fn an_order_outlives_the_program_and_the_city_hears_its_end() {
    let place = Place::new();
    fs::create_dir(place.update_machine()).unwrap();
    let mut kiosk = place.hall();
    order(&mut kiosk, 5);
    assert_eq!(place.update_place().wanted().map(|w| w.number), Some(5));
    drop(kiosk);
    let mut again = place.hall();
    order(&mut again, 5);
    assert_eq!(place.update_place().wanted().map(|w| w.number), Some(5));
    let kept = Update {
        number: 5,
        stage: Stage::Kept,
    };
    again.say(Msg::Update(kept.clone()));
    assert_eq!(again.engine.updates.stands(), Some(&kept));
    let birth = again.engine.kiosk_state(true);
    let verifier = Signer::from_seed([2; 32]).verifier();
    let birth: KioskState = envelope::open(Kind::KioskState, "kiosk-1", &birth, &verifier).unwrap();
    assert_eq!(birth.update, Some(kept));
}

#[test]
fn a_machine_of_another_kind_refuses() {
    let place = Place::new();
    let mut kiosk = place.hall();
    order(&mut kiosk, 5);
    kiosk.run_until(|k| k.engine.updates.stands().is_some_and(|u| u.stage.is_over()));
    let stands = kiosk.engine.updates.stands().cloned().unwrap();
    assert!(matches!(stands.stage, Stage::Refused { .. }), "{stands:?}");
    assert_eq!(place.update_place().wanted(), None);
    assert_eq!(place.update_place().last(), Some(stands));
}

#[test]
fn the_machine_boots_when_nobody_is_served() {
    let place = Place::new();
    let boot = place.path().with_file_name("update").join("reboot");
    let mut kiosk = place.hall();
    fs::create_dir_all(boot.parent().unwrap()).unwrap();
    kiosk.tap(citizen("SKM-000001"));
    says(&mut kiosk, Stage::Writing);
    says(&mut kiosk, Stage::Waiting);
    assert!(!boot.exists(), "somebody is served");
    place.pass(60_000);
    kiosk.say(Msg::Pulse);
    says(&mut kiosk, Stage::Waiting);
    assert!(boot.exists());
}

#[test]
fn the_screen_says_that_the_machine_boots_as_long_as_it_is_likely() {
    let place = Place::new();
    let mut kiosk = place.hall();
    fs::create_dir_all(place.path().with_file_name("update")).unwrap();
    let waits = |kiosk: &mut Kiosk| {
        says(kiosk, Stage::Waiting);
        kiosk.engine.status().view
    };
    assert_eq!(waits(&mut kiosk), "out-of-service:renewing");
    kiosk.tap(citizen("SKM-000001"));
    assert_eq!(kiosk.engine.status().view, "visit-done");
    place.pass(59_000);
    kiosk.say(Msg::Pulse);
    assert_eq!(waits(&mut kiosk), "out-of-service:renewing");
    place.pass(1_000);
    assert_eq!(waits(&mut kiosk), "idle");
    says(&mut kiosk, Stage::Kept);
    assert_eq!(waits(&mut kiosk), "out-of-service:renewing");
    let refused = Stage::refused("it does not boot");
    says(&mut kiosk, refused);
    assert_eq!(kiosk.engine.status().view, "idle");
}

#[test]
fn the_machine_boots_at_last_where_somebody_always_is() {
    let place = Place::new();
    let boot = place.path().with_file_name("update").join("reboot");
    let mut kiosk = place.hall();
    fs::create_dir_all(boot.parent().unwrap()).unwrap();
    for minute in 0..3 {
        kiosk.tap(citizen("SKM-000001"));
        says(&mut kiosk, Stage::Waiting);
        assert_eq!(boot.exists(), minute == 2, "after {minute} minutes");
        place.pass(60_000);
    }
}

#[test]
fn a_city_that_is_not_reached_is_told_of_and_asked_again() {
    let place = Place::new();
    fs::create_dir(place.update_machine()).unwrap();
    let mut kiosk = place.hall();
    order(&mut kiosk, 5);
    kiosk.run_until(|k| {
        let stands = k.engine.updates.stands();
        stands.is_some_and(|u| matches!(u.stage, Stage::Fetching { waits: Some(_), .. }))
    });
    assert_eq!(place.update_place().wanted().map(|w| w.number), Some(5));
}

#[test]
fn what_changes_between_a_birth_and_its_connection_is_still_to_be_told() {
    let place = Place::new();
    let mut kiosk = place.hall();
    says(&mut kiosk, Stage::Writing);
    kiosk.engine.kiosk_state(true);
    assert!(kiosk.engine.updates.is_told());
    kiosk.engine.kiosk_state(false);
    says(&mut kiosk, Stage::Trying);
    kiosk.engine.kiosk_state(false);
    assert!(!kiosk.engine.updates.is_told());
}
