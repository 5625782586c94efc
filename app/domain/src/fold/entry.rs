//! The entries of the folds, as the store keeps them.

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::{
    attendance::ChildDays,
    draw::{Machines, Spins},
    event::Counts,
    fare::Rides,
    nursery::house::House,
    points::Account,
    preferences::Chosen,
    pseudonym::Pseudonym,
    reception::{Patient, Receptions},
    register::{Holder, Numbers},
};

/// Which entry of the folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldKey {
    /// A child's days.
    Child(Pseudonym),
    /// A resident's account.
    Account(Pseudonym),
    /// What a household has seen.
    Household(Pseudonym),
    /// The whole house.
    House,
    /// A resident's spins.
    Spins(Pseudonym),
    /// The kiosk's draw tables.
    Machines,
    /// A holder's rides.
    Rides(Pseudonym),
    /// How many came to the facility's events.
    Events,
    /// A patient's latest announcement.
    Patient(Pseudonym),
    /// The kiosk's queue and what it has to hand off.
    Receptions,
    /// A resident's cards, as claims made here say.
    Holder(Pseudonym),
    /// The numbers issued from the kiosk's leases.
    Numbers,
    /// How a resident wants to be served.
    Chosen(Pseudonym),
}

/// The entry as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoldValue {
    /// A child's days.
    Child(ChildDays),
    /// A resident's account.
    Account(Account),
    /// What a household has seen.
    Household(Seen),
    /// The whole house.
    House(House),
    /// A resident's spins.
    Spins(Spins),
    /// The kiosk's draw tables.
    Machines(Machines),
    /// A holder's rides.
    Rides(Rides),
    /// How many came to the facility's events.
    Events(Counts),
    /// A patient's latest announcement.
    Patient(Patient),
    /// The kiosk's queue and what it has to hand off.
    Receptions(Receptions),
    /// A resident's cards.
    Holder(Holder),
    /// The numbers issued from the kiosk's leases.
    Numbers(Numbers),
    /// How a resident wants to be served.
    Chosen(Chosen),
}
