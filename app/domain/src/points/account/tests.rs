use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::*;
use crate::{
    catalogue::Catalogue,
    fact::FactBody,
    points::{
        caps::{Month, Person, TownPoints},
        earn::Earning,
        history::DAYS_KEPT,
        sample::{Kiosk, at, rule, tokyo, town, who},
        spend::SpendFor,
    },
    time::Quality,
};

/// All rules at once, with caps that bite.
fn busy() -> Catalogue {
    let rule = rule(
        r#"{"base":0,"visits_per_day":1,"rules":[{"from":"2026-01-01","base":10,"visits_per_day":2,
        "first_visit":50,"streak":{"every":3,"points":20},"stamps":{"every":5,"points":30},
        "windows":[{"when":{"days":["sat"]},"points":5}],"birthday":7,
        "caps":{"all":{"day":45,"month":150,"year":900}}}]}"#,
    );
    town(&[("hall", &rule)], TownPoints::default())
}

const PERSON: Person = Person {
    age: None,
    birth_month: Some(5),
};

fn start() -> Date {
    date(2026, 4, 1)
}

fn on(day: i32, hour: i8) -> Stamp {
    at(start().checked_add(day.days()).unwrap().at(hour, 0, 0, 0))
}

fn unsure(day: i32, boot: u128) -> Stamp {
    Stamp {
        quality: Quality::UNKNOWN,
        boot: BootId(uuid::Uuid::from_u128(boot)),
        ..on(day, 12)
    }
}

/// What an account says to the outside.
fn outside(kiosk: &Kiosk, town: &Catalogue, at: &Stamp) -> (i64, u64, u64, u64, Earning) {
    let account = kiosk.account();
    (
        account.balance(),
        account.visits(),
        account.free(0),
        account.provisional(),
        kiosk.earning(town, at, PERSON),
    )
}

#[test]
fn an_account_written_before_there_were_reasons_is_read() {
    let old = concat!(
        r#"{"balance":10,"visits":1,"recent":[{"fact":"00000000-0000-0000-0000-000000000009","#,
        r#""day":{"date":"2026-04-01"},"at":{"wall":1775012400000,"#,
        r#""boot":"00000000-0000-0000-0000-000000000007","mono":0,"#,
        r#""quality":{"source":"ntp","uncertainty_ms":50}},"points":10,"undone":false}]}"#
    );
    let account: Account = serde_json::from_str(old).unwrap();
    assert_eq!((account.balance(), account.visits()), (10, 1));
    assert_eq!(serde_json::to_string(&account).unwrap(), old);
    // What it earned that day still counts.
    let day = account.latest().unwrap().day;
    assert_eq!(account.history().paid_on(day), 1);
}

#[test]
fn a_visit_ends_once_and_its_end_can_be_taken_back() {
    let town = busy();
    let mut kiosk = Kiosk::new(1, "hall");
    let visit = kiosk.visit(&town, on(0, 9), PERSON);
    let day = on(0, 9).day(&tokyo());
    assert_eq!(kiosk.account().inside(day).unwrap().fact, visit);
    let end = kiosk
        .record(on(0, 11), Some(visit), FactBody::VisitEnded)
        .id;
    kiosk.record(on(0, 12), Some(visit), FactBody::VisitEnded);
    let ended = kiosk.account().latest().unwrap().ended.unwrap();
    assert_eq!((ended.fact, ended.at), (end, on(0, 11)));
    assert!(kiosk.account().inside(day).is_none());
    kiosk.undo(on(0, 12), end);
    assert_eq!(kiosk.account().inside(day).unwrap().fact, visit);
    let balance = kiosk.account().balance();
    assert!(balance > 0, "the visit and its points stand");
    assert!(kiosk.account().inside(on(1, 9).day(&tokyo())).is_none());
}

