//! Alarms nobody has seen to, and what somebody found.

use machitap_domain::{
    DayKey, FactBody, FactId, Folds, Pii,
    nursery::{
        absence::{AbsenceKind, Excused},
        alarm::{Alarm, AlarmKind, AlarmReason},
    },
};

use super::{Page, child::Sheet};
use crate::{
    session::{Session, Turn, clock},
    view::{AlarmRow, AlarmSheet, Alarms, View},
};

/// What can have been found.
const fn reasons(alarm: AlarmKind) -> &'static [AlarmReason] {
    match alarm {
        AlarmKind::NotReported => &[
            AlarmReason::AbsentConfirmed,
            AlarmReason::ComesLater,
            AlarmReason::Here,
            AlarmReason::PassedOn,
        ],
        AlarmKind::StillHere => &[
            AlarmReason::OnTheWay,
            AlarmReason::Gone,
            AlarmReason::PassedOn,
        ],
        AlarmKind::Barred | AlarmKind::NotToday => &[AlarmReason::Handled, AlarmReason::PassedOn],
    }
}

impl Session {
    fn alarm_row(&self, alarm: &Alarm) -> AlarmRow {
        let at = clock::stamp_time(&alarm.at, &self.zone);
        let named = |name: Option<Pii<String>>, of: Pii<String>| AlarmRow {
            kind: alarm.alarm,
            name,
            of,
            at,
        };
        if let Some((_, child)) = self.child_of(&alarm.subject) {
            return named(Some(child.name.clone()), child.class.clone().into());
        }
        let person = self
            .roster
            .iter()
            .flat_map(|(r, _)| &r.households)
            .find_map(|h| {
                let key = self.purposes.nursery.as_ref()?;
                let person = h
                    .people
                    .iter()
                    .find(|p| key.pseudonym(&p.citizen) == alarm.subject)?;
                Some((h, person))
            });
        match person {
            Some((household, person)) => {
                let children: Vec<&str> = household
                    .children
                    .iter()
                    .map(|c| c.name.reveal().as_str())
                    .collect();
                named(Some(person.name.clone()), children.join("・").into())
            }
            None => named(None, String::new().into()),
        }
    }

    pub(super) fn alarms_view(&self, folds: &Folds) -> View {
        View::Alarms(Alarms {
            alarms: folds
                .house()
                .open_alarms()
                .map(|a| self.alarm_row(a))
                .collect(),
        })
    }

    pub(super) fn alarm_view(&self, fact: FactId, folds: &Folds) -> Option<View> {
        let alarm = folds.house().open_alarms().find(|a| a.fact == fact)?;
        Some(View::AlarmSheet(AlarmSheet {
            alarm: self.alarm_row(alarm),
            found: reasons(alarm.alarm).to_vec(),
        }))
    }

    pub(super) fn pick_alarm(&mut self, cx: &Turn<'_>, n: usize) {
        let picked = cx.folds.house().open_alarms().nth(n).map(|a| a.fact);
        if let Some(fact) = picked {
            self.turn_to(Page::Alarm(fact));
        }
    }

    /// What was found is recorded, and what follows from it for the day.
    pub(super) fn pick_found(&mut self, cx: &mut Turn<'_>, fact: FactId, n: usize) {
        let alarm = cx.folds.house().open_alarms().find(|a| a.fact == fact);
        let Some((alarm, found)) = alarm.and_then(|a| Some((a.clone(), *reasons(a.alarm).get(n)?)))
        else {
            return;
        };
        let staff = self.panel_staff();
        let subject = Some(alarm.subject);
        let body = FactBody::AlarmSeen { found, staff };
        let mut drafts = vec![self.draft(cx.now, subject, Some(fact), body)];
        let why = match found {
            AlarmReason::AbsentConfirmed => Some(AbsenceKind::Other),
            AlarmReason::ComesLater => Some(AbsenceKind::Late),
            _ => None,
        };
        if let (Some(why), DayKey::Date(date)) = (why, alarm.day) {
            let excused = Excused {
                why,
                from: date,
                until: date,
                at: None,
            };
            let body = FactBody::Excused { excused, staff };
            drafts.push(self.draft(cx.now, subject, Some(fact), body));
        }
        let today = cx.now.stamp().day(&self.zone);
        self.with_panel(|panel| {
            panel.pages.pop();
            // The record still says otherwise: the next touch is to put it right.
            if matches!(found, AlarmReason::Here | AlarmReason::Gone) {
                panel.pages.push(Page::Child(Sheet {
                    subject: alarm.subject,
                    day: today,
                }));
            }
        });
        self.record(cx, drafts);
    }
}
