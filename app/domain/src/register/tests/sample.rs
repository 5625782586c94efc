//! Claims and leases for the tests.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::{
    credential::{CardUid, Credential, Technology},
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::{CitizenId, Incarnation},
    points::sample::{NTP, tokyo},
    pseudonym::{Pseudonym, PurposeKey},
    register::{
        Claim, Form, IdForm, Lease, Leases, Registered, ReleasedId, Relinked, Said, SealedLetter,
    },
    time::{BootId, Stamp},
};

pub(super) const TODAY: Date = date(2026, 11, 24);

pub(super) const LIFE: Incarnation = Incarnation(Uuid::from_u128(1));

pub(super) fn key() -> PurposeKey {
    PurposeKey::new([7; 32])
}

pub(super) fn id(n: u32) -> CitizenId {
    form().id(n).unwrap()
}

pub(super) fn uid(n: u8) -> Credential {
    Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
}

pub(super) fn form() -> IdForm {
    IdForm {
        prefix: "SKM-".into(),
        digits: 6,
    }
}

pub(super) fn lease(name: &str, from: u32, count: u32, until: Date) -> Lease {
    Lease {
        id: name.parse().unwrap(),
        life: LIFE,
        from,
        count,
        until,
    }
}

pub(super) fn leases(leases: Vec<Lease>) -> Leases {
    Leases {
        form: form(),
        leases,
        answers: BTreeMap::new(),
    }
}

pub(super) fn fact_key(kiosk: u8, seq: u64) -> FactKey {
    FactKey {
        kiosk: format!("hall-{kiosk}").parse().unwrap(),
        incarnation: LIFE,
        seq,
    }
}

pub(super) fn claim(at_ms: i64, said: Said) -> Claim {
    let nth = at_ms.unsigned_abs();
    Claim {
        fact: FactId(Uuid::from_u128(u128::from(nth))),
        at_ms,
        said,
    }
}

pub(super) fn born(day: Option<Date>) -> Form {
    Form {
        birth: day.map(Into::into),
        ..Form::default()
    }
}

pub(super) fn register(n: u32, card: u8) -> Said {
    Said::Register {
        citizen: id(n),
        credential: uid(card),
        form: born(Some(date(1950, 1, 2))),
        consent: None,
        leased: true,
    }
}

pub(super) fn relink(n: u32, card: u8) -> Said {
    Said::Relink {
        citizen: id(n),
        credential: uid(card),
        birth: Some(date(1950, 1, 2)),
    }
}

pub(super) fn release(n: u32, card: u8) -> Said {
    Said::Release {
        citizen: id(n),
        credential: uid(card),
    }
}

/// A kiosk that is a list of facts.
#[derive(Debug, Clone, Default)]
pub(super) struct Desk {
    pub(super) facts: Vec<Fact>,
    pub(super) folds: Folds,
}

impl Desk {
    pub(super) fn record(
        &mut self,
        subject: Pseudonym,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let at = Stamp {
            wall_ms: 1_795_000_000_000 + i64::try_from(seq).unwrap(),
            boot: BootId(Uuid::from_u128(1)),
            mono_ms: seq,
            quality: NTP,
        };
        let draft = Draft {
            id: FactId(Uuid::from_u128(u128::from(seq))),
            subject: Some(subject),
            at,
            caused_by: cause,
            body,
        };
        let fact = Fact::place(
            draft,
            fact_key(1, seq),
            "hall".parse().unwrap(),
            Hash::GENESIS,
        );
        let made = fact.id;
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        made
    }

    /// Registers a card to the next number, as the session does; `None` where there is none.
    pub(super) fn register(&mut self, leases: &Leases, card: u8) -> Option<(FactId, CitizenId)> {
        let card = key().card(&uid(card));
        let next = leases.next(self.folds.numbers(), LIFE, Some(TODAY)).ok()?;
        let body = FactBody::Registered(Registered {
            card,
            lease: next.lease,
            nth: next.nth,
            letter: SealedLetter::new(b"sealed"),
            staff: None,
        });
        let fact = self.record(key().pseudonym(&next.citizen), None, body);
        Some((fact, next.citizen))
    }

    pub(super) fn relink(&mut self, citizen: &CitizenId, card: u8) -> FactId {
        let body = FactBody::Relinked(Relinked {
            card: key().card(&uid(card)),
            letter: SealedLetter::new(b"sealed"),
            staff: None,
        });
        self.record(key().pseudonym(citizen), None, body)
    }

    pub(super) fn release(&mut self, citizen: &CitizenId, card: u8) -> FactId {
        let body = FactBody::ReleasedId(ReleasedId {
            card: key().card(&uid(card)),
            letter: SealedLetter::new(b"sealed"),
            staff: None,
        });
        self.record(key().pseudonym(citizen), None, body)
    }

    pub(super) fn undo(&mut self, citizen: &CitizenId, fact: FactId) {
        let body = FactBody::Undone { fact };
        self.record(key().pseudonym(citizen), Some(fact), body);
    }
}