#[test]
fn reserved_points_are_not_free_until_the_answer() {
    let town = busy();
    let spend = |points| Spend {
        what: SpendFor::Donation("tower".parse().unwrap()),
        points,
    };
    let mut kiosk = Kiosk::new(1, "hall");
    kiosk.visit(&town, on(0, 9), PERSON);
    let balance = u64::try_from(kiosk.account().balance()).unwrap();
    assert_eq!(balance, 45, "the cap of the day");
    let account = kiosk.account();
    use crate::points::spend::CannotSpend;
    assert_eq!(
        account.spends().reserve(account.free(0), spend(46)),
        Err(CannotSpend::NotEnough { free: 45 })
    );
    assert!(account.spends().reserve(account.free(1), spend(46)).is_ok());
    assert_eq!(
        account.spends().reserve(45, spend(0)),
        Err(CannotSpend::Nothing)
    );
    let made = |k: &mut Kiosk, points| k.record(on(0, 9), None, FactBody::Spend(spend(points))).id;
    let answer = |k: &mut Kiosk, fact, verdict| {
        k.record(on(0, 10), Some(fact), FactBody::SpendAnswered { verdict });
    };
    let first = made(&mut kiosk, 20);
    assert_eq!(kiosk.account().free(0), 25);
    answer(&mut kiosk, first, SpendVerdict::Declined);
    assert_eq!(kiosk.account().free(0), 45);
    let second = made(&mut kiosk, 20);
    answer(&mut kiosk, second, SpendVerdict::Settled);
    answer(&mut kiosk, second, SpendVerdict::Declined);
    assert_eq!(kiosk.account().free(0), 25, "answered once");
    let third = made(&mut kiosk, 5);
    kiosk.undo(on(0, 11), third);
    assert_eq!(kiosk.account().free(0), 25);
    // The city had settled before it heard of the undo: its answer holds.
    answer(&mut kiosk, third, SpendVerdict::Settled);
    assert_eq!(kiosk.account().free(0), 20);
    for _ in 0..crate::points::spend::SPENDS_OPEN {
        made(&mut kiosk, 1);
    }
    assert_eq!(
        kiosk.account().spends().reserve(9, spend(1)),
        Err(CannotSpend::TooManyOpen)
    );
}

#[test]
fn spends_are_remembered_with_their_times_and_answers() {
    use crate::points::spend::ANSWERED_KEPT;
    let mut kiosk = Kiosk::new(1, "hall");
    let dark = unsure(0, 9);
    let spend = || {
        FactBody::Spend(Spend {
            what: SpendFor::PrizeEntry("rice".parse().unwrap()),
            points: 1,
        })
    };
    let first = kiosk.record(dark, None, spend()).id;
    let second = kiosk.record(dark, None, spend()).id;
    kiosk.undo(dark, first);
    let verdict = SpendVerdict::Declined;
    kiosk.record(dark, Some(first), FactBody::SpendAnswered { verdict });
    assert!(kiosk.folds.has_unsure(dark.boot));
    let correction = FactBody::ClockCorrected {
        boot: dark.boot,
        boot_wall_ms: on(0, 12).wall_ms,
        quality: on(0, 0).quality,
    };
    kiosk.record(on(1, 9), None, correction);
    assert!(!kiosk.folds.has_unsure(dark.boot));
    let account = kiosk.account();
    let (open, answered) = (account.spends().open(), account.spends().answered());
    assert_eq!(
        (open.len(), open[0].fact, open[0].undone),
        (1, second, false)
    );
    assert_eq!((answered.len(), answered[0].made.fact), (1, first));
    assert!(answered[0].made.undone && answered[0].verdict == verdict);
    let true_ms = on(0, 12).wall_ms.saturating_add_unsigned(dark.mono_ms);
    assert_eq!(
        (open[0].at.wall_ms, answered[0].made.at.wall_ms),
        (true_ms, true_ms)
    );
    for _ in 0..ANSWERED_KEPT {
        let spend = kiosk.record(on(2, 9), None, spend()).id;
        let verdict = SpendVerdict::Settled;
        kiosk.record(on(2, 9), Some(spend), FactBody::SpendAnswered { verdict });
    }
    let account = kiosk.account();
    assert_eq!(account.spends().answered().len(), ANSWERED_KEPT);
    assert!(
        account
            .spends()
            .answered()
            .iter()
            .all(|a| a.made.fact != first)
    );
}

#[test]
fn days_of_a_dark_clock_move_to_their_dates_also_when_long_ago() {
    let town = busy();
    let mut kiosk = Kiosk::new(1, "hall");
    let dark = unsure(0, 9);
    let first = kiosk.visit(&town, dark, PERSON);
    kiosk.record(dark, Some(first), FactBody::VisitEnded);
    for day in 1..=20 {
        kiosk.visit(&town, on(day, 12), PERSON);
    }
    assert!(
        !kiosk.account().standing().any(|v| v.fact == first),
        "an old one"
    );
    assert!(kiosk.folds.has_unsure(dark.boot));
    assert_eq!(
        kiosk.account().history().earned_on(DayKey::Date(start())),
        0
    );
    kiosk.record(
        on(21, 9),
        None,
        FactBody::ClockCorrected {
            boot: dark.boot,
            boot_wall_ms: on(0, 12).wall_ms,
            quality: on(0, 0).quality,
        },
    );
    assert!(!kiosk.folds.has_unsure(dark.boot));
    let history = kiosk.account().history();
    assert_eq!(history.earned_on(DayKey::Date(start())), 45);
    assert_eq!(
        history.earned_in(|m| m
            == Month {
                year: 2026,
                month: 4
            }),
        u64::try_from(kiosk.account().balance()).unwrap()
    );
}

