//! Points that staff give for help: the activity is chosen, then the helper's card is held.

use machitap_domain::{
    Credential, FactBody,
    ids::ActivityId,
    points::{
        VisitMade,
        earn::{Earning, Next, Zero, volunteered},
        rules::Activity,
    },
};

use super::Page;
use crate::{
    output::{Output, Tone},
    session::{After, Session, State, Turn, done},
    view::{HelpRow, Helping, MessageKind, View},
};

impl Session {
    /// What staff may give points for today.
    pub(super) fn activities(&self, now: &machitap_domain::Now) -> Vec<Activity> {
        let today = now.stamp().said(&self.zone).date();
        self.hall()
            .map(|hall| hall.points.on(today).volunteering.clone())
            .unwrap_or_default()
    }

    pub(super) fn help_view(
        &self,
        chosen: Option<&ActivityId>,
        now: &machitap_domain::Now,
    ) -> Option<View> {
        let activities = self.activities(now);
        let rows: Vec<HelpRow> = activities
            .iter()
            .map(|a| HelpRow {
                name: a.name.in_language(self.language).to_owned(),
                points: a.points,
                selected: chosen == Some(&a.id),
            })
            .collect();
        (!rows.is_empty()).then_some(View::Helping(Helping { activities: rows }))
    }

    pub(super) fn open_help(&mut self, cx: &Turn<'_>) {
        if !self.activities(cx.now).is_empty() {
            self.turn_to(Page::Help(None));
        }
    }

    pub(super) fn pick_help(&mut self, cx: &Turn<'_>, n: usize) {
        let Some(activity) = self.activities(cx.now).into_iter().nth(n) else {
            return;
        };
        self.with_panel(|panel| {
            if let Page::Help(chosen) = panel.page_mut() {
                *chosen = Some(activity.id);
            }
        });
    }

    /// What the next card is held for, where staff have chosen it.
    pub(super) fn chosen_help(&self) -> Option<ActivityId> {
        match &self.state {
            State::Panel(panel) => match panel.page() {
                Page::Help(chosen) => chosen.clone(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Gives the chosen points to whoever holds this card. The panel closes with it: what the
    /// helper sees is the helper's.
    pub(super) fn give_help(&mut self, cx: &mut Turn<'_>, credential: &Credential) {
        let Some(activity) = self.chosen_help() else {
            return;
        };
        let visitor = self.vouched_for(cx.folds, credential);
        let (Some(visitor), Some(hall)) = (visitor, self.hall()) else {
            return cx.out.push(Output::Tone(Tone::Ask));
        };
        let at = cx.now.stamp();
        let account = cx.folds.account(&visitor.subject);
        let award = match volunteered(hall.points, &account, &activity, &at, &self.zone) {
            Ok(award) => award,
            Err(Zero::AlreadyToday) => {
                self.close_panel(cx);
                return self.message(cx, MessageKind::HelpedToday);
            }
            // The catalogue changed since it was chosen; the page shows the new list.
            Err(_) => {
                self.changed = true;
                return cx.out.push(Output::Tone(Tone::Ask));
            }
        };
        let body = FactBody::Volunteered {
            activity: activity.clone(),
            staff: self.panel_staff(),
        };
        let help = self.draft(cx.now, Some(visitor.subject), None, body);
        let fact = help.id;
        let points = FactBody::Award(award.clone());
        let award_fact = self.draft(cx.now, Some(visitor.subject), Some(fact), points);
        let mut drafts = vec![help, award_fact];
        drafts.extend(self.spins_given(cx, visitor.subject, fact, std::slice::from_ref(&award)));
        self.close_panel(cx);
        let made = VisitMade {
            points: award.points,
            lines: vec![award.clone()],
            helped: Some(activity),
            ..VisitMade::new(fact, at.day(&self.zone), at)
        };
        let earning = Earning {
            lines: vec![award],
            zero: None,
            cut: None,
            provisional: !at.quality.is_trusted(),
            next: Next::default(),
        };
        let planned = done::Planned::Visit(Box::new(done::Visited {
            visitor,
            made,
            earning,
        }));
        self.append(cx, drafts, After::Done(planned));
    }
}
