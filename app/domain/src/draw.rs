//! The draw (ガチャ): free spins, a table with printed odds, and results anybody can recompute.
//!
//! **Commit, then reveal.** Before a table begins, the city makes a secret for each kiosk that
//! serves it and publishes the secret's [`commitment`](secret::commitment) in the catalogue.
//! The result of the n-th spin follows from the secret and n alone; when the table is over the
//! city reveals the secret and [`verify`](verify::verify) recomputes every result.
//!
//! What this shows, and what it does not:
//! * Neither the city nor a kiosk can choose a result once the commitment is out: there is one
//!   result for each n, and n counts 1, 2, 3 … without a gap.
//! * Neither can the odds, the stock or the ceiling change under a commitment, because
//!   it covers them too.
//! * Whoever reads a kiosk's secret before the reveal can tell which spin wins. The secret
//!   reaches the kiosk sealed and leaves it in no message; a table's end bounds how long it
//!   matters.
//!
//! Spins are earned by deeds ([`table::SpinRule`]) and there is no way to write down a price.
//! Stock is allotted to each kiosk, so that kiosks that do not hear each other never give more
//! than there is.

pub mod deal;
pub mod machine;
pub mod outcome;
pub mod record;
#[cfg(test)]
pub(crate) mod sample;
pub mod secret;
pub mod spins;
pub mod table;
pub mod turn;
pub mod verify;

pub use deal::{Deal, Deals};
pub use machine::{Machine, Machines};
pub use record::{Drawn, How, SpinsGiven};
pub use secret::{DrawSecret, Ticket};
pub use spins::Spins;
pub use table::DrawTable;

#[cfg(test)]
mod tests;
