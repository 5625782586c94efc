//! Facts: small, immutable, versioned, chained.

mod hash;
mod read;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    attendance::{Direction, Role, Via},
    credential::CredentialKind,
    draw::record::{Drawn, SpinsGiven},
    fare::ride::Ride,
    ids::{ActivityId, EventId, FacilityId, Incarnation, KioskId, NoticeId, SystemId},
    nursery::{
        absence::Excused,
        alarm::{AlarmKind, AlarmReason},
        correction::Correction,
        fee::DayFee,
        house::EmergencyReport,
        note::Answer,
    },
    points::{
        award::Award,
        spend::{Spend, SpendVerdict},
        visit::Visit,
    },
    preferences::Preferred,
    pseudonym::Pseudonym,
    register::{Answer as RegisterAnswer, Registered, ReleasedId, Relinked},
    time::{BootId, DayKey, Quality, Stamp},
};

pub use hash::Hash;

/// The version of the fact format; a reader keeps what it does not know and says so.
pub const FACT_VERSION: u16 = 1;

/// The random name of a fact (UUID version 7, RFC 9562 §5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(pub Uuid);

/// The place of a fact: what the city counts by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactKey {
    /// The kiosk.
    pub kiosk: KioskId,
    /// The life of its journal.
    #[serde(rename = "inc")]
    pub incarnation: Incarnation,
    /// 1, 2, 3 … without holes.
    pub seq: u64,
}

/// A fact as the core proposes it; the store gives it its key, its place in the chain
/// and puts it on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The name it will keep.
    pub id: FactId,
    /// Whom it is about, as this purpose knows them.
    pub subject: Option<Pseudonym>,
    /// When.
    pub at: Stamp,
    /// The fact that led to it.
    pub caused_by: Option<FactId>,
    /// What happened.
    pub body: FactBody,
}

/// A fact as it stands in the journal. Field order is the order of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// [`FACT_VERSION`] of whoever wrote it.
    pub v: u16,
    /// Where it stands.
    #[serde(flatten)]
    pub key: FactKey,
    /// Its name.
    pub id: FactId,
    /// The facility it belongs to.
    pub facility: FacilityId,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Pseudonym>,
    /// When.
    pub at: Stamp,
    /// The fact that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<FactId>,
    /// What happened.
    pub body: FactBody,
    /// The hash of the fact before it, [`Hash::GENESIS`] for the first.
    pub prev: Hash,
}

impl Fact {
    /// Puts a draft in its place.
    pub fn place(draft: Draft, key: FactKey, facility: FacilityId, prev: Hash) -> Self {
        Self {
            v: FACT_VERSION,
            key,
            id: draft.id,
            facility,
            subject: draft.subject,
            at: draft.at,
            caused_by: draft.caused_by,
            body: draft.body,
            prev,
        }
    }

    /// The bytes that are stored, hashed and sent: JSON (RFC 8259), one line.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a fact is plain data and always has a JSON form")
    }
}

/// How a failure is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It mends itself or by trying again; nobody need act.
    Retry,
    /// It is refused and the person is told why.
    Refuse,
    /// It stops until somebody repairs it.
    Repair,
}

/// A part of the appliance whose health is a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The card reader or its service.
    Reader,
    /// The journal.
    Store,
    /// The documents from the city.
    Documents,
    /// The clock.
    Clock,
    /// The draw: its secret is missing, or is not the one that was promised.
    Draw,
    /// The fare list: missing, or not renewed.
    Fares,
    /// The hand-off of a reception: the other system does not take the notes.
    HandOff,
}

/// Why a tap was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The card is not registered here.
    UnknownCard,
    /// The card left before it was read.
    RemovedEarly,
    /// The card's answer did not verify.
    NotGenuine,
    /// The card answered nothing sensible after retries.
    Unreadable,
    /// Two cards at once.
    TwoCards,
    /// A card of the town, but of nobody at this nursery.
    NotOfThisPlace,
    /// The card, or the id on it, was released, lost or has expired.
    Released,
    /// None of the household's children is expected today.
    NoChildToday,
    /// Somebody who may not collect, today or at all. Which, the alarm says.
    AskStaff,
    /// No event takes entries now.
    NoEvent,
    /// No place is left at the event.
    EventFull,
    /// Not on the event's list.
    NotListed,
    /// The resident has no number in the system patients are announced to.
    NotLinked,
}

