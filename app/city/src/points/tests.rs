//! A city with two kiosks that hear late, restart, and are told what residents have.

mod answers;
mod any_order;
mod boards;
mod preferences;
pub(crate) mod sample;
mod telling;
