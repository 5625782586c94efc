//! Pairing a phone: the fact first, and the secret on the screen alone.

use machitap_domain::{
    FactBody, Quality,
    pairing::{Pairing, PairingSecret},
};

use super::{
    own::{own, who},
    town::{City, Kiosk, NTP, VISIT, card},
};
use crate::{
    input::{Input, StoreTrouble, Touch},
    output::Tone,
    session::OWN_MS,
    view::{OwnPage, OwnTab, Phone, PhoneCode, View},
};

pub(super) fn pairing() -> Pairing {
    Pairing {
        url: "https://town.example/pair".into(),
        minutes: 5,
    }
}

/// Resident 1 at the tab of the phone.
fn at_phone() -> Kiosk {
    let city = City {
        pairing: Some(pairing()),
        ..City::default()
    };
    let mut kiosk = Kiosk::in_city(VISIT, city);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Phone));
    kiosk
}

fn phone(kiosk: &Kiosk) -> Phone {
    match &own(kiosk).page {
        OwnPage::Phone(phone) => *phone,
        other => panic!("the phone expected, found {other:?}"),
    }
}

fn code(kiosk: &Kiosk) -> &PhoneCode {
    match &own(kiosk).page {
        OwnPage::Code(code) => code,
        other => panic!("a code expected, found {other:?}"),
    }
}

fn paired(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Paired { .. }))
}

#[test]
fn a_code_is_on_disk_before_it_is_shown_and_its_secret_is_nowhere_else() {
    let mut kiosk = at_phone();
    assert_eq!(
        phone(&kiosk),
        Phone {
            minutes: 5,
            no_clock: false
        }
    );
    assert_eq!(paired(&kiosk), 0, "looked at, not made");
    let screens = kiosk.screens.len();
    kiosk.tones.clear();
    kiosk.touch(Touch::Confirm);
    assert_eq!(
        kiosk.screens.len(),
        screens + 1,
        "nothing was shown between"
    );
    let fact = kiosk.journal[kiosk.screens[screens].0 - 1].clone();
    let secret = PairingSecret::new([0xA1; 16]);
    let body = FactBody::Paired {
        code: secret.code(),
        until_ms: kiosk.now.clock.wall_ms + 300_000,
    };
    assert_eq!((fact.subject, &fact.body), (Some(who(1)), &body));
    assert_eq!(kiosk.tones, [Tone::Done]);
    let shown = code(&kiosk);
    assert_eq!(shown.address, secret.address(&pairing()));
    assert_eq!(shown.remaining.left_ms, OWN_MS);

    let digits = "a1".repeat(16);
    assert!(shown.address.reveal().ends_with(&digits));
    assert!(!format!("{:?}", kiosk.screen()).contains(&digits));
    for fact in &kiosk.journal {
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        assert!(!bytes.contains(&digits), "{bytes}");
    }
    assert!(kiosk.kept.values().all(|v| !v.contains(&digits)));
}

#[test]
fn each_code_has_a_secret_of_its_own() {
    let mut kiosk = at_phone();
    kiosk.touch(Touch::Confirm);
    let first = code(&kiosk).address.clone();
    kiosk.touch(Touch::Confirm);
    assert_eq!(phone(&kiosk).minutes, 5, "taken off the screen");
    kiosk.touch(Touch::Confirm);
    assert_ne!(code(&kiosk).address, first);
    assert_eq!(paired(&kiosk), 2);
}

#[test]
fn a_code_does_not_stay_for_whoever_comes_next() {
    let mut kiosk = at_phone();
    kiosk.touch(Touch::Confirm);
    for touch in [Touch::Pages(1), Touch::Pick(0), Touch::Undo, Touch::Own] {
        kiosk.wait(10_000);
        kiosk.touch(touch);
    }
    kiosk.wait(OWN_MS - 40_000);
    assert!(matches!(kiosk.view(), View::Idle(_)), "no touch renews it");
    let leave: [fn(&mut Kiosk); 4] = [
        |k| k.touch(Touch::Cancel),
        |k| k.touch(Touch::Tab(OwnTab::Overview)),
        |k| k.tap(card(2)),
        |k| {
            k.seen();
        },
    ];
    for leave in leave {
        let mut kiosk = at_phone();
        kiosk.touch(Touch::Confirm);
        assert_eq!(code(&kiosk).remaining.total_ms, OWN_MS);
        leave(&mut kiosk);
        let gone = !matches!(kiosk.view(), View::Own(own) if matches!(own.page, OwnPage::Code(_)));
        assert!(gone);
    }
}

#[test]
fn a_disk_that_fails_makes_no_code() {
    let mut kiosk = at_phone();
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tones.clear();
    kiosk.touch(Touch::Confirm);
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    assert_eq!(
        (paired(&kiosk), kiosk.tones.as_slice()),
        (0, &[Tone::Ask][..])
    );
}

#[test]
fn without_a_clock_no_code_is_made() {
    let mut kiosk = at_phone();
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.give(Input::Tick);
    assert!(phone(&kiosk).no_clock);
    kiosk.touch(Touch::Confirm);
    assert!(phone(&kiosk).no_clock);
    assert_eq!((paired(&kiosk), kiosk.tones.last()), (0, Some(&Tone::Ask)));
    kiosk.now.clock.quality = NTP;
    kiosk.touch(Touch::Confirm);
    assert_eq!(paired(&kiosk), 1);
}

#[test]
fn where_the_city_pairs_no_phones_there_is_no_tab() {
    let mut kiosk = at_phone();
    kiosk.catalogue(|c| c.pairing = None);
    assert_eq!(own(&kiosk).tab, OwnTab::Overview);
    assert!(!own(&kiosk).tabs.contains(&OwnTab::Phone));
    kiosk.touch(Touch::Tab(OwnTab::Phone));
    assert_eq!(own(&kiosk).tab, OwnTab::Overview);
    kiosk.touch(Touch::Confirm);
    assert_eq!(paired(&kiosk), 0);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}
