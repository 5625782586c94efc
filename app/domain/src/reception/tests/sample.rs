//! A reception for the tests: a kiosk that is a list of facts.

use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::{
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::Incarnation,
    points::sample::{NTP, tokyo},
    pseudonym::Pseudonym,
    reception::{Handoff, ReceptionRules},
    time::{BootId, Clock, Now, Quality, Stamp},
};

pub(super) const TODAY: Date = date(2026, 11, 24);

pub(super) fn rules() -> ReceptionRules {
    ReceptionRules {
        system: "clinic".parse().unwrap(),
        handoff: Handoff::FileDrop {
            directory: "/srv/clinic/in".into(),
        },
    }
}

pub(super) fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

/// So many minutes after eight o'clock of that day, with a clock or without.
pub(super) fn now(day: Date, minutes: u32, boot: u128, clock: bool) -> Now {
    let eight = tokyo()
        .to_timestamp(day.at(8, 0, 0, 0))
        .unwrap()
        .as_millisecond();
    Now {
        mono_ms: u64::from(minutes) * 60_000,
        boot: BootId(Uuid::from_u128(boot)),
        clock: Clock {
            wall_ms: eight + i64::from(minutes) * 60_000,
            quality: if clock { NTP } else { Quality::UNKNOWN },
        },
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Desk {
    pub(super) facts: Vec<Fact>,
    pub(super) folds: Folds,
}

impl Desk {
    pub(super) fn record(
        &mut self,
        patient: Option<u8>,
        at: Stamp,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let draft = Draft {
            id: FactId(Uuid::from_u128(u128::from(seq))),
            subject: patient.map(who),
            at,
            caused_by: cause,
            body,
        };
        let key = FactKey {
            kiosk: "clinic-1".parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(1)),
            seq,
        };
        let fact = Fact::place(draft, key, "clinic".parse().unwrap(), Hash::GENESIS);
        let id = fact.id;
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        id
    }

    /// Announces, and says the fact and the number.
    pub(super) fn announce(&mut self, patient: u8, now: &Now) -> (FactId, u32) {
        let at = now.stamp();
        let queue = self.folds.receptions().next(at.day(&tokyo()));
        let system = rules().system;
        let body = FactBody::Announced { system, queue };
        (self.record(Some(patient), at, None, body), queue)
    }

    pub(super) fn undo(&mut self, patient: u8, now: &Now, fact: FactId) {
        let body = FactBody::Undone { fact };
        self.record(Some(patient), now.stamp(), Some(fact), body);
    }

    /// A note was taken: journalled as the session does it, when it was waited for.
    pub(super) fn taken(&mut self, now: &Now, fact: FactId, withdrawn: bool) -> bool {
        let waits = self.folds.receptions().awaits(fact, withdrawn).is_some();
        if waits {
            let body = FactBody::HandedOff { withdrawn };
            self.record(None, now.stamp(), Some(fact), body);
        }
        waits
    }

    pub(super) fn correct(&mut self, now: &Now, true_now: &Now) {
        let body = FactBody::ClockCorrected {
            boot: now.boot,
            boot_wall_ms: true_now.clock.wall_ms - i64::try_from(now.mono_ms).unwrap(),
            quality: NTP,
        };
        self.record(None, true_now.stamp(), None, body);
    }

    /// What waits: the announcement, and whether it is to be withdrawn.
    pub(super) fn open(&self) -> Vec<(FactId, bool)> {
        let open = self.folds.receptions().open();
        open.map(|o| (o.made.fact, o.made.undone)).collect()
    }
}
