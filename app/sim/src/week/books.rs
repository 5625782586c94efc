//! The same books kept again, plainly, from nothing but the facts: no code of the town's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Date, tz::TimeZone};
use machitap_domain::{
    FactBody, FactId, Pseudonym,
    points::spend::{SpendFor, SpendVerdict},
};

use crate::ledger::Ledger;

/// Points a resident earns on one day at most, over all facilities: the catalogue's cap.
const DAY_CAP: u32 = 30;

/// One resident.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// Points earned that stand.
    pub earned: u64,
    /// Of them on the days of a week that begins with that Monday.
    pub week: u64,
    /// Points of spends the city settled, by the answers the kiosks journalled.
    pub spent: u64,
    /// Visits that stand.
    pub visits: u64,
}

/// The books of the town.
#[derive(Debug, Default)]
pub struct Books {
    /// Each resident.
    pub residents: BTreeMap<Pseudonym, Book>,
    /// Settled entries for the prize.
    pub entries: u64,
    /// Points settled for the project.
    pub given: u64,
    /// Spends, and of them those without an answer in a journal.
    pub spends: (u64, u64),
    /// Spends declined.
    pub declined: u64,
    /// What came out of the machines, by kiosk and prize.
    pub drawn: BTreeMap<(String, String), u64>,
}

impl Books {
    /// Keeps them.
    pub fn keep(ledger: &Ledger, zone: &TimeZone, monday: Date) -> Self {
        let facts = || ledger.journals.values().flat_map(|j| &j.facts);
        let undone: BTreeSet<FactId> = facts()
            .filter_map(|(_, f, _)| match f.body {
                FactBody::Undone { fact } => Some(fact),
                _ => None,
            })
            .collect();
        let answers: BTreeMap<FactId, SpendVerdict> = facts()
            .filter_map(|(_, f, _)| match f.body {
                FactBody::SpendAnswered { verdict } => Some((f.caused_by?, verdict)),
                _ => None,
            })
            .collect();
        let mut books = Self::default();
        let mut awards = Vec::new();
        for (_, fact, _) in facts() {
            let Some(who) = fact.subject else { continue };
            let stands = fact.caused_by.is_none_or(|cause| !undone.contains(&cause));
            match &fact.body {
                FactBody::Visit(_) if !undone.contains(&fact.id) => {
                    books.residents.entry(who).or_default().visits += 1;
                }
                FactBody::Award(award) if stands => {
                    let at = zone.to_datetime(
                        jiff::Timestamp::from_millisecond(fact.at.wall_ms).unwrap_or_default(),
                    );
                    awards.push((
                        at.date(),
                        fact.at.wall_ms,
                        fact.key.clone(),
                        who,
                        award.points,
                    ));
                }
                FactBody::Spend(spend) => {
                    books.spends.0 += 1;
                    match answers.get(&fact.id) {
                        None => books.spends.1 += 1,
                        Some(SpendVerdict::Declined) => books.declined += 1,
                        Some(SpendVerdict::Settled) => {
                            let points = u64::from(spend.points);
                            books.residents.entry(who).or_default().spent += points;
                            match spend.what {
                                SpendFor::PrizeEntry(_) => books.entries += 1,
                                SpendFor::Donation(_) => books.given += points,
                            }
                        }
                    }
                }
                FactBody::Drawn(drawn) => {
                    let key = (fact.key.kiosk.to_string(), drawn.prize.as_str().to_owned());
                    *books.drawn.entry(key).or_default() += 1;
                }
                _ => {}
            }
        }
        awards.sort();
        let mut by_day: BTreeMap<(Pseudonym, Date), u32> = BTreeMap::new();
        for (date, _, _, who, points) in awards {
            let so_far = by_day.entry((who, date)).or_default();
            let stands = points.min(DAY_CAP - *so_far);
            *so_far += stands;
            let book = books.residents.entry(who).or_default();
            book.earned += u64::from(stands);
            if (0..7).contains(&(date - monday).get_days()) {
                book.week += u64::from(stands);
            }
        }
        books
    }

    /// The first places of the week: points, best first.
    pub fn week(&self, places: usize) -> Vec<u64> {
        let mut all: Vec<u64> = self
            .residents
            .values()
            .map(|b| b.week)
            .filter(|p| *p > 0)
            .collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.truncate(places);
        all
    }
}
