//! What a kiosk is given at enrolment, beside its TLS files.

use machitap_domain::{CityId, FacilityId, KioskId, PurposeKey};
use serde::{Deserialize, Serialize};

use crate::{seal::SealTo, sign::Verifier};

/// The public and the purpose-bound parts of an enrolment: `enrolment.toml`.
///
/// Beside it in the same directory stand `ca.pem`, `kiosk.pem`, `kiosk.key` (TLS),
/// `sign.key` (Ed25519 seed, hexadecimal) and `seal.key` (X25519, hexadecimal).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The city.
    pub city: CityId,
    /// This kiosk.
    pub kiosk: KioskId,
    /// Where it stands.
    pub facility: FacilityId,
    /// The city's key: documents and receipts are signed with its other half.
    pub city_key: Verifier,
    /// What only the city may read is sealed to this key. A kiosk enrolled before there were
    /// registrations has none, and registers nobody until it is enrolled again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city_seal: Option<SealTo>,
    /// The pseudonym keys of the purposes this kiosk serves.
    pub purposes: PurposeKeys,
}

/// Keys by purpose; a kiosk holds only those it serves.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeKeys {
    /// Drop-off and pick-up.
    #[serde(default)]
    pub nursery: Option<PurposeKey>,
    /// Visits and points.
    #[serde(default)]
    pub visit: Option<PurposeKey>,
    /// Fares.
    #[serde(default)]
    pub transport: Option<PurposeKey>,
    /// Patients announced to another house's system.
    #[serde(default)]
    pub reception: Option<PurposeKey>,
}
