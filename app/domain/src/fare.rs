//! Fares: which class a card rides in (割引判定), and nothing else about who holds it.
//!
//! The city writes down classes and limits ([`rules`]) and who holds which class
//! ([`list`]); [`judge()`] answers a tap from these and from the rides so far ([`rides`]).
//! The driver and everybody behind see the class. Why it is that one goes into the journal, for
//! the city, as one of a few words that describe nobody.
//!
//! The answer never waits for a network: list and rides are on the disk. A year's limit holds
//! over all buses as of the list, which carries the trips that others had sent
//! ([`list::Elsewhere`]); a day's limit holds at one kiosk, because no other hears of its rides
//! in time.

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
