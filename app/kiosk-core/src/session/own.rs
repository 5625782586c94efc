//! A resident's own page: what they have, what they did, and what they do with points.
//!
//! The page keeps only where it stands; whatever it says is read anew from the folds, the
//! catalogue and the city's word each time it is drawn. An offer that ends while somebody
//! looks at it is seen to have ended, and what is confirmed is judged at that moment.

mod history;
mod offers;
mod phone;
mod preferences;
mod purse;
mod view;

use machitap_domain::{
    FactBody, FactId, Millis, Now, Pii, Stamp,
    ids::OfferId,
    points::spend::{Spend, SpendFor},
    preferences::Preference,
};

use super::{After, Session, State, Turn, visit::Visitor};
use crate::{
    input::Touch,
    output::{Output, Tone},
    view::{OwnTab, Remaining},
};

/// The own page closes after this without a touch, milliseconds.
pub const OWN_MS: Millis = 60_000;

/// Lines of the history on one page.
pub const HISTORY_ROWS: usize = 6;

/// Cards of prizes or projects on one page.
pub const OFFER_CARDS: usize = 4;

/// Somebody at their own page.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    visitor: Visitor,
    tab: OwnTab,
    /// Which page of the tab's list, counted from 0.
    list: usize,
    page: Page,
    /// The choice of how to be served that can still be taken back.
    chosen: Option<(FactId, Stamp)>,
    until: Millis,
}

#[derive(Debug, Clone)]
enum Page {
    /// The tab itself.
    Tab,
    /// The languages to be served in.
    Languages,
    /// One offer of the tab, and the amount that was chosen of a project's.
    Offer { id: OfferId, amount: Option<u32> },
    /// Points that were set aside.
    Spent { fact: FactId, spend: Spend },
    /// A code to pair a phone with. Nothing else holds its secret.
    Paired { address: Pii<String> },
}

impl Owner {
    const fn new(visitor: Visitor, now: &Now) -> Self {
        Self {
            visitor,
            tab: OwnTab::Overview,
            list: 0,
            page: Page::Tab,
            chosen: None,
            until: now.mono_ms + OWN_MS,
        }
    }

    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    /// The page after a touch: it stays as long again.
    pub(super) fn touched(self, now: &Now) -> Self {
        Self {
            until: now.mono_ms + OWN_MS,
            ..self
        }
    }

    /// Whose page shows how they are served, to be served so from now on.
    pub(super) fn chooses(&self) -> Option<&Visitor> {
        (self.tab == OwnTab::Preferences).then_some(&self.visitor)
    }

    fn turned_to(self, page: Page) -> Self {
        Self { page, ..self }
    }
}

impl Session {
    /// From the screen of a visit to the visitor's own page.
    pub(super) fn own_from_visit(&mut self, cx: &Turn<'_>, visitor: Visitor) {
        if self.has_own_page(&visitor) {
            self.serve_as(cx.folds, &visitor);
            self.go(State::Own(Box::new(Owner::new(visitor, cx.now))));
        }
    }

    pub(super) fn touch_own(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Own(owner) = &self.state else {
            return;
        };
        // What was open may have become less since it was opened; what is shown counts.
        let tab = self.open_tab(owner, cx.now);
        let mut owner = Owner {
            tab,
            ..owner.as_ref().clone()
        };
        owner.list = self.list_page(&owner, 0, cx);
        let next = match (&owner.page, touch) {
            (_, Touch::Tab(tab)) if self.tabs(&owner, cx.now).contains(&tab) => Owner {
                tab,
                list: 0,
                page: Page::Tab,
                ..owner
            },
            (Page::Tab, Touch::Confirm) if tab == OwnTab::Phone => return self.pair(cx, owner),
            (Page::Tab, Touch::Languages) if tab == OwnTab::Preferences => {
                owner.turned_to(Page::Languages)
            }
            (Page::Languages, Touch::Prefer(one @ Preference::Language(_))) => {
                return self.prefer(cx, owner.turned_to(Page::Tab), one);
            }
            (Page::Tab, Touch::Prefer(one)) if tab == OwnTab::Preferences => {
                return self.prefer(cx, owner, one);
            }
            (Page::Tab, Touch::Undo) if tab == OwnTab::Preferences => {
                return self.take_choice_back(cx, owner);
            }
            (Page::Tab, Touch::Confirm | Touch::Cancel) => return self.go(State::Base),
            (Page::Tab, Touch::Pages(by)) => Owner {
                list: self.list_page(&owner, by, cx),
                ..owner
            },
            (Page::Tab, Touch::Pick(n)) => {
                let Some(id) = self.offer_picked(&owner, n, cx.now) else {
                    return;
                };
                owner.turned_to(Page::Offer { id, amount: None })
            }
            (Page::Offer { id, .. }, Touch::Pick(n)) if tab == OwnTab::Projects => {
                let Some(amount) = self.amount_picked(id, n) else {
                    return;
                };
                let id = id.clone();
                let amount = Some(amount);
                owner.turned_to(Page::Offer { id, amount })
            }
            (Page::Offer { id, .. }, Touch::Confirm) if self.knows_offer(tab, id) => {
                return self.spend(cx, owner);
            }
            (Page::Spent { fact, .. }, Touch::Undo) => {
                let fact = *fact;
                return self.take_spend_back(cx, owner, fact);
            }
            (
                Page::Languages | Page::Offer { .. } | Page::Spent { .. } | Page::Paired { .. },
                Touch::Cancel | Touch::Confirm,
            ) => owner.turned_to(Page::Tab),
            _ => return,
        };
        self.go(State::Own(Box::new(next.touched(cx.now))));
    }

