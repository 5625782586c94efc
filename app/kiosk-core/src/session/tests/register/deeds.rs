//! Registered, re-linked, released: what is on disk, and what the card is then.

use super::*;

#[test]
fn a_card_is_registered_and_earns_at_once_before_the_city_knows() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    kiosk.tap(felica(77));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    at_the_desk(&mut kiosk, 0, 77);
    let shown = done(&kiosk);
    assert_eq!(shown.deed, DeskDeed::Register);
    assert_eq!(shown.number.as_ref().unwrap().reveal(), "SKM-700000");
    assert!(shown.provisional && shown.undo.is_some());
    let (fact, letter) = read(&kiosk);
    assert_eq!(fact.subject, Some(visit_name(700_000)));
    assert_eq!(letter.credential, felica(77));
    let form = letter.form.unwrap();
    assert_eq!(form.kana.unwrap().reveal(), "ヒナガタ");
    assert_eq!(*form.birth.unwrap().reveal(), date(1950, 1, 2));
    assert_eq!(form.area.unwrap().as_str(), "west");
    let consent = letter.consent.unwrap();
    assert_eq!((consent.id.as_str(), consent.version), ("points", 3));
    assert!(!consent.guardian);
    kiosk.touch(Touch::Confirm);
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, true)));
    let now = kiosk.now;
    kiosk.restart(2, 5_000, now.clock.wall_ms + 86_400_000, NTP);
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, true)));
    at_the_desk(&mut kiosk, 0, 78);
    assert_eq!(done(&kiosk).number.as_ref().unwrap().reveal(), "SKM-700001");
}

#[test]
fn nothing_personal_is_in_a_fact() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    at_the_desk(&mut kiosk, 0, 77);
    at_the_desk(&mut kiosk, 1, 78);
    kiosk.wait(61_000);
    at_the_desk(&mut kiosk, 2, 77);
    assert_eq!(kiosk.count(is_claim), 3);
    for fact in &kiosk.journal {
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        for personal in ["SKM-", "700000", "ヒナ", "1950", "4d4d", "felica:", "west"] {
            assert!(!bytes.contains(personal), "{personal} in {bytes}");
        }
        assert!(!format!("{fact:?}").contains("ヒナ"));
    }
    assert!(!format!("{:?}", kiosk.screens).contains("ヒナガ"));
}

#[test]
fn the_citys_seal_is_written_down_once_and_ends_what_is_provisional() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    at_the_desk(&mut kiosk, 0, 77);
    assert_eq!(counts(&mut kiosk).waiting, 1);
    for _ in 0..3 {
        answer(&mut kiosk, 0, true);
    }
    let answered = |b: &FactBody| matches!(b, FactBody::RegistrationAnswered { .. });
    assert_eq!(kiosk.count(answered), 1);
    let counted = counts(&mut kiosk);
    assert_eq!((counted.waiting, counted.refused, counted.left), (0, 0, 1));
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, false)));
}

#[test]
fn a_card_the_city_refused_opens_nothing_and_staff_are_told() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    at_the_desk(&mut kiosk, 0, 77);
    answer(&mut kiosk, 0, false);
    kiosk.wait(61_000);
    kiosk.tap(felica(77));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    assert_eq!(counts(&mut kiosk).refused, 1);
    open(&mut kiosk);
    kiosk.tap(felica(77));
    let DeskStep::Card { is, register, .. } = desk(&kiosk).step else {
        panic!("{:?}", desk(&kiosk))
    };
    assert_eq!((is, register), (CardIs::Refused(WhyNot::CardTaken), true));
    // A claim that came late may change the answer; registering again does in any case.
    kiosk.act(StaffAct::Register);
    fill(&mut kiosk);
    assert_eq!(done(&kiosk).number.as_ref().unwrap().reveal(), "SKM-700001");
    assert_eq!(counts(&mut kiosk).refused, 0);
}

#[test]
fn it_can_be_taken_back_for_a_minute_and_the_number_is_gone() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    at_the_desk(&mut kiosk, 0, 77);
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    kiosk.tap(felica(77));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    at_the_desk(&mut kiosk, 0, 77);
    assert_eq!(done(&kiosk).number.as_ref().unwrap().reveal(), "SKM-700001");
    kiosk.wait(61_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.touch(Touch::Undo);
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, true)));
}

