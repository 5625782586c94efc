//! A town for the tests: two facilities, and kiosks that are lists of facts.

use std::collections::BTreeMap;

use jiff::{civil::DateTime, tz::TimeZone};
use uuid::Uuid;

use super::{
    account::Account,
    caps::{Person, TownPoints},
    earn::{Asked, Earning, earn},
    rules::PointRule,
};
use crate::{
    catalogue::{Catalogue, Facility, Service, Text, Timing},
    credential::CredentialKind,
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::{FacilityId, Incarnation},
    pseudonym::Pseudonym,
    time::{BootId, ClockSource, Quality, Stamp},
};

pub(crate) const NTP: Quality = Quality {
    source: ClockSource::Ntp,
    uncertainty_ms: Some(50),
};

pub(crate) fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

pub(crate) fn text(ja: &str) -> Text {
    Text {
        ja: ja.into(),
        ..Text::default()
    }
}

pub(crate) fn rule(toml_like_json: &str) -> PointRule {
    serde_json::from_str(toml_like_json).unwrap()
}

pub(crate) fn town(facilities: &[(&str, &PointRule)], points: TownPoints) -> Catalogue {
    let facility = |rule: &PointRule| Facility {
        name: text("ここ"),
        time_zone: "Asia/Tokyo".into(),
        service: Service::visit(rule.clone()),
        timing: Timing::default(),
        sound: crate::sound::SoundRules::default(),
    };
    Catalogue {
        city: "town".parse().unwrap(),
        name: text("まち"),
        contact: "0880-00-0000".into(),
        facilities: facilities
            .iter()
            .map(|(id, rule)| (id.parse().unwrap(), facility(rule)))
            .collect::<BTreeMap<FacilityId, Facility>>(),
        points,
        draws: Vec::new(),
        offers: crate::points::offers::Offers::default(),
        pairing: None,
        registration: None,
        look: crate::look::Look::default(),
    }
}

pub(crate) fn at(when: DateTime) -> Stamp {
    Stamp {
        wall_ms: tokyo().to_timestamp(when).unwrap().as_millisecond(),
        boot: BootId(Uuid::from_u128(7)),
        mono_ms: 0,
        quality: NTP,
    }
}

pub(crate) fn who() -> Pseudonym {
    Pseudonym::try_from("ab".repeat(16)).unwrap()
}

/// A kiosk without a screen: its facts, and the folds over them.
#[derive(Debug, Clone)]
pub(crate) struct Kiosk {
    pub(crate) facility: FacilityId,
    pub(crate) facts: Vec<Fact>,
    pub(crate) folds: Folds,
    n: u128,
}

impl Kiosk {
    pub(crate) fn new(n: u128, facility: &str) -> Self {
        Self {
            facility: facility.parse().unwrap(),
            facts: Vec::new(),
            folds: Folds::default(),
            n,
        }
    }

    pub(crate) fn account(&self) -> Account {
        self.folds.account(&who())
    }

    pub(crate) fn record(&mut self, at: Stamp, cause: Option<FactId>, body: FactBody) -> Fact {
        let seq = self.facts.len() as u64 + 1;
        let draft = Draft {
            id: FactId(Uuid::from_u128(self.n * 1_000_000 + u128::from(seq))),
            subject: Some(who()),
            at,
            caused_by: cause,
            body,
        };
        let key = FactKey {
            kiosk: format!("kiosk-{}", self.n).parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(self.n)),
            seq,
        };
        let fact = Fact::place(draft, key, self.facility.clone(), Hash::GENESIS);
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact.clone());
        fact
    }

    pub(crate) fn earning(&self, town: &Catalogue, at: &Stamp, person: Person) -> Earning {
        earn(&Asked {
            rule: town.point_rule(&self.facility).unwrap(),
            town: &town.points,
            person,
            account: &self.account(),
            at,
            zone: &tokyo(),
            purpose: None,
        })
    }

    /// A visit with all it earns; the visit's name.
    pub(crate) fn visit(&mut self, town: &Catalogue, at: Stamp, person: Person) -> FactId {
        let earning = self.earning(town, &at, person);
        let visit = self
            .record(at, None, FactBody::visit(CredentialKind::Citizen))
            .id;
        for line in earning.lines {
            self.record(at, Some(visit), FactBody::Award(line));
        }
        visit
    }

    pub(crate) fn undo(&mut self, at: Stamp, fact: FactId) {
        self.record(at, Some(fact), FactBody::Undone { fact });
    }
}
