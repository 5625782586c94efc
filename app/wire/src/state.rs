//! Birth and death, of a kiosk and of the city's ingest.

use machitap_domain::{Incarnation, Quality};
use serde::{Deserialize, Serialize};

use crate::update::Update;

/// A kiosk's birth message, or its death as the broker publishes it (last will).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskState {
    /// Counted up at each connection; the death carries its birth's number, so that a
    /// late death does not bury a newer birth.
    pub session_no: u64,
    /// True in a birth, false in a death.
    pub online: bool,
    /// The life of the journal.
    pub incarnation: Incarnation,
    /// The last fact at birth; the city asks for what it lacks.
    pub last_seq: u64,
    /// How good the kiosk's clock is.
    pub clock: Quality,
    /// The program's version.
    pub software: String,
    /// What has become of the last update that was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<Update>,
}

/// Is the city listening? A kiosk drains its outbox only while it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CityState {
    /// True while the ingest runs; the last will says false.
    pub listening: bool,
}
