//! The tick-off list: who was here is to be found, one by one.

use machitap_domain::{
    FactBody, Folds, Now, Pseudonym,
    nursery::{board::Placed, house::EmergencyReport},
};

use super::Page;
use crate::{
    input::{StaffAct, Touch},
    session::{Session, Turn, clock, face::count},
    view::{self, BoardChild, EmergencyRow, Place, View},
};

impl Session {
    /// The children the record says are here, and those found all the same, by class.
    fn to_be_found<'a>(
        &'a self,
        now: &Now,
        folds: &'a Folds,
    ) -> Option<Vec<(Placed<'a>, BoardChild)>> {
        let emergency = folds.house().emergency()?;
        let mut rows = self.placed(now, folds)?;
        rows.retain(|(p, shown)| {
            matches!(shown.place, Place::Here(_)) || emergency.ticked.contains_key(&p.subject)
        });
        let mut classes: Vec<&str> = Vec::new();
        for (p, _) in &rows {
            if !classes.contains(&p.child.class.as_str()) {
                classes.push(&p.child.class);
            }
        }
        rows.sort_by_key(|(p, _)| classes.iter().position(|c| *c == p.child.class));
        Some(rows)
    }

    pub(super) fn emergency_view(&self, sure: bool, now: &Now, folds: &Folds) -> Option<View> {
        let emergency = folds.house().emergency()?;
        let rows: Vec<EmergencyRow> = self
            .to_be_found(now, folds)?
            .into_iter()
            .map(|(p, shown)| EmergencyRow {
                name: shown.name,
                kana: shown.kana,
                class: p.child.class.clone(),
                mark: shown.mark,
                found: emergency
                    .ticked
                    .get(&p.subject)
                    .map(|at| clock::stamp_time(at, &self.zone)),
            })
            .collect();
        Some(View::Emergency(view::Emergency {
            since: clock::stamp_time(&emergency.at, &self.zone),
            found: count(rows.iter().filter(|r| r.found.is_some())),
            rows,
            age: self.data_age(now),
            sure,
        }))
    }

    pub(super) fn open_emergency(&mut self, cx: &mut Turn<'_>) {
        self.turn_to(Page::Emergency { sure: false });
        if cx.folds.house().emergency().is_some() {
            return;
        }
        let staff = self.panel_staff();
        let draft = self.draft(cx.now, staff, None, FactBody::EmergencyOpened);
        self.record(cx, vec![draft]);
    }

    pub(super) fn touch_emergency(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let sure = self.with_panel(|panel| match panel.pages.last_mut() {
            Some(Page::Emergency { sure }) => {
                let was = *sure;
                // Any other touch takes the first press back.
                *sure = touch == Touch::Act(StaffAct::EndEmergency);
                was
            }
            _ => false,
        });
        match touch {
            Touch::Pick(n) => self.tick(cx, n),
            Touch::Act(StaffAct::EndEmergency) if sure == Some(true) => self.end_emergency(cx),
            _ => {}
        }
    }

    fn tick(&mut self, cx: &mut Turn<'_>, n: usize) {
        let Some(emergency) = cx.folds.house().emergency() else {
            return;
        };
        let picked: Option<Pseudonym> = self
            .to_be_found(cx.now, cx.folds)
            .and_then(|rows| Some(rows.get(n)?.0.subject));
        if let Some(child) = picked {
            let found = !emergency.ticked.contains_key(&child);
            let body = FactBody::EmergencyTick { found };
            let draft = self.draft(cx.now, Some(child), Some(emergency.fact), body);
            self.record(cx, vec![draft]);
        }
    }

    fn end_emergency(&mut self, cx: &mut Turn<'_>) {
        let Some(emergency) = cx.folds.house().emergency() else {
            return;
        };
        let rows = self.to_be_found(cx.now, cx.folds).unwrap_or_default();
        let here = count(rows.iter());
        let found = count(
            rows.iter()
                .filter(|(p, _)| emergency.ticked.contains_key(&p.subject)),
        );
        let report = EmergencyReport {
            here,
            found,
            missing: here - found,
        };
        let staff = self.panel_staff();
        let draft = self.draft(
            cx.now,
            staff,
            Some(emergency.fact),
            FactBody::EmergencyClosed(report),
        );
        self.with_panel(|panel| panel.pages.pop());
        self.record(cx, vec![draft]);
    }
}
