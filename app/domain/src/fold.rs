//! The state of the town as one journal knows it: a fold over its facts.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{
    attendance::{ChildDays, Passage},
    fact::{Fact, FactBody},
    points::{Account, VisitMade},
    pseudonym::Pseudonym,
    time::{BootId, DayKey, Quality, Stamp},
};

/// Which entry of the folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldKey {
    /// A child's days.
    Child(Pseudonym),
    /// A resident's account.
    Account(Pseudonym),
}

/// The entry as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldValue {
    /// A child's days.
    Child(ChildDays),
    /// A resident's account.
    Account(Account),
}

/// Attendance and accounts, by pseudonym.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    children: BTreeMap<Pseudonym, ChildDays>,
    accounts: BTreeMap<Pseudonym, Account>,
}

impl Folds {
    /// A child's days; empty for one never seen.
    pub fn child(&self, child: &Pseudonym) -> ChildDays {
        self.children.get(child).cloned().unwrap_or_default()
    }

    /// A resident's account; empty for one never seen.
    pub fn account(&self, resident: &Pseudonym) -> Account {
        self.accounts.get(resident).cloned().unwrap_or_default()
    }

    /// All accounts, by pseudonym.
    pub fn accounts(&self) -> impl Iterator<Item = (&Pseudonym, &Account)> {
        self.accounts.iter()
    }

    /// All children with their days, by pseudonym.
    pub fn children(&self) -> impl Iterator<Item = (&Pseudonym, &ChildDays)> {
        self.children.iter()
    }

    /// Points of all accounts together.
    pub fn total_points(&self) -> i64 {
        self.accounts.values().map(Account::balance).sum()
    }

    /// Takes in one fact and says which entries it changed.
    ///
    /// Facts are applied in the order of their sequence. A fact that changes nothing
    /// here (health, staff, a kind from the future) is not an error.
    pub fn apply(&mut self, fact: &Fact, zone: &TimeZone) -> Vec<FoldKey> {
        match (&fact.body, fact.subject) {
            (FactBody::Attendance { direction, .. }, Some(child)) => {
                self.children.entry(child).or_default().push(Passage {
                    fact: fact.id,
                    day: fact.at.day(zone),
                    at: fact.at,
                    direction: *direction,
                    undone: false,
                });
                vec![FoldKey::Child(child)]
            }
            (FactBody::Visit { .. }, Some(resident)) => {
                self.accounts.entry(resident).or_default().visit(VisitMade {
                    fact: fact.id,
                    day: fact.at.day(zone),
                    at: fact.at,
                    points: 0,
                    undone: false,
                });
                vec![FoldKey::Account(resident)]
            }
            (FactBody::Award(award), Some(resident)) => {
                let credited = fact.caused_by.is_some_and(|visit| {
                    self.accounts
                        .get_mut(&resident)
                        .is_some_and(|a| a.award(visit, *award))
                });
                changed(credited, FoldKey::Account(resident))
            }
            (FactBody::Undone { fact: undone }, Some(subject)) => {
                let child = self
                    .children
                    .get_mut(&subject)
                    .is_some_and(|c| c.undo(*undone));
                if child {
                    return vec![FoldKey::Child(subject)];
                }
                let visit = self
                    .accounts
                    .get_mut(&subject)
                    .is_some_and(|a| a.undo(*undone));
                changed(visit, FoldKey::Account(subject))
            }
            (
                FactBody::ClockCorrected {
                    boot,
                    boot_wall_ms,
                    quality,
                },
                _,
            ) => self.correct(*boot, *boot_wall_ms, *quality, zone),
            _ => Vec::new(),
        }
    }

    /// The entry as the store keeps it; `None` for one never seen.
    pub fn get(&self, key: FoldKey) -> Option<FoldValue> {
        match key {
            FoldKey::Child(child) => self.children.get(&child).cloned().map(FoldValue::Child),
            FoldKey::Account(a) => self.accounts.get(&a).cloned().map(FoldValue::Account),
        }
    }

    /// Puts back an entry the store kept.
    pub fn put(&mut self, subject: Pseudonym, value: FoldValue) {
        match value {
            FoldValue::Child(days) => {
                self.children.insert(subject, days);
            }
            FoldValue::Account(account) => {
                self.accounts.insert(subject, account);
            }
        }
    }

