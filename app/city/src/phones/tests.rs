use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Incarnation, Quality, Stamp,
};
use machitap_wire::{Signer, seal::SealOpener};
use uuid::Uuid;

use super::*;
use crate::db::{Enrolled, NewFact, watched};

/// 2026-11-24T03:00:00Z.
const NOON: i64 = 1_795_489_200_000;
const MINUTE: i64 = 60_000;

fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

fn secret(n: u8) -> PairingSecret {
    PairingSecret::new([n; 16])
}

fn token(n: u8) -> Token {
    Token([n; 32])
}

/// A city that heard of codes: each fact counted at noon, by its own clock.
struct City {
    db: Db,
    journal: i64,
    next: u64,
}

impl City {
    fn new() -> Self {
        let db = Db::in_memory().unwrap();
        let mut city = Self {
            db,
            journal: 0,
            next: 1,
        };
        city.journal = city.enrol("hall-1");
        city
    }

    fn enrol(&self, kiosk: &str) -> i64 {
        let kiosk = Enrolled {
            kiosk: kiosk.parse().unwrap(),
            facility: "hall".parse().unwrap(),
            verifier: Signer::from_seed([1; 32]).verifier(),
            seal_to: SealOpener::from_text(&"01".repeat(32)).unwrap().public(),
        };
        self.db.enrol(&kiosk, 1).unwrap();
        let life = Incarnation(Uuid::from_u128(1));
        self.db.journal(&kiosk.kiosk, life).unwrap().id
    }

    fn count(&mut self, subject: Option<Pseudonym>, body: FactBody) -> FactId {
        self.count_in(self.journal, subject, body)
    }

    fn count_in(&mut self, journal: i64, subject: Option<Pseudonym>, body: FactBody) -> FactId {
        let mut rows = self.db.journals().unwrap().into_iter();
        let mut row = rows.find(|r| r.id == journal).unwrap();
        row.contiguous += 1;
        let id = FactId(Uuid::from_u128(self.next.into()));
        self.next += 1;
        let draft = Draft {
            id,
            subject,
            at: Stamp {
                wall_ms: NOON,
                boot: BootId(Uuid::from_u128(1)),
                mono_ms: 1,
                quality: Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(1),
                },
            },
            caused_by: None,
            body,
        };
        let key = FactKey {
            kiosk: row.kiosk.clone(),
            incarnation: row.incarnation,
            seq: row.contiguous,
        };
        let fact = Fact::place(draft, key, "hall".parse().unwrap(), Hash::GENESIS);
        let bytes = String::from_utf8(fact.to_bytes()).unwrap();
        let new = NewFact {
            journal,
            seq: row.contiguous,
            hash: Hash::of(bytes.as_bytes()),
            prev: Hash::GENESIS,
            facility: "hall",
            shown_ms: NOON,
            quality: 1,
            received_ms: NOON,
            watched: watched(&fact.body),
            bytes: &bytes,
        };
        self.db.put_fact(&new).unwrap();
        self.db.keep_journal(&row).unwrap();
        id
    }

    fn shown(&mut self, n: u8, until_ms: i64) -> FactId {
        let body = FactBody::Paired {
            code: secret(n).code(),
            until_ms,
        };
        self.count(Some(who(n)), body)
    }

    fn brought(&mut self, n: u8, now_ms: i64) -> &'static str {
        match pair(&mut self.db, secret(n), token(n), now_ms) {
            Ok(()) => "paired",
            Err(NotPaired::Unknown) => "unknown",
            Err(NotPaired::Over) => "over",
            Err(NotPaired::Used) => "used",
            Err(NotPaired::Db(why)) => panic!("{why}"),
        }
    }

    fn whose(&self, n: u8, now_ms: i64) -> Option<Pseudonym> {
        whose(&self.db, token(n), now_ms).unwrap()
    }
}

#[test]
fn a_code_pairs_one_phone_once_and_for_good_half_a_year() {
    let mut city = City::new();
    city.shown(1, NOON + 5 * MINUTE);
    assert_eq!(city.whose(1, NOON), None);
    assert_eq!(city.brought(1, NOON + 1), "paired");
    assert_eq!(city.brought(1, NOON + 2), "used");
    assert_eq!(city.whose(1, NOON + 2), Some(who(1)));
    assert_eq!(city.whose(2, NOON + 2), None);
    let end = NOON + 1 + DAYS * DAY_MS;
    assert_eq!(city.whose(1, end - 1), Some(who(1)));
    assert_eq!(city.whose(1, end), None);
    // The next pairing forgets it; its code stays used.
    city.shown(2, i64::MAX);
    assert_eq!(city.brought(2, NOON + 3), "paired");
    city.db.forget_old_phones(end - DAYS * DAY_MS).unwrap();
    assert_eq!(city.whose(1, NOON + 2), None);
    assert_eq!(city.brought(1, NOON + 3), "used");
}

