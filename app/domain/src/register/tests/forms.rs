//! The form, the board of kana, the rules of the catalogue.

use jiff::civil::date;

use super::sample::TODAY;
use crate::{
    catalogue::Text,
    register::{
        Consent, Form, FormSlip, InvalidRegistration, Letter, RegistrationRules,
        form::{self, KANA_MAX, age},
        kana::{BOARD, is_kana, marked},
        letter::STEP,
        rules::{AREAS_MAX, Area, ConsentText},
    },
};

fn text(ja: &str) -> Text {
    Text {
        ja: ja.into(),
        en: Some(ja.into()),
        ..Text::default()
    }
}

fn rules() -> RegistrationRules {
    RegistrationRules {
        consent: ConsentText {
            id: "points".parse().unwrap(),
            version: 1,
            text: text("同意"),
        },
        kana: true,
        birth: true,
        areas: vec![Area {
            id: "east".parse().unwrap(),
            name: text("東"),
        }],
        adult_at: 18,
    }
}

fn filled() -> Form {
    Form {
        kana: Some("ヒナガタ\u{3000}イチ".to_owned().into()),
        birth: Some(date(1950, 1, 2).into()),
        area: Some("east".parse().unwrap()),
    }
}

#[test]
fn a_form_is_asked_for_what_the_catalogue_asks() {
    let form = filled();
    assert_eq!(form.check(&rules(), TODAY), Ok(()));
    let slip = |change: &dyn Fn(&mut Form)| {
        let mut form = filled();
        change(&mut form);
        form.check(&rules(), TODAY).unwrap_err()
    };
    assert_eq!(slip(&|f| f.kana = None), FormSlip::NoName);
    let kanji = |f: &mut Form| f.kana = Some("雛形".to_owned().into());
    assert_eq!(slip(&kanji), FormSlip::NotKana);
    assert_eq!(slip(&|f| f.birth = None), FormSlip::NoSuchDay);
    let tomorrow = |f: &mut Form| f.birth = Some(date(2026, 11, 25).into());
    assert_eq!(slip(&tomorrow), FormSlip::NotBornYet);
    let long_ago = |f: &mut Form| f.birth = Some(date(1890, 1, 1).into());
    assert_eq!(slip(&long_ago), FormSlip::TooLongAgo);
    assert_eq!(slip(&|f| f.area = None), FormSlip::NoArea);
    let west = |f: &mut Form| f.area = Some("west".parse().unwrap());
    assert_eq!(slip(&west), FormSlip::NoArea);
    let nothing = RegistrationRules {
        kana: false,
        birth: false,
        areas: Vec::new(),
        ..rules()
    };
    assert_eq!(Form::default().check(&nothing, TODAY), Ok(()));
}

#[test]
fn eight_digits_are_a_day_or_say_why_not() {
    use FormSlip::{NoSuchDay, NotBornYet, TooLongAgo};
    for (digits, day) in [
        ("19500102", Ok(date(1950, 1, 2))),
        ("20240229", Ok(date(2024, 2, 29))),
        ("20261124", Ok(TODAY)),
        ("20230229", Err(NoSuchDay)),
        ("20261301", Err(NoSuchDay)),
        ("1950010", Err(NoSuchDay)),
        ("", Err(NoSuchDay)),
        ("００００", Err(NoSuchDay)),
        ("20261125", Err(NotBornYet)),
        ("18950101", Err(TooLongAgo)),
    ] {
        assert_eq!(form::birth(digits, TODAY), day, "{digits}");
    }
}