/// How a try at the staff panel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffOutcome {
    /// The right PIN.
    Opened,
    /// A wrong PIN.
    WrongPin,
    /// One wrong PIN too many: the panel is locked for a while.
    LockedOut,
    /// Left by hand or by time-out.
    Closed,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FactBody {
    /// The program started on this journal.
    Started {
        /// Its version.
        software: String,
    },
    /// A child came or went. The subject is the child.
    Attendance {
        /// Which way.
        direction: Direction,
        /// Who brought or fetched.
        by: Option<Pseudonym>,
        /// How it was recorded.
        via: Via,
        /// As whom they did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// Which card, as a pseudonym of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<Pseudonym>,
        /// The member of staff who vouched for it or entered it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff: Option<Pseudonym>,
    },
    /// The child changed hands. Caused by the passage; its own stamp is when.
    HandedOver {
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// What the child's day costs so far. Caused by what made it so.
    Fee(DayFee),
    /// Staff put a passage right.
    Corrected {
        /// What and why.
        #[serde(flatten)]
        correction: Correction,
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// A day somebody left open is closed as unknown.
    DayClosed {
        /// The day.
        day: DayKey,
    },
    /// Staff entered an absence. The subject is the child.
    Excused {
        /// Which days and why.
        #[serde(flatten)]
        excused: Excused,
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// Staff have seen an absence notice. The subject is the child.
    ExcuseSeen {
        /// Which.
        notice: NoticeId,
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// Something staff must look at. The subject is whom it is about.
    Alarm {
        /// What.
        alarm: AlarmKind,
        /// The day it is about.
        day: DayKey,
    },
    /// Someone looked. Caused by the alarm.
    AlarmSeen {
        /// What they found.
        found: AlarmReason,
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// Staff vouched for somebody who forgot the card. The subject is that person.
    PassGiven {
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// A household has seen a notice. The subject is the household.
    NoticeSeen {
        /// Which.
        notice: NoticeId,
    },
    /// What was said at drop-off. The subject is the child; caused by its coming.
    Answered(Answer),
    /// An emergency began: the tick-off list is open. The subject is the member of staff.
    EmergencyOpened,
    /// A child was found, or the tick was a slip. Caused by the opening.
    EmergencyTick {
        /// Found.
        found: bool,
    },
    /// The emergency ended. Caused by the opening; the subject is the member of staff.
    EmergencyClosed(EmergencyReport),
    /// Papers of a month were written out. The subject is the member of staff, where one asked.
    PapersWritten {
        /// Which month, YYYY-MM.
        month: String,
    },
    /// A resident used the facility.
    Visit(Visit),
    /// A resident left, where the facility measures the stay. Caused by the visit.
    VisitEnded,
    /// A resident helped, and staff vouch for it.
    Volunteered {
        /// With what.
        activity: ActivityId,
        /// The member of staff.
        staff: Option<Pseudonym>,
    },
    /// Points were given. Caused by what they are for.
    Award(Award),
    /// Points were set aside for something; the city settles or declines.
    Spend(Spend),
    /// The city's answer, as this kiosk heard it. Caused by the spend.
    SpendAnswered {
        /// The answer.
        verdict: SpendVerdict,
    },
    /// A code to pair a phone with was shown. The subject is the resident.
    Paired {
        /// SHA-256 of the secret the code carries; the secret is in no fact.
        code: Hash,
        /// It is good until then, milliseconds since 1970-01-01T00:00:00Z.
        until_ms: i64,
    },
    /// Spins for a draw were given. Caused by the deed they are for.
    SpinsGiven(SpinsGiven),
    /// A spin was turned, and what it brought. Caused by the gift it is of.
    Drawn(Drawn),
    /// Whoever stood there has seen what a spin brought. Caused by the draw.
    DrawSeen,
    /// Staff gave the prize of a draw to whoever won it. Caused by the draw.
    PrizeHanded {
        /// The member of staff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff: Option<Pseudonym>,
    },
    /// A fare class was told. The subject is the holder, where the card is one's.
    Ride(Ride),
    /// A resident came to an event.
    EventEntered {
        /// Which.
        event: EventId,
        /// What the card proved.
        credential: CredentialKind,
    },
    /// A resident left an event. Caused by the entry.
    EventLeft,
    /// A patient was announced. The subject is the patient, under a purpose of its own: no
    /// visit of theirs bears the same name.
    Announced {
        /// To which system. The number it knows the patient by is in no fact.
        system: SystemId,
        /// The queue number.
        queue: u32,
    },
    /// A note about a patient was taken by the system. Caused by the announcement.
    HandedOff {
        /// It was the note that takes the announcement back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        withdrawn: bool,
    },
    /// An earlier fact is taken back, and with it what it caused.
    Undone {
        /// The fact taken back.
        fact: FactId,
    },
    /// A tap was turned away. Has no subject: it is counted, not followed.
    Refused {
        /// Why.
        why: Refusal,
    },
    /// The clock of a boot became trustworthy. Stamps of that boot without a trusted time
    /// truly happened at `boot_wall_ms` plus their monotonic instant.
    ClockCorrected {
        /// The boot.
        boot: BootId,
        /// The wall time at which that boot's monotonic clock stood at 0, milliseconds
        /// since 1970-01-01T00:00:00Z.
        boot_wall_ms: i64,
        /// The quality of the corrected times.
        quality: Quality,
    },
    /// A part failed or recovered.
    Health {
        /// Which.
        component: Component,
        /// `None`: it works again.
        trouble: Option<Class>,
    },
    /// Someone stood at the staff panel. The subject is the member of staff.
    Staff {
        /// How it ended.
        outcome: StaffOutcome,
    },
    /// A damaged journal was set aside and this one begun.
    JournalReplaced {
        /// The life that ended, when it could still be read.
        old: Option<Incarnation>,
    },
    /// A card was registered to a leased id. The subject is the new resident.
    Registered(Registered),
    /// A card took the place of a resident's earlier ones. The subject is the resident.
    Relinked(Relinked),
    /// An id was released at the resident's wish. The subject is the resident.
    ReleasedId(ReleasedId),
    /// The city's answer to one of these, as this kiosk heard it. Caused by the claim.
    RegistrationAnswered {
        /// The answer.
        #[serde(flatten)]
        answer: RegisterAnswer,
    },
    /// A resident chose how to be served.
    Preferred(Preferred),
    /// A kind this version does not know; kept byte for byte, never interpreted.
    #[serde(other)]
    Unknown,
}

impl FactBody {
    /// A visit of which nothing is known but the tap.
    pub const fn visit(credential: CredentialKind) -> Self {
        Self::Visit(Visit::by(credential))
    }
}

#[cfg(test)]
pub(crate) mod tests;