#[test]
fn a_code_nobody_showed_or_that_is_over_pairs_nothing() {
    let mut city = City::new();
    city.shown(1, NOON + 5 * MINUTE);
    city.shown(2, NOON - 1);
    assert_eq!(city.brought(3, NOON), "unknown");
    assert_eq!(city.brought(1, NOON + 5 * MINUTE), "over");
    assert_eq!(city.brought(2, NOON), "over");
    // What was refused is not used up.
    assert_eq!(city.brought(1, NOON + 5 * MINUTE - 1), "paired");
    // A fact of nobody pairs with nobody.
    let body = FactBody::Paired {
        code: secret(3).code(),
        until_ms: i64::MAX,
    };
    city.count(None, body);
    assert_eq!(city.brought(3, NOON), "unknown");
}

#[test]
fn a_kiosk_with_a_wrong_clock_makes_no_code_that_lasts() {
    let mut city = City::new();
    city.shown(1, NOON + 400 * DAY_MS);
    city.shown(2, i64::MAX);
    assert_eq!(city.brought(1, NOON + 60 * MINUTE), "over");
    assert_eq!(city.brought(2, NOON + 60 * MINUTE), "over");
    assert_eq!(city.brought(2, NOON + 60 * MINUTE - 1), "paired");
}

#[test]
fn a_code_taken_back_pairs_nothing_and_takes_its_phone_away() {
    let mut city = City::new();
    for n in [1, 2] {
        city.shown(n, NOON + 5 * MINUTE);
    }
    let third = city.shown(3, NOON + 5 * MINUTE);
    assert_eq!(city.brought(3, NOON), "paired");
    let fourth = city.shown(4, NOON + 5 * MINUTE);
    // Another kiosk has no say in it.
    let other = city.enrol("hall-2");
    city.count_in(other, Some(who(4)), FactBody::Undone { fact: fourth });
    city.count(Some(who(3)), FactBody::Undone { fact: third });
    assert_eq!(city.whose(3, NOON), None);
    assert_eq!(city.brought(4, NOON), "paired");
    let fifth = city.shown(5, NOON + 5 * MINUTE);
    city.count(Some(who(5)), FactBody::Undone { fact: fifth });
    assert_eq!(city.brought(5, NOON), "over");
}

#[test]
fn a_kiosk_that_repeats_the_hash_of_another_takes_nobodys_phone() {
    let mut city = City::new();
    city.shown(1, NOON + 5 * MINUTE);
    let other = city.enrol("hall-2");
    let body = FactBody::Paired {
        code: secret(1).code(),
        until_ms: NOON + 5 * MINUTE,
    };
    let copied = city.count_in(other, Some(who(9)), body);
    assert_eq!(city.brought(1, NOON), "paired");
    assert_eq!(city.whose(1, NOON), Some(who(1)));
    city.count_in(other, Some(who(9)), FactBody::Undone { fact: copied });
    assert_eq!(city.whose(1, NOON), Some(who(1)));
}

#[test]
fn phones_go_one_by_one_or_all_of_a_resident() {
    let mut city = City::new();
    for n in [1, 2] {
        city.shown(n, NOON + 5 * MINUTE);
        assert_eq!(city.brought(n, NOON), "paired");
    }
    let body = FactBody::Paired {
        code: secret(3).code(),
        until_ms: NOON + 5 * MINUTE,
    };
    city.count(Some(who(1)), body);
    assert_eq!(city.brought(3, NOON), "paired");
    assert_eq!(city.db.forget_phones_of(&who(1)).unwrap(), 2);
    assert_eq!((city.whose(1, NOON), city.whose(3, NOON)), (None, None));
    assert_eq!(city.whose(2, NOON), Some(who(2)));
    assert!(city.db.forget_phone(token(2).kept()).unwrap());
    assert!(!city.db.forget_phone(token(2).kept()).unwrap());
    assert_eq!(city.whose(2, NOON), None);
}

#[test]
fn a_token_is_told_once_and_never_logged() {
    let token = Token::random();
    assert_eq!(token.told().parse(), Ok(token));
    assert!(token != Token::random());
    assert!(!format!("{token:?}").contains(&token.told()[..8]));
    assert!("ab".parse::<Token>().is_err());
}
