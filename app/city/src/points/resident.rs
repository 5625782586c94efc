//! One resident over all journals: what they were given, what they spent, what of it stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use machitap_domain::{
    BootId, FacilityId, FactKey, Quality,
    ids::OfferId,
    points::{
        accounts::EarnedIn,
        ledger::{Book, Ledger, SpendBook, SpendMade},
        merge::{AwardMade, Awards},
        spend::{SpendFor, SpendVerdict},
    },
    ranking::{Period, Span},
    time::DayKey,
};

use super::Town;

/// One resident.
#[derive(Debug, Clone, Default)]
pub struct Resident {
    pub(crate) awards: Awards,
    pub(crate) spends: SpendBook,
    /// The journals that know them.
    pub(crate) journals: BTreeSet<i64>,
    pub(crate) judged: Judged,
}

/// What stands, by the rules and the day it was judged on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Points neither spent nor set aside.
    pub free: u64,
    /// Points the town lent.
    pub owed: u64,
    /// Points set aside for spends without an answer.
    pub reserved: u64,
    /// Points of all awards that stand.
    pub earned: u64,
    /// Points settled, by offer.
    pub spent: BTreeMap<OfferId, u64>,
    /// Points in the city's week and month, where any were given.
    pub in_span: Vec<EarnedIn>,
}

/// Points of one award that stand, on their day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Won {
    pub(crate) facility: FacilityId,
    pub(crate) day: Date,
    pub(crate) points: u64,
}

impl Resident {
    /// The ledger at the end of that day.
    pub fn ledger(&self, town: &Town, who: &machitap_domain::Pseudonym, today: Date) -> Ledger {
        let (catalogue, person) = (&town.catalogue, town.person(who));
        Ledger::of(&self.awards, &self.spends, catalogue, person, today)
    }

    /// Spends the city settled.
    pub fn settled(&self) -> impl Iterator<Item = &SpendMade> {
        let all = self.spends.in_order().into_iter();
        all.filter(|s| s.verdict == Some(SpendVerdict::Settled))
    }

    /// Entries for that prize that are settled.
    pub(crate) fn entries(&self, prize: &OfferId) -> u32 {
        let of = |s: &&SpendMade| matches!(&s.spend.what, SpendFor::PrizeEntry(id) if id == prize);
        u32::try_from(self.settled().filter(of).count()).unwrap_or(u32::MAX)
    }

    /// The clock of a boot became trustworthy: the awards of that journal and boot move to their
    /// days. Each is put back under its key, where the one with the known time is kept.
    pub(crate) fn correct(
        &mut self,
        journal: &FactKey,
        boot: BootId,
        (boot_wall_ms, quality): (i64, Quality),
        town: &Town,
    ) {
        let unsure = |a: &&AwardMade| {
            a.key.kiosk == journal.kiosk
                && a.key.incarnation == journal.incarnation
                && a.at.boot == boot
                && !a.at.quality.is_trusted()
        };
        let mended: Vec<AwardMade> = self
            .awards
            .iter()
            .filter(unsure)
            .map(|award| {
                let mut award = award.clone();
                award.at.wall_ms = boot_wall_ms.saturating_add_unsigned(award.at.mono_ms);
                award.at.quality = quality;
                award.day = award.at.day(town.zones.of(&award.facility));
                award
            })
            .collect();
        for award in mended {
            self.awards.add(award);
        }
    }

    /// Judges anew and gives the awards that stand on a known day.
    pub(crate) fn judge(
        &mut self,
        town: &Town,
        who: &machitap_domain::Pseudonym,
        today: Date,
    ) -> Vec<Won> {
        let ledger = self.ledger(town, who, today);
        let verdicts = self.awards.judge(&town.catalogue, town.person(who));
        let mut judged = Judged {
            free: ledger.free(),
            owed: ledger.owed(),
            reserved: u64::try_from(ledger.balance(Book::Reserved)).unwrap_or(0),
            in_span: Vec::new(),
            ..Judged::default()
        };
        let spans = [Period::Week, Period::Month].map(|p| Span::of(p, today));
        let mut won = Vec::new();
        for award in self.awards.iter() {
            let points = verdicts.get(&award.key).map_or(0, |v| u64::from(v.stands));
            judged.earned += points;
            let DayKey::Date(day) = award.day else {
                continue;
            };
            for span in spans.iter().filter(|s| s.holds(day)) {
                match judged.in_span.iter_mut().find(|e| e.span == *span) {
                    Some(there) => there.points += points,
                    None => judged.in_span.push(EarnedIn {
                        span: *span,
                        points,
                    }),
                }
            }
            won.push(Won {
                facility: award.facility.clone(),
                day,
                points,
            });
        }
        judged.in_span.sort_by_key(|e| e.span);
        for spend in self.settled() {
            let sum = judged.spent.entry(spend.spend.what.offer().clone());
            *sum.or_default() += u64::from(spend.spend.points);
        }
        self.judged = judged;
        won
    }
}