    /// Everything, in a fixed order.
    pub fn entries(&self) -> impl Iterator<Item = (FoldKey, FoldValue)> + '_ {
        let children = self
            .children
            .iter()
            .map(|(k, v)| (FoldKey::Child(*k), FoldValue::Child(v.clone())));
        let accounts = self
            .accounts
            .iter()
            .map(|(k, v)| (FoldKey::Account(*k), FoldValue::Account(v.clone())));
        children.chain(accounts)
    }

    /// True when something of that boot still stands on an untrusted time.
    pub fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.children
            .values()
            .any(|c| c.passages().iter().any(|p| unsure(&p.at)))
            || self
                .accounts
                .values()
                .any(|a| a.recent().iter().any(|v| unsure(&v.at)))
    }

    fn correct(
        &mut self,
        boot: BootId,
        boot_wall_ms: i64,
        quality: Quality,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let mend = |at: &mut Stamp, day: &mut DayKey| {
            let touched = at.boot == boot && !at.quality.is_trusted();
            if touched {
                at.wall_ms = boot_wall_ms.saturating_add_unsigned(at.mono_ms);
                at.quality = quality;
                *day = at.day(zone);
            }
            touched
        };
        let mut keys = Vec::new();
        for (child, days) in &mut self.children {
            let mut touched = false;
            for p in days.passages_mut() {
                touched |= mend(&mut p.at, &mut p.day);
            }
            keys.extend(touched.then_some(FoldKey::Child(*child)));
        }
        for (resident, account) in &mut self.accounts {
            let mut touched = false;
            for v in account.recent_mut() {
                touched |= mend(&mut v.at, &mut v.day);
            }
            keys.extend(touched.then_some(FoldKey::Account(*resident)));
        }
        keys
    }
}

