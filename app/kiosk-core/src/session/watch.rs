//! What the kiosk sees to by itself: alarms that come due, days that nobody closed.

use machitap_domain::{
    DayKey, Draft, FactBody, Folds, Now,
    nursery::board::{self, Sources},
};

use super::{After, Session, State, Turn};
use crate::output::{Output, Tone};

impl Session {
    /// What the board is made from, where this is a nursery that knows its children.
    pub(super) fn sources<'a>(&'a self, folds: &'a Folds) -> Option<Sources<'a>> {
        Some(Sources {
            roster: &self.roster.as_ref()?.0,
            absences: self.absences.as_ref().map(|(a, _)| a),
            nursery: self.nursery()?,
            zone: &self.zone,
            key: self.purposes.nursery.as_ref()?,
            folds,
        })
    }

    /// Once a minute, and when the city's documents change.
    pub(super) fn watch_children(&mut self, cx: &mut Turn<'_>) {
        let minute = cx.now.clock.wall_ms.div_euclid(60_000);
        if self.watched == Some(minute) || matches!(self.state, State::Committing) {
            return;
        }
        self.watched = Some(minute);
        let drafts = self.due(cx.now, cx.folds);
        if drafts.is_empty() {
            return;
        }
        let alarming = drafts
            .iter()
            .any(|d| matches!(d.body, FactBody::Alarm { .. }));
        if alarming && matches!(self.state, State::Base) {
            cx.out.push(Output::Tone(Tone::Ask));
        }
        self.append(cx, drafts, After::Quiet);
    }

    fn due(&mut self, now: &Now, folds: &Folds) -> Vec<Draft> {
        let Some(sources) = self.sources(folds) else {
            return Vec::new();
        };
        let Some((date, _)) = board::local(&now.clock, sources.zone) else {
            return Vec::new();
        };
        let alarms = board::alarms_due(&sources, now);
        let left_open = board::left_open(folds, date, now.boot);
        let today = DayKey::Date(date);
        let closings = left_open
            .into_iter()
            .map(|(child, day)| (child, FactBody::DayClosed { day }));
        let alarms = alarms
            .into_iter()
            .map(|(alarm, child)| (child, FactBody::Alarm { alarm, day: today }));
        closings
            .chain(alarms)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(child, body)| self.draft(now, Some(child), None, body))
            .collect()
    }
}
