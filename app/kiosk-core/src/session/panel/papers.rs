//! The month's papers: asked for here, made by the shell.

use machitap_domain::nursery::board::local;

use super::Page;
use crate::{
    input::{PapersAnswer, StaffAct, Touch},
    output::{Output, Tone},
    session::{Session, Turn},
    view::{self, PaperRow, Stick, View, YearMonth},
};

/// What is on the page.
#[derive(Clone)]
pub(super) struct Papers {
    month: YearMonth,
    rows: Option<Vec<PaperRow>>,
    stick: Stick,
}

impl Papers {
    pub(super) fn view(&self) -> View {
        View::Papers(view::Papers {
            month: self.month,
            rows: self.rows.clone(),
            stick: self.stick.clone(),
        })
    }
}

impl YearMonth {
    /// So many months later, or earlier.
    fn plus(self, months: i32) -> Self {
        let all = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        Self {
            year: i16::try_from(all.div_euclid(12)).unwrap_or(self.year),
            month: i8::try_from(all.rem_euclid(12) + 1).unwrap_or(self.month),
        }
    }
}

impl Session {
    /// This month; without a clock there is none.
    pub(super) fn open_papers(&mut self, cx: &mut Turn<'_>) {
        let Some((date, _)) = local(&cx.now.clock, &self.zone) else {
            return cx.out.push(Output::Tone(Tone::Ask));
        };
        let month = YearMonth {
            year: date.year(),
            month: date.month(),
        };
        self.turn_to(Page::Papers(Papers {
            month,
            rows: None,
            stick: Stick::Ready,
        }));
        cx.out.push(Output::Papers {
            month,
            write: false,
        });
    }

    pub(super) fn touch_papers(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let wanted = self.with_panel(|panel| {
            let Some(Page::Papers(papers)) = panel.pages.last_mut() else {
                return None;
            };
            match touch {
                Touch::Months(by) => {
                    papers.month = papers.month.plus(by);
                    papers.rows = None;
                    papers.stick = Stick::Ready;
                    Some((papers.month, false))
                }
                Touch::Act(StaffAct::Write) if papers.stick != Stick::Writing => {
                    papers.stick = Stick::Writing;
                    Some((papers.month, true))
                }
                _ => None,
            }
        });
        if let Some((month, write)) = wanted.flatten() {
            cx.out.push(Output::Papers { month, write });
        }
    }

    pub(in crate::session) fn papers_came(&mut self, cx: &mut Turn<'_>, answer: PapersAnswer) {
        let tone = self.with_panel(|panel| {
            let Some(Page::Papers(papers)) = panel.pages.last_mut() else {
                return None;
            };
            let stick = match answer {
                PapersAnswer::Table { month, rows } => {
                    if month == papers.month {
                        papers.rows = Some(rows);
                    }
                    return None;
                }
                PapersAnswer::Written { files, folder } => Stick::Written { files, folder },
                PapersAnswer::NoStick => Stick::None,
                PapersAnswer::Failed => Stick::Failed,
            };
            let tone = if matches!(stick, Stick::Written { .. }) {
                Tone::Done
            } else {
                Tone::Ask
            };
            papers.stick = stick;
            Some(tone)
        });
        if let Some(tone) = tone.flatten() {
            cx.out.push(Output::Tone(tone));
        }
    }
}
