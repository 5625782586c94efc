//! What crosses the broker.
//!
//! Plain data and pure functions: topics, envelopes, batches of facts, receipts,
//! births, documents in chunks. What counts is inside signed bytes; MQTT properties
//! are for tracing only.

pub mod batch;
pub mod bundle;
pub mod command;
pub mod document;
pub mod enrol;
pub mod envelope;
pub mod letter;
pub mod receipt;
pub mod seal;
pub mod sign;
pub mod state;
pub mod topic;
pub mod update;

pub use batch::{Batch, Link};
pub use document::{DocumentName, Manifest};
pub use receipt::{Receipt, SeqRange};
pub use sign::{Signer, Verifier};
pub use state::{CityState, KioskState};
pub use topic::Topic;
