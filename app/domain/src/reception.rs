//! Reception (共通診察券): a tap announces a patient to another house's system.
//!
//! The kiosk gives out a queue number and records it; then it hands a note over to the system
//! on the same machine or network share, as the catalogue says ([`Handoff`]). The record never
//! waits for that system, and the note is offered until it was taken or its day is over.
//!
//! # The note
//! One JSON object (RFC 8259), the same by either way:
//!
//! ```json
//! {"version":1,"id":"0190b5a2-…","kiosk":"clinic-1","system":"clinic","queue":7,
//!  "number":"012345","day":"2026-11-24","at":"2026-11-24T00:05:12.25Z"}
//! ```
//!
//! | field | |
//! |---|---|
//! | `version` | [`NOTE_VERSION`] |
//! | `id` | the announcement; a note that comes twice bears one `id` and is one patient |
//! | `kiosk` | who gave the number out |
//! | `system` | whose number `number` is |
//! | `queue` | counts from 1 each business day at that kiosk |
//! | `number` | the patient's number in that system, as text: zeros in front count |
//! | `day` | the business day of `queue`; left out where no clock vouches for it |
//! | `at` | RFC 3339, when the card was held; left out likewise |
//! | `withdrawn` | `true`: the patient took it back; left out otherwise. May come without the note it withdraws having come |
//!
//! *File drop*: one file a note in the directory, `{id}.json`, or `{id}-withdrawn.json`. It is
//! complete when it appears under that name; whoever takes it removes it. *HTTP*: a POST of
//! `application/json`; any answer of 2xx says that it was taken.

pub mod queue;
pub mod rules;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    fact::FactId,
    ids::{KioskId, LinkNumber, SystemId},
};

pub use queue::{Announcement, Patient, Receptions};
pub use rules::{Handoff, ReceptionRules};

/// The version of the note's form.
pub const NOTE_VERSION: u16 = 1;

/// What the system is handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOffNote {
    /// [`NOTE_VERSION`].
    pub version: u16,
    /// The announcement.
    pub id: FactId,
    /// Who gave the number out.
    pub kiosk: KioskId,
    /// Whose number it is.
    pub system: SystemId,
    /// The queue number.
    pub queue: u32,
    /// The patient's number in that system.
    pub number: LinkNumber,
    /// The business day of the queue number; `None` where no clock vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// When the card was held, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The patient took it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl HandOffNote {
    /// The bytes that are handed over.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a note is plain data")
    }
}

#[cfg(test)]
mod tests;
