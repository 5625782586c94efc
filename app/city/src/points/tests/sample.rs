//! A small town: a hall and a gym, a prize and a project, and kiosks without a screen.

use std::time::Duration;

use jiff::tz::TimeZone;
use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Folds, Hash, Incarnation, KioskId,
    Pseudonym, Quality, Stamp,
    catalogue::Catalogue,
    credential::CredentialKind,
    points::{
        Account, Award, AwardReason,
        accounts::{Accounts, Known},
        spend::{Spend, SpendFor},
    },
};
use machitap_wire::{DocumentName, Signer, seal::SealOpener};
use uuid::Uuid;

use crate::{
    db::{Db, Enrolled, NewFact},
    ledger::Ledger,
    points::{Town, boards::Shown},
    publish,
    serve::standing::{Due, Kept, Plan},
};

/// 2026-11-24T03:00:00Z: noon in Japan, a Tuesday.
pub(crate) const NOON: i64 = 1_795_489_200_000;

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

pub(crate) fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

/// The town's rules; `points` is what holds over all facilities.
pub(crate) fn catalogue(points: &str) -> Catalogue {
    let facility = r#"{"name":{"ja":"ところ"},"time_zone":"Asia/Tokyo","service":
        {"kind":"visit","points":{"base":10,"visits_per_day":99}}}"#;
    let text = format!(
        r#"{{"city":"town","name":{{"ja":"まち"}},"contact":"-",
        "facilities":{{"hall":{facility},"gym":{facility}}},"points":{points},
        "offers":{{
          "prizes":[{{"id":"rice","name":{{"ja":"お米"}},"picture":"rice","points":5,
            "from":"2026-01-01","until":"2026-12-31","winners":1,"per_person":3}}],
          "projects":[{{"id":"tower","name":{{"ja":"とう"}},"picture":"wifi","goal":100,
            "from":"2026-01-01","until":"2026-12-31","steps":[10]}}]}}}}"#
    );
    let catalogue: Catalogue = serde_json::from_str(&text).unwrap();
    catalogue.check().unwrap();
    catalogue
}

/// The city: its database, its thread's turns, its clock.
pub(crate) struct City {
    pub(crate) db: Db,
    pub(crate) kept: Kept,
    pub(crate) now_ms: i64,
}

impl City {
    pub(crate) fn new(rules: &Catalogue) -> Self {
        let city = Self {
            db: Db::in_memory().unwrap(),
            kept: Kept::default(),
            now_ms: NOON,
        };
        city.publish(rules);
        city
    }

    pub(crate) fn publish(&self, rules: &Catalogue) {
        let name = DocumentName::Catalogue;
        publish::put(&self.db, name, rules, None, self.now_ms).unwrap();
        self.db.published().unwrap();
    }

    pub(crate) fn turn(&mut self) {
        let plan = Plan {
            zone: tokyo(),
            ranking_every: Duration::from_secs(5),
            accounts_every: Duration::from_secs(5),
            shown: Shown {
                places: 3,
                least_group: 2,
            },
            draw: None,
            desk: None,
        };
        let due = Due {
            ranking: true,
            accounts: true,
        };
        self.kept
            .step(&mut self.db, &plan, due, self.now_ms)
            .unwrap();
    }

    /// What a ledger says that is built from the first fact on.
    pub(crate) fn rebuilt(&self) -> Ledger {
        let mut ledger = Ledger::new(Town::load(&self.db, tokyo()).unwrap());
        ledger.catch_up(&self.db).unwrap();
        ledger.judge(self.now_ms);
        ledger
    }

    pub(crate) fn free(&self, who: &Pseudonym) -> u64 {
        self.rebuilt().resident(who).map_or(0, |r| r.judged.free)
    }
}

/// A kiosk as far as points matter.
pub(crate) struct Kiosk {
    pub(crate) id: KioskId,
    pub(crate) life: Incarnation,
    pub(crate) folds: Folds,
    pub(crate) told: Accounts,
    pub(crate) boot: BootId,
    facility: &'static str,
    seed: u8,
    facts: Vec<Fact>,
    heard: usize,
    next: u128,
}

impl Kiosk {
    pub(crate) fn new(city: &City, seed: u8, facility: &'static str) -> Self {
        let kiosk = Self {
            id: format!("{facility}-{seed}").parse().unwrap(),
            life: Incarnation(Uuid::from_u128(u128::from(seed))),
            folds: Folds::default(),
            told: Accounts::default(),
            boot: BootId(Uuid::from_u128(u128::from(seed))),
            facility,
            seed,
            facts: Vec::new(),
            heard: 0,
            next: u128::from(seed) << 64,
        };
        kiosk.enrol(city, facility);
        kiosk
    }

    pub(crate) fn enrol(&self, city: &City, facility: &str) {
        let enrolled = Enrolled {
            kiosk: self.id.clone(),
            facility: facility.parse().unwrap(),
            verifier: Signer::from_seed([self.seed; 32]).verifier(),
            seal_to: self.opener().public(),
        };
        city.db.enrol(&enrolled, 0).unwrap();
    }

    fn opener(&self) -> SealOpener {
        SealOpener::from_text(&format!("{:02x}", self.seed).repeat(32)).unwrap()
    }

