//! What the journal says of a draw.

use serde::{Deserialize, Serialize};

use super::secret::Ticket;
use crate::{
    fact::Hash,
    ids::{PrizeId, TableId},
};

/// Spins given for a deed. Caused by the visit or the help; its awards say what for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpinsGiven {
    /// For which table.
    pub table: TableId,
    /// How many, at least one.
    pub spins: u32,
}

/// One spin turned, and what it brought: debit and result in one. Caused by the
/// [`SpinsGiven`] it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Of which table.
    pub table: TableId,
    /// The spins of this table in this life of the kiosk, this one included: 1, 2, 3 …
    #[serde(rename = "n")]
    pub counter: u64,
    /// What the secret says for this counter.
    pub ticket: Ticket,
    /// What was won.
    pub prize: PrizeId,
    /// It is no prize: one more towards the ceiling.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blank: bool,
    /// How the ticket became that.
    pub how: How,
    /// The city's word this result can be held against.
    pub commitment: Hash,
}

/// How a ticket became what was won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It lies in that row.
    Ticket,
    /// The row it lies in is gone; this stands in for it.
    Gone,
    /// It would have brought no prize, once too often.
    Ceiling,
}
