mod children;

use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    attendance::{Direction, Reason, Via},
    credential::CredentialKind,
    fact::{Draft, FactId, FactKey, Hash, tests::stamp},
    ids::Incarnation,
    points::{
        Award, AwardReason, PointRule,
        caps::{Person, TownPoints},
        earn::{Asked, Earning, Zero, earn},
    },
    time::Quality,
};

const NOON: i64 = 1_775_012_400_000; // 2026-04-01T12:00 in Japan
const DAY_MS: i64 = 86_400_000;
const RULE: PointRule = PointRule::plain(10, 1);

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
            role: None,
            card: None,
            staff: None,
        },
    )
}

fn visit(n: u128, at: Stamp) -> Fact {
    fact(n, who(2), at, FactBody::visit(CredentialKind::Citizen))
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

fn earning(folds: &Folds, at: &Stamp) -> Earning {
    earn(&Asked {
        rule: &RULE,
        town: &TownPoints::default(),
        person: Person::default(),
        account: &folds.account(&who(2)),
        at,
        zone: &tokyo(),
        purpose: None,
    })
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
    let at = stamp(2, NOON);
    let first = visit(1, stamp(1, NOON));
    folds.apply(&first, &zone);
    folds.apply(&award(2, &first, 10), &zone);
    assert_eq!(folds.account(&who(2)).balance(), 10);
    assert_eq!(earning(&folds, &at).zero, Some(Zero::AlreadyToday));
    for n in [3, 4] {
        folds.apply(&undone(n, &first), &zone);
        assert_eq!(folds.account(&who(2)).balance(), 0);
        assert_eq!(folds.account(&who(2)).visits(), 0);
    }
    assert_eq!(earning(&folds, &at).points(), 10);
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
                    let points = earning(&folds, &at).points();
                    if points > 0 {
                        folds.apply(&award(n + 1, &made, points), &zone);
                        expected += i64::from(points);
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
            prop_assert!(copy.put(key, value));
        }
        prop_assert_eq!(copy, folds);
    }
}
