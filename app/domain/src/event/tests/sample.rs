//! A door for the tests: its events, and a kiosk that is a list of facts.

use jiff::civil::{Date, DateTime, date};
use uuid::Uuid;

use crate::{
    catalogue::{Catalogue, Service},
    credential::CredentialKind,
    event::{rules::Event, *},
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::{CitizenId, EventId, FacilityId, Incarnation},
    points::{
        PointRule,
        caps::{Person, TownPoints},
        earn,
        sample::{at, rule, text, tokyo, town},
    },
    pseudonym::Pseudonym,
    roster::{Attending, Roster},
    time::{BootId, Quality, Stamp},
};

pub(super) const TODAY: Date = date(2026, 12, 5);

pub(super) fn id(name: &str) -> EventId {
    name.parse().unwrap()
}

pub(super) fn citizen(n: u8) -> CitizenId {
    CitizenId::new(&format!("SKM-{n:06}")).unwrap()
}

pub(super) fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

/// A drill from 14 to 16 o'clock for three people, left by a tap; then a concert from 16:30 for
/// whoever is on the list.
pub(super) fn rules() -> EventRules {
    let drill = Event {
        id: id("drill"),
        name: text("くんれん"),
        from: TODAY.at(14, 0, 0, 0),
        until: TODAY.at(16, 0, 0, 0),
        open_before_min: 30,
        capacity: Some(3),
        listed_only: false,
        exit: true,
        points: 50,
    };
    let concert = Event {
        id: id("concert"),
        name: text("えんそうかい"),
        from: TODAY.at(16, 30, 0, 0),
        until: TODAY.at(18, 0, 0, 0),
        capacity: None,
        listed_only: true,
        exit: false,
        points: 0,
        ..drill.clone()
    };
    EventRules {
        events: vec![drill, concert],
    }
}

pub(super) fn roster() -> Roster {
    Roster {
        attending: vec![Attending {
            event: id("concert"),
            citizen: citizen(1),
        }],
        ..Roster::empty("door".parse().unwrap())
    }
}

pub(super) fn on(hour: i8, minute: i8) -> Stamp {
    let moment = TODAY.at(hour, minute, 0, 0);
    let mono_ms = (i64::from(hour) * 60 + i64::from(minute)) * 60_000;
    Stamp {
        mono_ms: mono_ms.try_into().unwrap(),
        ..at(moment)
    }
}

/// The same moment in a boot whose clock says it and nobody vouches for it.
pub(super) fn unsure(stamp: Stamp, boot: u128) -> Stamp {
    Stamp {
        boot: BootId(Uuid::from_u128(boot)),
        quality: Quality::UNKNOWN,
        ..stamp
    }
}

/// A town with that door and a hall that gives points for visits.
pub(super) fn city(points: TownPoints) -> Catalogue {
    let visit = rule(r#"{"base":10,"visits_per_day":1}"#);
    let mut city = town(&[("door", &visit), ("hall", &visit)], points);
    let door: FacilityId = "door".parse().unwrap();
    city.facilities.get_mut(&door).unwrap().service = Service::Event(Box::new(rules()));
    city
}

#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) rules: EventRules,
    pub(super) roster: Roster,
    pub(super) town: TownPoints,
    pub(super) facts: Vec<Fact>,
    pub(super) folds: Folds,
    kiosk: u128,
}

impl Door {
    pub(super) fn new() -> Self {
        Self::of_kiosk(1)
    }

    pub(super) fn of_kiosk(kiosk: u128) -> Self {
        Self {
            rules: rules(),
            roster: roster(),
            town: TownPoints::default(),
            facts: Vec::new(),
            folds: Folds::default(),
            kiosk,
        }
    }

    pub(super) fn record(
        &mut self,
        person: Option<u8>,
        at: Stamp,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let draft = Draft {
            id: FactId(Uuid::from_u128(self.kiosk * 1_000_000 + u128::from(seq))),
            subject: person.map(who),
            at,
            caused_by: cause,
            body,
        };
        let key = FactKey {
            kiosk: format!("door-{}", self.kiosk).parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(self.kiosk)),
            seq,
        };
        let fact = Fact::place(draft, key, "door".parse().unwrap(), Hash::GENESIS);
        let id = fact.id;
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        id
    }

    /// What a tap means, in a word.
    pub(super) fn ask(&self, person: u8, moment: DateTime) -> &'static str {
        match self.judge(person, moment) {
            Verdict::Enter { earns: true, .. } => "enters and earns",
            Verdict::Enter { earns: false, .. } => "enters",
            Verdict::Leave { .. } => "leaves",
            Verdict::Inside { .. } => "is inside",
            Verdict::NoEvent => "no event",
            Verdict::Full(_) => "full",
            Verdict::NotListed(_) => "not listed",
        }
    }

    fn judge(&self, person: u8, moment: DateTime) -> Verdict<'_> {
        let asked = Asked {
            citizen: Some(&citizen(person)),
            account: &self.folds.account(&who(person)),
            counts: self.folds.events(),
            roster: Some(&self.roster),
            moment,
        };
        judge(&self.rules, &asked)
    }

    /// A tap with all that follows; the deed's name, where there was one.
    pub(super) fn tap(&mut self, person: u8, at: Stamp) -> Option<FactId> {
        let account = self.folds.account(&who(person));
        let (event, earns) = match self.judge(person, at.said(&tokyo())) {
            Verdict::Enter { event, earns } => (event.clone(), earns),
            Verdict::Leave { entry, .. } => {
                let left = FactBody::EventLeft;
                return Some(self.record(Some(person), at, Some(entry.fact), left));
            }
            _ => return None,
        };
        let body = FactBody::EventEntered {
            event: event.id.clone(),
            credential: CredentialKind::Citizen,
        };
        let entry = self.record(Some(person), at, None, body);
        if earns {
            let earning = earn::entered(
                &earn::Asked {
                    rule: &PointRule::plain(0, 0),
                    town: &self.town,
                    person: Person::default(),
                    account: &account,
                    at: &at,
                    zone: &tokyo(),
                    purpose: None,
                },
                &event.id,
                event.points,
            );
            for line in earning.lines {
                self.record(Some(person), at, Some(entry), FactBody::Award(line));
            }
        }
        Some(entry)
    }

    pub(super) fn undo(&mut self, person: u8, at: Stamp, fact: FactId) {
        self.record(Some(person), at, Some(fact), FactBody::Undone { fact });
    }

    pub(super) fn counts(&self, event: &str) -> (u32, u32) {
        let counts = self.folds.events();
        (counts.came(&id(event)), counts.inside(&id(event)))
    }

    pub(super) fn balance(&self, person: u8) -> i64 {
        self.folds.account(&who(person)).balance()
    }
}
