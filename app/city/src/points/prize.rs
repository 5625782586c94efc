//! A prize: its entries, and the draw that anybody can recompute.
//!
//! Each settled entry has a number: the SHA-256 (FIPS 180-4) of the lines `machitap prize`, the
//! offer, the seed and the entry's fact, each ended by a line feed but the last, in UTF-8. Entries
//! are put in the order of their numbers; a resident wins once, with the first of theirs. Every
//! entry has the same chance, nobody can choose its number (the fact's name is there before the
//! seed is), and whoever has the list and the seed finds the same winners.

use std::collections::BTreeSet;

use jiff::civil::Date;
use machitap_domain::{
    FactId, FactKey, Hash, Pseudonym,
    ids::OfferId,
    points::{ledger::SpendMade, spend::SpendFor},
};

use crate::{
    db::{Db, DbError},
    ledger::Ledger,
};

/// A settled entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrizeEntry {
    /// Whose.
    pub who: Pseudonym,
    /// The spend.
    pub fact: FactId,
    /// Where it was made.
    pub key: FactKey,
    /// The day it was settled.
    pub day: Date,
}

/// Why a prize is not drawn.
#[derive(Debug, thiserror::Error)]
pub enum NotDrawn {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The published catalogue does not name it.
    #[error("no prize {0} in the published catalogue")]
    NoSuchPrize(OfferId),
    /// One may still enter.
    #[error("prize {0} takes entries until {1}: draw it on the day after, or later")]
    Lasts(OfferId, Date),
    /// Entries without an answer: `serve` gives it within seconds.
    #[error("{1} entries for prize {0} wait for their answer: let `serve` run first")]
    Waiting(OfferId, usize),
    /// There is one draw.
    #[error("prize {0} was drawn with the seed {1:?}; another seed would be another draw")]
    Drawn(OfferId, String),
}

fn is_for(spend: &SpendMade, prize: &OfferId) -> bool {
    matches!(&spend.spend.what, SpendFor::PrizeEntry(id) if id == prize)
}

fn waiting(ledger: &Ledger, prize: &OfferId) -> usize {
    let spends = ledger.residents().flat_map(|(_, r)| r.spends.in_order());
    spends
        .filter(|s| s.verdict.is_none() && is_for(s, prize))
        .count()
}

/// The settled entries for a prize, in the order of their facts' names.
pub fn entries(ledger: &Ledger, prize: &OfferId) -> Vec<PrizeEntry> {
    let mut all = Vec::new();
    for (who, resident) in ledger.residents() {
        let of = resident.settled().filter(|s| is_for(s, prize));
        all.extend(of.map(|s| PrizeEntry {
            who: *who,
            fact: s.fact,
            key: s.key.clone(),
            day: s.day,
        }));
    }
    all.sort_by(|a, b| (a.fact, &a.key).cmp(&(b.fact, &b.key)));
    all
}

/// The number of an entry under a seed.
pub fn number(prize: &OfferId, seed: &str, entry: FactId) -> Hash {
    Hash::of(format!("machitap prize\n{prize}\n{seed}\n{}", entry.0).as_bytes())
}

/// So many different residents, in the order of their entries' numbers.
pub fn winners(
    entries: &[PrizeEntry],
    prize: &OfferId,
    seed: &str,
    most: u32,
) -> Vec<(Hash, PrizeEntry)> {
    let mut numbered: Vec<(Hash, &PrizeEntry)> = entries
        .iter()
        .map(|e| (number(prize, seed, e.fact), e))
        .collect();
    numbered.sort_by_key(|(number, e)| (number.0, e.key.clone()));
    let mut won = BTreeSet::new();
    numbered
        .into_iter()
        .filter(|(_, e)| won.insert(e.who))
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .map(|(number, e)| (number, e.clone()))
        .collect()
}

/// Draws a prize that is over, once: the seed is kept before a winner is said, and entries that
/// come later are declined. Within a transaction.
///
/// # Errors
/// [`NotDrawn`].
pub fn draw(
    db: &Db,
    ledger: &Ledger,
    prize: &OfferId,
    seed: &str,
    now_ms: i64,
) -> Result<Vec<(Hash, PrizeEntry)>, NotDrawn> {
    let prizes = &ledger.town().catalogue.offers.prizes;
    let offer = prizes.iter().find(|p| p.id == *prize);
    let offer = offer.ok_or_else(|| NotDrawn::NoSuchPrize(prize.clone()))?;
    if ledger.town().today(now_ms) <= offer.until {
        return Err(NotDrawn::Lasts(prize.clone(), offer.until));
    }
    let waiting = waiting(ledger, prize);
    match db.prize_draws()?.get(prize) {
        Some(before) if before != seed => {
            return Err(NotDrawn::Drawn(prize.clone(), before.clone()));
        }
        Some(_) => {}
        None if waiting > 0 => return Err(NotDrawn::Waiting(prize.clone(), waiting)),
        None => db.put_prize_draw(prize, seed, now_ms)?,
    }
    Ok(winners(&entries(ledger, prize), prize, seed, offer.winners))
}

#[cfg(test)]
mod tests {
    use machitap_domain::Incarnation;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn entry(who: u8, n: u128) -> PrizeEntry {
        PrizeEntry {
            who: Pseudonym::try_from(format!("{who:02x}").repeat(16)).unwrap(),
            fact: FactId(Uuid::from_u128(n)),
            key: FactKey {
                kiosk: "hall-1".parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(1)),
                seq: u64::try_from(n).unwrap(),
            },
            day: jiff::civil::date(2026, 11, 24),
        }
    }

    #[test]
    fn a_number_can_be_recomputed_by_hand() {
        // printf 'machitap prize\nrice\n第1回\n00000000-0000-0000-0000-000000000007' | sha256sum
        let number = number(
            &"rice".parse().unwrap(),
            "第1回",
            FactId(Uuid::from_u128(7)),
        );
        assert_eq!(
            number.to_string(),
            "6469b8e66f5ec655d67e2e9eb7a3232730060932f8419c623f0a2f07cb46ca80"
        );
    }

    proptest! {
        #[test]
        fn winners_are_different_residents_whatever_the_order(
            whose in prop::collection::vec(0u8..6, 0..24),
            most in 1u32..8,
            seed in "[a-z]{0,6}",
            turn in 0usize..24,
        ) {
            let prize = "rice".parse().unwrap();
            let mut all: Vec<_> = (1..).zip(&whose).map(|(n, who)| entry(*who, n)).collect();
            let won = winners(&all, &prize, &seed, most);
            let different: BTreeSet<_> = whose.iter().collect();
            prop_assert_eq!(won.len(), different.len().min(most as usize));
            let winners_of: BTreeSet<_> = won.iter().map(|(_, e)| e.who).collect();
            prop_assert_eq!(winners_of.len(), won.len());
            // No entry that did not win has a smaller number than one of another's that did.
            if let Some((last, _)) = won.last() {
                for e in all.iter().filter(|e| !winners_of.contains(&e.who)) {
                    prop_assert!(number(&prize, &seed, e.fact).0 > last.0);
                }
            }
            let by = turn.min(all.len());
            all.rotate_left(by);
            prop_assert_eq!(winners(&all, &prize, &seed, most), won);
        }
    }
}