#[test]
fn an_account_stays_small() {
    let town = busy();
    let mut kiosk = Kiosk::new(1, "hall");
    let size = |k: &Kiosk| serde_json::to_string(&k.account()).unwrap().len();
    let mut sizes = Vec::new();
    for day in 0..900 {
        kiosk.visit(&town, on(day, 12), PERSON);
        sizes.push(size(&kiosk));
    }
    let year = sizes[500..800].iter().max();
    assert!(*year.unwrap() < 16_000, "{year:?} bytes");
    assert!(sizes[800..].iter().max() <= year.map(|y| y + 64).as_ref());
    assert!(kiosk.account().older.days_len() <= DAYS_KEPT);
}

#[derive(Debug, Clone)]
enum Op {
    Visit(i32),
    Dark(u128),
    Undo,
    Correct(u128),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0i32..4).prop_map(Op::Visit),
        1 => (10u128..13).prop_map(Op::Dark),
        2 => Just(Op::Undo),
        1 => (10u128..13).prop_map(Op::Correct),
    ]
}

proptest! {
    /// An undo leaves an account that says what it said before, a rebuild says what the live
    /// one does, and whatever was forgotten no cap is passed.
    #[test]
    fn any_history_keeps_caps_and_undo_restores(ops in prop::collection::vec(op(), 0..90)) {
        let town = busy();
        let mut kiosk = Kiosk::new(1, "hall");
        let mut today = 0;
        for (n, op) in ops.into_iter().enumerate() {
            match op {
                Op::Visit(after) => {
                    today += after;
                    kiosk.visit(&town, on(today, 12), PERSON);
                }
                Op::Dark(boot) => {
                    kiosk.visit(&town, unsure(today, boot), PERSON);
                }
                Op::Undo => {
                    let probe = on(today, 13);
                    let before = outside(&kiosk, &town, &probe);
                    let made = kiosk.visit(&town, if n % 3 == 0 { unsure(today, 12) } else { on(today, 12) }, PERSON);
                    kiosk.undo(probe, made);
                    prop_assert_eq!(&outside(&kiosk, &town, &probe), &before);
                    kiosk.undo(probe, made);
                    prop_assert_eq!(&outside(&kiosk, &town, &probe), &before, "only once");
                }
                Op::Correct(boot) => {
                    let at = on(today, 14);
                    // In another year of the town: what moves there meets no cap of this one.
                    kiosk.record(at, None, FactBody::ClockCorrected {
                        boot: BootId(uuid::Uuid::from_u128(boot)),
                        boot_wall_ms: on(-500, 12).wall_ms,
                        quality: at.quality,
                    });
                }
            }
        }
        let account = kiosk.account();
        prop_assert!(account.balance() >= 0);
        let mut rebuilt = crate::Folds::default();
        for fact in &kiosk.facts {
            rebuilt.apply(fact, &tokyo());
        }
        prop_assert_eq!(&rebuilt, &kiosk.folds);
        let kept = serde_json::to_string(&account).unwrap();
        prop_assert_eq!(serde_json::from_str::<Account>(&kept).unwrap(), account);
        // The facts alone, counted the plain way.
        let undone: Vec<FactId> = kiosk.facts.iter().filter_map(|f| match f.body {
            FactBody::Undone { fact } => Some(fact),
            _ => None,
        }).collect();
        let mut days = std::collections::BTreeMap::<DayKey, u64>::new();
        for fact in &kiosk.facts {
            if let FactBody::Award(award) = &fact.body
                && fact.caused_by.is_none_or(|c| !undone.contains(&c))
            {
                *days.entry(fact.at.day(&tokyo())).or_default() += u64::from(award.points);
            }
        }
        let all: u64 = days.values().sum();
        prop_assert_eq!(i64::try_from(all).unwrap(), kiosk.account().balance());
        let mut months = std::collections::BTreeMap::<Month, u64>::new();
        for (day, points) in &days {
            if let DayKey::Date(date) = day {
                prop_assert!(*points <= 45, "{date}");
                *months.entry(Month::of(*date)).or_default() += points;
            }
        }
        prop_assert!(months.values().all(|p| *p <= 150), "{months:?}");
        prop_assert!(months.values().sum::<u64>() <= 900, "{months:?}");
        prop_assert_eq!(kiosk.folds.accounts().filter(|(w, _)| **w != who()).count(), 0);
    }
}
