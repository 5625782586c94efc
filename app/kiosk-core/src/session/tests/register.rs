//! The desk: what it records, what it refuses, and what a card is afterwards.

mod deeds;
mod slips;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use machitap_domain::{
    Credential, Fact, FactBody, FactId, Pseudonym, Quality,
    catalogue::{Language, Service, Text},
    fact::Refusal,
    register::{
        Answer, FormSlip, IdForm, Lease, Leases, Letter, NoNumber, RegistrationRules, SealedLetter,
        WhyNot,
        rules::{Area, ConsentText},
    },
};
use machitap_wire::{letter, seal::SealOpener};

use super::town::{City, Kiosk, LIFE, NTP, VISIT, card, citizen, felica, purposes};
use crate::{
    input::{CardProblem, Input, StaffAct, StoreTrouble, Touch},
    session::REGISTER_IDLE_MS,
    view::{
        CardIs, Desk, DeskCounts, DeskDeed, DeskSlip, DeskStep, Gained, MessageKind, Registered,
        View,
    },
};

fn text(ja: &str, en: &str) -> Text {
    Text {
        ja: ja.into(),
        en: Some(en.into()),
        ..Text::default()
    }
}

pub(super) fn opener() -> SealOpener {
    SealOpener::from_text(&"3a".repeat(32)).unwrap()
}

fn rules() -> RegistrationRules {
    let area = |id: &str, ja: &str, en: &str| Area {
        id: id.parse().unwrap(),
        name: text(ja, en),
    };
    RegistrationRules {
        consent: ConsentText {
            id: "points".parse().unwrap(),
            version: 3,
            text: text("ポイントのために使います", "Used for points"),
        },
        kana: true,
        birth: true,
        areas: vec![area("east", "東", "East"), area("west", "西", "West")],
        adult_at: 18,
    }
}

fn leases() -> Leases {
    Leases {
        form: IdForm {
            prefix: "SKM-".into(),
            digits: 6,
        },
        leases: vec![Lease {
            id: "l-1".parse().unwrap(),
            life: LIFE,
            from: 700_000,
            count: 2,
            until: date(2026, 12, 31),
        }],
        answers: BTreeMap::new(),
    }
}

/// A city that registers cards.
pub(super) fn city() -> City {
    City {
        registration: Some(rules()),
        leases: Some(leases()),
        seal: Some(opener().public()),
        ..City::default()
    }
}

pub(super) fn is_claim(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::Registered(_) | FactBody::Relinked(_) | FactBody::ReleasedId(_)
    )
}

/// No number is issued twice, and no answer is written down twice in a row.
pub(super) fn is_sound(kiosk: &Kiosk) {
    let mut issued = BTreeSet::new();
    let mut answers: BTreeMap<Option<FactId>, Answer> = BTreeMap::new();
    for fact in &kiosk.journal {
        match &fact.body {
            FactBody::Registered(r) => {
                assert!(issued.insert((r.lease.clone(), r.nth)), "issued twice");
            }
            FactBody::RegistrationAnswered { answer } => {
                let before = answers.insert(fact.caused_by, *answer);
                assert_ne!(before, Some(*answer), "answered twice");
            }
            _ => {}
        }
    }
}

/// Staff do that with a card, as far as the desk lets them.
pub(super) fn at_the_desk(kiosk: &mut Kiosk, deed: u8, held: u8) {
    open(kiosk);
    kiosk.tap(felica(held));
    kiosk.act(match deed {
        0 => StaffAct::Register,
        1 => StaffAct::Relink,
        _ => StaffAct::Release,
    });
    fill(kiosk);
}

/// The city's word on the n-th latest claim; what it said before stands.
pub(super) fn answer(kiosk: &mut Kiosk, back: usize, accepted: bool) {
    let claims = kiosk.journal.iter().rev().filter(|f| is_claim(&f.body));
    let Some(fact) = claims.map(|f| f.id).nth(back) else {
        return;
    };
    let why = WhyNot::CardTaken;
    let answer = if accepted {
        Answer::Accepted
    } else {
        Answer::Refused { why }
    };
    let mut told = leases();
    told.answers.insert(fact, answer);
    kiosk.give(Input::Leases(Box::new(told)));
}

fn open(kiosk: &mut Kiosk) {
    kiosk.open_panel();
    kiosk.act(StaffAct::Register);
}

fn digits(kiosk: &mut Kiosk, digits: &str) {
    for digit in digits.bytes() {
        kiosk.touch(Touch::Digit(digit - b'0'));
    }
}

fn name(kiosk: &mut Kiosk) {
    for key in "ヒナカ".chars() {
        kiosk.touch(Touch::Kana(key));
    }
    kiosk.touch(Touch::Mark);
    kiosk.touch(Touch::Kana('タ'));
}

/// Goes through all steps that are left, whatever they are.
fn fill(kiosk: &mut Kiosk) {
    for _ in 0..6 {
        let View::Desk(desk) = kiosk.view() else {
            return;
        };
        match &desk.step {
            DeskStep::Kana { .. } => name(kiosk),
            DeskStep::Birth { .. } => digits(kiosk, "19500102"),
            DeskStep::Area { .. } => kiosk.touch(Touch::Pick(1)),
            DeskStep::Number { .. } => digits(kiosk, "000050"),
            _ => {}
        }
        kiosk.touch(Touch::Confirm);
    }
}

fn desk(kiosk: &Kiosk) -> &Desk {
    match kiosk.view() {
        View::Desk(desk) => desk,
        other => panic!("the desk expected, found {other:?}"),
    }
}

fn done(kiosk: &Kiosk) -> &Registered {
    match kiosk.view() {
        View::Registered(done) => done,
        other => panic!("done expected, found {other:?}"),
    }
}

fn counts(kiosk: &mut Kiosk) -> DeskCounts {
    kiosk.open_panel();
    let View::StaffPanel(panel) = kiosk.view() else {
        panic!("the panel expected, found {:?}", kiosk.view())
    };
    let counts = panel.desk.expect("cards are registered here");
    kiosk.touch(Touch::Cancel);
    counts
}

/// What a tap gives and whether it is for now; `None` where it gives nothing.
fn points(kiosk: &mut Kiosk, held: Credential) -> Option<(u32, bool)> {
    kiosk.tap(held);
    match kiosk.view() {
        View::VisitDone(done) => match done.gained {
            Gained::Points(points) => Some((points, done.provisional)),
            other => panic!("{other:?}"),
        },
        _ => None,
    }
}

fn letter_of(fact: &Fact) -> &SealedLetter {
    match &fact.body {
        FactBody::Registered(r) => &r.letter,
        FactBody::Relinked(r) => &r.letter,
        FactBody::ReleasedId(r) => &r.letter,
        other => panic!("a claim expected, found {other:?}"),
    }
}

fn read(kiosk: &Kiosk) -> (Fact, Letter) {
    let fact = kiosk.last(is_claim).clone();
    let here = "kiosk-1".parse().unwrap();
    let letter = letter::open(&opener(), &here, fact.id, letter_of(&fact)).unwrap();
    (fact, letter)
}

fn visit_name(n: u32) -> Pseudonym {
    purposes().visit.unwrap().pseudonym(&citizen(n))
}
