//! What a facility gives points for: data with dates, from the catalogue.
//!
//! A plain rule is `points = { base = 10, visits_per_day = 1 }`. With rules beside it:
//!
//! ```toml
//! [facilities.hall.service]
//! kind = "visit"
//! purposes = [{ id = "study", name = { ja = "自習室" } }]
//! stay = true
//!
//! [facilities.hall.service.points]
//! base = 10
//! visits_per_day = 1
//!
//! [[facilities.hall.service.points.rules]]
//! from = "2026-04-01"
//! base = 10
//! purposes = { study = 15 }
//! first_visit = 50
//! streak = { every = 5, points = 20 }
//! stamps = { every = 10, points = 50 }
//! open = [{ days = ["mon", "tue"], hours = { from = "09:00", until = "17:00" } }]
//! windows = [{ when = { days = ["mon"] }, points = 5 }]
//! birthday = 30
//! caps = { all = { day = 100 }, ages = { child = { day = 50 } } }
//! volunteering = [{ id = "beach", name = { ja = "海の掃除" }, points = 100 }]
//!
//! [[facilities.hall.service.points.rules.campaigns]]
//! id = "spring"
//! name = { ja = "はるまつり" }
//! from = "2026-04-01"
//! until = "2026-04-30"
//! times = 2
//! ```

mod check;

use std::{borrow::Cow, collections::BTreeMap};

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::caps::CapSet;
use crate::{
    catalogue::Text,
    ids::{ActivityId, CampaignId, PurposeId},
    nursery::{settings::Day, tariff::Span},
};

pub use check::InvalidPoints;

/// The longest streak or stamp card: what an account remembers must reach so far back.
pub const MAX_REACH: u32 = 60;

/// A larger multiplier is a slip of the pen.
pub const MAX_TIMES: u32 = 10;

/// A larger cap is a slip of the pen.
pub const MAX_CAP: u32 = 10_000_000;

/// The rule of a facility, from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointRule {
    /// Points for a visit, until the first of `rules` begins.
    pub base: u32,
    /// How many visits a day earn them, likewise.
    pub visits_per_day: u32,
    /// The rules, each from its day until the next begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rules>,
}

/// The rules from a day on. Every part but the day and the base may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The first day.
    pub from: Date,
    /// Points for a visit.
    pub base: u32,
    /// How many visits a day earn points.
    #[serde(default = "once")]
    pub visits_per_day: u32,
    /// Points for a visit with this purpose, in place of the base.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub purposes: BTreeMap<PurposeId, u32>,
    /// More for the first visit to this facility.
    #[serde(default)]
    pub first_visit: u32,
    /// More for so many days in a row.
    #[serde(default)]
    pub streak: Option<Reach>,
    /// More for so many days of visits, in a row or not: a stamp card.
    #[serde(default)]
    pub stamps: Option<Reach>,
    /// Points are given only then; always when left out. Days without any do not break a
    /// streak.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Window>,
    /// Days and hours that earn more; the best one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowBonus>,
    /// More with the first points of a person's birthday month.
    #[serde(default)]
    pub birthday: u32,
    /// Campaigns; each that holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<Campaign>,
    /// Help that staff may give points for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volunteering: Vec<Activity>,
    /// The most that can be earned here.
    #[serde(default, skip_serializing_if = "CapSet::is_empty")]
    pub caps: CapSet,
}

const fn once() -> u32 {
    1
}

/// So many, and the bonus for it; then it begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// How many.
    pub every: u32,
    /// The bonus.
    pub points: u32,
}

/// Days of the week and hours. What is left out does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Window {
    /// These days of the week.
    pub days: Vec<Day>,
    /// These hours, wall time of the facility.
    pub hours: Option<Span>,
}

impl Window {
    /// True on that day, at some hour.
    pub fn is_on(&self, date: Date) -> bool {
        self.days.is_empty() || self.days.contains(&date.weekday().into())
    }

    /// True at that moment.
    pub fn contains(&self, date: Date, time: Time) -> bool {
        self.is_on(date) && self.hours.is_none_or(|h| h.contains(time))
    }
}

/// A window and what it earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowBonus {
    /// When.
    pub when: Window,
    /// More.
    pub points: u32,
}

/// A campaign: some days on which a visit earns more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// How facts name it.
    pub id: CampaignId,
    /// How the screen does.
    pub name: Text,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The points of the visit itself, so many times.
    #[serde(default)]
    pub times: Option<u32>,
    /// So many more.
    #[serde(default)]
    pub extra: Option<u32>,
}

impl Campaign {
    /// True on that day.
    pub fn holds(&self, date: Date) -> bool {
        self.from <= date && date <= self.until
    }

    /// What it adds to a visit worth `base`.
    pub fn adds(&self, base: u32) -> u32 {
        let more = self.times.map_or(0, |t| t.saturating_sub(1));
        base.saturating_mul(more)
            .saturating_add(self.extra.unwrap_or(0))
    }
}

/// Help that earns points (ボランティア).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// How facts name it.
    pub id: ActivityId,
    /// How the screen does.
    pub name: Text,
    /// Points, once a day.
    pub points: u32,
}

impl PointRule {
    /// The same points for every visit.
    pub const fn plain(base: u32, visits_per_day: u32) -> Self {
        Self {
            base,
            visits_per_day,
            rules: Vec::new(),
        }
    }

    /// The rules of that day.
    pub fn on(&self, date: Date) -> Cow<'_, Rules> {
        self.rules
            .iter()
            .rev()
            .find(|r| r.from <= date)
            .map_or_else(
                || Cow::Owned(Rules::plain(self.base, self.visits_per_day)),
                Cow::Borrowed,
            )
    }
}

impl Rules {
    /// The same points for every visit, since ever.
    pub fn plain(base: u32, visits_per_day: u32) -> Self {
        Self {
            from: Date::MIN,
            base,
            visits_per_day,
            purposes: BTreeMap::new(),
            first_visit: 0,
            streak: None,
            stamps: None,
            open: Vec::new(),
            windows: Vec::new(),
            birthday: 0,
            campaigns: Vec::new(),
            volunteering: Vec::new(),
            caps: CapSet::default(),
        }
    }

    /// Points of the visit itself.
    pub fn base(&self, purpose: Option<&PurposeId>) -> u32 {
        purpose
            .and_then(|p| self.purposes.get(p))
            .copied()
            .unwrap_or(self.base)
    }

    /// True when points are given on that day, at some hour.
    pub fn is_open_on(&self, date: Date) -> bool {
        self.open.is_empty() || self.open.iter().any(|w| w.is_on(date))
    }

    /// True when points are given at that moment or later that day.
    pub fn is_open_yet(&self, date: Date, time: Time) -> bool {
        let not_over = |w: &Window| w.is_on(date) && w.hours.is_none_or(|h| time < h.until);
        self.open.is_empty() || self.open.iter().any(not_over)
    }

    /// True when points are given at that moment.
    pub fn is_open_at(&self, date: Date, time: Time) -> bool {
        self.open.is_empty() || self.open.iter().any(|w| w.contains(date, time))
    }
}

#[cfg(test)]
mod tests;
