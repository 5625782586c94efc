//! Any order of taps, undos, corrections, handovers, fees and clocks that come late.

use super::*;
use crate::{
    fact::FactId,
    nursery::{
        correction::{CorrectionReason, TruePassage},
        fee::{DayFee, Fee},
    },
};

#[derive(Debug, Clone)]
enum Op {
    Pass {
        direction: Direction,
        day: i64,
        sure: bool,
    },
    Undo(usize),
    Move {
        passage: usize,
        minutes: i64,
        turn: bool,
    },
    Strike(usize),
    Add {
        direction: Direction,
        day: i64,
        minutes: i64,
    },
    HandOver(usize),
    Charge {
        cause: usize,
        yen: u32,
    },
    Close,
    ClockComes,
}

fn op() -> impl Strategy<Value = Op> {
    let way = || prop_oneof![Just(Direction::In), Just(Direction::Out)];
    prop_oneof![
        6 => (way(), 0i64..3, prop::bool::weighted(0.8)).prop_map(|(direction, day, sure)| Op::Pass { direction, day, sure }),
        2 => (0usize..8).prop_map(Op::Undo),
        2 => (0usize..8, -300i64..300, any::<bool>()).prop_map(|(passage, minutes, turn)| Op::Move { passage, minutes, turn }),
        1 => (0usize..8).prop_map(Op::Strike),
        1 => (way(), 0i64..3, -300i64..300).prop_map(|(direction, day, minutes)| Op::Add { direction, day, minutes }),
        1 => (0usize..8).prop_map(Op::HandOver),
        3 => (0usize..8, 0u32..1_000).prop_map(|(cause, yen)| Op::Charge { cause, yen }),
        1 => Just(Op::Close),
        1 => Just(Op::ClockComes),
    ]
}

/// Plays operations into facts; what an operation names is taken round the list of what is
/// there.
struct Play {
    folds: Folds,
    facts: Vec<Fact>,
    passages: Vec<FactId>,
}

impl Play {
    fn give(&mut self, at: Stamp, caused_by: Option<FactId>, body: FactBody) -> FactId {
        let n = self.facts.len() as u128 + 1;
        let mut fact = fact(n, who(1), at, body);
        fact.caused_by = caused_by;
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        FactId(Uuid::from_u128(n))
    }

    fn at(&self, day: i64, sure: bool) -> Stamp {
        let mono = self.facts.len() as u64 * 60_000 + 1;
        let stamp = stamp(mono, NOON + day * DAY_MS + mono as i64);
        if sure {
            stamp
        } else {
            Stamp {
                wall_ms: 5,
                quality: Quality::UNKNOWN,
                ..stamp
            }
        }
    }

    fn named(&self, n: usize) -> Option<FactId> {
        (!self.passages.is_empty()).then(|| self.passages[n % self.passages.len()])
    }

    fn correct(&mut self, replaces: Option<FactId>, truly: Option<TruePassage>) {
        let correction = Correction {
            replaces,
            truly,
            why: CorrectionReason::WrongTime,
        };
        let body = FactBody::Corrected {
            correction,
            staff: None,
        };
        let id = self.give(self.at(0, true), replaces, body);
        if truly.is_some() {
            self.passages.push(id);
        }
    }

