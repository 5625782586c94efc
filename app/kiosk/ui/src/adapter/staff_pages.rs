//! The nursery's staff panel: which page a view is, and the lists on it.

use std::rc::Rc;

use machitap_kiosk_core::view::View;
use slint::{ComponentHandle, VecModel};

use super::{staff_board as board, staff_child as child, staff_work as work, update};
use crate::screens::{
    AbsenceItem, AlarmItem, App, BoardApi, ClassItem, FoundItem, HelpItem, Page, PaperItem,
    PassageItem, PersonItem, PrizeRowItem, SaidItem, StaffChildApi, StaffChildItem, StaffWorkApi,
    TaskItem, TickClassItem, TickItem, WhyItem,
};

/// The lists. They live as long as the window and change row by row: a tick redraws one row
/// and leaves the page that is turned to.
#[derive(Default)]
pub(super) struct Lists {
    classes: Rc<VecModel<ClassItem>>,
    children: Rc<VecModel<StaffChildItem>>,
    ticks: Rc<VecModel<TickItem>>,
    tick_classes: Rc<VecModel<TickClassItem>>,
    passages: Rc<VecModel<PassageItem>>,
    said: Rc<VecModel<SaidItem>>,
    people: Rc<VecModel<PersonItem>>,
    whys: Rc<VecModel<WhyItem>>,
    absences: Rc<VecModel<AbsenceItem>>,
    alarms: Rc<VecModel<AlarmItem>>,
    found: Rc<VecModel<FoundItem>>,
    tasks: Rc<VecModel<TaskItem>>,
    papers: Rc<VecModel<PaperItem>>,
    help: Rc<VecModel<HelpItem>>,
    prizes: Rc<VecModel<PrizeRowItem>>,
}

impl Lists {
    pub(super) fn attach(app: &App) -> Self {
        let lists = Self::default();
        let board = app.global::<BoardApi>();
        board.set_classes(lists.classes.clone().into());
        board.set_children(lists.children.clone().into());
        board.set_ticks(lists.ticks.clone().into());
        board.set_tick_classes(lists.tick_classes.clone().into());
        let child = app.global::<StaffChildApi>();
        child.set_passages(lists.passages.clone().into());
        child.set_said(lists.said.clone().into());
        child.set_people(lists.people.clone().into());
        child.set_whys(lists.whys.clone().into());
        child.set_absences(lists.absences.clone().into());
        let work = app.global::<StaffWorkApi>();
        work.set_alarms(lists.alarms.clone().into());
        work.set_found(lists.found.clone().into());
        work.set_tasks(lists.tasks.clone().into());
        work.set_papers(lists.papers.clone().into());
        work.set_help(lists.help.clone().into());
        work.set_prizes(lists.prizes.clone().into());
        lists
    }

    /// Shows the view and says which page it is; `None` for one that is not the staff's.
    pub(super) fn show(&self, app: &App, view: &View) -> Option<Page> {
        Some(match view {
            View::Board(view) => {
                board::board(app, view);
                update(
                    &self.classes,
                    view.classes.iter().map(board::class).collect(),
                );
                Page::Board
            }
            View::ClassList(view) => {
                board::class_list(app, view);
                update(
                    &self.children,
                    view.children.iter().map(board::child).collect(),
                );
                Page::ClassList
            }
            View::Emergency(view) => {
                board::emergency(app, view);
                update(&self.ticks, view.rows.iter().map(board::tick).collect());
                update(&self.tick_classes, board::tick_classes(&view.rows));
                Page::Emergency
            }
            View::ChildSheet(view) => {
                child::sheet(app, view);
                update(
                    &self.passages,
                    view.passages.iter().map(child::passage).collect(),
                );
                update(&self.said, view.said.iter().map(child::said).collect());
                Page::ChildSheet
            }
            View::People(view) => {
                child::people(app, view);
                update(
                    &self.people,
                    view.people.iter().map(child::person).collect(),
                );
                Page::People
            }
            View::Correcting(view) => {
                child::correcting(app, view);
                update(&self.whys, view.reasons.iter().map(child::why).collect());
                Page::Correcting
            }
            View::Excusing(view) => {
                child::excusing(app, view);
                let reasons = view.reasons.iter().map(|&why| board::absence(why));
                update(&self.absences, reasons.collect());
                Page::Excusing
            }
            View::Alarms(view) => {
                update(&self.alarms, view.alarms.iter().map(work::alarm).collect());
                Page::Alarms
            }
            View::AlarmSheet(view) => {
                app.global::<StaffWorkApi>()
                    .set_alarm(work::alarm(&view.alarm));
                update(&self.found, view.found.iter().map(work::found).collect());
                Page::AlarmSheet
            }
            View::Tasks(view) => {
                update(&self.tasks, view.tasks.iter().map(work::task).collect());
                Page::Tasks
            }
            View::Papers(view) => {
                work::papers(app, view);
                let rows = view.rows.iter().flatten();
                update(&self.papers, rows.map(work::paper).collect());
                Page::Papers
            }
            View::Helping(view) => {
                let chosen = view.activities.iter().any(|a| a.selected);
                app.global::<StaffWorkApi>().set_help_chosen(chosen);
                update(&self.help, view.activities.iter().map(work::help).collect());
                Page::Helping
            }
            View::PrizeCounter(view) => {
                let api = app.global::<StaffWorkApi>();
                api.set_winner_held(view.rows.is_some());
                let rows = view.rows.iter().flatten();
                update(&self.prizes, rows.map(work::prize).collect());
                Page::PrizeCounter
            }
            _ => return None,
        })
    }
}
