//! A nursery whose facts are told one by one.

use jiff::{
    civil::{Time, date},
    tz::TimeZone,
};
use uuid::Uuid;

use super::super::*;
use crate::{
    attendance::{Depth, Direction, Via},
    credential::CredentialKind,
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::Incarnation,
    nursery::{
        absence::Absences,
        fee::{DayFee, Fee},
        settings::Nursery,
        tariff::{CareTariff, Span as Hours},
    },
    pseudonym::PurposeKey,
    roster::{ClassMark, Household, Roster},
    time::{BootId, ClockSource, Quality, Stamp},
};

pub(super) const HANA: &str = "SKM-000001";
pub(super) const SORA: &str = "SKM-000002";
pub(super) const UMI: &str = "SKM-000003";

pub(super) fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

pub(super) fn time(text: &str) -> Time {
    text.parse().unwrap()
}

pub(super) fn november() -> Month {
    "2026-11".parse().unwrap()
}

pub(super) fn day(n: i8) -> Date {
    date(2026, 11, n)
}

pub(super) fn key() -> PurposeKey {
    PurposeKey::new([5; 32])
}

pub(super) fn subject(citizen: &str) -> Pseudonym {
    key().pseudonym(&citizen.parse().unwrap())
}

pub(super) fn child(citizen: &str, kana: &str, class: &str) -> Child {
    Child {
        citizen: citizen.parse().unwrap(),
        name: kana.to_owned().into(),
        kana: kana.to_owned().into(),
        class: class.into(),
        mark: ClassMark::Star,
        card: None,
        care: Vec::new(),
        from: None,
        until: None,
    }
}

/// A nursery whose facts are told one by one.
pub(super) struct House {
    pub(super) roster: Roster,
    pub(super) absences: Absences,
    pub(super) nursery: Nursery,
    pub(super) folds: Folds,
    pub(super) facts: u128,
    pub(super) span: Span,
}

impl House {
    pub(super) fn new(children: Vec<Child>) -> Self {
        let facility: crate::ids::FacilityId = "nursery-1".parse().unwrap();
        let tariff = |from, cap_yen| Tariff {
            from,
            standard: rates(),
            short: rates(),
            cap_yen,
        };
        Self {
            roster: Roster {
                households: children
                    .into_iter()
                    .enumerate()
                    .map(|(n, child)| Household {
                        id: format!("H-{n}").parse().unwrap(),
                        children: vec![child],
                        people: Vec::new(),
                        notices: Vec::new(),
                    })
                    .collect(),
                ..Roster::empty(facility.clone())
            },
            absences: Absences::none(facility),
            nursery: Nursery {
                closed: vec![day(3)],
                tariffs: vec![
                    tariff(date(2026, 4, 1), None),
                    tariff(date(2026, 11, 16), Some(300)),
                ],
                ..Nursery::default()
            },
            folds: Folds::with_depth(Depth::PAPERS),
            facts: 0,
            span: Span {
                from: Some(date(2026, 10, 1)),
                today: Some(date(2026, 12, 1)),
            },
        }
    }

    pub(super) fn one() -> Self {
        Self::new(vec![child(HANA, "はな", "ほし")])
    }

    pub(super) fn tell(
        &mut self,
        of: &str,
        at: Stamp,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        self.facts += 1;
        let id = FactId(Uuid::from_u128(self.facts));
        let fact = Fact::place(
            Draft {
                id,
                subject: Some(subject(of)),
                at,
                caused_by: cause,
                body,
            },
            FactKey {
                kiosk: "door-1".parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(1)),
                seq: 1,
            },
            "nursery-1".parse().unwrap(),
            Hash::GENESIS,
        );
        self.folds.apply(&fact, &tokyo());
        id
    }

    pub(super) fn goes(&mut self, of: &str, date: Date, at: &str, direction: Direction) -> FactId {
        let body = FactBody::Attendance {
            direction,
            by: None,
            via: Via::Card(CredentialKind::Citizen),
            role: None,
            card: None,
            staff: None,
        };
        self.tell(of, stamp(date, at), None, body)
    }

    pub(super) fn comes(&mut self, of: &str, date: Date, at: &str) -> FactId {
        self.goes(of, date, at, Direction::In)
    }

    pub(super) fn leaves(&mut self, of: &str, date: Date, at: &str) -> FactId {
        self.goes(of, date, at, Direction::Out)
    }

    pub(super) fn costs(&mut self, of: &str, cause: FactId, date: Date, fee: Fee) {
        let day = DayKey::Date(date);
        let body = FactBody::Fee(DayFee { day, fee });
        self.tell(of, stamp(date, "12:00"), Some(cause), body);
    }

    pub(super) fn papers(&self) -> Papers {
        let sources = Sources {
            roster: &self.roster,
            absences: Some(&self.absences),
            nursery: &self.nursery,
            zone: &tokyo(),
            key: &key(),
            folds: &self.folds,
        };
        papers(&sources, november(), self.span)
    }

    /// The only child's papers.
    pub(super) fn child(&self) -> ChildPapers {
        let papers = self.papers();
        assert_eq!(papers.classes.len(), 1);
        assert_eq!(papers.classes[0].children.len(), 1);
        papers.classes[0].children[0].clone()
    }

    pub(super) fn mark(&self, date: Date) -> DayMark {
        self.child().days[usize::from(date.day().unsigned_abs()) - 1]
    }
}

pub(super) fn rates() -> CareTariff {
    CareTariff {
        core: Hours {
            from: time("09:00"),
            until: time("17:00"),
        },
        grace_min: 0,
        bands: Vec::new(),
    }
}

pub(super) fn wall(date: Date, at: &str) -> i64 {
    tokyo()
        .to_timestamp(date.to_datetime(time(at)))
        .unwrap()
        .as_millisecond()
}

pub(super) fn stamp(date: Date, at: &str) -> Stamp {
    Stamp {
        wall_ms: wall(date, at),
        boot: BootId(Uuid::from_u128(1)),
        mono_ms: 5,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(50),
        },
    }
}

pub(super) const fn settled(before_min: u32, after_min: u32, yen: u32) -> Fee {
    Fee::Settled {
        yen,
        before_min,
        after_min,
        tariff: date(2026, 4, 1),
    }
}

pub(super) fn attended(first: &str, last: &str) -> Attended {
    let at = |text: &str| (!text.is_empty()).then(|| time(text));
    Attended {
        first: at(first),
        last: at(last),
        comings: 1,
        ..Attended::default()
    }
}
