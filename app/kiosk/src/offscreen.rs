//! The same screens drawn into memory in real time, and a socket to drive them by: for
//! the demonstration without a display, the end-to-end tests and the bench.

mod control;
mod platform;
mod touch;

pub use control::Control;
pub use platform::{install, picture};