    /// Sets points aside for the offer that is open, where the rules allow it now. What comes
    /// of it is shown once it is on disk.
    fn spend(&mut self, cx: &mut Turn<'_>, owner: Owner) {
        let Page::Offer { id, amount } = &owner.page else {
            return;
        };
        let purse = self.purse(cx.now, cx.folds, &owner.visitor);
        let wish = match owner.tab {
            OwnTab::Projects => {
                let chosen = self.project(id).zip(*amount);
                chosen.map(|(project, points)| purse.give(project, points, &self.progress))
            }
            _ => self.prize(id).map(|prize| purse.enter(prize)),
        };
        let spend = match wish {
            Some(Ok(spend)) => spend,
            // The sheet says why; it may have changed under the finger.
            Some(Err(_)) => {
                cx.out.push(Output::Tone(Tone::Ask));
                return self.go(State::Own(Box::new(owner.touched(cx.now))));
            }
            // No amount is chosen.
            None => return,
        };
        let resident = owner.visitor.subject;
        let body = FactBody::Spend(spend.clone());
        let draft = self.draft(cx.now, Some(resident), None, body);
        let fact = draft.id;
        let owner = owner.turned_to(Page::Spent { fact, spend });
        self.append(cx, vec![draft], After::Own(Box::new(owner)));
    }

    fn take_spend_back(&mut self, cx: &mut Turn<'_>, owner: Owner, fact: FactId) {
        let purse = self.purse(cx.now, cx.folds, &owner.visitor);
        let open = purse.on_its_way().find(|r| r.fact == fact);
        if open.is_none_or(|r| self.spend_undo(r, cx.now).is_none()) {
            return;
        }
        let resident = owner.visitor.subject;
        let body = FactBody::Undone { fact };
        let draft = self.draft(cx.now, Some(resident), Some(fact), body);
        self.append(cx, vec![draft], After::Own(Box::new(owner)));
    }

    /// Journals the city's answers to spends of this kiosk, each once. Only where accounts
    /// came or a spend did: nothing is looked through on every tick.
    pub(super) fn watch_answers(&mut self, cx: &mut Turn<'_>) {
        let busy = matches!(self.state, State::Committing) || self.trouble.is_some();
        if !self.answers_due || busy {
            return;
        }
        self.answers_due = false;
        let mut answered = Vec::new();
        for (resident, standing) in &self.accounts.holders {
            if standing.answers.is_empty() {
                continue;
            }
            for open in cx.folds.account(resident).spends().open() {
                if let Some(verdict) = standing.answers.get(&open.fact) {
                    answered.push((*resident, open.fact, *verdict));
                }
            }
        }
        let drafts: Vec<_> = answered
            .into_iter()
            .map(|(resident, spend, verdict)| {
                let body = FactBody::SpendAnswered { verdict };
                self.draft(cx.now, Some(resident), Some(spend), body)
            })
            .collect();
        if !drafts.is_empty() {
            self.append(cx, drafts, After::Quiet);
        }
    }
}

/// How long what was done then can still be taken back.
fn undo_left(total_ms: Millis, at: &Stamp, now: &Now) -> Option<Remaining> {
    let left_ms = total_ms.checked_sub(now.at_least_since(at))?;
    (left_ms > 0).then_some(Remaining { left_ms, total_ms })
}

/// The offer a spend is for.
const fn offer_of(what: &SpendFor) -> &OfferId {
    match what {
        SpendFor::PrizeEntry(id) | SpendFor::Donation(id) => id,
    }
}
