//! The prizes and projects of the catalogue, as they stand for one resident.

use machitap_domain::{
    Now,
    catalogue::Text,
    ids::OfferId,
    points::{
        offers::{Offers, Picture, PrizeOffer, Project},
        spend::{Reserved, Spend, SpendFor},
    },
};

use super::{OFFER_CARDS, OwnTab, Owner, Page, Session, offer_of, purse::Purse, undo_left};
use crate::{
    session::clock,
    view::{
        AmountKey, GiftSheet, OwnPage, PrizeCard, PrizeSheet, ProjectCard, Remaining, SpendState,
        Spent, SpentFor,
    },
};

impl Session {
    fn offers(&self) -> Option<&Offers> {
        Some(&self.catalogue.as_ref()?.offers)
    }

    /// The prizes of today. While no day is known all are shown, and none can be entered for.
    pub(super) fn prizes(&self, now: &Now) -> Vec<&PrizeOffer> {
        match (self.offers(), self.today(now)) {
            (Some(offers), Some(today)) => offers.prizes_on(today).collect(),
            (Some(offers), None) => offers.prizes.iter().collect(),
            (None, _) => Vec::new(),
        }
    }

    /// The projects of today, likewise.
    pub(super) fn projects(&self, now: &Now) -> Vec<&Project> {
        match (self.offers(), self.today(now)) {
            (Some(offers), Some(today)) => offers.projects_on(today).collect(),
            (Some(offers), None) => offers.projects.iter().collect(),
            (None, _) => Vec::new(),
        }
    }

    /// A prize of the catalogue, open or not.
    pub(super) fn prize(&self, id: &OfferId) -> Option<&PrizeOffer> {
        self.offers()?.prizes.iter().find(|p| p.id == *id)
    }

    /// A project of the catalogue, open or not.
    pub(super) fn project(&self, id: &OfferId) -> Option<&Project> {
        self.offers()?.projects.iter().find(|p| p.id == *id)
    }

    pub(super) fn knows_offer(&self, tab: OwnTab, id: &OfferId) -> bool {
        match tab {
            OwnTab::Projects => self.project(id).is_some(),
            _ => self.prize(id).is_some(),
        }
    }

    /// The offer on the nth card of the page that is open.
    pub(super) fn offer_picked(&self, owner: &Owner, n: usize, now: &Now) -> Option<OfferId> {
        if n >= OFFER_CARDS {
            return None;
        }
        let nth = owner.list * OFFER_CARDS + n;
        match owner.tab {
            OwnTab::Prizes => Some(self.prizes(now).get(nth)?.id.clone()),
            OwnTab::Projects => Some(self.projects(now).get(nth)?.id.clone()),
            OwnTab::Overview
            | OwnTab::History
            | OwnTab::Phone
            | OwnTab::Preferences
            | OwnTab::Held => None,
        }
    }

    pub(super) fn amount_picked(&self, id: &OfferId, n: usize) -> Option<u32> {
        self.project(id)?.steps.get(n).copied()
    }

    fn say_line(&self, text: Option<&Text>) -> Option<String> {
        text.map(|t| t.in_language(self.language).to_owned())
    }

    /// The name of an offer; its id where the catalogue names it no more.
    pub(super) fn offer_name(&self, id: &OfferId) -> String {
        let name = self.offers().and_then(|offers| offers.name(id));
        self.say_line(name).unwrap_or_else(|| id.to_string())
    }

    pub(super) fn prize_card(&self, prize: &PrizeOffer, purse: &Purse) -> PrizeCard {
        PrizeCard {
            name: self.offer_name(&prize.id),
            text: self.say_line(prize.text.as_ref()),
            picture: prize.picture,
            points: prize.points,
            winners: prize.winners,
            entries: purse.entries(prize),
            limit: prize.per_person,
            until: clock::day_time(prize.until),
            cannot: purse.enter(prize).err(),
        }
    }