    /// A new journal: what the city has not heard of the old one is lost.
    pub(crate) fn restart(&mut self) {
        self.life = Incarnation(Uuid::from_u128(self.life.0.as_u128() + 1_000));
        self.folds = Folds::default();
        self.facts.clear();
        self.heard = 0;
    }

    pub(crate) fn stamp(&self, wall_ms: i64) -> Stamp {
        Stamp {
            wall_ms,
            boot: self.boot,
            mono_ms: 5_000,
            quality: Quality {
                source: ClockSource::Ntp,
                uncertainty_ms: Some(50),
            },
        }
    }

    pub(crate) fn record(
        &mut self,
        who: Pseudonym,
        at: Stamp,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        self.next += 1;
        let id = FactId(Uuid::from_u128(self.next));
        let draft = Draft {
            id,
            subject: Some(who),
            at,
            caused_by,
            body,
        };
        let key = FactKey {
            kiosk: self.id.clone(),
            incarnation: self.life,
            seq: self.facts.len() as u64 + 1,
        };
        let fact = Fact::place(draft, key, self.facility.parse().unwrap(), Hash::GENESIS);
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        id
    }

    pub(crate) fn visit(&mut self, who: Pseudonym, at_ms: i64) -> FactId {
        self.earn(who, self.stamp(at_ms), 10)
    }

    pub(crate) fn earn(&mut self, who: Pseudonym, at: Stamp, points: u32) -> FactId {
        let visit = self.record(who, at, None, FactBody::visit(CredentialKind::Citizen));
        let reason = AwardReason::Visit;
        let award = FactBody::Award(Award { points, reason });
        self.record(who, at, Some(visit), award);
        visit
    }

    /// Sets points aside when that many are known to be free.
    pub(crate) fn spend(&mut self, who: Pseudonym, points: u32, at_ms: i64) -> Option<FactId> {
        let what = if points.is_multiple_of(2) {
            SpendFor::Donation("tower".parse().unwrap())
        } else {
            SpendFor::PrizeEntry("rice".parse().unwrap())
        };
        let free = self.known(&who).free;
        let wish = Spend { what, points };
        let spend = self.account(&who).spends().reserve(free, wish).ok()?;
        Some(self.record(who, self.stamp(at_ms), None, FactBody::Spend(spend)))
    }

    pub(crate) fn undo(&mut self, who: Pseudonym, fact: FactId, at_ms: i64) {
        let at = self.stamp(at_ms);
        self.record(who, at, Some(fact), FactBody::Undone { fact });
    }

    pub(crate) fn account(&self, who: &Pseudonym) -> Account {
        self.folds.account(who)
    }

    pub(crate) fn known(&self, who: &Pseudonym) -> Known {
        self.told.known(who, self.life, &self.account(who))
    }

    /// The city counts so many more of its facts.
    pub(crate) fn heard_by(&mut self, city: &City, more: usize) {
        let mut row = city.db.journal(&self.id, self.life).unwrap();
        let upto = self.facts.len().min(self.heard + more);
        for fact in &self.facts[self.heard..upto] {
            let bytes = String::from_utf8(fact.to_bytes()).unwrap();
            let new = NewFact {
                journal: row.id,
                seq: fact.key.seq,
                hash: Hash::of(bytes.as_bytes()),
                prev: fact.prev,
                facility: self.facility,
                shown_ms: fact.at.wall_ms,
                quality: 1,
                received_ms: city.now_ms,
                watched: None,
                bytes: &bytes,
            };
            city.db.put_fact(&new).unwrap();
        }
        self.heard = upto;
        row.contiguous = upto as u64;
        city.db.keep_journal(&row).unwrap();
    }

    fn document(&self, city: &City, name: &DocumentName) -> Option<Accounts> {
        let stored = city.db.document(name).unwrap()?;
        let aad = name.aad(stored.version);
        let plain = self.opener().open(&stored.wire, &aad).unwrap();
        Some(serde_json::from_slice(&plain).unwrap())
    }

    /// The base and the news that are in force.
    pub(crate) fn documents(&self, city: &City) -> (Option<Accounts>, Option<Accounts>) {
        (
            self.document(city, &DocumentName::Accounts(self.id.clone())),
            self.document(city, &DocumentName::AccountNews(self.id.clone())),
        )
    }

    /// The kiosk takes its documents and puts the city's answers into its journal.
    pub(crate) fn is_told(&mut self, city: &City) {
        let (base, news) = self.documents(city);
        let Some(base) = base else { return };
        self.told = match news {
            Some(news) => base.renewed_by(&news),
            None => base,
        };
        let answers: Vec<_> = self
            .told
            .holders
            .iter()
            .flat_map(|(who, s)| s.answers.iter().map(|(fact, v)| (*who, *fact, *v)))
            .collect();
        for (who, spend, verdict) in answers {
            let open = self
                .account(&who)
                .spends()
                .open()
                .iter()
                .any(|r| r.fact == spend);
            if open {
                let at = self.stamp(city.now_ms);
                self.record(who, at, Some(spend), FactBody::SpendAnswered { verdict });
            }
        }
    }
}
