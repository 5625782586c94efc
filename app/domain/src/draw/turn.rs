//! Turning the machine: who may, and what comes of it.

use jiff::tz::TimeZone;

use super::{
    deal::Deal,
    machine::Machine,
    outcome::Stock,
    record::{Drawn, SpinsGiven},
    secret::commitment,
    spins::TableSpins,
    table::DrawTable,
};
use crate::{
    fact::FactId,
    ids::KioskId,
    points::{Award, caps::Age},
    time::{DayKey, Stamp},
};

/// A table as it stands at one kiosk.
#[derive(Debug, Clone, Copy)]
pub struct Stand<'a> {
    /// The table, checked.
    pub table: &'a DrawTable,
    /// The kiosk.
    pub kiosk: &'a KioskId,
    /// Its secret.
    pub deal: &'a Deal,
    /// What was turned and given so far.
    pub machine: &'a Machine,
}

/// Why somebody may not turn now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotNow {
    /// No spin is left.
    NoSpin,
    /// Enough for today.
    EnoughToday,
    /// No clock vouches for the day. Spins keep; a day's cap that a power cut begins anew
    /// is none.
    NoDay,
    /// The table does not stand here on that day.
    Over,
}

impl<'a> Stand<'a> {
    /// What is left here.
    pub const fn stock(&self) -> Stock<'a> {
        Stock::new(
            self.table,
            self.kiosk,
            &self.deal.given,
            self.machine.given(),
        )
    }

    /// The gift the next spin of this resident is of, if it may be turned now.
    ///
    /// The caps of a day hold at one kiosk: another does not hear of it in time. What a town
    /// can lose by that is bounded by each kiosk's stock.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn may_turn(
        &self,
        spins: &TableSpins,
        age: Option<Age>,
        at: &Stamp,
        zone: &TimeZone,
    ) -> Result<FactId, NotNow> {
        self.may(spins, self.table.per_day(age), at, zone)
    }

    pub(super) fn may(
        &self,
        spins: &TableSpins,
        per_day: u32,
        at: &Stamp,
        zone: &TimeZone,
    ) -> Result<FactId, NotNow> {
        let day = at.day(zone);
        let DayKey::Date(date) = day else {
            return Err(NotNow::NoDay);
        };
        if !self.table.holds(self.kiosk, date) {
            return Err(NotNow::Over);
        }
        let gift = spins.next_gift().ok_or(NotNow::NoSpin)?;
        if spins.turned_on(day) >= per_day {
            return Err(NotNow::EnoughToday);
        }
        Ok(gift)
    }

    /// What the next spin brings somebody with these spins. Follows from the arguments alone;
    /// [`Self::may_turn`] says whether it may be turned.
    pub fn turn(&self, spins: &TableSpins) -> Drawn {
        let counter = self
            .machine
            .turned()
            .checked_add(1)
            .expect("nobody turns a machine 2^64 times");
        let secret = &self.deal.secret;
        let ticket = secret.ticket(&self.table.id, self.kiosk, self.deal.life, counter);
        let (row, how) = self.stock().outcome(ticket, spins.blanks());
        Drawn {
            table: self.table.id.clone(),
            counter,
            ticket,
            prize: row.id.clone(),
            blank: row.blank,
            how,
            commitment: commitment(self.table, self.kiosk, secret),
        }
    }
}

/// The spins a deed earns that earned these points; `None` where it earns none, or where so
/// many gifts wait that no more are kept.
pub fn given(table: &DrawTable, spins: &TableSpins, lines: &[Award]) -> Option<SpinsGiven> {
    let earned = table.spins.earned(lines);
    (earned > 0 && !spins.is_full()).then(|| SpinsGiven {
        table: table.id.clone(),
        spins: earned,
    })
}
