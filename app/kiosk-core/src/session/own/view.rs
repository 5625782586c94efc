//! What the own page says.

use machitap_domain::{Folds, Now, ranking::Period};

use super::{HISTORY_ROWS, OFFER_CARDS, OWN_MS, OwnTab, Owner, Page, Session, Turn, Visitor};
use crate::view::{Held, HistoryRow, Listed, Overview, Own, OwnPage, Pages, Remaining, View};

/// A tab may stand here; whether it does hangs on the catalogue.
const TABS: [OwnTab; 7] = [
    OwnTab::Overview,
    OwnTab::History,
    OwnTab::Prizes,
    OwnTab::Projects,
    OwnTab::Phone,
    OwnTab::Preferences,
    OwnTab::Held,
];

impl Session {
    /// The tabs there are: those without anything to offer are left out, but nobody's sheet
    /// loses its tab.
    pub(super) fn tabs(&self, owner: &Owner, now: &Now) -> Vec<OwnTab> {
        let at_sheet = !matches!(owner.page, Page::Tab);
        TABS.into_iter()
            .filter(|tab| self.offers_any(*tab, now) || (at_sheet && owner.tab == *tab))
            .collect()
    }

    fn offers_any(&self, tab: OwnTab, now: &Now) -> bool {
        match tab {
            OwnTab::Overview | OwnTab::History | OwnTab::Preferences | OwnTab::Held => true,
            OwnTab::Prizes => !self.prizes(now).is_empty(),
            OwnTab::Projects => !self.projects(now).is_empty(),
            OwnTab::Phone => self.pairing().is_some(),
        }
    }

    /// The tab that is open; the first when the one that was has nothing to offer any more.
    pub(super) fn open_tab(&self, owner: &Owner, now: &Now) -> OwnTab {
        if self.tabs(owner, now).contains(&owner.tab) {
            owner.tab
        } else {
            OwnTab::Overview
        }
    }

    /// The page of the tab's list that is so many on, as far as there are any.
    pub(super) fn list_page(&self, owner: &Owner, by: i32, cx: &Turn<'_>) -> usize {
        let pages = match owner.tab {
            OwnTab::History => {
                let account = cx.folds.account(&owner.visitor.subject);
                pages_of(self.history(&account).len(), HISTORY_ROWS)
            }
            OwnTab::Prizes => pages_of(self.prizes(cx.now).len(), OFFER_CARDS),
            OwnTab::Projects => pages_of(self.projects(cx.now).len(), OFFER_CARDS),
            OwnTab::Overview | OwnTab::Phone | OwnTab::Preferences | OwnTab::Held => 1,
        };
        let by = isize::try_from(by).unwrap_or(0);
        owner.list.saturating_add_signed(by).min(pages - 1)
    }

    pub(in crate::session) fn own_view(&self, owner: &Owner, now: &Now, folds: &Folds) -> View {
        let purse = self.purse(now, folds, &owner.visitor);
        let known = self.known(folds, &owner.visitor.subject);
        let tab = self.open_tab(owner, now);
        let page = match &owner.page {
            Page::Offer { id, amount } => Some(self.offer_sheet(tab, id, *amount, &purse)),
            Page::Languages => Some(OwnPage::Languages),
            Page::Spent { .. } => self.spent(owner, &purse, now).map(OwnPage::Spent),
            Page::Paired { address } => Some(Self::phone_code(owner, address, now)),
            Page::Tab if tab == OwnTab::Phone => self.phone(now),
            Page::Tab => None,
        };
        let page = page.unwrap_or_else(|| match tab {
            OwnTab::Overview | OwnTab::Phone => {
                OwnPage::Overview(self.overview(&owner.visitor, now, folds))
            }
            OwnTab::History => {
                let rows: Vec<HistoryRow> = self.history(purse.account());
                OwnPage::History(page_of(rows, owner.list, HISTORY_ROWS))
            }
            OwnTab::Prizes => {
                let prizes = page_of(self.prizes(now), owner.list, OFFER_CARDS);
                OwnPage::Prizes(prizes.map(|prize| self.prize_card(prize, &purse)))
            }
            OwnTab::Projects => {
                let projects = page_of(self.projects(now), owner.list, OFFER_CARDS);
                OwnPage::Projects(projects.map(|project| self.project_card(project, &purse)))
            }
            OwnTab::Preferences => self.preference_sheet(owner, now, folds),
            OwnTab::Held => OwnPage::Held(self.held(&owner.visitor, folds)),
        });
        View::Own(Box::new(Own {
            tabs: self.tabs(owner, now),
            tab,
            balance: known.free,
            reserved: purse.account().spends().reserved(),
            elsewhere: self.elsewhere(now, &known),
            page,
            remaining: Remaining {
                left_ms: owner.until.saturating_sub(now.mono_ms),
                total_ms: OWN_MS,
            },
        }))
    }

    fn overview(&self, visitor: &Visitor, now: &Now, folds: &Folds) -> Overview {
        let subject = &visitor.subject;
        let account = folds.account(subject);
        let today = self.today(now);
        let earned = |period| {
            let today = today?;
            Some(self.earned_in(period, today, subject, &account).now)
        };
        let spins = folds.spins(subject);
        Overview {
            week: earned(Period::Week),
            month: earned(Period::Month),
            place: self.own_place(now, folds, visitor),
            spins: self.draw_table(now).map(|table| spins.of(&table.id).left()),
            visits: self.known(folds, subject).visits,
        }
    }

    fn held(&self, visitor: &Visitor, folds: &Folds) -> Held {
        let account = folds.account(&visitor.subject);
        let spends = account.spends();
        let remembered = spends.open().len() + spends.answered().len();
        let roster = self.roster.as_ref().map(|(roster, _)| roster);
        let residents = roster.iter().flat_map(|r| &r.residents);
        let listed = residents
            .filter(|r| visitor.citizen.as_ref() == Some(&r.citizen))
            .map(|r| Listed {
                cards: count(r.cards.len()),
                age: r.age,
                birth_month: r.birth_month,
            })
            .next();
        Held {
            visits: account.visits(),
            spends: count(remembered),
            spins: count(folds.spins(&visitor.subject).turned()),
            claims: count(folds.holder(&visitor.subject).claims().len()),
            listed,
            told: self.accounts.holders.contains_key(&visitor.subject),
            preferences: self
                .preferred(folds, &visitor.subject)
                .map(|latest| latest.preferences),
            since: self.history(&account).last().and_then(|row| row.at),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn pages_of(rows: usize, a_page: usize) -> usize {
    rows.div_ceil(a_page).max(1)
}

/// One page of a list; the last where the list has become shorter.
fn page_of<Row>(rows: Vec<Row>, page: usize, a_page: usize) -> Pages<Row> {
    let of = pages_of(rows.len(), a_page);
    let page = page.min(of - 1);
    let rows = rows.into_iter().skip(page * a_page).take(a_page).collect();
    Pages {
        rows,
        page: page + 1,
        of,
    }
}

impl<Row> Pages<Row> {
    fn map<Other>(self, f: impl FnMut(Row) -> Other) -> Pages<Other> {
        Pages {
            rows: self.rows.into_iter().map(f).collect(),
            page: self.page,
            of: self.of,
        }
    }
}
