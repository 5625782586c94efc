//! Fares: which class a card rides in (割引判定), and nothing else about who holds it.
//!
//! The city writes down classes and limits ([`rules`]) and who holds which class
//! ([`list`]); [`judge()`] answers a tap from these and from the rides so far ([`rides`]).
//! The driver and everybody behind see the class. Why it is that one goes into the journal, for
//! the city, as one of a few words that describe nobody.
//!
//! The answer never waits for a network: list and rides are on the disk. Limits hold at one
//! kiosk; another on the same line does not hear of its rides in time, and the city's sum of
//! all rides shows what that cost.

pub mod judge;
pub mod list;
pub mod ride;
pub mod rides;
pub mod rules;
#[cfg(test)]
pub(crate) mod sample;

pub use judge::{Asked, Verdict, judge};
pub use list::FareList;
pub use ride::{Ride, Why};
pub use rides::Rides;
pub use rules::{FareClass, FareRules};

#[cfg(test)]
mod tests;