fn changed(really: bool, key: FoldKey) -> Vec<FoldKey> {
    if really { vec![key] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        attendance::{Direction, Reason, Via},
        credential::CredentialKind,
        fact::{Draft, FactId, FactKey, Hash, tests::stamp},
        ids::Incarnation,
        points::{Award, AwardReason, Earned, PointRule},
        time::Quality,
    };

    const NOON: i64 = 1_775_012_400_000; // 2026-04-01T12:00 in Japan
    const DAY_MS: i64 = 86_400_000;
    const RULE: PointRule = PointRule {
        base: 10,
        visits_per_day: 1,
    };

    fn tokyo() -> TimeZone {
        TimeZone::get("Asia/Tokyo").unwrap()
    }

    fn who(n: u8) -> Pseudonym {
        Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
    }

    fn fact(n: u128, subject: Pseudonym, at: Stamp, body: FactBody) -> Fact {
        Fact::place(
            Draft {
                id: FactId(Uuid::from_u128(n)),
                subject: Some(subject),
                at,
                caused_by: None,
                body,
            },
            FactKey {
                kiosk: "kiosk-1".parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(1)),
                seq: 1,
            },
            "hall".parse().unwrap(),
            Hash::GENESIS,
        )
    }

    fn passage(n: u128, at: Stamp, direction: Direction) -> Fact {
        fact(
            n,
            who(1),
            at,
            FactBody::Attendance {
                direction,
                by: None,
                via: Via::Card(CredentialKind::Citizen),
            },
        )
    }

    fn visit(n: u128, at: Stamp) -> Fact {
        fact(
            n,
            who(2),
            at,
            FactBody::Visit {
                credential: CredentialKind::Citizen,
            },
        )
    }

    fn award(n: u128, visit: &Fact, points: u32) -> Fact {
        let mut fact = fact(
            n,
            who(2),
            visit.at,
            FactBody::Award(Award {
                points,
                reason: AwardReason::Visit,
            }),
        );
        fact.caused_by = Some(visit.id);
        fact
    }

    fn undone(n: u128, of: &Fact) -> Fact {
        fact(
            n,
            of.subject.unwrap(),
            of.at,
            FactBody::Undone { fact: of.id },
        )
    }

    #[test]
    fn a_tap_goes_the_way_of_the_same_day_only() {
        let zone = tokyo();
        let mut folds = Folds::default();
        let today = DayKey::Date(date(2026, 4, 1));
        let tomorrow = DayKey::Date(date(2026, 4, 2));
        assert_eq!(
            folds.child(&who(1)).propose(today).reason,
            Reason::NotHereYet
        );
        folds.apply(&passage(1, stamp(1, NOON), Direction::In), &zone);
        assert_eq!(
            folds.child(&who(1)).propose(today).direction,
            Direction::Out
        );
        assert!(folds.child(&who(1)).is_here(today));
        // Left open: the next day starts afresh.
        assert_eq!(
            folds.child(&who(1)).propose(tomorrow).direction,
            Direction::In
        );
        folds.apply(&passage(2, stamp(2, NOON + 1), Direction::Out), &zone);
        assert!(matches!(
            folds.child(&who(1)).propose(today).reason,
            Reason::LeftAt { .. }
        ));
    }

    #[test]
    fn undo_restores_what_was_and_only_once() {
        let zone = tokyo();
        let mut folds = Folds::default();
        let day = DayKey::Date(date(2026, 4, 1));
        let first = visit(1, stamp(1, NOON));
        folds.apply(&first, &zone);
        folds.apply(&award(2, &first, 10), &zone);
        assert_eq!(folds.account(&who(2)).balance(), 10);
        assert_eq!(folds.account(&who(2)).earn(RULE, day), Earned::AlreadyToday);
        for n in [3, 4] {
            folds.apply(&undone(n, &first), &zone);
            assert_eq!(folds.account(&who(2)).balance(), 0);
            assert_eq!(folds.account(&who(2)).visits(), 0);
        }
        assert!(matches!(
            folds.account(&who(2)).earn(RULE, day),
            Earned::Points(_)
        ));
    }

    #[test]
    fn a_corrected_clock_moves_the_facts_of_its_boot_to_their_day() {
        let zone = tokyo();
        let mut folds = Folds::default();
        let unsure = Stamp {
            quality: Quality::UNKNOWN,
            ..stamp(60_000, 5)
        };
        folds.apply(&visit(1, unsure), &zone);
        assert!(folds.has_unsure(unsure.boot));
        assert_eq!(
            folds.account(&who(2)).latest().unwrap().day,
            DayKey::Boot(unsure.boot)
        );
        let correction = FactBody::ClockCorrected {
            boot: unsure.boot,
            boot_wall_ms: NOON - 60_000,
            quality: stamp(0, 0).quality,
        };
        let changed = folds.apply(&fact(2, who(9), stamp(70_000, NOON), correction), &zone);
        assert_eq!(changed, [FoldKey::Account(who(2))]);
        let mended = folds.account(&who(2)).latest().unwrap().clone();
        assert_eq!(mended.at.wall_ms, NOON);
        assert_eq!(mended.day, DayKey::Date(date(2026, 4, 1)));
        assert!(!folds.has_unsure(unsure.boot));
    }

    proptest! {
        /// Whatever comes within what is kept, no balance is negative, an undo of everything leaves nothing,
        /// and an entry put back is the entry.
        #[test]
        fn any_history_keeps_the_account_sound(steps in prop::collection::vec((0u8..4, 0i64..3), 0..crate::points::VISITS_KEPT)) {
            let zone = tokyo();
            let mut folds = Folds::default();
            let mut visits: Vec<Fact> = Vec::new();
            let mut expected = 0i64;
            for (n, (step, day)) in steps.into_iter().enumerate() {
                let n = n as u128 * 10 + 100;
                let at = stamp(n as u64, NOON + day * DAY_MS);
                match step {
                    0 | 1 => {
                        let made = visit(n, at);
                        folds.apply(&made, &zone);
                        if let Earned::Points(a) = folds.account(&who(2)).earn(RULE, at.day(&zone)) {
                            folds.apply(&award(n + 1, &made, a.points), &zone);
                            expected += i64::from(a.points);
                        }
                        visits.push(made);
                    }
                    _ if visits.is_empty() => {}
                    _ => {
                        let last = visits.pop().unwrap();
                        let before = folds.account(&who(2)).balance();
                        folds.apply(&undone(n, &last), &zone);
                        expected -= before - folds.account(&who(2)).balance();
                    }
                }
                let account = folds.account(&who(2));
                prop_assert!(account.balance() >= 0);
                prop_assert_eq!(account.balance(), expected);
                prop_assert_eq!(account.visits(), visits.len() as u64);
            }
            let mut copy = Folds::default();
            for (key, value) in folds.entries() {
                let (FoldKey::Child(s) | FoldKey::Account(s)) = key;
                copy.put(s, value);
            }
            prop_assert_eq!(copy, folds);
        }
    }
}
