//! Events (催し): who came to what, how many are inside, and what coming earns.
//!
//! The city writes down what takes place at a facility ([`rules`]); [`judge()`] says what a tap
//! means from these, from the person's account and from the [`counts`]. An entry is kept in the
//! account as a visit is, so that its points are in the balance and under the person's caps.
//!
//! **A capacity holds at one kiosk.** Two entrances that do not hear each other would each let
//! in as many; an event with a capacity has one entrance with a kiosk.
//!
//! **Without a trusted clock** the event is the one that the unsure clock says, the entry is
//! recorded, and its points are given for now. A hall full of people is not kept waiting for a
//! time server, and a wrong guess costs little: the clock of a kiosk without one goes on from
//! where it last stood, the entry names its event whatever becomes of the time, and an event is
//! earned once however often it was entered. Where the unsure clock says that nothing takes
//! place, the person is asked to speak to staff.

pub mod counts;
pub mod judge;
pub mod rules;

pub use counts::{Counts, Presence};
pub use judge::{Asked, Verdict, judge};
pub use rules::{Event, EventRules};

#[cfg(test)]
mod tests;
