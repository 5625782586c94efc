//! A visit: one tap, the facility's use recorded, points at once.

use machitap_domain::{
    CitizenId, Credential, Draft, FactBody, Folds, Millis, Pseudonym, Stamp,
    catalogue::Service,
    fact::Refusal,
    ids::PurposeId,
    points::{
        Account, PointRule, VisitMade,
        caps::Person,
        earn::{Asked, Earning, earn},
        visit::{Visit, VisitPurpose},
    },
    roster::Known,
};

use super::{After, Session, State, Turn, choice::Choosing, done};
use crate::{
    output::{Output, Tone},
    view::MessageKind,
};

/// Whose visit it is.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) credential: Credential,
    pub(super) subject: Pseudonym,
    /// `None` for somebody re-linked here whom no roster names yet: the journal knows them by
    /// their pseudonym alone.
    pub(super) citizen: Option<CitizenId>,
}

impl Visitor {
    /// A chip number can be copied: it is enough to record by, not to be told a balance.
    pub(super) const fn may_be_told(&self) -> bool {
        matches!(self.credential, Credential::Citizen(_))
    }
}

/// What the facility set for visits.
#[derive(Clone, Copy)]
pub(super) struct Hall<'a> {
    pub(super) points: &'a PointRule,
    pub(super) purposes: &'a [VisitPurpose],
    pub(super) groups: bool,
    pub(super) stay: bool,
}

