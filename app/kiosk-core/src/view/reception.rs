//! What a patient sees, as plain data.

use super::Remaining;

/// The patient is announced: the number, large, and "please take a seat".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// The queue number.
    pub queue: u32,
    /// True: an earlier tap did this; nothing new was recorded.
    pub already: bool,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}

/// What has not reached the other system, a line on the staff panel. Shown where either is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandOffs {
    /// Of today: they are still offered.
    pub waiting: u32,
    /// Their day is over: nobody was told, and nobody will be.
    pub missed: u32,
}
