//! Kiosks that are lists of facts, a city that hears of them, and one resident.

use uuid::Uuid;

use crate::{
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::Incarnation,
    points::sample::{NTP, tokyo},
    preferences::{Latest, Preference, Preferences, Preferred, TextSize},
    pseudonym::Pseudonym,
    time::{BootId, Quality, Stamp},
};

pub(super) const MORNING: i64 = 1_775_001_300_000;

pub(super) fn who() -> Pseudonym {
    Pseudonym::try_from("01".repeat(16)).unwrap()
}

pub(super) fn large() -> Preferences {
    Preferences {
        text: TextSize::Large,
        ..Preferences::default()
    }
}

pub(super) struct Kiosk {
    pub(super) facts: Vec<Fact>,
    pub(super) folds: Folds,
    pub(super) clock_ms: i64,
    pub(super) trusted: bool,
    /// The city's word of the other kiosks.
    told: Option<Latest>,
    /// What the city has made of the facts it heard.
    heard: Folds,
    heard_upto: usize,
    boot: u128,
}

pub(super) struct Town {
    pub(super) kiosks: Vec<Kiosk>,
    facts: u128,
}

impl Town {
    pub(super) fn new(kiosks: usize) -> Self {
        let kiosk = |n| Kiosk {
            facts: Vec::new(),
            folds: Folds::default(),
            clock_ms: MORNING,
            trusted: true,
            told: None,
            heard: Folds::default(),
            heard_upto: 0,
            boot: (n as u128) << 64,
        };
        Self {
            kiosks: (0..kiosks).map(kiosk).collect(),
            facts: 0,
        }
    }

    fn record(&mut self, kiosk: usize, body: FactBody) -> FactId {
        self.facts += 1;
        let k = &mut self.kiosks[kiosk];
        let quality = if k.trusted { NTP } else { Quality::UNKNOWN };
        let draft = Draft {
            id: FactId(Uuid::from_u128(self.facts)),
            subject: Some(who()),
            at: Stamp {
                wall_ms: k.clock_ms,
                boot: BootId(Uuid::from_u128(k.boot)),
                mono_ms: 5_000,
                quality,
            },
            caused_by: None,
            body,
        };
        let key = FactKey {
            kiosk: format!("kiosk-{kiosk}").parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(1)),
            seq: k.facts.len() as u64 + 1,
        };
        let fact = Fact::place(draft, key, "hall".parse().unwrap(), Hash::GENESIS);
        k.folds.apply(&fact, &tokyo());
        k.facts.push(fact.clone());
        fact.id
    }

    pub(super) fn latest(&self, kiosk: usize) -> Option<Latest> {
        let k = &self.kiosks[kiosk];
        Latest::of(k.folds.chosen(&who()).latest(), k.told)
    }

    pub(super) fn at(&self, kiosk: usize) -> Option<Preferences> {
        self.latest(kiosk).map(|l| l.preferences)
    }

    pub(super) fn choose(&mut self, kiosk: usize, one: Preference) -> FactId {
        let before = self.latest(kiosk);
        let wanted = before.map(|b| b.preferences).unwrap_or_default().with(one);
        let body = FactBody::Preferred(Preferred::over(before, wanted));
        self.record(kiosk, body)
    }

    pub(super) fn undo(&mut self, kiosk: usize, fact: FactId) {
        self.record(kiosk, FactBody::Undone { fact });
    }

    /// The last choice there that stands.
    pub(super) fn last(&self, kiosk: usize) -> Option<FactId> {
        let k = &self.kiosks[kiosk];
        let chosen = k.folds.chosen(&who());
        let mut facts = k.facts.iter().rev();
        facts.find(|f| chosen.is_last(f.id)).map(|f| f.id)
    }

    /// Its clock becomes trustworthy, and a boot later it may be lost again.
    pub(super) fn correct(&mut self, kiosk: usize) {
        let k = &mut self.kiosks[kiosk];
        k.trusted = true;
        let body = FactBody::ClockCorrected {
            boot: BootId(Uuid::from_u128(k.boot)),
            boot_wall_ms: k.clock_ms.saturating_sub(5_000),
            quality: NTP,
        };
        self.record(kiosk, body);
        self.kiosks[kiosk].boot += 1;
    }

    /// The city counts so many more of its facts.
    pub(super) fn send(&mut self, kiosk: usize, more: usize) {
        let k = &mut self.kiosks[kiosk];
        let upto = k.facts.len().min(k.heard_upto.saturating_add(more));
        for fact in &k.facts[k.heard_upto..upto] {
            k.heard.apply(fact, &tokyo());
        }
        k.heard_upto = upto;
    }

    pub(super) fn tell(&mut self, kiosk: usize) {
        let others = self.kiosks.iter().enumerate();
        let others = others.filter(|(n, _)| *n != kiosk);
        let latest = others.map(|(_, k)| k.heard.chosen(&who()).latest());
        self.kiosks[kiosk].told = latest.fold(None, Latest::of);
    }

    pub(super) fn settle(&mut self) {
        for kiosk in 0..self.kiosks.len() {
            self.send(kiosk, usize::MAX);
        }
        for kiosk in 0..self.kiosks.len() {
            self.tell(kiosk);
        }
    }

    /// What the city holds; every kiosk says the same.
    pub(super) fn everywhere(&self) -> Option<Preferences> {
        let all = self.kiosks.iter();
        let city = all.map(|k| k.heard.chosen(&who()).latest());
        let city = city.fold(None, Latest::of);
        for kiosk in 0..self.kiosks.len() {
            assert_eq!(self.latest(kiosk), city);
        }
        city.map(|l| l.preferences)
    }
}
