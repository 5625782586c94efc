//! A city in memory, and kiosks that send to it.

mod believed;
mod counted;
mod wrong;

use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Hash, Pseudonym, Quality, Stamp,
    credential::CredentialKind,
    points::{Award, AwardReason},
};
use machitap_wire::{
    SeqRange, Signer,
    seal::SealOpener,
    update::{Stage, Update},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    db::Enrolled,
    ledger::{Totals, Zones, totals},
};

const NOON: i64 = 1_775_012_400_000;
const POINTS: u32 = 10;

fn city() -> CityId {
    "town".parse().unwrap()
}

fn life(n: u128) -> Incarnation {
    Incarnation(Uuid::from_u128(n))
}

fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

/// A kiosk with a journal of visits, each followed by its award.
struct Kiosk {
    id: KioskId,
    signer: Signer,
    life: Incarnation,
    facts: Vec<String>,
}

impl Kiosk {
    fn new(name: &str, seed: u8, facts: u64) -> Self {
        let mut kiosk = Self {
            id: name.parse().unwrap(),
            signer: Signer::from_seed([seed; 32]),
            life: life(u128::from(seed)),
            facts: Vec::new(),
        };
        for n in 1..=facts {
            let body = if n % 2 == 1 {
                FactBody::visit(CredentialKind::Citizen)
            } else {
                FactBody::Award(Award {
                    points: POINTS,
                    reason: AwardReason::Visit,
                })
            };
            kiosk.append(body);
        }
        kiosk
    }

    fn append(&mut self, body: FactBody) {
        let seq = self.facts.len() as u64 + 1;
        let prev = self
            .facts
            .last()
            .map_or(Hash::GENESIS, |f| Hash::of(f.as_bytes()));
        let text = self.made(seq, body, prev);
        self.facts.push(text);
    }

    fn made(&self, seq: u64, body: FactBody, prev: Hash) -> String {
        let caused_by = matches!(body, FactBody::Award(_)).then(|| self.fact_id(seq - 1));
        let fact = Fact::place(
            Draft {
                id: self.fact_id(seq),
                subject: Some(who(u8::try_from(seq.div_ceil(2) % 3).unwrap())),
                at: Stamp {
                    wall_ms: NOON + i64::try_from(seq).unwrap() * 1_000,
                    boot: BootId(Uuid::from_u128(7)),
                    mono_ms: seq * 1_000,
                    quality: Quality {
                        source: ClockSource::Ntp,
                        uncertainty_ms: Some(50),
                    },
                },
                caused_by,
                body,
            },
            FactKey {
                kiosk: self.id.clone(),
                incarnation: self.life,
                seq,
            },
            "hall".parse().unwrap(),
            prev,
        );
        String::from_utf8(fact.to_bytes()).unwrap()
    }

    fn fact_id(&self, seq: u64) -> FactId {
        FactId(Uuid::from_u128(
            self.life.0.as_u128() << 64 | u128::from(seq),
        ))
    }

    fn sealed<'a>(&self, facts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let (batch, _) = Batch::pack(self.life, facts);
        envelope::seal(
            Kind::Facts,
            Uuid::from_u128(1),
            self.id.as_str(),
            &batch,
            &self.signer,
        )
    }

    /// The facts `from ..= to` as a message.
    fn batch(&self, from: usize, to: usize) -> Vec<u8> {
        self.sealed(self.facts[from - 1..to].iter().map(String::as_str))
    }

    fn state(&self, session_no: u64, online: bool, last_seq: u64) -> Vec<u8> {
        self.state_updating(session_no, online, last_seq, None)
    }

    fn state_updating(
        &self,
        session_no: u64,
        online: bool,
        last_seq: u64,
        update: Option<Update>,
    ) -> Vec<u8> {
        let state = KioskState {
            session_no,
            online,
            incarnation: self.life,
            last_seq,
            clock: Quality::UNKNOWN,
            software: "0.1.0".to_owned(),
            update,
        };
        envelope::seal(
            Kind::KioskState,
            Uuid::from_u128(1),
            self.id.as_str(),
            &state,
            &self.signer,
        )
    }

    fn enrol(&self, db: &Db) {
        let enrolled = Enrolled {
            kiosk: self.id.clone(),
            facility: "hall".parse().unwrap(),
            verifier: self.signer.verifier(),
            seal_to: SealOpener::from_text(&"11".repeat(32)).unwrap().public(),
        };
        db.enrol(&enrolled, 1).unwrap();
    }
}

fn ingest(kiosks: &[&Kiosk]) -> Ingest {
    let db = Db::in_memory().unwrap();
    for kiosk in kiosks {
        kiosk.enrol(&db);
    }
    Ingest::new(db, city()).unwrap()
}

fn summed(ingest: &Ingest) -> Totals {
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    totals(ingest.db(), Zones::of_city(zone)).unwrap()
}

fn counted(taken: Taken) -> Count {
    match taken {
        Taken::Counted(count) => count,
        Taken::Dead(why) => panic!("a dead letter: {why}"),
    }
}

fn dead(taken: Taken) -> String {
    match taken {
        Taken::Dead(why) => why,
        Taken::Counted(count) => panic!("counted: {count:?}"),
    }
}

fn receipt(ingest: &mut Ingest, kiosk: &Kiosk, reach: Reach) -> Receipt {
    ingest
        .receipt(&kiosk.id, kiosk.life, reach)
        .unwrap()
        .unwrap()
}
