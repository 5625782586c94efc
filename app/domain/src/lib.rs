//! The town's words and rules.
//!
//! Everything here is pure: no I/O, no clock, no randomness. A value comes in, a
//! value goes out, and the same facts always fold to the same town.

pub mod attendance;
pub mod catalogue;
pub mod credential;
pub mod draw;
pub mod event;
pub mod fact;
pub mod fare;
pub mod fold;
pub mod ids;
pub mod look;
pub mod notices;
pub mod nursery;
pub mod pairing;
pub mod picture;
pub mod pii;
pub mod points;
pub mod preferences;
pub mod pseudonym;
pub mod ranking;
pub mod reception;
pub mod register;
pub mod roster;
pub mod sound;
pub mod time;

pub use credential::{CardUid, Credential, Technology};
pub use fact::{Draft, Fact, FactBody, FactId, FactKey, Hash};
pub use fold::Folds;
pub use ids::{CitizenId, CityId, FacilityId, HouseholdId, Incarnation, KioskId, NoticeId};
pub use pii::Pii;
pub use pseudonym::{Pseudonym, Purpose, PurposeKey};
pub use time::{BootId, Clock, ClockSource, DayKey, Millis, Now, Quality, Stamp};
