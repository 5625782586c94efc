//! Two halls whose kiosks register cards, and a city that judges them.

use std::collections::BTreeMap;

use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use machitap_domain::{
    BootId, CardUid, CitizenId, ClockSource, Credential, Draft, Fact, FactBody, FactId, FactKey,
    Hash, Incarnation, KioskId, PurposeKey, Quality, Stamp, Technology,
    catalogue::Catalogue,
    credential::CredentialKind,
    points::{Award, AwardReason},
    register::{Form, Leases, Letter, Registered, ReleasedId, Relinked, SealedLetter},
    roster::{Resident, Roster},
};
use machitap_wire::{DocumentName, Signer, letter, seal::SealOpener};
use uuid::Uuid;

use crate::{
    db::{Db, Enrolled, NewFact, watched},
    ledger::Ledger,
    points,
    publish::{Staged, registrations::Desk},
    registry::{
        Judged,
        lease::{Asked, NotLeased, lease},
    },
};

pub(super) const TODAY: Date = date(2026, 11, 24);

pub(super) const UNTIL: Date = date(2026, 11, 30);

pub(super) fn id(n: u32) -> CitizenId {
    CitizenId::new(&format!("NGS-{n:06}")).unwrap()
}

pub(super) fn uid(n: u8) -> Credential {
    Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
}

pub(super) fn noon(day: Date) -> i64 {
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let at = zone.to_timestamp(day.at(12, 0, 0, 0)).unwrap();
    at.as_millisecond()
}

