//! From the core's views to plain properties: one module for each global of `ui/api`.

mod asked;
mod breaks;
mod code;
mod desk;
mod draw;
mod enrol;
mod event;
mod fare;
mod header;
mod idle;
mod look;
mod message;
mod nursery;
pub(crate) mod own;
pub(crate) mod panel;
mod staff;
mod staff_board;
mod staff_child;
mod staff_pages;
mod staff_work;
mod visit;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use machitap_domain::look::Look;
use machitap_kiosk_core::view::{Header, OwnPage, Remaining, View};
use slint::{ComponentHandle, Model, SharedString, VecModel};

use crate::{
    numbers::grouped,
    screens::{
        AmountItem, AnswerItem, App, AskedApi, BadgeItem, BoardItem, Breaks, ChildItem, DeedRow,
        DrawApi, HeaderApi, IdleApi, LineItem, NurseryApi, OddsItem, OfferItem, OwnApi, OwnTabItem,
        Page, PurposeItem, SessionApi, VisitApi,
    },
};

/// The lists on the screen. They live as long as the window and change row by row.
pub(crate) struct Models {
    badges: Rc<VecModel<BadgeItem>>,
    notices: Rc<VecModel<SharedString>>,
    boards: Rc<VecModel<BoardItem>>,
    children: Rc<VecModel<ChildItem>>,
    answers: Rc<VecModel<AnswerItem>>,
    lines: Rc<VecModel<LineItem>>,
    odds: Rc<VecModel<OddsItem>>,
    purposes: Rc<VecModel<PurposeItem>>,
    tabs: Rc<VecModel<OwnTabItem>>,
    deeds: Rc<VecModel<DeedRow>>,
    offers: Rc<VecModel<OfferItem>>,
    amounts: Rc<VecModel<AmountItem>>,
    staff: staff_pages::Lists,
    epoch: Cell<i32>,
    look: RefCell<Arc<Look>>,
}

impl Models {
    pub(crate) fn attach(app: &App) -> Self {
        let models = Self {
            badges: Rc::default(),
            notices: Rc::default(),
            boards: Rc::default(),
            children: Rc::default(),
            answers: Rc::default(),
            lines: Rc::default(),
            odds: Rc::default(),
            purposes: Rc::default(),
            tabs: Rc::default(),
            deeds: Rc::default(),
            offers: Rc::default(),
            amounts: Rc::default(),
            staff: staff_pages::Lists::attach(app),
            epoch: Cell::new(0),
            look: RefCell::default(),
        };
        panel::attach(app);
        app.global::<Breaks>().on_at_words(|text, roomy| {
            let joined = if roomy {
                breaks::at_words(&text)
            } else {
                breaks::at_short_words(&text)
            };
            joined.into()
        });
        app.global::<HeaderApi>()
            .set_badges(models.badges.clone().into());
        let idle = app.global::<IdleApi>();
        idle.set_notices(models.notices.clone().into());
        idle.set_boards(models.boards.clone().into());
        app.global::<NurseryApi>()
            .set_children(models.children.clone().into());
        app.global::<AskedApi>()
            .set_answers(models.answers.clone().into());
        let visit = app.global::<VisitApi>();
        visit.set_lines(models.lines.clone().into());
        app.global::<DrawApi>().set_odds(models.odds.clone().into());
        visit.set_purposes(models.purposes.clone().into());
        let own = app.global::<OwnApi>();
        own.set_tabs(models.tabs.clone().into());
        own.set_deeds(models.deeds.clone().into());
        own.set_offers(models.offers.clone().into());
        own.set_amounts(models.amounts.clone().into());
        models
    }

    pub(crate) fn header(&self, app: &App, header: &Header) {
        header::show(app, header);
        if *self.look.borrow() != header.look {
            look::show(app, &header.look);
            self.look.replace(header.look.clone());
        }
        update(
            &self.badges,
            header.badges.iter().filter_map(header::badge).collect(),
        );
    }