    pub(super) fn project_card(&self, project: &Project, purse: &Purse) -> ProjectCard {
        // Whoever can give the least amount can give.
        let least = project.steps.first().copied().unwrap_or(0);
        ProjectCard {
            name: self.offer_name(&project.id),
            text: self.say_line(project.text.as_ref()),
            picture: project.picture,
            goal: purse.bar(project, &self.progress),
            until: clock::day_time(project.until),
            cannot: purse.give(project, least, &self.progress).err(),
        }
    }

    pub(super) fn offer_sheet(
        &self,
        tab: OwnTab,
        id: &OfferId,
        amount: Option<u32>,
        purse: &Purse,
    ) -> OwnPage {
        let left = |points: u32| purse.free().saturating_sub(points.into());
        if tab == OwnTab::Projects {
            let Some(project) = self.project(id) else {
                return OwnPage::OfferGone;
            };
            let may = |points| purse.give(project, points, &self.progress);
            let key = |points: &u32| AmountKey {
                points: *points,
                selected: amount == Some(*points),
                cannot: may(*points).err(),
            };
            return OwnPage::Gift(GiftSheet {
                card: self.project_card(project, purse),
                amounts: project.steps.iter().map(key).collect(),
                after: amount.filter(|points| may(*points).is_ok()).map(left),
            });
        }
        let Some(prize) = self.prize(id) else {
            return OwnPage::OfferGone;
        };
        let card = self.prize_card(prize, purse);
        OwnPage::Prize(PrizeSheet {
            after: card.cannot.is_none().then(|| left(prize.points)),
            card,
        })
    }

    /// While a spend can be taken back: the city has not answered, and it is not long ago.
    pub(super) fn spend_undo(&self, made: &Reserved, now: &Now) -> Option<Remaining> {
        undo_left(self.timing().undo_ms, &made.at, now)
    }

    /// Points that were set aside; `None` when the journal does not say so.
    pub(super) fn spent(&self, owner: &Owner, purse: &Purse, now: &Now) -> Option<Spent> {
        let Page::Spent { fact, spend } = &owner.page else {
            return None;
        };
        let id = offer_of(&spend.what);
        let state = spend_states(purse.account())
            .find(|(made, _)| made.fact == *fact)?
            .1;
        let undo = purse.on_its_way().find(|r| r.fact == *fact);
        let (picture, entries, goal) = match what(spend) {
            SpentFor::Prize => {
                let prize = self.prize(id);
                let entries = prize.map(|p| purse.entries(p));
                (prize.map(|p| p.picture), entries, None)
            }
            SpentFor::Project => {
                let project = self.project(id);
                let goal = project.map(|p| purse.bar(p, &self.progress));
                (project.map(|p| p.picture), None, goal)
            }
        };
        Some(Spent {
            what: what(spend),
            name: self.offer_name(id),
            // A catalogue that takes the offer away takes its picture with it.
            picture: picture.unwrap_or(Picture::Gift),
            points: spend.points,
            state,
            entries,
            goal,
            undo: undo.and_then(|made| self.spend_undo(made, now)),
        })
    }
}

pub(super) const fn what(spend: &Spend) -> SpentFor {
    match spend.what {
        SpendFor::PrizeEntry(_) => SpentFor::Prize,
        SpendFor::Donation(_) => SpentFor::Project,
    }
}

/// What became of each spend that the journal remembers.
pub(super) fn spend_states(
    account: &machitap_domain::points::Account,
) -> impl Iterator<Item = (&Reserved, SpendState)> {
    use machitap_domain::points::spend::SpendVerdict::{Declined, Settled};
    let open = account.spends().open().iter().map(|made| {
        let state = if made.undone {
            SpendState::TakenBack
        } else {
            SpendState::OnItsWay
        };
        (made, state)
    });
    let answered = account.spends().answered().iter().map(|a| {
        let state = match a.verdict {
            // The city had settled before it heard that it was taken back.
            Settled => SpendState::Settled,
            Declined if a.made.undone => SpendState::TakenBack,
            Declined => SpendState::Declined,
        };
        (&a.made, state)
    });
    open.chain(answered)
}
