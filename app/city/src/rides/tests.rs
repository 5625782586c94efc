use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactId, FactKey, Hash, Incarnation, Quality, Stamp,
    fare::{Ride, Why},
};
use machitap_wire::{Signer, seal::SealOpener};
use uuid::Uuid;

use super::*;
use crate::{
    db::{NewFact, watched},
    home::random_hex,
};

struct Town {
    db: Db,
    facts: u128,
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn rules() -> FareRules {
    serde_json::from_str(
        r#"{"default":"usual","classes":[
        {"id":"usual","name":{"ja":"ふつう"},"colour":"grey","shape":"bar","chime":"one"}]}"#,
    )
    .unwrap()
}

fn class(id: &str) -> ClassId {
    id.parse().unwrap()
}

fn holder(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

fn noon(day: Date) -> i64 {
    let at = zone().to_timestamp(day.at(12, 0, 0, 0)).unwrap();
    at.as_millisecond()
}

fn enrolled(kiosk: &str) -> Enrolled {
    Enrolled {
        kiosk: kiosk.parse().unwrap(),
        facility: "bus".parse().unwrap(),
        verifier: Signer::from_seed([1; 32]).verifier(),
        seal_to: SealOpener::from_text(&random_hex()).unwrap().public(),
    }
}

impl Town {
    fn new() -> Self {
        let db = Db::in_memory().unwrap();
        for kiosk in ["bus-1", "bus-2"] {
            db.enrol(&enrolled(kiosk), 1).unwrap();
        }
        Self { db, facts: 0 }
    }

    /// Counts a fact of a life of a kiosk, as ingest does; its name.
    fn counted(
        &mut self,
        kiosk: &str,
        life: u128,
        who: Option<u8>,
        at_ms: Option<i64>,
        body: FactBody,
    ) -> FactId {
        self.facts += 1;
        let id = FactId(Uuid::from_u128(self.facts));
        let key = FactKey {
            kiosk: kiosk.parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(life)),
            seq: 0,
        };
        let mut row = self.db.journal(&key.kiosk, key.incarnation).unwrap();
        row.contiguous += 1;
        self.db.keep_journal(&row).unwrap();
        let at = Stamp {
            wall_ms: at_ms.unwrap_or(5),
            boot: BootId(Uuid::from_u128(7)),
            mono_ms: 1,
            quality: match at_ms {
                Some(_) => Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(50),
                },
                None => Quality::UNKNOWN,
            },
        };
        let draft = Draft {
            id,
            subject: who.map(holder),
            at,
            caused_by: None,
            body,
        };
        let key = FactKey {
            seq: row.contiguous,
            ..key
        };
        let fact = Fact::place(draft, key, "bus".parse().unwrap(), Hash::GENESIS);
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        self.db
            .put_fact(&NewFact {
                journal: row.id,
                seq: row.contiguous,
                hash: Hash::of(bytes.as_bytes()),
                prev: Hash::GENESIS,
                facility: "bus",
                shown_ms: at.wall_ms,
                quality: i64::from(at_ms.is_some()),
                received_ms: at.wall_ms,
                watched: watched(&fact.body),
                bytes: &bytes,
            })
            .unwrap();
        id
    }

    fn half(&mut self, kiosk: &str, life: u128, who: u8, at_ms: Option<i64>) -> FactId {
        let ride = Ride {
            class: class("half"),
            why: Why::Listed,
            counts: true,
            list: Some(1),
        };
        self.counted(kiosk, life, Some(who), at_ms, FactBody::Ride(ride))
    }

    /// A holder's ride in a class without limits.
    fn free(&mut self, kiosk: &str, life: u128, who: u8, at_ms: Option<i64>) {
        let ride = Ride {
            class: class("free"),
            why: Why::Listed,
            counts: false,
            list: Some(1),
        };
        self.counted(kiosk, life, Some(who), at_ms, FactBody::Ride(ride));
    }

    fn usual(&mut self, kiosk: &str, at_ms: i64) {
        let ride = Ride {
            class: class("usual"),
            why: Why::NotListed,
            counts: false,
            list: Some(1),
        };
        self.counted(kiosk, 1, None, Some(at_ms), FactBody::Ride(ride));
    }

    fn rides(&self) -> Rides {
        Rides::load(&self.db, &Zones::of_city(zone())).unwrap()
    }

    /// What this kiosk is told on that day.
    fn told(&self, kiosk: &str, today: Date) -> Elsewhere {
        let zones = Zones::of_city(zone());
        self.rides()
            .elsewhere(&self.db, &enrolled(kiosk), &rules(), &zones, noon(today))
            .unwrap()
    }

    fn elsewhere(&self, kiosk: &str, who: u8, today: Date) -> Option<u32> {
        self.told(kiosk, today)
            .of(&holder(who), &class("half"))
            .map(|e| e.rides)
    }
}

