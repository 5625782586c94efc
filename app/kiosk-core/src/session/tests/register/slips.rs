//! What the desk refuses, and what it does not lose.

use super::*;

#[test]
fn what_is_wrong_before_anything_is_asked_is_said() {
    let without = |change: fn(&mut City)| {
        let mut city = city();
        change(&mut city);
        city
    };
    let lease = |city: &mut City, change: fn(&mut Lease)| {
        change(&mut city.leases.as_mut().unwrap().leases[0]);
    };
    let cases: [(City, DeskSlip); 5] = [
        (without(|c| c.seal = None), DeskSlip::NoCityKey),
        (
            without(|c| c.leases = None),
            DeskSlip::NoNumber(NoNumber::NoLease),
        ),
        (
            {
                let mut c = city();
                lease(&mut c, |l| l.until = date(2026, 3, 31));
                c
            },
            DeskSlip::NoNumber(NoNumber::Over),
        ),
        (
            {
                let mut c = city();
                lease(&mut c, |l| l.count = 0);
                c
            },
            DeskSlip::NoNumber(NoNumber::UsedUp),
        ),
        (
            {
                let mut c = city();
                lease(&mut c, |l| l.life.0 = uuid::Uuid::from_u128(9));
                c
            },
            DeskSlip::NoNumber(NoNumber::NoLease),
        ),
    ];
    for (city, slip) in cases {
        let mut kiosk = Kiosk::in_city(VISIT, city);
        assert_eq!(counts(&mut kiosk).cannot, Some(slip));
        open(&mut kiosk);
        assert_eq!(desk(&kiosk).slip, Some(slip));
        kiosk.tap(felica(77));
        kiosk.act(StaffAct::Register);
        assert!(matches!(
            desk(&kiosk).step,
            DeskStep::Card {
                register: false,
                ..
            }
        ));
        assert_eq!(desk(&kiosk).slip, Some(slip));
        assert_eq!(kiosk.count(is_claim), 0);
    }
    let mut kiosk = Kiosk::in_city(VISIT, city());
    let now = kiosk.now;
    kiosk.restart(2, 9_000, now.clock.wall_ms, Quality::UNKNOWN);
    open(&mut kiosk);
    assert_eq!(desk(&kiosk).slip, Some(DeskSlip::ClockUnsure));
}

#[test]
fn a_lease_that_is_used_up_at_the_last_step_records_nothing() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Register);
    name(&mut kiosk);
    kiosk.touch(Touch::Confirm);
    let mut none = leases();
    none.leases.clear();
    kiosk.give(Input::Leases(Box::new(none)));
    fill(&mut kiosk);
    assert_eq!(
        desk(&kiosk).slip,
        Some(DeskSlip::NoNumber(NoNumber::NoLease))
    );
    kiosk.give(Input::Leases(Box::new(leases())));
    kiosk.touch(Touch::Confirm);
    assert_eq!(done(&kiosk).deed, DeskDeed::Register);
}

#[test]
fn each_bad_card_is_said_and_the_desk_stays() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    for (problem, slip) in [
        (CardProblem::HoldStill, DeskSlip::HoldStill),
        (CardProblem::Silent, DeskSlip::HoldStill),
        (CardProblem::RemovedEarly, DeskSlip::RemovedEarly),
        (CardProblem::NotGenuine, DeskSlip::NotGenuine),
        (CardProblem::Unknown, DeskSlip::NoUsableNumber),
    ] {
        kiosk.bad_tap(problem);
        assert_eq!(desk(&kiosk).slip, Some(slip));
    }
    kiosk.give(Input::TwoCards);
    assert_eq!(desk(&kiosk).slip, Some(DeskSlip::TwoCards));
    for (held, is) in [
        (felica(90), CardIs::Staff),
        (felica(50), CardIs::Resident { provisional: false }),
        (card(123), CardIs::Resident { provisional: false }),
    ] {
        kiosk.tap(held);
        let DeskStep::Card {
            is: shown,
            register,
            relink,
            ..
        } = desk(&kiosk).step
        else {
            panic!("{:?}", desk(&kiosk))
        };
        assert_eq!((shown, register, relink), (is, false, false));
        kiosk.act(StaffAct::Register);
        assert!(matches!(desk(&kiosk).step, DeskStep::Card { .. }));
        kiosk.touch(Touch::Cancel);
        assert_eq!(desk(&kiosk).step, DeskStep::Hold);
    }
    kiosk.touch(Touch::Cancel);
    assert!(matches!(kiosk.view(), View::StaffPanel(_)));
}