fn catalogue() -> Catalogue {
    let hall = r#"{"time_zone":"Asia/Tokyo","name":{"ja":"ホール"},
        "service":{"kind":"visit","points":{"base":10,"visits_per_day":9}}}"#;
    let nursery = r#"{"time_zone":"Asia/Tokyo","name":{"ja":"園"},"service":{"kind":"nursery"}}"#;
    let text = format!(
        r#"{{"city":"town","name":{{"ja":"まち"}},"contact":"x","facilities":
        {{"hall-1":{hall},"hall-2":{hall},"nursery":{nursery}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// What a kiosk says, before it is a fact.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Register { nth: u32, card: u8 },
    Relink { n: u32, card: u8, born: Date },
    Release { n: u32, card: u8 },
    Undo { fact: FactId },
}

pub(super) struct Town {
    pub(super) db: Db,
    pub(super) visit: PurposeKey,
    pub(super) letters: SealOpener,
    opener: SealOpener,
    facts: u128,
}

pub(super) const BORN: Date = date(1950, 1, 2);

impl Town {
    /// Kiosks hall-1, hall-2 and nursery-1; resident 50 with a card of the rosters; published.
    pub(super) fn new() -> Self {
        let town = Self {
            db: Db::in_memory().unwrap(),
            visit: PurposeKey::new([2; 32]),
            letters: SealOpener::from_text(&"3a".repeat(32)).unwrap(),
            opener: SealOpener::from_text(&"3b".repeat(32)).unwrap(),
            facts: 0,
        };
        for (kiosk, facility) in [
            ("hall-1", "hall-1"),
            ("hall-2", "hall-2"),
            ("nursery-1", "nursery"),
        ] {
            town.db
                .enrol(
                    &Enrolled {
                        kiosk: kiosk.parse().unwrap(),
                        facility: facility.parse().unwrap(),
                        verifier: Signer::from_seed([1; 32]).verifier(),
                        seal_to: town.opener.public(),
                    },
                    1,
                )
                .unwrap();
        }
        let catalogue = catalogue();
        crate::publish::put(&town.db, DocumentName::Catalogue, &catalogue, None, 1).unwrap();
        let mut hall = Roster::empty("hall-1".parse().unwrap());
        hall.residents.push(Resident {
            citizen: id(50),
            cards: vec![uid(50)],
            age: None,
            birth_month: None,
            links: BTreeMap::new(),
        });
        let rosters = [(hall.facility.clone(), hall)].into();
        town.desk().keep_rosters(&town.db, &rosters).unwrap();
        town
    }

    pub(super) fn desk(&self) -> Desk<'_> {
        Desk::new(&self.visit, &self.letters)
    }

    pub(super) fn lease(&self, kiosk: &str, from: u32, count: u32) -> Result<(), NotLeased> {
        let named = crate::registry::named(
            &crate::registry::known(self.desk().rosters(&self.db).unwrap().values()),
            &self.judged().registry,
        );
        let asked = Asked {
            kiosk: kiosk.parse().unwrap(),
            first: id(from),
            count,
            until: UNTIL,
        };
        lease(&self.db, &asked, &named, TODAY, noon(TODAY)).map(drop)
    }

    /// The kiosk is heard of, with that life of its journal.
    pub(super) fn born(&self, kiosk: &str, life: u128) {
        let kiosk: KioskId = kiosk.parse().unwrap();
        let row = self.db.journal(&kiosk, Incarnation(Uuid::from_u128(life)));
        self.db.keep_journal(&row.unwrap()).unwrap();
    }

    /// A deed of a kiosk as a fact, which is not yet sent.
    pub(super) fn fact(&mut self, kiosk: &str, life: u128, at_ms: i64, deed: Deed) -> Draft {
        self.facts += 1;
        let name = FactId(Uuid::from_u128(self.facts));
        let here: KioskId = kiosk.parse().unwrap();
        let seal = |citizen: &CitizenId, card: u8, form, birth: Option<Date>| -> SealedLetter {
            let written = Letter {
                citizen: citizen.clone(),
                credential: uid(card),
                form,
                consent: None,
                birth: birth.map(Into::into),
            };
            letter::seal(&self.letters.public(), &here, name, &written)
        };
        let lease = self.db.leases().unwrap();
        let lease = lease.into_iter().find(|l| l.kiosk == here);
        let card = |card| self.visit.card(&uid(card));
        let (subject, body) = match deed {
            Deed::Register { nth, card: held } => {
                let lease = lease.unwrap();
                let (form, from) = machitap_domain::register::IdForm::of(&lease.first).unwrap();
                let citizen = form.id(from + nth).unwrap();
                let filled = Form {
                    birth: Some(BORN.into()),
                    area: Some("east".parse().unwrap()),
                    ..Form::default()
                };
                let body = FactBody::Registered(Registered {
                    card: card(held),
                    lease: lease.id,
                    nth,
                    letter: seal(&citizen, held, Some(filled), None),
                    staff: None,
                });
                (Some(citizen), body)
            }
            Deed::Relink {
                n,
                card: held,
                born,
            } => {
                let body = FactBody::Relinked(Relinked {
                    card: card(held),
                    letter: seal(&id(n), held, None, Some(born)),
                    staff: None,
                });
                (Some(id(n)), body)
            }
            Deed::Release { n, card: held } => {
                let body = FactBody::ReleasedId(ReleasedId {
                    card: card(held),
                    letter: seal(&id(n), held, None, None),
                    staff: None,
                });
                (Some(id(n)), body)
            }
            Deed::Undo { fact } => (None, FactBody::Undone { fact }),
        };
        Draft {
            id: name,
            subject: subject.map(|c| self.visit.pseudonym(&c)),
            at: Stamp {
                wall_ms: at_ms,
                boot: BootId(Uuid::from_u128(life)),
                mono_ms: 1,
                quality: Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(50),
                },
            },
            caused_by: None,
            body,
        }
    }

    /// Counts a fact of a life of a kiosk, as ingest does.
    pub(super) fn count(&mut self, kiosk: &str, life: u128, draft: Draft) -> FactId {
        let kiosk: KioskId = kiosk.parse().unwrap();
        let life = Incarnation(Uuid::from_u128(life));
        let mut row = self.db.journal(&kiosk, life).unwrap();
        row.contiguous += 1;
        self.db.keep_journal(&row).unwrap();
        let key = FactKey {
            kiosk: kiosk.clone(),
            incarnation: life,
            seq: row.contiguous,
        };
        let facility = kiosk.as_str().parse().unwrap();
        let fact = Fact::place(draft, key, facility, Hash::GENESIS);
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        self.db
            .put_fact(&NewFact {
                journal: row.id,
                seq: row.contiguous,
                hash: Hash::of(bytes.as_bytes()),
                prev: Hash::GENESIS,
                facility: kiosk.as_str(),
                shown_ms: fact.at.wall_ms,
                quality: 1,
                received_ms: fact.at.wall_ms,
                watched: watched(&fact.body),
                bytes: &bytes,
            })
            .unwrap();
        fact.id
    }

    /// A kiosk does it and it is counted at once.
    pub(super) fn done(&mut self, kiosk: &str, at_ms: i64, deed: Deed) -> FactId {
        let draft = self.fact(kiosk, 1, at_ms, deed);
        self.count(kiosk, 1, draft)
    }

    /// A visit of that id, with its award.
    pub(super) fn visited(&mut self, kiosk: &str, n: u32, at_ms: i64) {
        let deed = || Deed::Release { n, card: 0 };
        let visit = Draft {
            body: FactBody::visit(CredentialKind::Uid(Technology::Felica)),
            ..self.fact(kiosk, 1, at_ms, deed())
        };
        let visit = self.count(kiosk, 1, visit);
        let award = Award {
            points: 10,
            reason: AwardReason::Visit,
        };
        let award = Draft {
            caused_by: Some(visit),
            body: FactBody::Award(award),
            ..self.fact(kiosk, 1, at_ms, deed())
        };
        self.count(kiosk, 1, award);
    }

    /// Points and visits of everybody issued here, by a ledger built from the first fact on.
    pub(super) fn points(&self) -> Vec<(CitizenId, i64, u64)> {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut ledger = Ledger::new(points::Town::load(&self.db, zone).unwrap());
        ledger.catch_up(&self.db).unwrap();
        ledger.judge(noon(TODAY));
        let balances = ledger.balances();
        let ids = [700_000, 700_001, 800_000].map(id).into_iter();
        ids.filter_map(|id| {
            let balance = balances.get(&self.visit.pseudonym(&id))?;
            (balance.earned > 0).then_some((id, balance.points, balance.visits))
        })
        .collect()
    }

    pub(super) fn judged(&self) -> Judged {
        self.desk().judged(&self.db).unwrap()
    }

    pub(super) fn stage(&self) -> Vec<Staged> {
        self.desk().stage_anew(&self.db, noon(TODAY)).unwrap()
    }

    fn opened<T: serde::de::DeserializeOwned>(&self, name: &DocumentName) -> Option<T> {
        let stored = self.db.document(name).unwrap()?;
        assert_eq!(self.db.plain_document(name).unwrap(), None, "only sealed");
        let plain = self.opener.open(&stored.wire, &name.aad(stored.version));
        Some(serde_json::from_slice(&plain.unwrap()).unwrap())
    }

    pub(super) fn leases(&self, kiosk: &str) -> Option<Leases> {
        self.opened(&DocumentName::Lease(kiosk.parse().unwrap()))
    }

    pub(super) fn roster(&self, kiosk: &str) -> Roster {
        self.opened(&DocumentName::Roster(kiosk.parse().unwrap()))
            .unwrap()
    }
}
