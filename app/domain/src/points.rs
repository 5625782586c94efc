//! Points: what a visit earns, the account it goes to, and the ledger behind it.
//!
//! Points are integers and no money. The rules are data with dates ([`rules`]); what a tap
//! earns, or why it earns nothing, is one pure function ([`earn`]). A kiosk awards at once
//! from what its own journal knows ([`account`]); where several kiosks share a cap, their
//! awards are a set, and a pure function of the set says what stands ([`merge`]). The books
//! are kept from that verdict ([`ledger`]).

pub mod account;
pub mod accounts;
pub mod award;
pub mod caps;
pub mod earn;
pub mod history;
pub mod ledger;
pub mod merge;
pub mod offers;
pub mod rules;
#[cfg(test)]
pub(crate) mod sample;
pub mod spend;
pub mod visit;

pub use account::{Account, VISITS_KEPT, VisitMade};
pub use award::{Award, AwardReason};
pub use rules::PointRule;
