//! A resident's spins: what was given, what was turned, and what that brought.
//!
//! **A spin that was turned stays turned.** Taking a visit back takes the spins it gave and
//! voids what they drew, but it does not make them unturned: they are a debt that the next
//! spins given pay. Otherwise whoever dislikes a result could take the visit back, tap once
//! more and draw again.
//!
//! **A prize that changed hands stays drawn**, whatever becomes of the deed: it is no longer
//! there to be drawn by somebody else.

use serde::{Deserialize, Serialize};

use super::record::{Drawn, SpinsGiven};
use crate::{
    fact::FactId,
    ids::{PrizeId, TableId},
    time::DayKey,
};

/// Tables of one resident that are remembered, the latest at the end.
pub const TABLES_KEPT: usize = 4;

/// Gifts of one table that are remembered. Somebody with so many unused gifts gets no more.
pub const GIFTS_KEPT: usize = 16;

/// Draws of one table that are remembered; more than a day's cap and what a visit can give.
pub const DRAWS_KEPT: usize = 24;

/// Spins given at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// The fact.
    pub fact: FactId,
    /// The visit or the help it is for.
    pub deed: FactId,
    /// How many.
    pub spins: u32,
    /// Of them turned, or gone to pay a debt.
    pub used: u32,
    /// The deed was taken back.
    pub void: bool,
}

impl Gift {
    const fn left(&self) -> u32 {
        if self.void {
            0
        } else {
            self.spins.saturating_sub(self.used)
        }
    }
}

/// A draw, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawMade {
    /// The fact.
    pub fact: FactId,
    /// The gift it is of.
    pub gift: Option<FactId>,
    /// The day it counts for.
    pub day: DayKey,
    /// What was won.
    pub prize: PrizeId,
    /// It is no prize.
    pub blank: bool,
    /// It was taken back.
    pub void: bool,
    /// The fact by which its prize changed hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<FactId>,
}

impl DrawMade {
    /// True while its prize lies behind the counter.
    pub const fn waits(&self) -> bool {
        !self.void && !self.blank && self.handed.is_none()
    }
}

/// One table, as one resident knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSpins {
    table: TableId,
    gifts: Vec<Gift>,
    draws: Vec<DrawMade>,
    /// Spins that were turned and whose gift was taken back.
    #[serde(default)]
    debt: u32,
    /// Spins without a prize in a row, up to the oldest of `draws`.
    #[serde(default)]
    older_blanks: u32,
}

impl TableSpins {
    const fn new(table: TableId) -> Self {
        Self {
            table,
            gifts: Vec::new(),
            draws: Vec::new(),
            debt: 0,
            older_blanks: 0,
        }
    }

    /// Spins left.
    pub fn left(&self) -> u32 {
        self.gifts
            .iter()
            .map(Gift::left)
            .fold(0, u32::saturating_add)
    }

    /// The gift the next spin is of: the oldest with any left.
    pub fn next_gift(&self) -> Option<FactId> {
        self.gifts.iter().find(|g| g.left() > 0).map(|g| g.fact)
    }

    /// Spins that deed gave; none once it was taken back.
    pub fn given_for(&self, deed: FactId) -> u32 {
        let mut gifts = self.gifts.iter();
        gifts
            .find(|g| !g.void && g.deed == deed)
            .map_or(0, |g| g.spins)
    }

    /// True when no more can be given before some are turned.
    pub fn is_full(&self) -> bool {
        self.gifts.iter().filter(|g| g.left() > 0).count() >= GIFTS_KEPT
    }

    /// Spins turned on that day; those taken back count.
    pub fn turned_on(&self, day: DayKey) -> u32 {
        let turned = self.draws.iter().filter(|d| d.day == day).count();
        u32::try_from(turned).expect("a draw is remembered only while there is room")
    }

    /// Spins in a row without a prize.
    pub fn blanks(&self) -> u32 {
        self.draws
            .iter()
            .filter(|d| !d.void)
            .fold(self.older_blanks, in_a_row)
    }

    /// What was drawn and stands, oldest first.
    pub fn standing(&self) -> impl Iterator<Item = &DrawMade> {
        self.draws.iter().filter(|d| !d.void)
    }

    fn give(&mut self, fact: FactId, deed: FactId, spins: u32) {
        if self.gifts.len() == GIFTS_KEPT {
            let spent = self.gifts.iter().position(|g| g.left() == 0);
            self.gifts.remove(spent.unwrap_or(0));
        }
        let paid = self.debt.min(spins);
        self.debt -= paid;
        self.gifts.push(Gift {
            fact,
            deed,
            spins,
            used: paid,
            void: false,
        });
    }

