use super::*;
use crate::credential::{CardUid, Technology};
use crate::{
    attendance::Role,
    ids::HouseholdId,
    nursery::{settings::Day, tariff::Care},
};

fn citizen(id: &str) -> CitizenId {
    CitizenId::new(id).unwrap()
}

fn uid(n: u8) -> Credential {
    Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
}

fn roster() -> Roster {
    Roster {
        households: vec![Household {
            id: HouseholdId::new("H-1").unwrap(),
            children: vec![Child {
                citizen: citizen("SKM-000001"),
                name: "山田 花".to_owned().into(),
                kana: "やまだ はな".to_owned().into(),
                class: "さくら".into(),
                mark: ClassMark::Cherry,
                card: None,
                care: Vec::new(),
                from: None,
                until: None,
            }],
            people: vec![Guardian {
                citizen: citizen("SKM-000002"),
                name: "山田 太郎".to_owned().into(),
                cards: vec![uid(1)],
                role: Role::Guardian,
                when: Vec::new(),
                barred: false,
            }],
            notices: Vec::new(),
        }],
        ..Roster::empty("nursery-1".parse().unwrap())
    }
}

#[test]
fn a_citizen_ap_or_a_linked_card_opens_the_household() {
    let roster = roster();
    for credential in [Credential::Citizen(citizen("SKM-000002")), uid(1)] {
        assert!(matches!(
            roster.find(&credential),
            Some(Known::Household {
                guardian: Some(_),
                ..
            })
        ));
    }
    assert!(matches!(
        roster.find(&Credential::Citizen(citizen("SKM-000001"))),
        Some(Known::Household { guardian: None, .. })
    ));
    assert_eq!(roster.find(&uid(9)), None);
}

#[test]
fn a_card_that_opens_two_doors_is_refused() {
    let mut twice = roster();
    twice.residents.push(Resident {
        citizen: citizen("SKM-000009"),
        cards: vec![uid(1)],
        age: None,
        birth_month: None,
        links: BTreeMap::new(),
    });
    assert!(matches!(
        twice.check(),
        Err(InvalidRoster::CardTwice { .. })
    ));
    assert_eq!(roster().check(), Ok(()));
}

#[test]
fn a_resident_written_before_ages_is_read_and_a_month_is_checked() {
    let old = r#"{"citizen":"SKM-000009","cards":[]}"#;
    let mut resident: Resident = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&resident).unwrap(), old);
    let mut with = roster();
    resident.birth_month = Some(4);
    resident.age = Some(Age::Senior);
    with.residents = vec![resident.clone()];
    assert_eq!(with.check(), Ok(()));
    assert_eq!(
        with.for_points(&citizen("SKM-000009")),
        Person {
            age: Some(Age::Senior),
            birth_month: Some(4)
        }
    );
    assert_eq!(with.for_points(&citizen("SKM-000008")), Person::default());
    with.residents[0].birth_month = Some(13);
    assert_eq!(with.check(), Err(InvalidRoster::BirthMonth(1)));
}

fn resident(id: &str, links: &[(&str, &str)]) -> Resident {
    Resident {
        citizen: citizen(id),
        cards: Vec::new(),
        age: None,
        birth_month: None,
        links: links
            .iter()
            .map(|(system, number)| (system.parse().unwrap(), number.parse().unwrap()))
            .collect(),
    }
}

#[test]
fn one_number_of_a_system_is_one_persons() {
    let mut roster = roster();
    roster.residents = vec![
        resident("SKM-000008", &[("clinic", "0077"), ("library", "1")]),
        resident("SKM-000009", &[("clinic", "1"), ("library", "0077")]),
    ];
    assert_eq!(roster.check(), Ok(()));
    roster
        .residents
        .push(resident("SKM-000010", &[("clinic", "0077")]));
    let slip = roster.check().unwrap_err();
    assert_eq!(
        slip.to_string(),
        "residents #1 and #3 have the same number in clinic"
    );
}

