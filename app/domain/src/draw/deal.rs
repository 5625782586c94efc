//! What a kiosk needs to draw: the secrets of its tables, sealed to it by the city.

use serde::{Deserialize, Serialize};

use super::{
    outcome::Pieces,
    secret::{DrawSecret, commitment},
    table::DrawTable,
};
use crate::ids::{Incarnation, KioskId, TableId};

/// One table's secret for one kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// The table.
    pub table: TableId,
    /// The secret.
    pub secret: DrawSecret,
    /// The life of the kiosk's journal it is for. A new journal has forgotten what the old one
    /// gave, so it waits until the city, which has not, deals anew.
    pub life: Incarnation,
    /// What earlier lives gave, by the city's count.
    #[serde(default, skip_serializing_if = "Pieces::is_empty")]
    pub given: Pieces,
}

/// All of a kiosk's. Published signed, versioned and sealed to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deals {
    /// One a table.
    pub deals: Vec<Deal>,
}

/// Why a table cannot be drawn from here. Each is the city's to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoDeal {
    /// No secret has come for it.
    Missing,
    /// The catalogue carries no commitment for it.
    NoCommitment,
    /// The secret is not the one committed to, or the table is not.
    Mismatch,
    /// The secret is for another life of the journal.
    OtherLife,
}

impl Deals {
    /// The deal for that table, where everything fits.
    ///
    /// # Errors
    /// [`NoDeal`].
    pub fn of(
        &self,
        table: &DrawTable,
        kiosk: &KioskId,
        life: Incarnation,
    ) -> Result<&Deal, NoDeal> {
        let mut of_table = self.deals.iter().filter(|d| d.table == table.id);
        let deal = of_table.next().ok_or(NoDeal::Missing)?;
        let promised = table
            .kiosks
            .get(kiosk)
            .and_then(|a| a.commitment)
            .ok_or(NoDeal::NoCommitment)?;
        if commitment(table, kiosk, &deal.secret) != promised {
            Err(NoDeal::Mismatch)
        } else if deal.life != life {
            Err(NoDeal::OtherLife)
        } else {
            Ok(deal)
        }
    }
}