const TODAY: Date = date(2026, 11, 24);

#[test]
fn each_bus_hears_of_the_trips_on_the_others() {
    let mut town = Town::new();
    let then = Some(noon(date(2026, 5, 1)));
    for _ in 0..3 {
        town.half("bus-1", 1, 1, then);
    }
    town.half("bus-2", 2, 1, then);
    town.half("bus-2", 2, 2, then);
    assert_eq!(town.elsewhere("bus-1", 1, TODAY), Some(1));
    assert_eq!(town.elsewhere("bus-2", 1, TODAY), Some(3));
    assert_eq!(town.elsewhere("bus-2", 2, TODAY), None);
    // The year of the town begins in April.
    town.half("bus-2", 2, 1, Some(noon(date(2026, 3, 31))));
    assert_eq!(town.elsewhere("bus-1", 1, TODAY), Some(1));
    assert_eq!(town.elsewhere("bus-1", 1, date(2027, 4, 1)), None);
    // Of what nobody knows the day, the year is not known either.
    town.half("bus-2", 2, 1, None);
    assert_eq!(town.elsewhere("bus-1", 1, TODAY), Some(2));
}

#[test]
fn a_new_life_hears_of_the_trips_of_the_old_one() {
    let mut town = Town::new();
    let then = Some(noon(date(2026, 5, 1)));
    town.half("bus-1", 1, 1, then);
    town.half("bus-1", 1, 1, then);
    assert_eq!(town.elsewhere("bus-1", 1, TODAY), None);
    town.half("bus-1", 9, 1, then);
    assert_eq!(town.elsewhere("bus-1", 1, TODAY), Some(2));
}

#[test]
fn what_was_taken_back_and_what_has_no_limit_counts_nowhere() {
    let mut town = Town::new();
    let then = Some(noon(date(2026, 5, 1)));
    let ride = town.half("bus-1", 1, 1, then);
    town.half("bus-1", 1, 1, then);
    town.free("bus-1", 1, 1, then);
    town.counted("bus-1", 1, Some(1), then, FactBody::Undone { fact: ride });
    assert_eq!(town.elsewhere("bus-2", 1, TODAY), Some(1));
    let told = town.told("bus-2", TODAY);
    assert_eq!(told.of(&holder(1), &class("free")), None);
}

#[test]
fn a_month_is_settled_by_bus_and_class() {
    let mut town = Town::new();
    town.half("bus-1", 1, 1, Some(noon(date(2026, 10, 31))));
    town.half("bus-1", 1, 1, Some(noon(TODAY)));
    town.half("bus-2", 2, 2, Some(noon(TODAY)));
    town.usual("bus-2", noon(TODAY));
    town.half("bus-2", 2, 2, None);
    let months = town.rides().by_month();
    let months = &months[&"bus".parse().unwrap()];
    let of = |month: &str, id: &str| months[month].get(&class(id)).copied();
    assert_eq!(of("2026-10", "half"), Some(1));
    assert_eq!(of("2026-11", "half"), Some(2));
    assert_eq!(of("2026-11", "usual"), Some(1));
    assert_eq!(of("unknown", "half"), Some(1));
}
