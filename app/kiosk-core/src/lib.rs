//! The kiosk's mind.
//!
//! Machines without I/O, clock or threads: [`session`] turns taps and touches into facts and
//! views, [`sync`] turns the journal and the link into publications, [`enrolling`] comes before
//! both. Each is
//! `handle(input, now)` and gives back what is to be done. The shell does it and reports
//! back.

pub mod enrolling;
pub mod input;
pub mod lockout;
pub mod output;
pub mod session;
pub mod spoken;
pub mod sync;
pub mod view;

pub use input::{CardProblem, Input, Touch};
pub use output::{Output, Tone};
pub use session::{Session, Setup};
pub use spoken::Line;
pub use view::{Screen, View};
