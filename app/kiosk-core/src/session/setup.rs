//! What a session starts from.

use std::collections::BTreeMap;

use machitap_domain::{
    FacilityId, FactId, Incarnation, KioskId, Stamp,
    catalogue::Catalogue,
    draw::Deals,
    fare::FareList,
    notices::Notices,
    nursery::absence::Absences,
    points::{accounts::Accounts, offers::Progress},
    ranking::Ranking,
    register::Leases,
    roster::Roster,
};
use machitap_wire::{bundle::PurposeKeys, seal::SealTo};

/// Makes the names of facts.
pub type NewId = Box<dyn FnMut(&Stamp) -> FactId + Send>;

/// Makes 16 bytes nobody can tell, for the code a phone is paired with.
pub type NewSecret = Box<dyn FnMut() -> [u8; 16] + Send>;

/// What the session starts from.
pub struct Setup {
    /// This kiosk.
    pub kiosk: KioskId,
    /// The life of its journal.
    pub life: Incarnation,
    /// The facility this kiosk stands in.
    pub facility: FacilityId,
    /// The pseudonym keys it was given.
    pub purposes: PurposeKeys,
    /// The program's version.
    pub software: String,
    /// The catalogue in force.
    pub catalogue: Option<Catalogue>,
    /// The roster in force and when it was issued, milliseconds since 1970-01-01T00:00:00Z.
    pub roster: Option<(Roster, i64)>,
    /// The absence notices in force and when they were issued, likewise.
    pub absences: Option<(Absences, i64)>,
    /// The secrets of this kiosk's draw tables.
    pub deals: Deals,
    /// The fare list in force.
    pub fares: Option<FareList>,
    /// What the residents seen here have, by the city's count.
    pub accounts: Accounts,
    /// What has changed in that since.
    pub account_news: Accounts,
    /// How far prizes and projects have come.
    pub progress: Progress,
    /// The last ranking.
    pub ranking: Option<Ranking>,
    /// The notices.
    pub notices: Notices,
    /// What earlier [`crate::Output::Keep`]s kept.
    pub kept: BTreeMap<String, String>,
    /// A damaged journal was set aside at this start; its life, when it could be read.
    pub replaced: Option<Option<Incarnation>>,
    /// The journal's last sequence number.
    pub last_seq: u64,
    /// Names for facts.
    pub new_id: NewId,
    /// Secrets for pairing phones, from the system's own source of chance.
    pub new_secret: NewSecret,
    /// The numbers this kiosk was leased, and what became of its registrations.
    pub leases: Option<Leases>,
    /// What only the city may read is sealed to this; `None` in an enrolment from before there
    /// were registrations.
    pub city_seal: Option<SealTo>,
}