#[test]
fn a_relinked_card_keeps_points_and_history_and_the_old_one_opens_nothing() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    assert_eq!(points(&mut kiosk, felica(50)), Some((10, false)));
    kiosk.wait(90_000_000);
    at_the_desk(&mut kiosk, 1, 77);
    let shown = done(&kiosk);
    assert_eq!(shown.deed, DeskDeed::Relink);
    assert_eq!(shown.number.as_ref().unwrap().reveal(), "SKM-000050");
    let (fact, letter) = read(&kiosk);
    assert_eq!(fact.subject, Some(visit_name(50)));
    assert_eq!(*letter.birth.unwrap().reveal(), date(1950, 1, 2));
    kiosk.tap(felica(50));
    assert_eq!(kiosk.message(), MessageKind::Released);
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, true)));
    assert_eq!(kiosk.folds.account(&visit_name(50)).visits(), 2);
    // The city seals it, and its roster says the same.
    answer(&mut kiosk, 0, true);
    kiosk.roster(|r| {
        r.residents[0].cards = vec![felica(77)];
        r.released = vec![felica(50)];
    });
    kiosk.wait(90_000_000);
    kiosk.tap(felica(50));
    assert_eq!(kiosk.message(), MessageKind::Released);
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, false)));
    assert_eq!(kiosk.folds.account(&visit_name(50)).visits(), 3);
}

#[test]
fn a_relink_the_city_refuses_gives_the_old_card_back() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    at_the_desk(&mut kiosk, 1, 77);
    answer(&mut kiosk, 0, false);
    kiosk.wait(61_000);
    kiosk.tap(felica(77));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
    assert_eq!(points(&mut kiosk, felica(50)), Some((10, false)));
}

#[test]
fn somebody_no_roster_names_is_relinked_by_their_number() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Relink);
    digits(&mut kiosk, "000123");
    kiosk.touch(Touch::Confirm);
    fill(&mut kiosk);
    assert_eq!(read(&kiosk).0.subject, Some(visit_name(123)));
    assert_eq!(points(&mut kiosk, felica(77)), Some((10, true)));
    // Nobody knows here whose id would be released.
    open(&mut kiosk);
    kiosk.tap(felica(77));
    let DeskStep::Card { is, release, .. } = desk(&kiosk).step else {
        panic!("{:?}", desk(&kiosk))
    };
    assert_eq!(
        (is, release),
        (CardIs::Resident { provisional: true }, false)
    );
}

#[test]
fn a_released_id_opens_nothing_from_then_on() {
    for held in [felica(50), card(50)] {
        let mut kiosk = Kiosk::in_city(VISIT, city());
        open(&mut kiosk);
        kiosk.tap(held.clone());
        kiosk.act(StaffAct::Release);
        let DeskStep::Summary(summary) = &desk(&kiosk).step else {
            panic!("{:?}", desk(&kiosk))
        };
        assert_eq!(desk(&kiosk).deed, Some(DeskDeed::Release));
        assert_eq!(summary.number, None);
        kiosk.touch(Touch::Confirm);
        assert_eq!(done(&kiosk).number, None);
        for other in [felica(50), card(50)] {
            kiosk.tap(other);
            assert_eq!(kiosk.message(), MessageKind::Released);
        }
        let refused = |b: &FactBody| {
            matches!(
                b,
                FactBody::Refused {
                    why: Refusal::Released
                }
            )
        };
        assert_eq!(kiosk.count(refused), 2);
        open(&mut kiosk);
        kiosk.tap(held);
        let shown = desk(&kiosk).step.clone();
        let none = |step: &DeskStep| {
            matches!(
                step,
                DeskStep::Card {
                    is: CardIs::Released,
                    register: false,
                    relink: false,
                    release: false,
                }
            )
        };
        assert!(none(&shown), "{shown:?}");
    }
}

#[test]
fn a_release_is_taken_back_like_anything_else() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(50));
    kiosk.act(StaffAct::Release);
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Undo);
    assert_eq!(points(&mut kiosk, felica(50)), Some((10, false)));
}
