//! A bus for the tests: its rules, its list, and a kiosk that is a list of facts.

use jiff::civil::{Date, DateTime, date};
use uuid::Uuid;

use super::{
    judge::{Asked, judge},
    list::{FareEntry, FareList},
    ride::Ride,
    rules::{Chime, Colour, FareClass, FareRules, Limits, Shape},
};
use crate::{
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::{ClassId, Incarnation},
    points::sample::{at, text, tokyo},
    pseudonym::Pseudonym,
    time::{BootId, Quality, Stamp},
};

pub(crate) const TODAY: Date = date(2026, 11, 24);

pub(crate) fn class(id: &str) -> ClassId {
    id.parse().unwrap()
}

pub(crate) fn holder(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

fn fare(id: &str, colour: Colour, shape: Shape, chime: Chime) -> FareClass {
    FareClass {
        id: class(id),
        name: text("くぶん"),
        colour,
        shape,
        chime,
        limits: None,
    }
}

/// Free for some; half for others, twice a day and five times a year; the rest pay.
pub(crate) fn rules() -> FareRules {
    FareRules {
        classes: vec![
            fare("free", Colour::Green, Shape::Star, Chime::Up),
            FareClass {
                limits: Some(Limits {
                    day: Some(2),
                    year: Some(5),
                    beyond: None,
                }),
                ..fare("half", Colour::Blue, Shape::Circle, Chime::Two)
            },
            fare("usual", Colour::Grey, Shape::Bar, Chime::One),
        ],
        default: class("usual"),
        honoured_days: 7,
        year_begins: 4,
    }
}

pub(crate) fn list() -> FareList {
    let entry = |id, until| FareEntry {
        class: class(id),
        until,
        elsewhere: None,
    };
    FareList {
        version: 3,
        issued: date(2026, 11, 1),
        expires: date(2026, 11, 30),
        entries: [
            (holder(1), entry("half", None)),
            (holder(2), entry("free", None)),
            (holder(3), entry("half", Some(date(2026, 11, 20)))),
            (holder(4), entry("gold", None)),
            (holder(5), entry("half", Some(date(2026, 10, 20)))),
        ]
        .into(),
    }
}

pub(crate) fn on(when: DateTime) -> Stamp {
    at(when)
}

/// A moment of a boot whose clock nobody vouches for.
pub(crate) fn unsure(boot: u128, mono_ms: u64) -> Stamp {
    Stamp {
        wall_ms: 5,
        boot: BootId(Uuid::from_u128(boot)),
        mono_ms,
        quality: Quality::UNKNOWN,
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Bus {
    pub(crate) facts: Vec<Fact>,
    pub(crate) folds: Folds,
}

impl Bus {
    pub(crate) fn record(
        &mut self,
        who: Option<Pseudonym>,
        at: Stamp,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let draft = Draft {
            id: FactId(Uuid::from_u128(u128::from(seq))),
            subject: who,
            at,
            caused_by: cause,
            body,
        };
        let key = FactKey {
            kiosk: "bus-1".parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(1)),
            seq,
        };
        let fact = Fact::place(draft, key, "bus".parse().unwrap(), Hash::GENESIS);
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        FactId(Uuid::from_u128(u128::from(seq)))
    }

    pub(crate) fn ask(&self, rules: &FareRules, list: &FareList, who: u8, at: Stamp) -> Ride {
        let asked = Asked {
            list: Some(list),
            subject: Some(holder(who)),
            rides: &self.folds.rides(&holder(who)),
            at: &at,
            zone: &tokyo(),
        };
        judge(rules, &asked).ride()
    }

    pub(crate) fn tap(&mut self, rules: &FareRules, list: &FareList, who: u8, at: Stamp) -> Ride {
        let ride = self.ask(rules, list, who, at);
        let subject = ride.why.is_of_a_holder().then(|| holder(who));
        self.record(subject, at, None, FactBody::Ride(ride.clone()));
        ride
    }

    pub(crate) fn last(&self) -> FactId {
        self.facts.last().unwrap().id
    }

    pub(crate) fn undo(&mut self, who: u8, at: Stamp, fact: FactId) {
        self.record(Some(holder(who)), at, Some(fact), FactBody::Undone { fact });
    }

    pub(crate) fn correct(&mut self, boot: u128, boot_wall_ms: i64, at: Stamp) {
        let body = FactBody::ClockCorrected {
            boot: BootId(Uuid::from_u128(boot)),
            boot_wall_ms,
            quality: at.quality,
        };
        self.record(None, at, None, body);
    }
}
