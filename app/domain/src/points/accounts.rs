//! What residents have over all kiosks, as the city tells one kiosk.
//!
//! A kiosk hears only of residents who held a card to it. The city counts a journal up to
//! some fact; what the kiosk has done since is not in its word yet. So each [`Standing`]
//! carries, beside what the resident has, what *this kiosk's own journal* made of it at that
//! moment ([`Own`]): the kiosk adds the difference to what its journal says now
//! ([`Standing::known`]), and shows the same number whether its facts were counted or not.
//!
//! It comes in two documents of one form: the base, and what has changed since
//! ([`Accounts::renewed_by`]). A tap then costs a short message and not a long one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{account::Account, spend::SpendVerdict};
use crate::{
    fact::FactId,
    ids::{Incarnation, OfferId},
    preferences::Latest,
    pseudonym::Pseudonym,
    ranking::{Period, Span},
};

/// Residents and what they have. Published signed, versioned and sealed to one kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// When the city made it, milliseconds since 1970-01-01T00:00:00Z.
    pub as_of_ms: i64,
    /// The life of the kiosk's journal that [`Standing::own`] is about.
    pub life: Option<Incarnation>,
    /// The residents, by visit pseudonym.
    #[serde(default)]
    pub holders: BTreeMap<Pseudonym, Standing>,
}

/// What one resident has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Points neither spent nor set aside, over all kiosks.
    pub free: u64,
    /// Points the town lent to a spend whose award fell; the next awards pay it back. Who owes
    /// has nothing free.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub owed: u64,
    /// Visits that stand, over all kiosks.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub visits: u64,
    /// What the kiosk's own journal had made of it by then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: Own,
    /// Points earned in the week and the month of the day it was made, where any were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earned: Vec<EarnedIn>,
    /// The city's answers to spends of that life of the kiosk's journal that stand without one
    /// in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<FactId, SpendVerdict>,
    /// Entries and gifts the city has settled, over all kiosks, points by offer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spent: BTreeMap<OfferId, u64>,
    /// How they want to be served, as *other* journals than that life of the kiosk's say: of
    /// what was chosen here this journal alone speaks, and so a choice that is taken back here
    /// is gone at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred: Option<Latest>,
}

/// What one journal makes of a resident, by its own fold: nothing is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// Points given and not taken back.
    pub earned: u64,
    /// Points set aside or settled; not those the city declined or that were taken back.
    pub spent: u64,
    /// Visits.
    pub visits: u64,
}

/// Points earned in a stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarnedIn {
    /// The days.
    pub span: Span,
    /// Points.
    pub points: u64,
}

/// What a kiosk knows of a resident, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Points neither spent nor set aside.
    pub free: u64,
    /// Visits.
    pub visits: u64,
    /// When the city last told; `None`: only this kiosk's journal speaks.
    pub as_of_ms: Option<i64>,
}

/// Points in a period: what stands in the published curve, and what there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPeriod {
    /// As the city counted.
    pub counted: u64,
    /// With what was earned here since.
    pub now: u64,
}

const fn is_zero(n: &u64) -> bool {
    *n == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Own {
    /// What that account says now.
    pub fn of(account: &Account) -> Self {
        Self {
            earned: u64::try_from(account.balance()).unwrap_or(0),
            spent: account.spends().reserved() + account.spends().settled(),
            visits: account.visits(),
        }
    }

    /// What that account will say once these answers are in it.
    pub fn answered(account: &Account, answers: &BTreeMap<FactId, SpendVerdict>) -> Self {
        let mut account = account.clone();
        for (spend, verdict) in answers {
            account.answer(*spend, *verdict);
        }
        Self::of(&account)
    }

    const fn free(self) -> i128 {
        self.earned as i128 - self.spent as i128
    }
}

fn and_since(told: impl Into<i128>, then: i128, now: i128) -> u64 {
    let sum = told.into() + now - then;
    u64::try_from(sum.max(0)).unwrap_or(u64::MAX)
}

impl Accounts {
    /// The newer word about each holder: the base with what has changed since. What was said of
    /// another life of the journal says nothing about the present one's own part.
    #[must_use]
    pub fn renewed_by(&self, news: &Self) -> Self {
        if news.as_of_ms <= self.as_of_ms {
            return self.clone();
        }
        let mut all = self.clone();
        all.as_of_ms = news.as_of_ms;
        if self.life != news.life {
            all.life = news.life;
            for standing in all.holders.values_mut() {
                standing.own = Own::default();
            }
        }
        all.holders.extend(news.holders.clone());
        all
    }

    /// What the city told of that resident, as seen by that life of the journal.
    pub fn standing(&self, resident: &Pseudonym, life: Incarnation) -> Option<Standing> {
        let told = self.holders.get(resident)?.clone();
        Some(if self.life == Some(life) {
            told
        } else {
            Standing {
                own: Own::default(),
                ..told
            }
        })
    }

    /// What is known of that resident now.
    pub fn known(&self, resident: &Pseudonym, life: Incarnation, account: &Account) -> Known {
        match self.standing(resident, life) {
            Some(standing) => Known {
                as_of_ms: Some(self.as_of_ms),
                ..standing.known(account)
            },
            None => Standing::default().known(account),
        }
    }
}

impl Standing {
    /// What there is now: the city's word, and what the kiosk's journal has added since.
    pub fn known(&self, account: &Account) -> Known {
        let now = Own::of(account);
        Known {
            free: and_since(
                i128::from(self.free) - i128::from(self.owed),
                self.own.free(),
                now.free(),
            ),
            visits: and_since(self.visits, self.own.visits.into(), now.visits.into()),
            as_of_ms: None,
        }
    }

    /// Points earned in the period of that day.
    pub fn earned_in(&self, period: Period, today: Date, account: &Account) -> InPeriod {
        let span = Span::of(period, today);
        match self.earned.iter().find(|e| e.span == span) {
            Some(told) => InPeriod {
                counted: told.points,
                now: and_since(
                    told.points,
                    self.own.earned.into(),
                    Own::of(account).earned.into(),
                ),
            },
            // The city's word is of another week: what this journal knows of this one stands.
            None => InPeriod {
                counted: 0,
                now: account.earned_in(|day| span.holds(day)),
            },
        }
    }
}

#[cfg(test)]
mod tests;