#[test]
fn a_year_is_lived_on_the_birthday() {
    for (birth, today, years) in [
        (date(2008, 11, 24), TODAY, 18),
        (date(2008, 11, 25), TODAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (TODAY, TODAY, 0),
    ] {
        assert_eq!(age(birth, today), years, "{birth}");
    }
}

#[test]
fn a_band_changes_with_the_school_year() {
    use crate::points::caps::Age::{Adult, Child, Youth};
    for (birth, today, said) in [
        (date(2014, 4, 2), date(2027, 3, 31), Some(Child)),
        (date(2014, 4, 2), date(2027, 4, 1), Some(Youth)),
        (date(2014, 4, 1), date(2026, 4, 1), Some(Youth)),
        (date(2008, 4, 2), date(2027, 3, 31), Some(Youth)),
        (date(2008, 4, 2), date(2027, 4, 1), Some(Adult)),
        (date(1966, 11, 25), TODAY, Some(Adult)),
        (date(1966, 11, 24), TODAY, None),
        (TODAY, TODAY, Some(Child)),
    ] {
        assert_eq!(form::band(birth, today), said, "{birth} on {today}");
    }
}

#[test]
fn every_key_writes_kana_and_marks_turn_round() {
    let keys: Vec<char> = BOARD.iter().flat_map(|c| c.chars()).collect();
    for key in keys.iter().filter(|c| **c != '\u{3000}') {
        assert!(is_kana(*key), "{key}");
        let mut kana = *key;
        let mut turns = 0;
        loop {
            kana = marked(kana);
            assert!(is_kana(kana), "{kana}");
            turns += 1;
            if kana == *key {
                break;
            }
            assert!(turns < 4, "{key} never comes back");
        }
    }
    for (from, to) in [
        ('カ', 'ガ'),
        ('ハ', 'バ'),
        ('バ', 'パ'),
        ('ツ', 'ッ'),
        ('ン', 'ン'),
    ] {
        assert_eq!(marked(from), to);
    }
    assert!(form::kana(&"ア".repeat(KANA_MAX)).is_ok());
    for (name, slip) in [
        ("\u{3000}", FormSlip::NoName),
        ("あ", FormSlip::NotKana),
        ("ア ア", FormSlip::NotKana),
        (&"ア".repeat(KANA_MAX + 1), FormSlip::NotKana),
    ] {
        assert_eq!(form::kana(name), Err(slip), "{name}");
    }
}

#[test]
fn the_slips_of_a_catalogue_are_named() {
    let slip = |change: &dyn Fn(&mut RegistrationRules)| {
        let mut rules = rules();
        change(&mut rules);
        rules.check().unwrap_err()
    };
    assert_eq!(rules().check(), Ok(()));
    let japanese_only = |r: &mut RegistrationRules| r.consent.text.en = None;
    assert_eq!(slip(&japanese_only), InvalidRegistration::Consent);
    let long = |r: &mut RegistrationRules| r.consent.text.ja = "あ".repeat(401);
    assert_eq!(slip(&long), InvalidRegistration::Consent);
    let zeroth = |r: &mut RegistrationRules| r.consent.version = 0;
    assert_eq!(slip(&zeroth), InvalidRegistration::Version);
    let twice = |r: &mut RegistrationRules| r.areas.push(r.areas[0].clone());
    let east = "east".parse().unwrap();
    assert_eq!(slip(&twice), InvalidRegistration::AreaTwice(east));
    let many = |r: &mut RegistrationRules| r.areas = vec![r.areas[0].clone(); AREAS_MAX + 1];
    assert_eq!(slip(&many), InvalidRegistration::Areas);
    let ageless = |r: &mut RegistrationRules| r.adult_at = 0;
    assert_eq!(slip(&ageless), InvalidRegistration::AdultAt);
}

#[test]
fn a_letter_reads_back_and_its_length_says_nothing_of_a_name() {
    let letter = |kana: &str| Letter {
        citizen: super::sample::id(1),
        credential: super::sample::uid(1),
        form: Some(Form {
            kana: Some(kana.to_owned().into()),
            ..filled()
        }),
        consent: Some(Consent {
            id: "points".parse().unwrap(),
            version: 1,
            guardian: true,
        }),
        birth: None,
    };
    let (short, long) = (letter("ア"), letter(&"ア".repeat(12)));
    assert_eq!(short.to_bytes().len(), long.to_bytes().len());
    assert_eq!(short.to_bytes().len() % STEP, 0);
    assert_eq!(Letter::from_bytes(&long.to_bytes()), Some(long.clone()));
    assert_eq!(Letter::from_bytes(b"no letter"), None);
    assert!(!format!("{long:?}").contains('ア'));
}
