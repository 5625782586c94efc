//! From a ticket to what is won: the table's rules about stock and ceiling.

use std::collections::BTreeMap;

use super::{
    record::How,
    secret::Ticket,
    table::{DrawTable, Row},
};
use crate::ids::{KioskId, PrizeId};

/// Pieces by prize.
pub type Pieces = BTreeMap<PrizeId, u32>;

/// What a kiosk has of a table's prizes.
#[derive(Debug, Clone, Copy)]
pub struct Stock<'a> {
    table: &'a DrawTable,
    kiosk: &'a KioskId,
    /// Given in earlier lives of this kiosk.
    earlier: &'a Pieces,
    /// Given in this one.
    given: &'a Pieces,
}

impl<'a> Stock<'a> {
    /// What this kiosk was allotted, less what it has given in earlier lives and in this one.
    pub const fn new(
        table: &'a DrawTable,
        kiosk: &'a KioskId,
        earlier: &'a Pieces,
        given: &'a Pieces,
    ) -> Self {
        Self {
            table,
            kiosk,
            earlier,
            given,
        }
    }

    /// Pieces left; `None` of what never runs out.
    pub fn left(&self, prize: &PrizeId) -> Option<u32> {
        if !self.table.has_stock(prize) {
            return None;
        }
        let of = |pieces: &Pieces| pieces.get(prize).copied().unwrap_or(0);
        let allotted = self
            .table
            .kiosks
            .get(self.kiosk)
            .map_or(0, |a| of(&a.stock));
        Some(
            allotted
                .saturating_sub(of(self.earlier))
                .saturating_sub(of(self.given)),
        )
    }

    fn has(&self, row: &Row) -> bool {
        self.left(&row.id) != Some(0)
    }

    /// What a ticket brings somebody who went so many spins without a prize.
    ///
    /// The ticket's own prize comes first: a ceiling makes nothing worse.
    pub fn outcome(&self, ticket: Ticket, blanks: u32) -> (&'a Row, How) {
        let drawn = self.table.row_of(ticket);
        let (row, how) = match &drawn.when_gone {
            Some(instead) if !self.has(drawn) => {
                let instead = self.table.row(instead);
                (instead.expect("a checked table names its rows"), How::Gone)
            }
            _ => (drawn, How::Ticket),
        };
        let due = self.table.ceiling.as_ref().filter(|c| blanks >= c.blanks);
        let wins = due
            .filter(|_| row.blank)
            .and_then(|c| self.table.row(&c.row))
            .filter(|r| self.has(r));
        wins.map_or((row, how), |r| (r, How::Ceiling))
    }
}
