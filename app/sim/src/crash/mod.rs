//! Power cuts: a disk in memory below SQLite, and the real journal on it.
//!
//! [`Disk`] remembers what was synchronised and what was merely written; after a cut it
//! keeps any of the latter, in pieces of a sector. [`Mounted`] is that disk as SQLite sees
//! it. [`drive`] runs lives of a journal on it, cut short again and again, and counts
//! what an honest kiosk may never lose.
//!
//! The journal holds its lock exclusively, so the log's index lives in memory and the
//! disk needs no shared memory.

mod disk;
mod driver;
mod figures;
mod sample;
mod vfs;

pub use disk::{Disk, Kept, SECTOR};
pub use driver::drive;
pub use figures::{Figures, Plan};
pub use sample::{settings, visit};
pub use vfs::Mounted;