    fn turn(&mut self, made: DrawMade) {
        let gift = self.gifts.iter_mut().find(|g| Some(g.fact) == made.gift);
        if let Some(gift) = gift.filter(|g| g.left() > 0) {
            gift.used += 1;
        }
        if self.draws.len() == DRAWS_KEPT {
            let oldest = self.draws.remove(0);
            if !oldest.void {
                self.older_blanks = in_a_row(self.older_blanks, &oldest);
            }
        }
        self.draws.push(made);
    }

    /// Takes back what a deed gave; the draws that are void now.
    fn undo(&mut self, deed: FactId) -> Option<Vec<DrawMade>> {
        let gift = self
            .gifts
            .iter_mut()
            .find(|g| !g.void && (g.deed == deed || g.fact == deed))?;
        gift.void = true;
        self.debt = self.debt.saturating_add(gift.used);
        let gift = gift.fact;
        let mut void = Vec::new();
        for draw in &mut self.draws {
            if !draw.void && draw.handed.is_none() && draw.gift == Some(gift) {
                draw.void = true;
                void.push(draw.clone());
            }
        }
        Some(void)
    }
}

const fn in_a_row(blanks: u32, draw: &DrawMade) -> u32 {
    if draw.blank {
        blanks.saturating_add(1)
    } else {
        0
    }
}

/// A resident's spins at one kiosk, by table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spins(Vec<TableSpins>);

impl Spins {
    /// Those of one table.
    pub fn of(&self, table: &TableId) -> TableSpins {
        let found = self.0.iter().find(|t| t.table == *table);
        found
            .cloned()
            .unwrap_or_else(|| TableSpins::new(table.clone()))
    }

    /// What was drawn of all tables and stands, with its table; those of one table oldest first.
    pub fn standing(&self) -> impl Iterator<Item = (&TableId, &DrawMade)> {
        self.0
            .iter()
            .flat_map(|t| t.standing().map(|d| (&t.table, d)))
    }

    /// Prizes that wait at the counter.
    pub fn waiting(&self) -> usize {
        self.standing().filter(|(_, d)| d.waits()).count()
    }

    /// Spins turned that are remembered, of all tables; those taken back count.
    pub fn turned(&self) -> usize {
        self.0.iter().map(|t| t.draws.len()).sum()
    }

    fn table(&mut self, table: &TableId) -> &mut TableSpins {
        let found = self.0.iter().position(|t| t.table == *table);
        let spins = found.map_or_else(|| TableSpins::new(table.clone()), |n| self.0.remove(n));
        if self.0.len() == TABLES_KEPT {
            self.0.remove(0);
        }
        self.0.push(spins);
        self.0.last_mut().expect("pushed above")
    }

    pub(crate) fn give(&mut self, fact: FactId, deed: FactId, given: &SpinsGiven) {
        self.table(&given.table).give(fact, deed, given.spins);
    }

    pub(crate) fn turn(&mut self, fact: FactId, gift: Option<FactId>, day: DayKey, drawn: &Drawn) {
        self.table(&drawn.table).turn(DrawMade {
            fact,
            gift,
            day,
            prize: drawn.prize.clone(),
            blank: drawn.blank,
            void: false,
            handed: None,
        });
    }

    /// Notes that a prize changed hands; false for one that does not wait.
    pub(crate) fn hand(&mut self, fact: FactId, draw: FactId) -> bool {
        let drawn = self.draws_mut().find(|d| d.fact == draw && d.waits());
        drawn.map(|d| d.handed = Some(fact)).is_some()
    }

    /// Takes a slip of the counter back; false where that fact was none.
    pub(crate) fn take_back_hand(&mut self, fact: FactId) -> bool {
        let drawn = self.draws_mut().find(|d| d.handed == Some(fact));
        drawn.map(|d| d.handed = None).is_some()
    }

    fn draws_mut(&mut self) -> impl Iterator<Item = &mut DrawMade> {
        self.0.iter_mut().flat_map(|t| &mut t.draws)
    }

    /// Takes back what a deed gave; the draws that are void now, or `None` when it gave
    /// nothing.
    pub(crate) fn undo(&mut self, deed: FactId) -> Option<(TableId, Vec<DrawMade>)> {
        self.0
            .iter_mut()
            .find_map(|t| t.undo(deed).map(|void| (t.table.clone(), void)))
    }
}