    pub(crate) fn view(&self, app: &App, view: &View) {
        let session = app.global::<SessionApi>();
        let (page, remaining) = match view {
            View::Starting => (Page::Starting, None),
            View::Idle(idle) => {
                idle::show(app, idle);
                update(&self.notices, idle.notices.iter().map(Into::into).collect());
                update(&self.boards, idle.boards.iter().map(idle::board).collect());
                event::sign(app, idle.event.as_ref());
                (Page::Idle, None)
            }
            View::Languages => (Page::Languages, None),
            View::Reading => (Page::Reading, None),
            View::Household(household) => {
                nursery::household(app, household);
                update(
                    &self.children,
                    household.children.iter().map(nursery::child).collect(),
                );
                (Page::Household, household.confirms_in)
            }
            View::Notice(notice) => {
                asked::notice(app, notice);
                (Page::Notice, None)
            }
            View::Question(question) => {
                asked::question(app, question);
                update(
                    &self.answers,
                    question.answers.iter().map(asked::answer).collect(),
                );
                (Page::Question, Some(question.remaining))
            }
            View::NurseryDone(done) => {
                nursery::done(app, done);
                update(
                    &self.children,
                    nursery::taken(done).map(nursery::child).collect(),
                );
                (Page::NurseryDone, done.undo)
            }
            View::VisitChoice(choice) => {
                visit::choice(app, choice);
                update(
                    &self.purposes,
                    choice.purposes.iter().map(visit::purpose).collect(),
                );
                (Page::VisitChoice, Some(choice.remaining))
            }
            View::VisitDone(done) => {
                visit::done(app, done);
                draw::offer(app, done.draw.as_ref());
                update(&self.lines, done.lines.iter().map(visit::line).collect());
                (Page::VisitDone, done.undo)
            }
            View::VisitEnded(ended) => {
                visit::ended(app, *ended);
                (Page::VisitEnded, ended.undo)
            }
            View::Draw(view) => {
                draw::show(app, view);
                let rows = view.odds.iter().flatten();
                update(&self.odds, rows.map(draw::odds).collect());
                (Page::Draw, Some(view.remaining))
            }
            View::Own(own) => {
                own::show(app, own);
                let tabs = own.tabs.iter().copied().map(own::tab);
                update(&self.tabs, tabs.collect());
                update(&self.deeds, own::deeds(own));
                update(&self.offers, own::offers(own));
                update(&self.amounts, own::amounts(own));
                let undo = match &own.page {
                    OwnPage::Spent(spent) => spent.undo,
                    OwnPage::Code(code) => Some(code.remaining),
                    OwnPage::Preferences(sheet) => sheet.undo,
                    _ => None,
                };
                (Page::Own, undo)
            }
            View::EventDone(done) => {
                event::done(app, done);
                (Page::EventDone, done.undo)
            }
            View::EventLeft(left) => {
                event::left(app, left);
                (Page::EventLeft, left.undo)
            }
            View::Announced(announced) => {
                event::announced(app, *announced);
                (Page::Announced, announced.undo)
            }
            View::Fare(told) => {
                fare::show(app, told);
                (Page::Fare, None)
            }
            View::Undone => (Page::Undone, None),
            View::Message(message) => {
                message::show(app, message);
                (Page::Message, None)
            }
            View::StaffPin(pin) => {
                staff::pin(app, *pin);
                (Page::StaffPin, None)
            }
            View::StaffPanel(panel) => {
                staff::panel(app, panel);
                desk::counts(app, panel.desk);
                (Page::StaffPanel, None)
            }
            View::Desk(at) => {
                desk::show(app, at);
                (Page::Desk, None)
            }
            View::Registered(done) => {
                desk::registered(app, done);
                (Page::Registered, done.undo)
            }
            View::Enrol(enrol) => {
                enrol::show(app, enrol);
                (Page::Enrol, None)
            }
            View::OutOfService(out) => {
                message::out(app, out);
                (Page::OutOfService, None)
            }
            _ => (self.staff.show(app, view).unwrap_or(Page::Starting), None),
        };
        count(&session, remaining);
        self.epoch.set(self.epoch.get().wrapping_add(1));
        session.set_epoch(self.epoch.get());
        session.set_page(page);
    }
}

fn count(session: &SessionApi<'_>, remaining: Option<Remaining>) {
    session.set_counting(remaining.is_some());
    if let Some(Remaining { left_ms, total_ms }) = remaining {
        session.set_left(millis(left_ms));
        session.set_total(millis(total_ms.max(1)));
    }
}

fn millis(ms: u64) -> i64 {
    i64::try_from(Duration::from_millis(ms).as_millis()).unwrap_or(i64::MAX)
}

/// A number as the screen counts; what does not fit shows the most that does.
fn int(n: impl TryInto<i32>) -> i32 {
    n.try_into().unwrap_or(i32::MAX)
}

/// Makes the rows those, touching only what differs.
fn update<T: Clone + PartialEq + 'static>(model: &VecModel<T>, rows: Vec<T>) {
    while model.row_count() > rows.len() {
        model.remove(model.row_count() - 1);
    }
    for (i, row) in rows.into_iter().enumerate() {
        match model.row_data(i) {
            None => model.push(row),
            Some(old) if old != row => model.set_row_data(i, row),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_the_new_ones_whatever_was_there() {
        let model = VecModel::from(vec![1, 2, 3]);
        for rows in [vec![1, 5], vec![], vec![7, 8, 9, 10], vec![7, 8, 9, 10]] {
            update(&model, rows.clone());
            assert_eq!(model.iter().collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn a_number_too_large_shows_the_most() {
        assert_eq!(int(7u64), 7);
        assert_eq!(int(u64::MAX), i32::MAX);
    }
}
