//! The other side: cards that exist only in memory, and a PC/SC stack to tap them on.
//!
//! For tests and the demonstration; nothing of it may be in an image. A card is a
//! [`VirtualCard`]; a [`Slot`] holds it to a virtual reader of vpcd; a
//! [`PrivatePcscd`] runs that reader, with no root and no systemd.

mod card;
mod citizen;
mod faults;
mod log;
mod my_number;
mod sam;
mod stage;
mod storage;
mod vpcd;

pub mod atr;

pub use card::{Reply, VirtualCard};
pub use citizen::{CitizenAp, Forgery};
pub use faults::{Fault, Faulty};
pub use log::{ApduLog, Entry, Logged};
pub use my_number::{Counters, MyNumberCard};
pub use sam::VirtualSam;
pub use stage::{PrivatePcscd, READER_NAME, StageError};
pub use storage::StorageCard;
pub use vpcd::{Inserted, Slot};
