//! A visit: one tap, the facility's use recorded, points at once.

use machitap_domain::{
    CitizenId, Credential, FactBody,
    fact::Refusal,
    points::{Earned, PointRule},
};

use super::{After, Session, State, Turn, done};
use crate::{
    output::{Output, Tone},
    view::{Gained, MessageKind},
};

impl Session {
    pub(super) fn visit(
        &mut self,
        cx: &mut Turn<'_>,
        credential: &Credential,
        linked: Option<CitizenId>,
        rule: PointRule,
    ) {
        let citizen = match credential {
            Credential::Citizen(citizen) => Some(citizen.clone()),
            Credential::Uid(_) => linked,
        };
        let subject = citizen
            .zip(self.purposes.visit.as_ref())
            .map(|(citizen, key)| key.pseudonym(&citizen));
        let Some(subject) = subject else {
            self.refuse(cx, MessageKind::UnknownCard, Refusal::UnknownCard);
            return;
        };
        // A chip number can be copied: it is enough to record by, not to be told a balance.
        let disclosed = matches!(credential, Credential::Citizen(_));
        let account = cx.folds.account(&subject);
        let timing = self.timing();
        if let Some(last) = account.latest()
            && cx.now.at_least_since(&last.at) < timing.repeat_ms
        {
            cx.out.push(Output::Tone(Tone::Read));
            let done = done::Done::visit_before(self, cx, subject, last, disclosed);
            self.go(State::Done(done));
            return;
        }
        let earned = account.earn(rule, cx.now.stamp().day(&self.zone));
        let visit = self.draft(
            cx.now,
            Some(subject),
            None,
            FactBody::visit(credential.kind()),
        );
        let id = visit.id;
        let mut drafts = vec![visit];
        let gained = match earned {
            Earned::Points(award) => {
                drafts.push(self.draft(cx.now, Some(subject), Some(id), FactBody::Award(award)));
                Gained::Points(award.points)
            }
            Earned::AlreadyToday => Gained::AlreadyToday,
            Earned::NotHere => Gained::NotHere,
        };
        let planned = done::Planned::Visit {
            subject,
            fact: id,
            gained,
            disclosed,
        };
        self.append(cx, drafts, After::Done(planned));
    }
}
