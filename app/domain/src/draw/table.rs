//! A draw table: what can be drawn, how likely, how much there is, and what earns a spin.

mod check;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::secret::{Encoding, Ticket};
use crate::{
    catalogue::Text,
    fact::Hash,
    ids::{KioskId, PrizeId, TableId},
    points::{Award, AwardReason, caps::Age},
};

pub use crate::picture::Picture;
pub use check::InvalidDraw;
pub(crate) use check::check_all;

/// Weights are out of so many: a printed 0.01 % is a weight of 1.
pub const TICKETS: u16 = 10_000;

/// More rows than this do not fit on the page that prints the odds.
pub const MAX_ROWS: usize = 12;

/// More spins for one deed are a slip of the pen.
pub const MAX_SPINS: u32 = 10;

/// More spins on one day are no game for a town's hall.
pub const MAX_PER_DAY: u32 = 8;

/// A ceiling further off is none.
pub const MAX_CEILING: u32 = 1_000;

/// A larger allotment is a slip of the pen.
pub const MAX_STOCK: u32 = 100_000;

/// A draw table, from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawTable {
    /// How facts name it. An id is used once: the counter of its spins hangs on it.
    pub id: TableId,
    /// How the screen does.
    pub name: Text,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// What can be drawn. The weights sum to [`TICKETS`].
    pub rows: Vec<Row>,
    /// The kiosks it stands at, and what each has to give.
    pub kiosks: BTreeMap<KioskId, Allotment>,
    /// After so many spins without a prize the next one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Ceiling>,
    /// Spins of one resident on one day.
    pub per_day: u32,
    /// In place of that, for these age bands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ages: BTreeMap<Age, u32>,
    /// What earns spins.
    pub spins: SpinRule,
}

/// Something that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// How facts name it.
    pub id: PrizeId,
    /// How the screen does.
    pub name: Text,
    /// What is in the capsule.
    pub picture: Picture,
    /// So many tickets of [`TICKETS`].
    pub weight: u16,
    /// No prize: a word of thanks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blank: bool,
    /// What its tickets bring once the stock is gone; a row without stock. Every row with
    /// stock has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_gone: Option<PrizeId>,
}

/// What one kiosk has to give.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allotment {
    /// Pieces by prize. A prize no kiosk has stock of never runs out.
    pub stock: BTreeMap<PrizeId, u32>,
    /// The city's word for this kiosk's secret, see [`super::secret::commitment`]. Without it
    /// nothing is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Hash>,
}

/// The most a resident goes without a prize (天井).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceiling {
    /// After so many spins in a row without a prize …
    pub blanks: u32,
    /// … the next wins this, while there is any.
    pub row: PrizeId,
}

/// Spins by deed. A visit that earns no points earns no spin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpinRule {
    /// A visit that earned points.
    #[serde(skip_serializing_if = "is_zero")]
    pub visit: u32,
    /// The first visit to a facility, in addition.
    #[serde(skip_serializing_if = "is_zero")]
    pub first_visit: u32,
    /// A visit that completes a streak, in addition.
    #[serde(skip_serializing_if = "is_zero")]
    pub streak: u32,
    /// A visit that fills a stamp card, in addition.
    #[serde(skip_serializing_if = "is_zero")]
    pub stamps: u32,
    /// Help that staff vouch for.
    #[serde(skip_serializing_if = "is_zero")]
    pub volunteering: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl SpinRule {
    /// What a deed earns that earned these points, at most [`MAX_SPINS`].
    pub fn earned(&self, lines: &[Award]) -> u32 {
        let has = |reason: &AwardReason| lines.iter().any(|l| l.points > 0 && l.reason == *reason);
        let helped = lines
            .iter()
            .any(|l| l.points > 0 && matches!(l.reason, AwardReason::Volunteering(_)));
        let visited = lines.iter().any(|l| l.points > 0) && !helped;
        [
            (visited, self.visit),
            (has(&AwardReason::FirstVisit), self.first_visit),
            (has(&AwardReason::Streak), self.streak),
            (has(&AwardReason::Stamps), self.stamps),
            (helped, self.volunteering),
        ]
        .into_iter()
        .filter(|(did, _)| *did)
        .map(|(_, spins)| spins)
        .fold(0, u32::saturating_add)
        .min(MAX_SPINS)
    }
}

impl DrawTable {
    /// True on that day at that kiosk.
    pub fn holds(&self, kiosk: &KioskId, date: Date) -> bool {
        self.from <= date && date <= self.until && self.kiosks.contains_key(kiosk)
    }

    /// A row by its name.
    pub fn row(&self, id: &PrizeId) -> Option<&Row> {
        self.rows.iter().find(|r| r.id == *id)
    }

    /// Spins a person may turn on one day. Of whom no age is known may turn as many as
    /// everybody.
    pub fn per_day(&self, age: Option<Age>) -> u32 {
        age.and_then(|a| self.ages.get(&a))
            .copied()
            .unwrap_or(self.per_day)
    }

    /// The most anybody may turn on one day.
    pub fn per_day_at_most(&self) -> u32 {
        self.ages.values().copied().fold(self.per_day, u32::max)
    }

    /// The row a ticket lies in, of a table that passed its check.
    pub fn row_of(&self, ticket: Ticket) -> &Row {
        let mut below = 0;
        self.rows
            .iter()
            .find(|row| {
                below += u32::from(row.weight);
                u32::from(ticket.number()) < below
            })
            .expect("the weights of a checked table cover every ticket")
    }

    /// SHA-256 over everything the results at that kiosk follow from: rows, weights, blanks,
    /// substitutes, the ceiling, and the kiosk's stock. Names, pictures and days are not part
    /// of it: a typing slip may be mended while a table stands.
    pub fn terms(&self, kiosk: &KioskId) -> Hash {
        let mut encoding = Encoding::new("machitap draw terms v1");
        let stock = self.kiosks.get(kiosk).map(|a| &a.stock);
        for row in &self.rows {
            encoding.part(row.id.as_str().as_bytes());
            encoding.part(&row.weight.to_be_bytes());
            encoding.part(&[u8::from(row.blank)]);
            let gone = row.when_gone.as_ref().map_or("", PrizeId::as_str);
            encoding.part(gone.as_bytes());
            let pieces = stock.and_then(|s| s.get(&row.id));
            encoding.part(&pieces.map_or(Vec::new(), |n| n.to_be_bytes().to_vec()));
        }
        if let Some(ceiling) = &self.ceiling {
            encoding.part(&ceiling.blanks.to_be_bytes());
            encoding.part(ceiling.row.as_str().as_bytes());
        }
        Hash::of(encoding.bytes())
    }
}

#[cfg(test)]
mod tests;
