//! The ledger (ポイント台帳): one person's points in double entry.
//!
//! Every movement takes points from one book and puts them into another, so all books
//! together are always zero. The ledger is computed, never kept: [`Ledger::of`] plays what
//! is known (the awards, the city's answers, the day that is asked for) in the order of its
//! days, and the same facts in any order of arrival give the same entries.
//!
//! **A balance is never negative.** Points that were spent and whose award later falls (an
//! undo, a cap that an earlier award of a dark kiosk used up) are not got back by force: the
//! town lends them, in a book of its own, and the next awards pay it back. Nobody sees less
//! than nothing, and nobody gains by spending first and taking the visit back.
//!
//! **Expiry.** Points are lots by the month of their award, and the oldest are spent first.
//! A lot ends with the last day of the month that is [`TownPoints::expire_months`] after its
//! own. Points of a day nobody knows do not end until it is known.

mod lots;
mod spends;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    caps::{Month, Person, TownPoints},
    merge::{AwardMade, Awards, Cut, Verdict},
    spend::{SpendFor, SpendVerdict},
};
use crate::{catalogue::Catalogue, fact::FactKey, time::DayKey};

pub use lots::{Lot, Lots};
pub use spends::{SpendBook, SpendMade};

/// A book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Book {
    /// What the resident has and may spend.
    Free,
    /// Set aside for spends the city has not answered.
    Reserved,
    /// Where awards come from.
    Issued,
    /// Entries for prizes.
    Prizes,
    /// Gifts to projects.
    Donations,
    /// Points that ended.
    Expired,
    /// What the town lent to a spend whose award fell.
    Lent,
}

/// Why points move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Points were given.
    Award,
    /// A cap, or another kiosk's award, took them.
    Reversal,
    /// The visit was taken back.
    Undo,
    /// Set aside.
    Reserve,
    /// Settled as an entry for a prize.
    Spend,
    /// Settled as a gift.
    Donation,
    /// They ended.
    Expiry,
    /// The town lent what a spend lacked.
    Loan,
    /// An award paid that back.
    Repayment,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Out of this book.
    pub from: Book,
    /// Into this one.
    pub to: Book,
    /// How many, at least one.
    pub points: u64,
    /// Why.
    pub why: Why,
    /// The day of the award, of the answer or of the end; `None` where nobody knows it.
    pub day: Option<Date>,
    /// The award or spend it is about; `None` for an expiry, which is about lots.
    pub about: Option<FactKey>,
}

/// One person's ledger on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
    lots: Lots,
    books: BTreeMap<Book, i128>,
}

/// The award or spend a movement is about, and its day.
type About<'a> = (Option<&'a FactKey>, Option<Date>);

