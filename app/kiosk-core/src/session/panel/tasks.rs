//! What waits for staff: days nobody closed, fees no clock could settle, notices unseen.

use jiff::civil::Date;
use machitap_domain::{
    DayKey, FactBody, Folds, NoticeId, Now, Pii, Pseudonym,
    attendance::ChildDays,
    nursery::{
        absence::AbsenceNotice,
        board::local,
        fee::{Fee, Unsettled},
    },
    roster::Child,
};

use super::{Page, child::Sheet, kiosk::HANDOVER_DUE_MS};
use crate::{
    session::{Session, Turn, clock},
    view::{TaskKind, TaskRow, Tasks, View},
};

/// What a task opens, or acknowledges.
enum Opens {
    Day(DayKey),
    Sheet(DayKey),
    Notice(NoticeId),
}

pub(super) struct Task {
    subject: Pseudonym,
    row: TaskRow,
    opens: Opens,
}

impl Session {
    /// All of them, child by child in the order of the roster, oldest first.
    pub(super) fn tasks(&self, now: &Now, folds: &Folds) -> Vec<Task> {
        let Some(sources) = self.sources(folds) else {
            return Vec::new();
        };
        let today = local(&now.clock, &self.zone).map(|(date, _)| date);
        let mut tasks = Vec::new();
        for child in sources.roster.households.iter().flat_map(|h| &h.children) {
            let subject = sources.key.pseudonym(&child.citizen);
            let days = folds.child(&subject);
            let mut add = |kind, day, note: Option<Pii<String>>, opens| {
                tasks.push(Task {
                    subject,
                    row: TaskRow {
                        kind,
                        name: child.name.clone(),
                        class: child.class.clone(),
                        day: match day {
                            DayKey::Date(date) => Some(clock::day_time(date)),
                            DayKey::Boot(_) => None,
                        },
                        note,
                    },
                    opens,
                });
            };
            for day in days.unknown_days() {
                add(TaskKind::DayUnknown, day, None, Opens::Day(day));
            }
            for made in days.unsettled() {
                let kind = match made.fee {
                    Fee::Unsettled(Unsettled::Handover) => TaskKind::HandoverMissing,
                    _ => TaskKind::FeeUnsettled,
                };
                if kind == TaskKind::FeeUnsettled || is_due(&days, made.day, now) {
                    add(kind, made.day, None, Opens::Sheet(made.day));
                }
            }
            for notice in self.unseen(child, &days, today) {
                add(
                    TaskKind::Notice(notice.why),
                    DayKey::Date(notice.from),
                    notice.note.clone(),
                    Opens::Notice(notice.id.clone()),
                );
            }
        }
        tasks
    }

    /// Notices about that child that still matter and that nobody has seen.
    fn unseen(&self, child: &Child, days: &ChildDays, today: Option<Date>) -> Vec<&AbsenceNotice> {
        self.absences
            .iter()
            .flat_map(|(a, _)| &a.items)
            .filter(|n| n.child == child.citizen && !days.has_seen(&n.id))
            .filter(|n| today.is_none_or(|date| n.until.unwrap_or(n.from) >= date))
            .collect()
    }

    pub(super) fn tasks_view(&self, now: &Now, folds: &Folds) -> View {
        View::Tasks(Tasks {
            tasks: self.tasks(now, folds).into_iter().map(|t| t.row).collect(),
        })
    }

    pub(super) fn pick_task(&mut self, cx: &mut Turn<'_>, n: usize) {
        let Some(task) = self.tasks(cx.now, cx.folds).into_iter().nth(n) else {
            return;
        };
        let subject = task.subject;
        match task.opens {
            Opens::Day(day) => {
                self.turn_to(Page::Child(Sheet { subject, day }));
                self.open_add(cx, Sheet { subject, day });
            }
            Opens::Sheet(day) => self.turn_to(Page::Child(Sheet { subject, day })),
            Opens::Notice(notice) => {
                let staff = self.panel_staff();
                let body = FactBody::ExcuseSeen { notice, staff };
                let draft = self.draft(cx.now, Some(subject), None, body);
                self.record(cx, vec![draft]);
            }
        }
    }
}

/// A handover is a task once the child must long have changed hands.
fn is_due(days: &ChildDays, day: DayKey, now: &Now) -> bool {
    days.standing_on(day)
        .filter(|p| p.handover.is_none() && !p.corrected)
        .all(|p| now.at_least_since(&p.at) >= HANDOVER_DUE_MS)
}
