use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use proptest::prelude::*;

use super::*;
use crate::{
    fact::{Fact, FactBody, FactId},
    points::{
        caps::{CapSet, Caps, CapsFrom},
        sample::{Kiosk, at, rule, tokyo, town},
        spend::Spend,
    },
    time::Stamp,
};

const NOBODY: Person = Person {
    age: None,
    birth_month: None,
};

fn day(n: i32) -> Date {
    date(2026, 4, 1).checked_add(n.days()).unwrap()
}

fn noon(n: i32) -> Stamp {
    at(day(n).at(12, 0, 0, 0))
}

/// A hall and a gym, 10 points a visit, 15 a day in all, and points that end after a month.
fn small() -> Catalogue {
    let plain = rule(r#"{"base":10,"visits_per_day":2}"#);
    let points = TownPoints {
        caps: vec![CapsFrom {
            from: date(2026, 1, 1),
            caps: CapSet {
                all: Caps {
                    day: Some(15),
                    ..Caps::default()
                },
                ..CapSet::default()
            },
        }],
        expire_months: Some(1),
        ..TownPoints::default()
    };
    town(&[("hall", &plain), ("gym", &plain)], points)
}

fn entry(points: u32) -> Spend {
    Spend {
        what: SpendFor::PrizeEntry("melon".parse().unwrap()),
        points,
    }
}

/// The city, as far as it matters here: what it has heard and what it has answered.
#[derive(Default, Clone)]
struct City {
    awards: Awards,
    spends: SpendBook,
    answers: Vec<(FactKey, SpendVerdict)>,
}

impl City {
    fn hear(&mut self, fact: &Fact, today: Date) {
        self.awards.take(fact, &tokyo());
        if let FactBody::Spend(spend) = &fact.body {
            self.spends
                .take(fact.key.clone(), fact.id, spend.clone(), today);
        }
    }

    fn hear_all(&mut self, kiosk: &Kiosk, today: Date) {
        for fact in &kiosk.facts {
            self.hear(fact, today);
        }
    }

    fn settle(&mut self, nth: usize, town: &Catalogue, today: Date) {
        let open: Vec<FactKey> = self
            .spends
            .in_order()
            .iter()
            .map(|s| s.key.clone())
            .collect();
        let Some(key) = open.get(nth) else { return };
        let verdict = self.spends.settle(key, &self.awards, town, NOBODY, today);
        self.answers.push((key.clone(), verdict.unwrap()));
    }

    fn ledger(&self, town: &Catalogue, today: Date) -> Ledger {
        Ledger::of(&self.awards, &self.spends, town, NOBODY, today)
    }
}

fn whys(ledger: &Ledger) -> Vec<(Why, u64)> {
    ledger.entries().iter().map(|e| (e.why, e.points)).collect()
}

#[test]
fn points_end_oldest_first_and_the_oldest_are_spent_first() {
    let town = small();
    let mut kiosk = Kiosk::new(1, "hall");
    for n in [0, 1, 35] {
        kiosk.visit(&town, noon(n), NOBODY);
    }
    let mut city = City::default();
    city.hear_all(&kiosk, day(35));
    // April's 20 end with May, May's 10 with June.
    for (today, free) in [
        (date(2026, 5, 31), 30),
        (date(2026, 6, 1), 10),
        (date(2026, 6, 30), 10),
        (date(2026, 7, 1), 0),
    ] {
        assert_eq!(city.ledger(&town, today).free(), free, "{today}");
    }
    let fact = kiosk.record(noon(36), None, FactBody::Spend(entry(15)));
    city.hear(&fact, day(36));
    city.settle(0, &town, day(36));
    assert_eq!(city.ledger(&town, date(2026, 5, 31)).free(), 15);
    assert_eq!(city.ledger(&town, date(2026, 6, 1)).free(), 10);
    assert_eq!(
        whys(&city.ledger(&town, date(2026, 6, 1))),
        [
            (Why::Award, 10),
            (Why::Award, 10),
            (Why::Award, 10),
            (Why::Spend, 15),
            (Why::Expiry, 5)
        ]
    );
}

#[test]
fn of_two_kiosks_that_reserve_the_same_points_one_is_settled() {
    let town = small();
    let (mut hall, mut gym) = (Kiosk::new(1, "hall"), Kiosk::new(2, "gym"));
    hall.visit(&town, noon(0), NOBODY);
    let one = hall.record(noon(0), None, FactBody::Spend(entry(10)));
    let two = gym.record(noon(0), None, FactBody::Spend(entry(10)));
    let mut city = City::default();
    city.hear_all(&hall, day(0));
    city.hear_all(&gym, day(0));
    let waiting = city.ledger(&town, day(0));
    assert_eq!((waiting.free(), waiting.balance(Book::Reserved)), (0, 10));
    city.settle(1, &town, day(0));
    city.settle(0, &town, day(0));
    city.settle(1, &town, day(0));
    let answers: Vec<(&FactKey, SpendVerdict)> =
        city.answers.iter().map(|(k, v)| (k, *v)).collect();
    assert_eq!(
        answers,
        [
            (&two.key, SpendVerdict::Settled),
            (&one.key, SpendVerdict::Declined),
            (&two.key, SpendVerdict::Settled)
        ]
    );
    let after = city.ledger(&town, day(0));
    assert_eq!((after.free(), after.balance(Book::Prizes)), (0, 10));
}

#[test]
fn who_spends_and_takes_the_visit_back_gains_nothing() {
    let town = small();
    let mut kiosk = Kiosk::new(1, "hall");
    let visit = kiosk.visit(&town, noon(0), NOBODY);
    kiosk.record(noon(0), None, FactBody::Spend(entry(8)));
    let mut city = City::default();
    city.hear_all(&kiosk, day(0));
    city.settle(0, &town, day(0));
    kiosk.undo(noon(0), visit);
    kiosk.visit(&town, noon(1), NOBODY);
    city.hear_all(&kiosk, day(1));
    let ledger = city.ledger(&town, day(1));
    sound(&ledger);
    assert_eq!(ledger.free(), 2, "10 + 10 - 10 - 8");
    assert_eq!(
        whys(&ledger),
        [
            (Why::Award, 10),
            (Why::Undo, 10),
            (Why::Loan, 8),
            (Why::Spend, 8),
            (Why::Award, 10),
            (Why::Repayment, 8)
        ]
    );
    assert_eq!(ledger.balance(Book::Lent), 0);
}

#[test]
fn a_spend_taken_back_before_its_answer_is_declined_and_after_it_stands() {
    let town = small();
    let mut kiosk = Kiosk::new(1, "hall");
    kiosk.visit(&town, noon(0), NOBODY);
    let first = kiosk.record(noon(0), None, FactBody::Spend(entry(4)));
    let second = kiosk.record(noon(0), None, FactBody::Spend(entry(5)));
    let mut city = City::default();
    city.hear_all(&kiosk, day(0));
    city.settle(1, &town, day(0));
    kiosk.undo(noon(0), first.id);
    kiosk.undo(noon(0), second.id);
    city.hear_all(&kiosk, day(0));
    city.settle(0, &town, day(0));
    city.settle(1, &town, day(0));
    let given: Vec<SpendVerdict> = city.answers.iter().map(|(_, v)| *v).collect();
    use SpendVerdict::{Declined, Settled};
    assert_eq!(given, [Settled, Declined, Settled]);
    assert_eq!(city.ledger(&town, day(0)).free(), 5);
}

#[test]
fn each_end_has_its_day_and_an_answer_that_is_put_back_is_the_same() {
    let town = small();
    let mut kiosk = Kiosk::new(1, "hall");
    kiosk.visit(&town, noon(0), NOBODY);
    kiosk.visit(&town, noon(35), NOBODY);
    let fact = kiosk.record(noon(36), None, FactBody::Spend(entry(4)));
    let mut city = City::default();
    city.hear_all(&kiosk, day(36));
    city.settle(0, &town, day(36));
    let ledger = city.ledger(&town, date(2026, 12, 1));
    let ends: Vec<_> = ledger
        .entries()
        .iter()
        .filter(|e| e.why == Why::Expiry)
        .map(|e| (e.day, e.points))
        .collect();
    assert_eq!(
        ends,
        [(Some(date(2026, 6, 1)), 6), (Some(date(2026, 7, 1)), 10)]
    );
    let mut again = SpendBook::default();
    let answer = SpendVerdict::Settled;
    assert!(again.recall(fact.key.clone(), fact.id, entry(4), day(36), answer));
    assert!(!again.recall(fact.key, fact.id, entry(4), day(40), answer));
    assert_eq!(again, city.spends);
}

#[test]
fn a_spend_declined_for_another_reason_stays_so() {
    let town = small();
    let mut kiosk = Kiosk::new(1, "hall");
    kiosk.visit(&town, noon(0), NOBODY);
    let fact = kiosk.record(noon(0), None, FactBody::Spend(entry(4)));
    let mut city = City::default();
    city.hear_all(&kiosk, day(0));
    let declined = Some(SpendVerdict::Declined);
    assert_eq!(city.spends.decline(&fact.key, day(0)), declined);
    city.settle(0, &town, day(1));
    assert_eq!(city.answers[0].1, SpendVerdict::Declined);
    assert_eq!(city.ledger(&town, day(1)).free(), 10);
}

#[derive(Debug, Clone)]
enum Op {
    Visit(usize),
    UndoVisit(usize, usize),
    Spend(usize, u32, bool),
    UndoSpend(usize, usize),
    Wait(i32),
    /// The city hears so many more facts of that kiosk, some of them again.
    Hear(usize, usize, usize),
    Settle(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0usize..2).prop_map(Op::Visit),
        3 => (0usize..2, 0usize..4).prop_map(|(k, n)| Op::UndoVisit(k, n)),
        4 => (0usize..2, 1u32..40, any::<bool>()).prop_map(|(k, p, d)| Op::Spend(k, p, d)),
        1 => (0usize..2, 0usize..4).prop_map(|(k, n)| Op::UndoSpend(k, n)),
        3 => (0i32..25).prop_map(Op::Wait),
        5 => (0usize..2, 0usize..14, 0usize..3).prop_map(|(k, n, again)| Op::Hear(k, n, again)),
        4 => (0usize..9).prop_map(Op::Settle),
    ]
}