enum Event<'a> {
    Award(&'a AwardMade, Verdict),
    Spend(&'a SpendMade),
}

impl Ledger {
    /// The ledger at the end of that day, spends without an answer set aside.
    pub fn of(
        awards: &Awards,
        spends: &SpendBook,
        town: &Catalogue,
        person: Person,
        today: Date,
    ) -> Self {
        let mut ledger = Self::settled(awards, spends, town, person, today);
        for spend in spends.in_order() {
            if spend.verdict.is_none() && !awards.is_undone(&spend.fact) {
                ledger.reserve(spend);
            }
        }
        ledger
    }

    /// The same as if no spend waited: what the city answers from.
    fn settled(
        awards: &Awards,
        spends: &SpendBook,
        town: &Catalogue,
        person: Person,
        today: Date,
    ) -> Self {
        let verdicts = awards.judge(town, person);
        // Awards of a day come before its spends; those of no known day before all.
        let mut events: Vec<(Option<Date>, u8, u64, &FactKey, Event<'_>)> = awards
            .iter()
            .map(|a| {
                let day = match a.day {
                    DayKey::Date(date) => Some(date),
                    DayKey::Boot(_) => None,
                };
                (day, 0, 0, &a.key, Event::Award(a, verdicts[&a.key]))
            })
            .collect();
        events.extend(
            spends
                .in_order()
                .into_iter()
                .filter(|s| s.verdict == Some(SpendVerdict::Settled))
                .map(|s| (Some(s.day), 1, s.nth, &s.key, Event::Spend(s))),
        );
        events.sort_by_key(|(day, kind, nth, key, _)| (*day, *kind, *nth, *key));
        let mut ledger = Self {
            entries: Vec::new(),
            lots: Lots::default(),
            books: BTreeMap::new(),
        };
        for (day, _, _, _, event) in events {
            if let Some(day) = day {
                ledger.expire(day.min(today));
            }
            match event {
                Event::Award(award, verdict) => {
                    ledger.award(award, verdict, &town.points);
                }
                Event::Spend(spend) => ledger.spend(spend),
            }
        }
        ledger.expire(today);
        ledger
    }

    /// All movements, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is left of each month, the oldest first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter()
    }

    /// Points the town lent.
    pub fn owed(&self) -> u64 {
        u64::try_from(-self.balance(Book::Lent)).unwrap_or(0)
    }

    /// Points the resident has and may spend.
    pub fn free(&self) -> u64 {
        u64::try_from(self.balance(Book::Free)).expect("a balance is never negative")
    }

    /// What stands in a book: less than nothing in one that points come from.
    pub fn balance(&self, book: Book) -> i128 {
        self.books.get(&book).copied().unwrap_or(0)
    }

    fn post(&mut self, (from, to): (Book, Book), points: u64, why: Why, about: About<'_>) {
        if points == 0 {
            return;
        }
        *self.books.entry(from).or_default() -= i128::from(points);
        *self.books.entry(to).or_default() += i128::from(points);
        self.entries.push(Entry {
            from,
            to,
            points,
            why,
            day: about.1,
            about: about.0.cloned(),
        });
    }

    fn award(&mut self, award: &AwardMade, verdict: Verdict, town: &TownPoints) {
        let day = match award.day {
            DayKey::Date(date) => Some(date),
            DayKey::Boot(_) => None,
        };
        let about = (Some(&award.key), day);
        let given = u64::from(award.points);
        self.post((Book::Issued, Book::Free), given, Why::Award, about);
        let why = match verdict.cut {
            Some(Cut::Undone) => Why::Undo,
            _ => Why::Reversal,
        };
        let taken = u64::from(award.points.saturating_sub(verdict.stands));
        self.post((Book::Free, Book::Issued), taken, why, about);
        let stands = u64::from(verdict.stands);
        let paid = stands.min(self.owed());
        self.post((Book::Free, Book::Lent), paid, Why::Repayment, about);
        self.lots
            .put(day.map(Month::of), stands - paid, town.expire_months);
    }

    fn spend(&mut self, made: &SpendMade) {
        let points = u64::from(made.spend.points);
        let about = (Some(&made.key), Some(made.day));
        let lacking = self.lots.draw(points);
        self.post((Book::Lent, Book::Free), lacking, Why::Loan, about);
        let (to, why) = match made.spend.what {
            SpendFor::PrizeEntry(_) => (Book::Prizes, Why::Spend),
            SpendFor::Donation(_) => (Book::Donations, Why::Donation),
        };
        self.post((Book::Free, to), points, why, about);
    }

    /// Sets aside what is there; what is not will be declined.
    fn reserve(&mut self, made: &SpendMade) {
        let points = u64::from(made.spend.points);
        if points > self.free() {
            return;
        }
        let lacking = self.lots.draw(points);
        assert_eq!(lacking, 0, "the lots are what is free");
        let about = (Some(&made.key), Some(made.day));
        self.post((Book::Free, Book::Reserved), points, Why::Reserve, about);
    }

    fn expire(&mut self, today: Date) {
        for (day, points) in self.lots.end(today) {
            let about = (None, Some(day));
            self.post((Book::Free, Book::Expired), points, Why::Expiry, about);
        }
    }
}

#[cfg(test)]
mod tests;