impl Session {
    pub(super) fn hall(&self) -> Option<Hall<'_>> {
        match self.service()? {
            Service::Visit {
                points,
                purposes,
                groups,
                stay,
            } => Some(Hall {
                points,
                purposes,
                groups: *groups,
                stay: *stay,
            }),
            _ => None,
        }
    }

    /// The resident whose card this is; `None` where it is nobody's.
    pub(super) fn resident(&self, credential: &Credential) -> Option<CitizenId> {
        match credential {
            Credential::Citizen(citizen) => Some(citizen.clone()),
            Credential::Uid(_) => {
                let (roster, _) = self.roster.as_ref()?;
                match roster.find(credential)? {
                    Known::Resident(citizen) => Some(citizen.clone()),
                    Known::Household { guardian, .. } => Some(guardian?.citizen.clone()),
                    Known::Staff(_) => None,
                }
            }
        }
    }

    /// Whose visit this card's would be; `None` where it is nobody's.
    pub(super) fn visitor(&self, folds: &Folds, credential: &Credential) -> Option<Visitor> {
        let (subject, citizen) = match self.resident(credential) {
            Some(citizen) => {
                let key = self.purposes.visit.as_ref()?;
                (key.pseudonym(&citizen), Some(citizen))
            }
            None => {
                let subject = self.registered_here(folds, credential)?;
                (subject, self.issued_to(folds, &subject))
            }
        };
        Some(Visitor {
            credential: credential.clone(),
            subject,
            citizen,
        })
    }

    pub(super) fn visit(&mut self, cx: &mut Turn<'_>, credential: &Credential) {
        let Some(visitor) = self.visitor(cx.folds, credential) else {
            self.refuse(cx, MessageKind::UnknownCard, Refusal::UnknownCard);
            return;
        };
        self.serve_as(cx.folds, &visitor);
        if self.draw_seen_by(cx, &visitor) {
            return;
        }
        let Some(hall) = self.hall() else { return };
        let account = cx.folds.account(&visitor.subject);
        let repeat_ms = self.timing().repeat_ms;
        let lately = |at: &Stamp| cx.now.at_least_since(at) < repeat_ms;
        if let Some(last) = account.latest() {
            if let Some(ended) = last.ended.filter(|e| lately(&e.at)) {
                cx.out.push(Output::Tone(Tone::Read));
                let done = done::Done::ended_before(self, cx, &visitor, last, ended);
                return self.go(State::Done(done));
            }
            if last.ended.is_none() && lately(&last.at) {
                cx.out.push(Output::Tone(Tone::Read));
                let done = done::Done::visit_before(self, cx, &visitor, last);
                return self.go(State::Done(done));
            }
        }
        if hall.stay
            && let Some(inside) = account.inside(cx.now.stamp().day(&self.zone))
        {
            return self.end_visit(cx, visitor, inside);
        }
        let purpose = match hall.purposes {
            [only] => Some(only.id.clone()),
            _ => None,
        };
        if hall.purposes.len() > 1 || hall.groups {
            let choosing = Choosing::new(visitor, purpose, hall.groups, cx.now);
            return self.go(State::Choosing(Box::new(choosing)));
        }
        self.record_visit(cx, visitor, purpose, None);
    }

    /// Puts a visit and what it earns on disk.
    pub(super) fn record_visit(
        &mut self,
        cx: &mut Turn<'_>,
        visitor: Visitor,
        purpose: Option<PurposeId>,
        heads: Option<u16>,
    ) {
        // A catalogue may take the facility away while somebody chooses.
        let Some(earning) = self.earning(cx, &visitor, purpose.as_ref()) else {
            cx.out.push(Output::Tone(Tone::Ask));
            return self.go(State::Base);
        };
        let body = FactBody::Visit(Visit {
            credential: visitor.credential.kind(),
            purpose: purpose.clone(),
            heads,
        });
        let visit = self.draft(cx.now, Some(visitor.subject), None, body);
        let fact = visit.id;
        let mut drafts = vec![visit];
        for line in &earning.lines {
            let award = FactBody::Award(line.clone());
            drafts.push(self.draft(cx.now, Some(visitor.subject), Some(fact), award));
        }
        drafts.extend(self.spins_given(cx, visitor.subject, fact, &earning.lines));
        let at = cx.now.stamp();
        let made = VisitMade {
            points: earning.points(),
            lines: earning.lines.clone(),
            purpose,
            heads,
            ..VisitMade::new(fact, at.day(&self.zone), at)
        };
        let planned = done::Planned::Visit(Box::new(done::Visited {
            visitor,
            made,
            earning,
        }));
        self.append(cx, drafts, After::Done(planned));
    }

    fn end_visit(&mut self, cx: &mut Turn<'_>, visitor: Visitor, inside: &VisitMade) {
        let minutes = minutes_between(&inside.at, &cx.now.stamp());
        let end: Draft = self.draft(
            cx.now,
            Some(visitor.subject),
            Some(inside.fact),
            FactBody::VisitEnded,
        );
        let planned = done::Planned::Ended {
            fact: end.id,
            minutes: minutes.filter(|_| visitor.may_be_told()),
            visitor,
        };
        self.append(cx, vec![end], After::Done(planned));
    }

    pub(super) fn earning(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        purpose: Option<&PurposeId>,
    ) -> Option<Earning> {
        self.ask(cx, visitor, purpose, earn)
    }

    /// What the roster says of somebody; nothing of whom it does not name.
    pub(super) fn person(&self, citizen: Option<&CitizenId>) -> Person {
        self.roster
            .as_ref()
            .zip(citizen)
            .map_or_else(Person::default, |((r, _), citizen)| r.for_points(citizen))
    }

    /// Asks the rules about this visitor, now.
    pub(super) fn ask<T>(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        purpose: Option<&PurposeId>,
        question: impl FnOnce(&Asked<'_>) -> T,
    ) -> Option<T> {
        self.ask_under(cx, visitor, self.hall()?.points, purpose, question)
    }

    /// The same under a rule of its own.
    pub(super) fn ask_under<T>(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        rule: &PointRule,
        purpose: Option<&PurposeId>,
        question: impl FnOnce(&Asked<'_>) -> T,
    ) -> Option<T> {
        let account: Account = cx.folds.account(&visitor.subject);
        Some(question(&Asked {
            rule,
            town: &self.catalogue.as_ref()?.points,
            person: self.person(visitor.citizen.as_ref()),
            account: &account,
            at: &cx.now.stamp(),
            zone: &self.zone,
            purpose,
        }))
    }
}

/// Whole minutes between two moments, where that is certain: within one boot, or where both
/// times are vouched for.
pub(super) fn minutes_between(from: &Stamp, until: &Stamp) -> Option<Millis> {
    let ms = if from.boot == until.boot {
        until.mono_ms.checked_sub(from.mono_ms)
    } else if from.quality.is_trusted() && until.quality.is_trusted() {
        Millis::try_from(until.wall_ms.saturating_sub(from.wall_ms)).ok()
    } else {
        None
    };
    ms.map(|ms| ms / 60_000)
}
