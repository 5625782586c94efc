//! How a terminal becomes a kiosk of a city: a code typed once, keys that never leave the device.
//!
//! ```text
//! kiosk                                       city
//!   Hello   { ticket, share }          ─▶
//!                                      ◀─   Welcome { session, share }
//!   Request { session, sealed Asked }  ─▶
//!                                      ◀─   Answer  { sealed Granted }
//! ```
//! The shares are SPAKE2's (Abdalla and Pointcheval, CT-RSA 2005) as the crate `spake2` has it on
//! Ed25519's group, which on the wire is not what RFC 9382 became: both sides come to one key where they began from one code, and whoever listens or stands
//! between them learns nothing to try codes by. So the code may be short, and no certificate has to
//! be there before: this runs over plain HTTP. The kiosk seals first; the city says nothing under
//! the key until the seal has shown that the code was right, and counts the seals that did not.
//!
//! A direction's key is HKDF-SHA256 (RFC 5869) of SPAKE2's, and seals one message with
//! ChaCha20-Poly1305 (RFC 8439).

mod code;
mod exchange;

use machitap_domain::KioskId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use code::{BadCode, Code, Ticket};
pub use exchange::{CityKey, CityShare, KioskKey, KioskShare, Unlike};

use crate::{bundle::Enrolment, seal::SealTo, sign::Verifier};

/// Where the first message is posted.
pub const HELLO: &str = "/enrol/v1/hello";
/// Where the second is.
pub const REQUEST: &str = "/enrol/v1/request";

/// No message is longer, bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// The kiosk's first message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The open part of the code.
    pub ticket: Ticket,
    /// SPAKE2's message, hexadecimal.
    pub share: String,
}

/// The city's first answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Welcome {
    /// Names what was begun; good for one request.
    pub session: Uuid,
    /// SPAKE2's message, hexadecimal.
    pub share: String,
}

/// The kiosk's second message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// As the city named it.
    pub session: Uuid,
    /// An [`Asked`], sealed, base64.
    pub sealed: String,
}

/// The city's second answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// A [`Granted`], sealed, base64.
    pub sealed: String,
}

/// What a terminal asks for: the public halves of what was born on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// A certificate request, PEM (RFC 2986); its key is the one TLS will use. The city reads the
    /// key and the proof, and no name.
    pub request_pem: String,
    /// Signs what this kiosk sends.
    pub sign: Verifier,
    /// Opens what is sealed to this kiosk.
    pub seal: SealTo,
    /// The kiosk whose journal is on this device already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_of: Option<KioskId>,
    /// The program's version.
    pub software: String,
}

/// What a city gives.
#[derive(Clone, Serialize, Deserialize)]
pub struct Granted {
    /// Identity, the city's key, the purposes.
    pub enrolment: Enrolment,
    /// The authority of the broker's certificate, PEM.
    pub ca_pem: String,
    /// This kiosk's certificate, PEM.
    pub certificate_pem: String,
    /// The keys of the citizen AP, as `card-keys.toml` has them, where the city keeps such a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_keys: Option<String>,
    /// The facility's name in Japanese, for whoever stands before the screen.
    pub place: String,
    /// The city's clock, milliseconds since 1970-01-01T00:00:00Z.
    pub time_ms: i64,
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kiosk = &self.enrolment.kiosk;
        write!(f, "Granted({kiosk} at {}, ‹keys›)", self.place)
    }
}

/// Why a city does not give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "refused")]
pub enum Refused {
    /// There is no such ticket.
    #[error("the city knows no such code")]
    Unknown,
    /// It was the ticket's number and not its secret.
    #[error("the code is wrong; it may be tried {tries_left} more times")]
    Wrong {
        /// How often another may be tried.
        tries_left: u32,
    },
    /// Too many wrong ones were tried.
    #[error("too many wrong codes were tried; the city must make a new one")]
    Spent,
    /// Another terminal has used it.
    #[error("the code was used by another terminal; the city must make a new one")]
    Used,
    /// It was good until some time ago.
    #[error("the code is too old; the city must make a new one")]
    Over,
    /// The journal on this device is another kiosk's.
    #[error("the code is for {wanted}, and this terminal holds the records of another kiosk")]
    OtherJournal {
        /// The kiosk the code is for.
        wanted: KioskId,
    },
    /// What was sent cannot be read, or was begun too long ago.
    #[error("the city could not read what was asked")]
    Unreadable,
    /// The city is not able to at the moment.
    #[error("the city cannot enrol at the moment")]
    Unable,
}