#[test]
fn a_kiosk_may_have_the_numbers_of_its_own_system_only() {
    let mut roster = roster();
    let both = [("clinic", "0077"), ("library", "1")];
    roster.residents = vec![resident("SKM-000008", &both)];
    let clinic = "clinic".parse().unwrap();
    let of_clinic = roster.clone().with_links_of(Some(&clinic));
    let left: Vec<_> = of_clinic.residents[0].links.keys().collect();
    assert_eq!(left, [&clinic]);
    let of_hall = roster.with_links_of(None);
    assert!(of_hall.residents[0].links.is_empty());
    let written = serde_json::to_string(&of_hall).unwrap();
    assert!(
        !written.contains("links"),
        "written as before there were any"
    );
}

#[test]
fn a_link_number_is_text_of_its_alphabet() {
    for (text, good) in [
        ("0012345", true),
        ("A-1", true),
        ("", false),
        ("12 34", false),
        ("１２３", false),
        ("a1", false),
    ] {
        assert_eq!(text.parse::<LinkNumber>().is_ok(), good, "{text:?}");
    }
    let shown = format!("{:?}", resident("SKM-000008", &[("clinic", "0077")]));
    assert!(!shown.contains("0077"), "{shown}");
}

#[test]
fn a_collector_comes_on_the_days_that_are_theirs() {
    use jiff::civil::date;
    let guardian = roster().households[0].people[0].clone();
    let tuesdays = Guardian {
        role: Role::Collector,
        when: vec![When {
            from: Some(date(2026, 11, 1)),
            until: Some(date(2026, 11, 30)),
            days: vec![Day::Tue],
        }],
        ..guardian.clone()
    };
    let barred = Guardian {
        barred: true,
        ..guardian.clone()
    };
    let tuesday = Some(date(2026, 11, 24));
    for (who, day, may) in [
        (&guardian, tuesday, May::Yes),
        (&guardian, None, May::Yes),
        (&tuesdays, tuesday, May::Yes),
        (&tuesdays, Some(date(2026, 11, 25)), May::NotToday),
        (&tuesdays, Some(date(2026, 12, 1)), May::NotToday),
        (&tuesdays, None, May::NotToday),
        (&barred, tuesday, May::Never),
        (&barred, None, May::Never),
    ] {
        assert_eq!(who.may(day), may, "{day:?}");
    }
}

#[test]
fn a_certificate_holds_from_its_day_and_a_child_between_its_days() {
    use jiff::civil::date;
    let mut child = roster().households[0].children[0].clone();
    assert_eq!(child.care(date(2026, 4, 1)), Care::Standard);
    child.care = vec![
        CareFrom {
            from: date(2026, 10, 1),
            care: Care::Standard,
        },
        CareFrom {
            from: date(2026, 4, 1),
            care: Care::Short,
        },
    ];
    for (day, care) in [
        (date(2026, 3, 31), Care::Standard),
        (date(2026, 4, 1), Care::Short),
        (date(2026, 9, 30), Care::Short),
        (date(2026, 10, 1), Care::Standard),
    ] {
        assert_eq!(child.care(day), care, "{day}");
    }
    child.until = Some(date(2026, 11, 20));
    assert!(child.is_enrolled(date(2026, 11, 20)));
    assert!(!child.is_enrolled(date(2026, 11, 21)));
}

#[test]
fn one_id_is_one_person() {
    let mut twice = roster();
    twice.households[0].people[0].citizen = citizen("SKM-000001");
    assert!(matches!(twice.check(), Err(InvalidRoster::PersonTwice(_))));
}

#[test]
fn no_name_reaches_a_debug_line() {
    let shown = format!("{:?}", roster());
    for personal in ["山田", "やまだ", "000001", "0101", "H-1"] {
        assert!(!shown.contains(personal), "{personal} in {shown}");
    }
}
