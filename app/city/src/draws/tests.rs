use machitap_domain::{
    BootId, ClockSource, Draft, FacilityId, FactBody, FactId, FactKey, Hash, Pseudonym, Quality,
    Stamp,
    catalogue::{Facility, Service, Text, Timing},
    credential::CredentialKind,
    draw::{
        deal::NoDeal,
        turn::{Stand, given},
        verify::Flaw,
    },
    points::{Award, AwardReason, PointRule, caps::TownPoints},
};
use machitap_wire::{Signer, seal::SealOpener};
use uuid::Uuid;

use super::*;
use crate::{
    db::NewFact,
    documents::Documents,
    publish::{self, Keys, OldMonths, PublishError},
};

mod word;

/// Noon of 1 December 2026 in Japan.
const NOON: i64 = 1_796_094_000_000;
const DAY: i64 = 86_400_000;

fn key() -> DrawKey {
    DrawKey::new([4; 32])
}

fn hall() -> KioskId {
    "hall-1".parse().unwrap()
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn catalogue() -> Catalogue {
    let text = |ja: &str| Text {
        ja: ja.into(),
        ..Text::default()
    };
    let table = r#"{"id":"winter","name":{"ja":"冬のガチャ"},
        "from":"2026-12-01","until":"2026-12-28","per_day":8,"spins":{"visit":4},
        "rows":[
            {"id":"towel","name":{"ja":"手ぬぐい"},"picture":"towel","weight":5000,
             "when_gone":"thanks"},
            {"id":"thanks","name":{"ja":"ありがとう"},"picture":"thanks","weight":5000,
             "blank":true}],
        "kiosks":{"hall-1":{"stock":{"towel":3}}}}"#;
    let catalogue = Catalogue {
        city: "town".parse().unwrap(),
        name: text("まち"),
        contact: "0880-00-0000".into(),
        facilities: [(
            FacilityId::new("hall").unwrap(),
            Facility {
                name: text("公民館"),
                time_zone: "Asia/Tokyo".into(),
                service: Service::visit(PointRule::plain(10, 9)),
                timing: Timing::default(),
                sound: machitap_domain::sound::SoundRules::default(),
            },
        )]
        .into(),
        points: TownPoints::default(),
        draws: vec![serde_json::from_str(table).unwrap()],
        offers: machitap_domain::points::offers::Offers::default(),
        pairing: None,
        registration: None,
        look: machitap_domain::look::Look::default(),
    };
    catalogue.check().unwrap();
    catalogue
}

fn documents(catalogue: Catalogue) -> Documents {
    Documents {
        catalogue,
        notices: Default::default(),
        rosters: Default::default(),
        absences: Default::default(),
        nicknames: Default::default(),
        fares: Default::default(),
        groups: Default::default(),
    }
}

fn opener() -> SealOpener {
    SealOpener::from_text(&"07".repeat(32)).unwrap()
}

fn db() -> Db {
    let db = Db::in_memory().unwrap();
    let enrolled = Enrolled {
        kiosk: hall(),
        facility: "hall".parse().unwrap(),
        verifier: Signer::from_seed([1; 32]).verifier(),
        seal_to: opener().public(),
    };
    db.enrol(&enrolled, 0).unwrap();
    db
}

fn stage(db: &mut Db, catalogue: Catalogue, now_ms: i64) -> Result<(), PublishError> {
    let key = key();
    let keys = Keys {
        draw: Some(&key),
        ..Keys::default()
    };
    publish::stage(db, &documents(catalogue), keys, OldMonths::Keep, now_ms).map(drop)
}

/// The deals as the kiosk opens them.
fn opened(db: &Db) -> Option<Deals> {
    let name = machitap_wire::DocumentName::Deals(hall());
    let stored = db.document(&name).unwrap()?;
    let plain = opener()
        .open(&stored.wire, &name.aad(stored.version))
        .unwrap();
    Some(serde_json::from_slice(&plain).unwrap())
}

fn published(db: &Db) -> Catalogue {
    crate::ledger::catalogue(db).unwrap().unwrap()
}

/// One life of a kiosk, its facts counted as they are made.
struct Kiosk<'a> {
    db: &'a Db,
    life: Incarnation,
    facts: Vec<Fact>,
    folds: Folds,
}

impl<'a> Kiosk<'a> {
    fn new(db: &'a Db, life: u128) -> Self {
        let mut kiosk = Self {
            db,
            life: Incarnation(Uuid::from_u128(life)),
            facts: Vec::new(),
            folds: Folds::default(),
        };
        let software = "0.1.0".into();
        kiosk.record(None, FactBody::Started { software });
        kiosk
    }

