//! One award: how many points, and what for.

use serde::{Deserialize, Serialize};

use crate::ids::{ActivityId, CampaignId, EventId};

/// What an award is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AwardReason {
    /// The visit itself.
    Visit,
    /// The first visit to this facility.
    FirstVisit,
    /// So many days in a row.
    Streak,
    /// A stamp card is full.
    Stamps,
    /// A day of the week or an hour that earns more.
    Window,
    /// The first points of the birthday month.
    Birthday,
    /// A campaign.
    Campaign(CampaignId),
    /// Help that staff vouch for.
    Volunteering(ActivityId),
    /// Coming to an event.
    Event(EventId),
}

impl AwardReason {
    /// True when caps hold for it. A cap bounds what anybody can tap together alone; what
    /// staff vouch for was worked for.
    pub const fn is_capped(&self) -> bool {
        !matches!(self, Self::Volunteering(_))
    }
}

/// Points given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Award {
    /// How many, at least one.
    pub points: u32,
    /// What for.
    pub reason: AwardReason,
}
