//! What the journal says of a ride.

use serde::{Deserialize, Serialize};

use crate::ids::ClassId;

/// Somebody was told a class. The subject is the holder; whoever is in no list has none: they
/// are counted, not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ride {
    /// What the screen showed.
    pub class: ClassId,
    /// Why that one.
    pub why: Why,
    /// The class has limits and this is one trip of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts: bool,
    /// The version of the list it was looked up in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<u64>,
}

/// Why a class was told. It says nothing that could be held against anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The list says so.
    Listed,
    /// The list says so; it was not renewed in time and is still honoured.
    Honoured,
    /// The list says so; no clock says whether it still holds.
    NoClock,
    /// The day's trips are used up.
    DayFull,
    /// The year's trips are used up.
    YearFull,
    /// The holder's time is over.
    Ended,
    /// The list names a class this catalogue does not know.
    UnknownClass,
    /// The list has been over for too long.
    Stale,
    /// There is no list.
    NoList,
    /// In no list.
    NotListed,
    /// The card is not a resident's here, or was released.
    NoCard,
}

impl Why {
    /// True when the ride is a holder's, and so has a subject.
    pub const fn is_of_a_holder(self) -> bool {
        !matches!(self, Self::NoList | Self::NotListed | Self::NoCard)
    }
}
