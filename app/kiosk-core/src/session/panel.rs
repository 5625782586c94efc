//! The open staff panel: pages on a stack, each with its own touches.

mod alarms;
mod board;
mod child;
mod correct;
mod emergency;
mod excuse;
mod help;
mod kiosk;
mod papers;
mod prizes;
mod register;
mod tasks;

use machitap_domain::{
    Credential, Draft, Folds, Millis, Now, Pseudonym,
    ids::ActivityId,
    roster::{Child, Household, Known, Staff},
};

use super::{After, Session, State, Turn, visit::Visitor};
use crate::{
    input::{StaffAct, Touch},
    view::View,
};

/// A tick-off list may be carried through a yard: it does not lock itself for so long.
pub const EMERGENCY_IDLE_MS: Millis = 30 * 60_000;

/// Somebody fills a form in and reads what they agree to: it does not lock itself for so long.
pub const REGISTER_IDLE_MS: Millis = 3 * 60_000;

/// The panel.
pub(super) struct Panel {
    staff: Staff,
    until: Millis,
    /// The present page is the last; it is never empty.
    pages: Vec<Page>,
}

/// A page of the panel.
enum Page {
    Kiosk,
    Board,
    Class(String),
    Child(child::Sheet),
    People(child::Sheet),
    Correct(correct::Correct),
    Excuse(excuse::Excuse),
    Alarms,
    Alarm(machitap_domain::FactId),
    Tasks,
    Emergency {
        sure: bool,
    },
    Papers(papers::Papers),
    /// What for, once it is chosen.
    Help(Option<ActivityId>),
    Register(Box<register::Desk>),
    Prizes(prizes::Counter),
}

impl Panel {
    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    pub(super) const fn staff(&self) -> &Staff {
        &self.staff
    }

    fn page(&self) -> &Page {
        self.pages.last().expect("a panel has a page")
    }

    fn page_mut(&mut self) -> &mut Page {
        self.pages.last_mut().expect("a panel has a page")
    }
}

impl Session {
    /// The panel as it opens: on the tick-off list while an emergency lasts.
    pub(super) fn panel(&self, cx: &Turn<'_>, staff: Staff) -> Panel {
        let mut pages = vec![if self.sources(cx.folds).is_some() {
            Page::Board
        } else {
            Page::Kiosk
        }];
        if cx.folds.house().emergency().is_some() && self.nursery().is_some() {
            pages.push(Page::Emergency { sure: false });
        }
        let mut panel = Panel {
            staff,
            until: 0,
            pages,
        };
        panel.until = self.panel_until(&panel, cx.now);
        panel
    }

    fn panel_until(&self, panel: &Panel, now: &Now) -> Millis {
        let idle = match panel.page() {
            Page::Emergency { .. } => EMERGENCY_IDLE_MS,
            Page::Register(_) => REGISTER_IDLE_MS,
            _ => self.timing().staff_idle_ms,
        };
        now.mono_ms + idle
    }

    pub(super) fn panel_view(&self, panel: &Panel, now: &Now, folds: &Folds) -> View {
        let page = match panel.page() {
            Page::Kiosk => None,
            Page::Board => self.board_view(panel, now, folds),
            Page::Class(class) => self.class_view(class, now, folds),
            Page::Child(sheet) => self.sheet_view(sheet, now, folds),
            Page::People(sheet) => self.people_view(sheet, now),
            Page::Correct(correct) => self.correct_view(correct, now, folds),
            Page::Excuse(excuse) => self.excuse_view(excuse),
            Page::Alarms => Some(self.alarms_view(folds)),
            Page::Alarm(alarm) => self.alarm_view(*alarm, folds),
            Page::Tasks => Some(self.tasks_view(now, folds)),
            Page::Emergency { sure } => self.emergency_view(*sure, now, folds),
            Page::Papers(papers) => Some(papers.view()),
            Page::Help(chosen) => self.help_view(chosen.as_ref(), now),
            Page::Register(desk) => self.desk_view(desk, now, folds),
            Page::Prizes(counter) => Some(self.counter_view(counter, folds)),
        };
        // What a page was about may have left the roster meanwhile.
        page.unwrap_or_else(|| self.kiosk_view(panel, now, folds))
    }

    pub(super) fn touch_panel(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Panel(panel) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        self.changed = true;
        self.state = State::Panel(panel);
        if touch == Touch::Cancel {
            if !self.desk_back() {
                self.back(cx);
            }
        } else {
            self.touch_page(cx, touch);
        }
        if let State::Panel(panel) = &self.state {
            let until = self.panel_until(panel, cx.now);
            self.with_panel(|panel| panel.until = until);
        }
    }

