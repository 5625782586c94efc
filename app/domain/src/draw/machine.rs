//! The capsule machine of one kiosk: how often it was turned, and what it gave.

use serde::{Deserialize, Serialize};

use super::{
    outcome::Pieces,
    record::{Drawn, How},
};
use crate::{
    fact::FactId,
    ids::{PrizeId, TableId},
    pseudonym::Pseudonym,
    time::Stamp,
};

/// Tables that are remembered, the one turned last at the end. A kiosk has one table at a
/// time, so one that falls out has been over for long.
pub const TABLES_KEPT: usize = 16;

/// One table at this kiosk, in this life of its journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Machine {
    turned: u64,
    given: Pieces,
}

impl Machine {
    /// A machine nobody has turned.
    pub const fn new() -> Self {
        Self {
            turned: 0,
            given: Pieces::new(),
        }
    }

    /// Spins turned; those taken back are among them, because the counter never goes back.
    pub const fn turned(&self) -> u64 {
        self.turned
    }

    /// What was given and not taken back.
    pub const fn given(&self) -> &Pieces {
        &self.given
    }
}

/// A draw on disk of which nobody has seen the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// The draw.
    pub fact: FactId,
    /// Whose.
    pub subject: Pseudonym,
    /// When.
    pub at: Stamp,
    /// Of which table.
    pub table: TableId,
    /// What was won.
    pub prize: PrizeId,
    /// How.
    pub how: How,
}

/// The tables of one kiosk, and the draw that still has to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Machines {
    tables: Vec<(TableId, Machine)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unseen: Option<Unseen>,
}

impl Machines {
    /// Machines nobody has turned.
    pub const fn new() -> Self {
        Self {
            tables: Vec::new(),
            unseen: None,
        }
    }

    /// The machine of that table.
    pub fn of(&self, table: &TableId) -> Machine {
        let found = self.tables.iter().find(|(id, _)| id == table);
        found.map(|(_, m)| m.clone()).unwrap_or_default()
    }

    /// The last draw, while nobody has seen what it brought.
    pub const fn unseen(&self) -> Option<&Unseen> {
        self.unseen.as_ref()
    }

    pub(crate) fn turn(&mut self, fact: FactId, subject: Pseudonym, at: Stamp, drawn: &Drawn) {
        let found = self.tables.iter().position(|(id, _)| *id == drawn.table);
        let mut machine = found.map_or_else(Machine::new, |n| self.tables.remove(n).1);
        machine.turned = machine.turned.max(drawn.counter);
        *machine.given.entry(drawn.prize.clone()).or_default() += 1;
        if self.tables.len() == TABLES_KEPT {
            self.tables.remove(0);
        }
        self.tables.push((drawn.table.clone(), machine));
        self.unseen = Some(Unseen {
            fact,
            subject,
            at,
            table: drawn.table.clone(),
            prize: drawn.prize.clone(),
            how: drawn.how,
        });
    }

    pub(crate) fn see(&mut self, draw: FactId) -> bool {
        let seen = self.unseen.as_ref().is_some_and(|u| u.fact == draw);
        if seen {
            self.unseen = None;
        }
        seen
    }

    /// A draw was taken back: its prize can be won again.
    pub(crate) fn give_back(&mut self, draw: FactId, table: &TableId, prize: &PrizeId) {
        self.see(draw);
        let given = self
            .tables
            .iter_mut()
            .find(|(id, _)| id == table)
            .and_then(|(_, m)| m.given.get_mut(prize));
        if let Some(given) = given {
            *given = given.saturating_sub(1);
        }
    }
}
