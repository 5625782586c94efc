//! Points as the city judges them: one set of awards per resident over all journals, spends
//! answered once, the boards, and what each kiosk is told of it.

pub mod boards;
mod counted;
pub mod prize;
pub mod resident;
pub mod served;
pub mod story;
mod tally;
pub mod told;
pub mod town;

pub(crate) use counted::SpendCounted;
pub use resident::{Judged, Resident};
pub use town::Town;

#[cfg(test)]
pub(crate) mod tests;