    fn touch_page(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Panel(panel) = &self.state else {
            return;
        };
        match (panel.page(), touch) {
            (Page::Board, Touch::Pick(n)) => self.pick_class(cx, n),
            (Page::Board, Touch::Act(act)) => self.act_on_board(cx, act),
            (Page::Class(class), Touch::Pick(n)) => {
                let class = class.clone();
                self.pick_child(cx, &class, n);
            }
            (Page::Child(sheet), Touch::Act(act)) => {
                let sheet = *sheet;
                self.act_on_child(cx, sheet, act);
            }
            (Page::People(sheet), Touch::Pick(n)) => {
                let sheet = *sheet;
                self.pick_person(cx, &sheet, n);
            }
            (Page::Correct(_), touch) => self.touch_correct(cx, touch),
            (Page::Excuse(_), touch) => self.touch_excuse(cx, touch),
            (Page::Alarms, Touch::Pick(n)) => self.pick_alarm(cx, n),
            (Page::Alarm(alarm), Touch::Pick(n)) => {
                let alarm = *alarm;
                self.pick_found(cx, alarm, n);
            }
            (Page::Tasks, Touch::Pick(n)) => self.pick_task(cx, n),
            (Page::Emergency { .. }, touch) => self.touch_emergency(cx, touch),
            (Page::Papers(_), touch) => self.touch_papers(cx, touch),
            (Page::Kiosk, Touch::Act(StaffAct::Help)) => self.open_help(cx),
            (Page::Help(_), Touch::Pick(n)) => self.pick_help(cx, n),
            (Page::Kiosk, Touch::Act(StaffAct::Register)) => self.open_desk(),
            (Page::Register(_), touch) => self.touch_desk(cx, touch),
            (Page::Kiosk, Touch::Act(StaffAct::Prizes)) => self.open_counter(),
            (Page::Prizes(_), touch) => self.touch_counter(cx, touch),
            _ => {}
        }
    }

    fn act_on_board(&mut self, cx: &mut Turn<'_>, act: StaffAct) {
        match act {
            StaffAct::Alarms => self.turn_to(Page::Alarms),
            StaffAct::Tasks => self.turn_to(Page::Tasks),
            StaffAct::Kiosk => self.turn_to(Page::Kiosk),
            StaffAct::Emergency => self.open_emergency(cx),
            StaffAct::Papers => self.open_papers(cx),
            _ => {}
        }
    }

    /// One page back; from the first, the panel closes.
    fn back(&mut self, cx: &mut Turn<'_>) {
        let State::Panel(panel) = &mut self.state else {
            return;
        };
        panel.pages.pop();
        self.changed = true;
        if panel.pages.is_empty() {
            panel.pages.push(Page::Board);
            self.close_panel(cx);
        }
    }

    fn turn_to(&mut self, page: Page) {
        self.with_panel(|panel| panel.pages.push(page));
    }

    fn with_panel<T>(&mut self, change: impl FnOnce(&mut Panel) -> T) -> Option<T> {
        let State::Panel(panel) = &mut self.state else {
            return None;
        };
        self.changed = true;
        Some(change(panel))
    }

    /// Who has the panel open, as facts name them.
    pub fn panel_staff(&self) -> Option<Pseudonym> {
        let State::Panel(panel) = &self.state else {
            return None;
        };
        self.staff_pseudonym(&panel.staff)
    }

    /// True while the next card is for what the panel is about.
    pub(super) fn panel_wants_card(&self) -> bool {
        let State::Panel(panel) = &self.state else {
            return false;
        };
        match panel.page() {
            Page::Help(chosen) => chosen.is_some(),
            Page::Register(_) => self.registers(),
            Page::Prizes(_) => true,
            _ => false,
        }
    }

    /// A card held to the panel, where it wants one.
    pub(super) fn hold_at_panel(&mut self, cx: &mut Turn<'_>, credential: Credential) {
        let State::Panel(panel) = &self.state else {
            return;
        };
        match panel.page() {
            Page::Help(_) => self.give_help(cx, &credential),
            Page::Register(_) => self.hold_to_register(cx, credential),
            Page::Prizes(_) => self.hold_at_counter(cx, &credential),
            _ => {}
        }
    }

    /// Whoever that card opens, where staff may do something for them: staff vouch for others.
    fn vouched_for(&self, folds: &Folds, credential: &Credential) -> Option<Visitor> {
        let roster = self.roster.as_ref().map(|(roster, _)| roster);
        let of_staff = roster.is_some_and(|r| matches!(r.find(credential), Some(Known::Staff(_))));
        let released = self.is_released(folds, credential);
        let visitor = self.visitor(folds, credential);
        visitor.filter(|_| !of_staff && !released)
    }

    /// Facts of the panel: a tone says that they are on the disk, the page shows the folds.
    fn record(&mut self, cx: &mut Turn<'_>, drafts: Vec<Draft>) {
        if !drafts.is_empty() {
            self.append(cx, drafts, After::Panel);
        }
    }

    /// The child of that pseudonym on the roster.
    fn child_of(&self, subject: &Pseudonym) -> Option<(&Household, &Child)> {
        let key = self.purposes.nursery.as_ref()?;
        let (roster, _) = self.roster.as_ref()?;
        roster.households.iter().find_map(|h| {
            let child = h
                .children
                .iter()
                .find(|c| key.pseudonym(&c.citizen) == *subject)?;
            Some((h, child))
        })
    }
}
