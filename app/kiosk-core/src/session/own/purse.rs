//! What one resident may do with their points at this moment.

use jiff::civil::Date;
use machitap_domain::{
    Folds, Now,
    ids::OfferId,
    points::{
        Account,
        accounts::Standing,
        offers::{PrizeOffer, Progress, Project},
        spend::{CannotSpend, Reserved, Spend, SpendFor, SpendVerdict},
    },
};

use super::{Session, Visitor, offer_of};
use crate::view::{GoalBar, WhyNot};

/// What is known of a resident's points, now.
pub(super) struct Purse {
    /// Points neither spent nor set aside, over all kiosks.
    free: u64,
    account: Account,
    city: Standing,
    /// `None` where no clock vouches for the day.
    today: Option<Date>,
}

impl Session {
    pub(super) fn purse(&self, now: &Now, folds: &Folds, visitor: &Visitor) -> Purse {
        Purse {
            free: self.known(folds, &visitor.subject).free,
            account: folds.account(&visitor.subject),
            city: self.city_says(&visitor.subject),
            today: self.today(now),
        }
    }
}

impl Purse {
    pub(super) const fn free(&self) -> u64 {
        self.free
    }

    pub(super) const fn account(&self) -> &Account {
        &self.account
    }

    /// Spends that the city has not answered, as far as anybody here has heard.
    pub(super) fn on_its_way(&self) -> impl Iterator<Item = &Reserved> {
        let open = self.account.spends().open().iter();
        open.filter(|r| !r.undone && !self.city.answers.contains_key(&r.fact))
    }

    fn on_its_way_for(&self, what: &SpendFor) -> u64 {
        let points = self.on_its_way().filter(|r| r.spend.what == *what);
        points.map(|r| u64::from(r.spend.points)).sum()
    }

    /// Points the city has taken for an offer: by its word, or by answers this journal has
    /// where the word is older or was lost.
    fn settled_for(&self, id: &OfferId) -> u64 {
        let told = self.city.spent.get(id).copied().unwrap_or(0);
        let here =
            self.account.spends().answered().iter().filter(|a| {
                a.verdict == SpendVerdict::Settled && offer_of(&a.made.spend.what) == id
            });
        told.max(here.map(|a| u64::from(a.made.spend.points)).sum())
    }

    /// Own entries for a prize: those the city took, and those on their way.
    pub(super) fn entries(&self, prize: &PrizeOffer) -> u64 {
        let on_its_way = self.on_its_way_for(&SpendFor::PrizeEntry(prize.id.clone()));
        let points = self.settled_for(&prize.id).saturating_add(on_its_way);
        points / u64::from(prize.points.max(1))
    }

    /// How far a project has come.
    pub(super) fn bar(&self, project: &Project, progress: &Progress) -> GoalBar {
        let on_its_way = self.on_its_way_for(&SpendFor::Donation(project.id.clone()));
        let counted = progress.projects.get(&project.id).copied().unwrap_or(0);
        let given = counted.saturating_add(on_its_way);
        let goal = project.goal.max(1);
        let percent = u128::from(given.min(goal)) * 100 / u128::from(goal);
        GoalBar {
            given,
            on_its_way,
            goal,
            percent: u8::try_from(percent).unwrap_or(100),
        }
    }

    /// One entry for a prize.
    ///
    /// # Errors
    /// Why there can be none now.
    pub(super) fn enter(&self, prize: &PrizeOffer) -> Result<Spend, WhyNot> {
        self.stands(prize.from, prize.until)?;
        let limit = prize.per_person.map(u64::from);
        if limit.is_some_and(|limit| self.entries(prize) >= limit) {
            return Err(WhyNot::Limit);
        }
        self.reserve(Spend {
            what: SpendFor::PrizeEntry(prize.id.clone()),
            points: prize.points,
        })
    }

    /// A gift of so many points to a project.
    ///
    /// # Errors
    /// Why there can be none now.
    pub(super) fn give(
        &self,
        project: &Project,
        points: u32,
        progress: &Progress,
    ) -> Result<Spend, WhyNot> {
        self.stands(project.from, project.until)?;
        let bar = self.bar(project, progress);
        if bar.given >= bar.goal {
            return Err(WhyNot::GoalReached);
        }
        // The catalogue may have other amounts than when this one was chosen.
        if !project.steps.contains(&points) {
            return Err(WhyNot::NotToday);
        }
        self.reserve(Spend {
            what: SpendFor::Donation(project.id.clone()),
            points,
        })
    }

    fn stands(&self, from: Date, until: Date) -> Result<(), WhyNot> {
        match self.today {
            None => Err(WhyNot::NoDay),
            Some(today) if from <= today && today <= until => Ok(()),
            Some(_) => Err(WhyNot::NotToday),
        }
    }

    fn reserve(&self, spend: Spend) -> Result<Spend, WhyNot> {
        let points = u64::from(spend.points);
        let spends = self.account.spends();
        spends.reserve(self.free, spend).map_err(|why| match why {
            CannotSpend::NotEnough { free } => WhyNot::NotEnough {
                missing: points.saturating_sub(free),
            },
            CannotSpend::TooManyOpen => WhyNot::TooManyOpen,
            // An offer of nothing is none.
            CannotSpend::Nothing => WhyNot::NotToday,
        })
    }
}