/// What must hold of any ledger.
fn sound(ledger: &Ledger) {
    let mut books = BTreeMap::<Book, i128>::new();
    for entry in ledger.entries() {
        assert!(entry.points > 0 && entry.from != entry.to, "{entry:?}");
        *books.entry(entry.from).or_default() -= i128::from(entry.points);
        *books.entry(entry.to).or_default() += i128::from(entry.points);
        for (book, balance) in &books {
            let comes_from = matches!(book, Book::Issued | Book::Lent);
            assert!(
                *balance >= 0 || comes_from,
                "{book:?} is {balance} after {entry:?}"
            );
        }
        assert!(
            books.get(&Book::Lent).is_none_or(|b| *b <= 0),
            "paid back too much"
        );
    }
    let all = [
        Book::Free,
        Book::Reserved,
        Book::Issued,
        Book::Prizes,
        Book::Donations,
        Book::Expired,
        Book::Lent,
    ];
    assert_eq!(all.iter().map(|b| ledger.balance(*b)).sum::<i128>(), 0);
    for book in all {
        assert_eq!(ledger.balance(book), books.get(&book).copied().unwrap_or(0));
    }
    let lots: u64 = ledger.lots().map(|l| l.points).sum();
    assert_eq!(lots, ledger.free(), "what is free is what the lots hold");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    /// Two kiosks, each knowing only itself, and a city that hears them late, twice and in
    /// any interleaving: all entries sum to zero, no balance is negative, no answer is taken
    /// back, nothing is settled that was not there, and in the end only the facts count.
    #[test]
    fn points_are_conserved_over_any_interleaving(ops in prop::collection::vec(op(), 0..60)) {
        let town = small();
        let mut kiosks = [Kiosk::new(1, "hall"), Kiosk::new(2, "gym")];
        let mut visits: [Vec<FactId>; 2] = Default::default();
        let mut spends: [Vec<FactId>; 2] = Default::default();
        let mut upto = [0, 0];
        let mut city = City::default();
        let mut today = 0;
        for op in ops {
            match op {
                Op::Visit(k) => visits[k].push(kiosks[k].visit(&town, noon(today), NOBODY)),
                Op::UndoVisit(k, n) => {
                    if let Some(visit) = visits[k].iter().rev().nth(n) {
                        kiosks[k].undo(noon(today), *visit);
                    }
                }
                Op::Spend(k, points, donation) => {
                    let what = if donation {
                        SpendFor::Donation("tower".parse().unwrap())
                    } else {
                        SpendFor::PrizeEntry("melon".parse().unwrap())
                    };
                    // Each kiosk believes that the person has 20 from elsewhere: too much.
                    let account = kiosks[k].account();
                    let wish = Spend { what, points };
                    if let Ok(spend) = account.spends().reserve(account.free(20), wish) {
                        spends[k].push(kiosks[k].record(noon(today), None, FactBody::Spend(spend)).id);
                    }
                }
                Op::UndoSpend(k, n) => {
                    if let Some(spend) = spends[k].iter().rev().nth(n) {
                        kiosks[k].undo(noon(today), *spend);
                    }
                }
                Op::Wait(days) => today += days,
                Op::Hear(k, n, again) => {
                    let from = upto[k] - again.min(upto[k]);
                    upto[k] = kiosks[k].facts.len().min(upto[k] + n);
                    for fact in &kiosks[k].facts[from..upto[k].max(from)] {
                        city.hear(fact, day(today));
                    }
                }
                Op::Settle(nth) => {
                    let before = city.ledger(&town, day(today));
                    let had = u128::from(before.free()) + before.balance(Book::Reserved).unsigned_abs();
                    let given = city.answers.len();
                    city.settle(nth, &town, day(today));
                    let after = city.ledger(&town, day(today));
                    prop_assert_eq!(after.balance(Book::Lent), before.balance(Book::Lent), "settled what was not there");
                    let has = u128::from(after.free()) + after.balance(Book::Reserved).unsigned_abs();
                    prop_assert!(has <= had);
                    prop_assert!(city.answers.len() - given <= 1);
                }
            }
            sound(&city.ledger(&town, day(today)));
            sound(&city.ledger(&town, day(today + 100)));
            for kiosk in &kiosks {
                prop_assert!(kiosk.account().balance() >= 0);
            }
        }
        let mut answers = BTreeMap::new();
        for (key, verdict) in &city.answers {
            prop_assert_eq!(answers.entry(key).or_insert(verdict), &verdict, "taken back");
        }
        // Another that hears everything at once, the other way round, with the same answers.
        let mut other = City { spends: city.spends.clone(), ..City::default() };
        for kiosk in kiosks.iter().rev() {
            other.hear_all(kiosk, day(today));
        }
        for kiosk in &kiosks {
            city.hear_all(kiosk, day(today));
        }
        let ledger = other.ledger(&town, day(today));
        sound(&ledger);
        prop_assert_eq!(ledger.balance(Book::Issued), city.ledger(&town, day(today)).balance(Book::Issued));
        other.spends = city.spends.clone();
        prop_assert_eq!(other.ledger(&town, day(today)), city.ledger(&town, day(today)));
    }
}
