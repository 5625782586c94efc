//! Slips of the pen in draw tables, each by its name.

use std::collections::BTreeSet;

use super::{DrawTable, MAX_CEILING, MAX_PER_DAY, MAX_ROWS, MAX_SPINS, MAX_STOCK, Row, TICKETS};
use crate::ids::{KioskId, PrizeId, TableId};

/// Why a draw table is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDraw {
    /// One table twice.
    #[error("table {0} stands twice")]
    TableTwice(TableId),
    /// Two tables at one kiosk on one day.
    #[error("tables {0} and {1} stand at {2} on the same day")]
    Overlap(TableId, TableId, KioskId),
    /// Over before it begins.
    #[error("table {0} ends before it begins")]
    Ends(TableId),
    /// None, or more than fit on the page with the odds.
    #[error("table {0} needs 1 to {MAX_ROWS} rows")]
    Rows(TableId),
    /// One row twice.
    #[error("table {0}: row {1} stands twice")]
    RowTwice(TableId, PrizeId),
    /// A row that nothing draws.
    #[error("table {0}: row {1} has no weight and stands in for nothing")]
    Weight(TableId, PrizeId),
    /// Odds that are not what is printed.
    #[error("table {table}: the weights sum to {sum}; they must sum to {TICKETS}")]
    Sum {
        /// The table.
        table: TableId,
        /// Their sum.
        sum: u32,
    },
    /// A table without a kiosk.
    #[error("table {0} stands at no kiosk")]
    NoKiosk(TableId),
    /// Stock of what is no row.
    #[error("table {0}: {1} has stock of {2}, which is no row")]
    NoSuchRow(TableId, KioskId, PrizeId),
    /// A word of thanks that can run out.
    #[error("table {0}: {1} is no prize and has no stock")]
    BlankStock(TableId, PrizeId),
    /// Stock here and none there: it would never run out there.
    #[error("table {0}: {1} has no stock of {2}, other kiosks have; write 0")]
    NotAllotted(TableId, KioskId, PrizeId),
    /// More pieces than any town has.
    #[error("table {0}: {1} has more than {MAX_STOCK} pieces of {2}")]
    Stock(TableId, KioskId, PrizeId),
    /// Nobody knows what a ticket brings when the stock is gone.
    #[error("table {0}: {1} has stock, so it needs when_gone")]
    WhenGone(TableId, PrizeId),
    /// A substitute where none is needed, that is none, or that can run out itself.
    #[error(
        "table {0}: when_gone of {1} must be another row without stock, and {1} must have some"
    )]
    Substitute(TableId, PrizeId),
    /// A ceiling out of reach or at once.
    #[error("table {0}: ceiling.blanks must be 1 to {MAX_CEILING}")]
    CeilingBlanks(TableId),
    /// A ceiling that wins nothing.
    #[error("table {0}: the ceiling's row {1} must be a prize of the table")]
    CeilingRow(TableId, PrizeId),
    /// A cap nobody could reach, or of nothing.
    #[error(
        "table {0}: spins a day must be 1 to {MAX_PER_DAY}, for an age band 0 to {MAX_PER_DAY}"
    )]
    PerDay(TableId),
    /// More spins than a deed is worth.
    #[error("table {0}: spins.{1} must be at most {MAX_SPINS}")]
    Spins(TableId, &'static str),
    /// Nobody could ever spin.
    #[error("table {0}: nothing earns a spin")]
    NoSpins(TableId),
}

/// Checks all the tables of a catalogue.
///
/// # Errors
/// The first [`InvalidDraw`] found.
pub(crate) fn check_all(tables: &[DrawTable]) -> Result<(), InvalidDraw> {
    for (n, table) in tables.iter().enumerate() {
        table.check()?;
        for other in &tables[..n] {
            if other.id == table.id {
                return Err(InvalidDraw::TableTwice(table.id.clone()));
            }
            let meet = other.from <= table.until && table.from <= other.until;
            let both = table.kiosks.keys().find(|k| other.kiosks.contains_key(*k));
            if let (true, Some(kiosk)) = (meet, both) {
                let (first, second) = (other.id.clone(), table.id.clone());
                return Err(InvalidDraw::Overlap(first, second, kiosk.clone()));
            }
        }
    }
    Ok(())
}