    fn step(&mut self, op: Op) {
        match op {
            Op::Pass {
                direction,
                day,
                sure,
            } => {
                let at = self.at(day, sure);
                let body = super::passage(1, at, direction).body;
                let id = self.give(at, None, body);
                self.passages.push(id);
            }
            Op::Undo(n) => {
                if let Some(fact) = self.named(n) {
                    self.give(self.at(0, true), Some(fact), FactBody::Undone { fact });
                }
            }
            Op::Move {
                passage,
                minutes,
                turn,
            } => {
                let found = self.named(passage).and_then(|id| {
                    let days = self.folds.child(&who(1));
                    days.passages().iter().find(|p| p.fact == id).cloned()
                });
                if let Some(p) = found {
                    let direction = match (p.direction, turn) {
                        (Direction::In, true) | (Direction::Out, false) => Direction::Out,
                        _ => Direction::In,
                    };
                    let at_ms = p.at.wall_ms + minutes * 60_000;
                    self.correct(Some(p.fact), Some(TruePassage { direction, at_ms }));
                }
            }
            Op::Strike(n) => {
                if let Some(id) = self.named(n) {
                    self.correct(Some(id), None);
                }
            }
            Op::Add {
                direction,
                day,
                minutes,
            } => {
                let at_ms = NOON + day * DAY_MS + minutes * 60_000;
                self.correct(None, Some(TruePassage { direction, at_ms }));
            }
            Op::HandOver(n) => {
                if let Some(id) = self.named(n) {
                    let body = FactBody::HandedOver { staff: None };
                    self.give(self.at(0, true), Some(id), body);
                }
            }
            Op::Charge { cause, yen } => {
                let found = self.named(cause).and_then(|id| {
                    let days = self.folds.child(&who(1));
                    days.passages().iter().find(|p| p.fact == id).cloned()
                });
                if let Some(p) = found {
                    let fee = Fee::Settled {
                        yen,
                        before_min: 0,
                        after_min: 0,
                        tariff: date(2026, 4, 1),
                    };
                    let body = FactBody::Fee(DayFee { day: p.day, fee });
                    self.give(self.at(0, true), Some(p.fact), body);
                }
            }
            Op::Close => {
                for day in self.folds.child(&who(1)).open_days() {
                    self.give(self.at(0, true), None, FactBody::DayClosed { day });
                }
            }
            Op::ClockComes => {
                let body = FactBody::ClockCorrected {
                    boot: stamp(0, 0).boot,
                    boot_wall_ms: NOON,
                    quality: stamp(0, 0).quality,
                };
                self.give(self.at(0, true), None, body);
            }
        }
    }
}

fn sound(days: &ChildDays) -> Result<(), TestCaseError> {
    for p in days.passages() {
        // Never here twice: one passage decides for the day.
        let here = days.is_here(p.day);
        let last = days.standing_on(p.day).next_back().map(|p| p.direction);
        prop_assert_eq!(here, last == Some(Direction::In));
        // A fee whose cause stands no more is charged to nobody.
        if let Some(fee) = days.fee_on(p.day) {
            let cause = days.passages().iter().find(|c| c.fact == fee.cause);
            prop_assert!(cause.is_none_or(|c| !c.undone));
        }
    }
    for day in days.unknown_days() {
        prop_assert!(days.is_here(day));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_history_keeps_a_childs_days_sound(ops in prop::collection::vec(op(), 0..30)) {
        let mut play = Play { folds: Folds::default(), facts: Vec::new(), passages: Vec::new() };
        for op in ops {
            play.step(op);
            sound(&play.folds.child(&who(1)))?;
        }
        // Rebuild = live, and an entry put back is the entry.
        let mut rebuilt = Folds::default();
        for fact in &play.facts {
            rebuilt.apply(fact, &tokyo());
        }
        prop_assert_eq!(&rebuilt, &play.folds);
        let mut copy = Folds::default();
        for (key, value) in rebuilt.entries() {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert!(copy.put(key, serde_json::from_str(&text).unwrap()));
        }
        prop_assert_eq!(copy, rebuilt);
    }

    /// Undo restores what was: the day, the way a tap goes, the fee.
    #[test]
    fn an_undo_restores_what_was(ops in prop::collection::vec(op(), 0..20), direction in prop_oneof![Just(Direction::In), Just(Direction::Out)], yen in 0u32..500) {
        let mut play = Play { folds: Folds::default(), facts: Vec::new(), passages: Vec::new() };
        for op in ops {
            play.step(op);
        }
        let at = play.at(0, true);
        let day = at.day(&tokyo());
        let before = play.folds.child(&who(1));
        let body = super::passage(1, at, direction).body;
        let id = play.give(at, None, body);
        let fee = Fee::Settled { yen, before_min: 1, after_min: 1, tariff: date(2026, 4, 1) };
        play.give(at, Some(id), FactBody::Fee(DayFee { day, fee }));
        prop_assert_eq!(play.folds.child(&who(1)).fee_on(day).map(|f| f.fee.yen()), Some(yen));
        play.give(at, Some(id), FactBody::Undone { fact: id });
        let after = play.folds.child(&who(1));
        prop_assert_eq!(after.propose(day), before.propose(day));
        prop_assert_eq!(after.fee_on(day), before.fee_on(day));
        prop_assert_eq!(after.month_yen(2026, 4, None), before.month_yen(2026, 4, None));
        prop_assert_eq!(after.latest(), before.latest());
    }
}