#[test]
fn a_form_is_not_lost_to_another_card_and_every_slip_is_named() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Register);
    let slip = |kiosk: &Kiosk| desk(kiosk).slip;
    assert_eq!((desk(&kiosk).nth, desk(&kiosk).of), (1, 5));
    kiosk.touch(Touch::Confirm);
    assert_eq!(slip(&kiosk), Some(DeskSlip::Form(FormSlip::NoName)));
    kiosk.touch(Touch::Kana('x'));
    name(&mut kiosk);
    kiosk.tap(felica(78));
    assert_eq!(slip(&kiosk), Some(DeskSlip::AnotherCard));
    kiosk.bad_tap(CardProblem::HoldStill);
    kiosk.tap(felica(77));
    let DeskStep::Kana { name: written, .. } = &desk(&kiosk).step else {
        panic!("{:?}", desk(&kiosk))
    };
    assert_eq!(written.reveal(), "ヒナガタ");
    kiosk.touch(Touch::Confirm);
    for (born, why) in [
        ("2026", FormSlip::NoSuchDay),
        ("20230229", FormSlip::NoSuchDay),
        ("20270101", FormSlip::NotBornYet),
        ("18000101", FormSlip::TooLongAgo),
    ] {
        digits(&mut kiosk, born);
        kiosk.touch(Touch::Confirm);
        assert_eq!(slip(&kiosk), Some(DeskSlip::Form(why)));
        for _ in 0..8 {
            kiosk.touch(Touch::Erase);
        }
        assert_eq!(slip(&kiosk), None);
    }
    digits(&mut kiosk, "195001029");
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Pick(7));
    kiosk.touch(Touch::Confirm);
    assert_eq!(slip(&kiosk), Some(DeskSlip::Form(FormSlip::NoArea)));
    kiosk.touch(Touch::Cancel);
    assert!(matches!(desk(&kiosk).step, DeskStep::Birth { .. }));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Language(Language::En));
    let DeskStep::Consent { text, guardian } = &desk(&kiosk).step else {
        panic!("{:?}", desk(&kiosk))
    };
    assert_eq!((text.as_str(), *guardian), ("Used for points", None));
    assert_eq!(kiosk.count(is_claim), 0);
}

#[test]
fn a_childs_guardian_must_agree() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Register);
    name(&mut kiosk);
    kiosk.touch(Touch::Confirm);
    // Eighteen tomorrow.
    digits(&mut kiosk, "20080402");
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Confirm);
    assert_eq!(desk(&kiosk).slip, Some(DeskSlip::GuardianMissing));
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    let DeskStep::Summary(summary) = &desk(&kiosk).step else {
        panic!("{:?}", desk(&kiosk))
    };
    assert!(summary.guardian);
    assert_eq!(summary.area.as_deref(), Some("東"));
    kiosk.touch(Touch::Confirm);
    assert!(read(&kiosk).1.consent.unwrap().guardian);
}

#[test]
fn numbers_of_ids_are_whole_and_of_nobody_who_gave_theirs_up() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    kiosk.roster(|r| r.released = vec![card(51)]);
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Relink);
    digits(&mut kiosk, "00005");
    kiosk.touch(Touch::Confirm);
    assert_eq!(desk(&kiosk).slip, Some(DeskSlip::NumberShort));
    digits(&mut kiosk, "19");
    kiosk.touch(Touch::Confirm);
    assert_eq!(desk(&kiosk).slip, Some(DeskSlip::IdReleased));
    assert_eq!(kiosk.count(is_claim), 0);
}

#[test]
fn a_desk_left_alone_closes_and_records_nothing() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Register);
    name(&mut kiosk);
    kiosk.wait(REGISTER_IDLE_MS - 1_000);
    assert!(matches!(desk(&kiosk).step, DeskStep::Kana { .. }));
    kiosk.touch(Touch::Erase);
    kiosk.wait(REGISTER_IDLE_MS);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(kiosk.count(is_claim), 0);
    open(&mut kiosk);
    assert_eq!(desk(&kiosk).step, DeskStep::Hold);
}

#[test]
fn a_full_disk_registers_nobody() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    open(&mut kiosk);
    kiosk.tap(felica(77));
    kiosk.act(StaffAct::Register);
    kiosk.disk = Some(StoreTrouble::Full);
    fill(&mut kiosk);
    assert!(
        !kiosk
            .screens
            .iter()
            .any(|(_, s)| matches!(s.view, View::Registered(_)))
    );
    kiosk.disk = None;
    kiosk.give(Input::Store(None));
    kiosk.tap(felica(77));
    assert_eq!(kiosk.message(), MessageKind::UnknownCard);
}

#[test]
fn where_cards_are_not_registered_there_is_no_desk() {
    for (service, city) in [(VISIT, City::default()), (Service::nursery(), city())] {
        let mut kiosk = Kiosk::in_city(service, city);
        open(&mut kiosk);
        assert!(!matches!(kiosk.view(), View::Desk(_)), "{:?}", kiosk.view());
    }
}