    fn record(&mut self, cause: Option<FactId>, body: FactBody) -> FactId {
        self.record_bent(cause, body, |_| {})
    }

    fn record_bent(
        &mut self,
        cause: Option<FactId>,
        body: FactBody,
        bend: impl FnOnce(&mut Fact),
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let id = FactId(Uuid::from_u128(
            (self.life.0.as_u128() << 32) | u128::from(seq),
        ));
        let draft = Draft {
            id,
            subject: Some(Pseudonym::try_from("ab".repeat(16)).unwrap()),
            at: Stamp {
                wall_ms: NOON,
                boot: BootId(Uuid::from_u128(7)),
                mono_ms: seq,
                quality: Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(50),
                },
            },
            caused_by: cause,
            body,
        };
        let place = FactKey {
            kiosk: hall(),
            incarnation: self.life,
            seq,
        };
        let prev = self.facts.last();
        let prev = prev.map_or(Hash::GENESIS, |f| Hash::of(&f.to_bytes()));
        let mut fact = Fact::place(draft, place, "hall".parse().unwrap(), prev);
        self.folds.apply(&fact, &zone());
        bend(&mut fact);
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        let mut row = self.db.journal(&hall(), self.life).unwrap();
        self.db
            .put_fact(&NewFact {
                journal: row.id,
                seq,
                hash: Hash::of(bytes.as_bytes()),
                prev,
                facility: "hall",
                shown_ms: NOON,
                quality: 2,
                received_ms: NOON,
                bytes: &bytes,
                watched: None,
            })
            .unwrap();
        row.contiguous = seq;
        self.db.keep_journal(&row).unwrap();
        self.facts.push(fact);
        id
    }

    /// A visit, and all its four spins.
    fn play(&mut self, deal: &Deal, bend: impl Fn(&mut Fact)) {
        let catalogue = published(self.db);
        let table = &catalogue.draws[0];
        let who = Pseudonym::try_from("ab".repeat(16)).unwrap();
        let line = Award {
            points: 10,
            reason: AwardReason::Visit,
        };
        let visit = self.record(None, FactBody::visit(CredentialKind::Citizen));
        self.record(Some(visit), FactBody::Award(line.clone()));
        let spins = self.folds.spins(&who).of(&table.id);
        let gift = given(table, &spins, &[line]).unwrap();
        let gift = self.record(Some(visit), FactBody::SpinsGiven(gift));
        for _ in 0..4 {
            let machine = self.folds.machines().of(&table.id);
            let spins = self.folds.spins(&who).of(&table.id);
            let stand = Stand {
                table,
                kiosk: &hall(),
                deal,
                machine: &machine,
            };
            let drawn = stand.turn(&spins);
            self.record_bent(Some(gift), FactBody::Drawn(drawn), &bend);
        }
    }

    fn towels(&self) -> u32 {
        let machine = self.folds.machines().of(&"winter".parse().unwrap());
        let towel = "towel".parse().unwrap();
        machine.given().get(&towel).copied().unwrap_or(0)
    }
}

fn verified(db: &Db) -> Vec<Verified> {
    let zones = Zones::of_city(zone());
    verify_table(db, &published(db).draws[0], &key(), &zones).unwrap()
}

#[test]
fn a_kiosk_draws_once_the_city_knows_its_life_and_a_new_life_waits() {
    let mut db = db();
    stage(&mut db, catalogue(), NOON - DAY).unwrap();
    assert_eq!(opened(&db), None, "nobody has heard of its life");

    let life = Kiosk::new(&db, 1).life;
    stage(&mut db, catalogue(), NOON).unwrap();
    let deals = opened(&db).unwrap();
    let table = published(&db).draws[0].clone();
    let deal = deals.of(&table, &hall(), life).unwrap();
    assert!(deal.given.is_empty());
    let reborn = Incarnation(Uuid::from_u128(2));
    assert_eq!(deals.of(&table, &hall(), reborn), Err(NoDeal::OtherLife));

    // Over: the kiosk is left without secrets.
    stage(&mut db, catalogue(), NOON + 28 * DAY).unwrap();
    assert_eq!(opened(&db), Some(Deals::default()));
}

