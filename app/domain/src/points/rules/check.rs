//! Slips of the pen in point rules, each by its name.

use jiff::civil::Date;

use super::{MAX_CAP, MAX_REACH, MAX_TIMES, PointRule, Rules, Window};
use crate::{
    catalogue::MAX_BASE_POINTS,
    ids::{ActivityId, CampaignId, PurposeId},
    points::visit::{MAX_PURPOSES, VisitPurpose},
};

/// Why point rules are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPoints {
    /// Rules that begin on the same day, or not in order.
    #[error("what holds from {0} must begin after the one before it")]
    Order(Date),
    /// More than any rule of a city.
    #[error("{0} must be at most {MAX_BASE_POINTS} points")]
    TooMany(&'static str),
    /// A streak or stamp card out of reach.
    #[error("{0}.every must be 2 to {MAX_REACH}")]
    Reach(&'static str),
    /// A window that is always.
    #[error("a window needs days or hours")]
    WindowEmpty,
    /// A window that is never.
    #[error("a window ends before it begins")]
    WindowEnds,
    /// Points for a purpose the facility does not have.
    #[error("purposes: the facility has no purpose {0}")]
    NoSuchPurpose(PurposeId),
    /// One purpose twice.
    #[error("purpose {0} stands twice")]
    PurposeTwice(PurposeId),
    /// More purposes than fit on a screen.
    #[error("a facility has at most {MAX_PURPOSES} purposes")]
    Purposes,
    /// A campaign over before it begins.
    #[error("campaign {0} ends before it begins")]
    CampaignEnds(CampaignId),
    /// A campaign with both or neither of its effects, or one that is none.
    #[error("campaign {0} needs either times, 2 to {MAX_TIMES}, or extra, at least 1")]
    CampaignEffect(CampaignId),
    /// One campaign twice.
    #[error("campaign {0} stands twice")]
    CampaignTwice(CampaignId),
    /// One activity twice.
    #[error("volunteering {0} stands twice")]
    ActivityTwice(ActivityId),
    /// A cap nobody could reach, or nobody could not.
    #[error("caps: {0} must be 1 to {MAX_CAP}")]
    Cap(&'static str),
    /// A longer cap below a shorter one.
    #[error("caps: {0} is less than a shorter period allows")]
    CapOrder(&'static str),
    /// No month.
    #[error("year_begins must be 1 to 12")]
    YearBegins,
    /// Points that end at once, or for nobody alive.
    #[error("expire_months must be 1 to 120")]
    Expiry,
}

impl PointRule {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidPoints`] found.
    pub fn check(&self, purposes: &[VisitPurpose]) -> Result<(), InvalidPoints> {
        if purposes.len() > MAX_PURPOSES {
            return Err(InvalidPoints::Purposes);
        }
        if let Some(id) = twice(purposes, |p| &p.id) {
            return Err(InvalidPoints::PurposeTwice(id.clone()));
        }
        for pair in self.rules.windows(2) {
            if pair[1].from <= pair[0].from {
                return Err(InvalidPoints::Order(pair[1].from));
            }
        }
        self.rules.iter().try_for_each(|r| r.check(purposes))
    }
}

impl Window {
    fn check(&self) -> Result<(), InvalidPoints> {
        if self.days.is_empty() && self.hours.is_none() {
            return Err(InvalidPoints::WindowEmpty);
        }
        if self.hours.is_some_and(|h| h.until <= h.from) {
            return Err(InvalidPoints::WindowEnds);
        }
        Ok(())
    }
}

impl Rules {
    fn check(&self, purposes: &[VisitPurpose]) -> Result<(), InvalidPoints> {
        let amounts = [
            ("base", Some(self.base)),
            ("purposes", self.purposes.values().max().copied()),
            ("first_visit", Some(self.first_visit)),
            ("streak", self.streak.map(|s| s.points)),
            ("stamps", self.stamps.map(|s| s.points)),
            ("windows", self.windows.iter().map(|w| w.points).max()),
            ("birthday", Some(self.birthday)),
            (
                "campaigns",
                self.campaigns.iter().filter_map(|c| c.extra).max(),
            ),
            (
                "volunteering",
                self.volunteering.iter().map(|a| a.points).max(),
            ),
        ];
        for (key, points) in amounts {
            if points.is_some_and(|p| p > MAX_BASE_POINTS) {
                return Err(InvalidPoints::TooMany(key));
            }
        }
        for (key, reach) in [("streak", self.streak), ("stamps", self.stamps)] {
            if reach.is_some_and(|r| !(2..=MAX_REACH).contains(&r.every)) {
                return Err(InvalidPoints::Reach(key));
            }
        }
        if let Some(id) = self
            .purposes
            .keys()
            .find(|id| !purposes.iter().any(|p| p.id == **id))
        {
            return Err(InvalidPoints::NoSuchPurpose(id.clone()));
        }
        self.open.iter().try_for_each(Window::check)?;
        self.windows.iter().try_for_each(|w| w.when.check())?;
        self.check_campaigns()?;
        if let Some(id) = twice(&self.volunteering, |a| &a.id) {
            return Err(InvalidPoints::ActivityTwice(id.clone()));
        }
        self.caps.check()
    }

    fn check_campaigns(&self) -> Result<(), InvalidPoints> {
        for campaign in &self.campaigns {
            if campaign.until < campaign.from {
                return Err(InvalidPoints::CampaignEnds(campaign.id.clone()));
            }
            let sound = match (campaign.times, campaign.extra) {
                (Some(times), None) => (2..=MAX_TIMES).contains(&times),
                (None, Some(extra)) => extra > 0,
                _ => false,
            };
            if !sound {
                return Err(InvalidPoints::CampaignEffect(campaign.id.clone()));
            }
        }
        twice(&self.campaigns, |c| &c.id)
            .map_or(Ok(()), |id| Err(InvalidPoints::CampaignTwice(id.clone())))
    }
}

/// The first id that stands twice.
fn twice<T, I: PartialEq>(things: &[T], id: impl Fn(&T) -> &I) -> Option<&I> {
    (1..things.len()).find_map(|n| {
        let this = id(&things[n]);
        things[..n].iter().any(|t| id(t) == this).then_some(this)
    })
}
