//! What the screen says of a visit: what it earned and for what, why nothing, what comes
//! next. To a card that proves too little it says only that it was recorded.

use machitap_domain::{
    catalogue::{Catalogue, Text},
    ids::PurposeId,
    points::{
        Award, AwardReason, VisitMade,
        earn::{Earning, Next, Progress, Zero, is_provisional, next},
        rules::Rules,
    },
};

use super::{Session, Turn, clock, visit::Visitor};
use crate::view::{Card, Coming, Gained, GainedFor, GainedLine, PointsFrom, VisitDone};

impl Session {
    /// The screen of a visit that is on disk, just now or by an earlier tap. `earning` is what
    /// was said when it was made, when that was now.
    pub(super) fn visit_done(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        made: &VisitMade,
        earning: Option<&Earning>,
    ) -> VisitDone {
        let told = visitor.may_be_told();
        let account = cx.folds.account(&visitor.subject);
        let purpose = made.purpose.as_ref();
        let zero = match earning {
            Some(earning) => earning.zero,
            // The reason is not kept; the rules say it again.
            None => self
                .earning(cx, visitor, purpose)
                .and_then(|e| e.zero)
                .or(Some(Zero::AlreadyToday)),
        };
        let gained = match (made.points, zero) {
            (0, Some(Zero::NotHere)) => Gained::NotHere,
            (0, Some(Zero::Closed)) => Gained::Closed,
            (0, Some(Zero::Capped(hit))) => Gained::Capped(hit),
            (0, Some(Zero::AlreadyToday) | None) => Gained::AlreadyToday,
            (points, _) => Gained::Points(points),
        };
        let coming = self.ask(cx, visitor, purpose, next).unwrap_or_default();
        let unsure = !made.at.quality.is_trusted() || self.is_unsealed(cx.folds, &visitor.subject);
        let shared = made.helped.is_none()
            && self
                .ask(cx, visitor, purpose, is_provisional)
                .unwrap_or_default();
        VisitDone {
            lines: if told { self.lines(made) } else { Vec::new() },
            cut: earning.and_then(|e| e.cut).filter(|_| told),
            provisional: made.points > 0 && (unsure || shared),
            purpose: purpose.and_then(|p| self.purpose_name(p)),
            heads: made.heads,
            tap_to_leave: made.ended.is_none()
                && made.helped.is_none()
                && self.hall().is_some_and(|h| h.stay),
            visits: told.then(|| account.visits()),
            next: if told {
                self.coming(cx, coming)
            } else {
                Coming::default()
            },
            draw: self.draw_offer(cx, visitor, made.fact),
            already: earning.is_none(),
            ..VisitDone::of(gained)
        }
    }

    pub(super) fn purpose_name(&self, id: &PurposeId) -> Option<String> {
        let purpose = self.hall()?.purposes.iter().find(|p| p.id == *id)?;
        Some(purpose.name.in_language(self.language).to_owned())
    }

    pub(super) fn lines(&self, made: &VisitMade) -> Vec<GainedLine> {
        let line = |award: &Award| GainedLine {
            why: self.gained_for(&award.reason),
            points: award.points,
        };
        made.lines.iter().map(line).collect()
    }

    pub(super) fn gained_for(&self, reason: &AwardReason) -> GainedFor {
        let rules = self.catalogue.iter().flat_map(all_rules);
        let say = |name: Option<&Text>, id: &str| {
            name.map_or(id, |n| n.in_language(self.language)).to_owned()
        };
        match reason {
            AwardReason::Visit => GainedFor::Visit,
            AwardReason::FirstVisit => GainedFor::FirstVisit,
            AwardReason::Streak => GainedFor::Streak,
            AwardReason::Stamps => GainedFor::Stamps,
            AwardReason::Window => GainedFor::Window,
            AwardReason::Birthday => GainedFor::Birthday,
            AwardReason::Campaign(id) => {
                let name = rules
                    .flat_map(|r| &r.campaigns)
                    .find(|c| c.id == *id)
                    .map(|c| &c.name);
                GainedFor::Campaign(say(name, id.as_str()))
            }
            AwardReason::Volunteering(id) => {
                let name = rules
                    .flat_map(|r| &r.volunteering)
                    .find(|a| a.id == *id)
                    .map(|a| &a.name);
                GainedFor::Volunteering(say(name, id.as_str()))
            }
            AwardReason::Event(id) => {
                let facilities = self.catalogue.iter().flat_map(|c| c.facilities.values());
                let name = facilities
                    .filter_map(|f| f.service.as_event()?.event(id))
                    .map(|e| &e.name)
                    .next();
                GainedFor::Event(say(name, id.as_str()))
            }
        }
    }

    fn coming(&self, cx: &Turn<'_>, next: Next) -> Coming {
        let card = |p: Progress| Card {
            have: p.have,
            of: p.of,
            points: p.points,
        };
        let today = cx.now.stamp().said(&self.zone).date();
        Coming {
            streak: next.streak.map(card),
            stamps: next.stamps.map(card),
            points_from: next.points_from.map(|from| {
                if from <= today {
                    PointsFrom::Today
                } else if today.tomorrow().is_ok_and(|t| t == from) {
                    PointsFrom::Tomorrow
                } else {
                    PointsFrom::Day(clock::day_time(from))
                }
            }),
        }
    }
}

fn all_rules(catalogue: &Catalogue) -> impl Iterator<Item = &Rules> {
    catalogue
        .facilities
        .keys()
        .filter_map(|id| catalogue.point_rule(id))
        .flat_map(|rule| &rule.rules)
}
