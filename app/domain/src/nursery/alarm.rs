//! What staff must look at, and what they found.

use serde::{Deserialize, Serialize};

use crate::{
    fact::FactId,
    pseudonym::Pseudonym,
    time::{DayKey, Stamp},
};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// A child is neither here nor excused at the cut-off. The subject is the child.
    NotReported,
    /// A child is still here after closing. The subject is the child.
    StillHere,
    /// Someone barred from the children held a card to the door. The subject is that person.
    Barred,
    /// A collector came on a day that is not theirs. The subject is that person.
    NotToday,
}

/// What staff found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmReason {
    /// The family was reached: the child stays at home.
    AbsentConfirmed,
    /// The family was reached: the child comes later.
    ComesLater,
    /// The child is here: the tap was forgotten.
    Here,
    /// The child was collected: the tap was forgotten.
    Gone,
    /// Someone is on the way.
    OnTheWay,
    /// Staff spoke with the person.
    Handled,
    /// Nobody could be reached: handed on to the head or the city.
    PassedOn,
}

/// An alarm, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its fact.
    pub fact: FactId,
    /// What is wrong.
    pub alarm: AlarmKind,
    /// Whom it is about.
    pub subject: Pseudonym,
    /// The day it is about.
    pub day: DayKey,
    /// When it was raised.
    pub at: Stamp,
    /// What a person found, once one looked.
    pub found: Option<AlarmReason>,
}