impl DrawTable {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidDraw`] found.
    pub fn check(&self) -> Result<(), InvalidDraw> {
        let id = || self.id.clone();
        if self.until < self.from {
            return Err(InvalidDraw::Ends(id()));
        }
        if !(1..=MAX_ROWS).contains(&self.rows.len()) {
            return Err(InvalidDraw::Rows(id()));
        }
        let mut seen = BTreeSet::new();
        if let Some(row) = self.rows.iter().find(|r| !seen.insert(&r.id)) {
            return Err(InvalidDraw::RowTwice(id(), row.id.clone()));
        }
        let sum = self.rows.iter().map(|r| u32::from(r.weight)).sum();
        if sum != u32::from(TICKETS) {
            return Err(InvalidDraw::Sum { table: id(), sum });
        }
        self.check_stock()?;
        self.rows.iter().try_for_each(|row| self.check_row(row))?;
        if let Some(ceiling) = &self.ceiling {
            if !(1..=MAX_CEILING).contains(&ceiling.blanks) {
                return Err(InvalidDraw::CeilingBlanks(id()));
            }
            if self.row(&ceiling.row).is_none_or(|r| r.blank) {
                return Err(InvalidDraw::CeilingRow(id(), ceiling.row.clone()));
            }
        }
        if !(1..=MAX_PER_DAY).contains(&self.per_day)
            || self.ages.values().any(|n| *n > MAX_PER_DAY)
        {
            return Err(InvalidDraw::PerDay(id()));
        }
        self.check_spins()
    }

    /// True when pieces of it are counted at the kiosks.
    pub fn has_stock(&self, row: &PrizeId) -> bool {
        self.kiosks.values().any(|a| a.stock.contains_key(row))
    }

    fn check_row(&self, row: &Row) -> Result<(), InvalidDraw> {
        let (id, name) = (|| self.id.clone(), || row.id.clone());
        let stock = self.has_stock(&row.id);
        let stands_in = self
            .rows
            .iter()
            .any(|r| r.when_gone.as_ref() == Some(&row.id));
        if row.weight == 0 && !stands_in {
            return Err(InvalidDraw::Weight(id(), name()));
        }
        match &row.when_gone {
            None if stock => Err(InvalidDraw::WhenGone(id(), name())),
            None => Ok(()),
            Some(other) => {
                let sound = stock && self.row(other).is_some() && !self.has_stock(other);
                if sound {
                    Ok(())
                } else {
                    Err(InvalidDraw::Substitute(id(), name()))
                }
            }
        }
    }

    fn check_stock(&self) -> Result<(), InvalidDraw> {
        let id = || self.id.clone();
        if self.kiosks.is_empty() {
            return Err(InvalidDraw::NoKiosk(id()));
        }
        let counted: BTreeSet<&PrizeId> =
            self.kiosks.values().flat_map(|a| a.stock.keys()).collect();
        for (kiosk, allotment) in &self.kiosks {
            for (prize, pieces) in &allotment.stock {
                let Some(row) = self.row(prize) else {
                    return Err(InvalidDraw::NoSuchRow(id(), kiosk.clone(), prize.clone()));
                };
                if row.blank {
                    return Err(InvalidDraw::BlankStock(id(), prize.clone()));
                }
                if *pieces > MAX_STOCK {
                    return Err(InvalidDraw::Stock(id(), kiosk.clone(), prize.clone()));
                }
            }
            if let Some(prize) = counted.iter().find(|p| !allotment.stock.contains_key(**p)) {
                let prize = (*prize).clone();
                return Err(InvalidDraw::NotAllotted(id(), kiosk.clone(), prize));
            }
        }
        Ok(())
    }

    fn check_spins(&self) -> Result<(), InvalidDraw> {
        let s = self.spins;
        let deeds = [
            ("visit", s.visit),
            ("first_visit", s.first_visit),
            ("streak", s.streak),
            ("stamps", s.stamps),
            ("volunteering", s.volunteering),
        ];
        if let Some((deed, _)) = deeds.iter().find(|(_, n)| *n > MAX_SPINS) {
            return Err(InvalidDraw::Spins(self.id.clone(), deed));
        }
        if deeds.iter().all(|(_, n)| *n == 0) {
            return Err(InvalidDraw::NoSpins(self.id.clone()));
        }
        Ok(())
    }
}