#[test]
fn two_lives_share_one_stock_and_both_are_proved() {
    let mut db = db();
    stage(&mut db, catalogue(), NOON).unwrap();
    let mut given = 0;
    for life in 1..=3 {
        Kiosk::new(&db, life);
        stage(&mut db, catalogue(), NOON).unwrap();
        let deal = opened(&db).unwrap().deals[0].clone();
        assert_eq!(deal.given.values().sum::<u32>(), given_with_blanks(life));
        // The journal is opened once more where it stands: after its first fact.
        let mut kiosk = Kiosk {
            db: &db,
            life: deal.life,
            facts: facts(&db, lives(&db, &hall()).unwrap().last().unwrap()).unwrap(),
            folds: Folds::default(),
        };
        kiosk.play(&deal, |_| {});
        given += kiosk.towels();
    }
    assert_eq!(given, 3, "all that there were, and no more");
    let all = verified(&db);
    assert_eq!(all.len(), 3);
    for life in &all {
        assert!(life.is_sound(), "{life:?}");
        assert_eq!(life.outcome.as_ref().unwrap().draws, 4);
    }
}

/// Four spins a life, blank ones among them.
const fn given_with_blanks(life: u128) -> u32 {
    (life as u32 - 1) * 4
}

#[test]
fn a_result_that_was_bent_is_named() {
    let mut db = db();
    let life = Kiosk::new(&db, 1).life;
    stage(&mut db, catalogue(), NOON).unwrap();
    let deal = opened(&db).unwrap().deals[0].clone();
    let mut kiosk = Kiosk {
        db: &db,
        life,
        facts: facts(&db, &lives(&db, &hall()).unwrap()[0]).unwrap(),
        folds: Folds::default(),
    };
    kiosk.play(&deal, |fact| {
        if let FactBody::Drawn(drawn) = &mut fact.body
            && drawn.counter == 3
        {
            let other = if drawn.blank { "towel" } else { "thanks" };
            drawn.prize = other.parse().unwrap();
            drawn.blank = !drawn.blank;
        }
    });
    let found = verified(&db)[0].outcome.clone().unwrap_err();
    assert_eq!(found.seq, 7);
    assert!(
        matches!(found.flaw, Flaw::Prize(_) | Flaw::Stock(_)),
        "{found}"
    );
}

#[test]
fn a_new_life_is_dealt_to_without_a_publication() {
    let mut db = db();
    stage(&mut db, catalogue(), NOON).unwrap();
    for life in 1..=2 {
        let life = Kiosk::new(&db, life).life;
        publish::deal_anew(&db, &key(), NOON).unwrap();
        let deals = opened(&db).unwrap();
        assert!(deals.of(&published(&db).draws[0], &hall(), life).is_ok());
    }
}

#[test]
fn what_an_earlier_life_says_late_changes_no_draw_and_no_proof() {
    let mut db = db();
    stage(&mut db, catalogue(), NOON).unwrap();
    let mut old = Kiosk::new(&db, 1);
    publish::deal_anew(&db, &key(), NOON).unwrap();
    let first = opened(&db).unwrap().deals[0].clone();
    // The old life's draws are on their way when the new one is heard of.
    let heard = Kiosk::new(&db, 2);
    publish::deal_anew(&db, &key(), NOON).unwrap();
    let second = opened(&db).unwrap().deals[0].clone();
    assert!(second.given.is_empty());
    old.play(&first, |_| {});
    assert!(old.towels() > 0, "it takes of the same stock");
    publish::deal_anew(&db, &key(), NOON).unwrap();
    assert_eq!(
        opened(&db).unwrap().deals[0],
        second,
        "once dealt, always so"
    );
    let mut new = Kiosk {
        db: &db,
        life: second.life,
        facts: heard.facts.clone(),
        folds: Folds::default(),
    };
    new.play(&second, |_| {});
    for life in verified(&db) {
        assert!(life.is_sound(), "{life:?}");
    }
}

#[test]
fn a_secret_is_revealed_when_its_table_is_over_and_is_the_one_committed_to() {
    let committed = committed(&catalogue(), &key());
    let winter = "winter".parse().unwrap();
    let reveal = |catalogue: &Catalogue, now| {
        let words = [WordGiven {
            table: catalogue.draws[0].clone(),
            revealed_ms: None,
        }];
        reveal(&words, &winter, &key(), &zone(), now)
    };
    let last_day = NOON + 27 * DAY;
    let said = reveal(&committed, last_day).unwrap_err().to_string();
    assert!(said.contains("lasts until 2026-12-28"), "{said}");
    let revealed = reveal(&committed, last_day + DAY).unwrap();
    assert_eq!(revealed.len(), 1);
    assert!(revealed[0].kept);
    let promised = committed.draws[0].kiosks[&hall()].commitment;
    let again = commitment(&committed.draws[0], &hall(), &revealed[0].secret);
    assert_eq!(promised, Some(again));
    // Never published with a commitment: it proves nothing, and says so.
    assert!(!reveal(&catalogue(), last_day + DAY).unwrap()[0].kept);
}
