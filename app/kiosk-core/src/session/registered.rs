//! Cards this journal knows by itself, before a roster does: registered here, re-linked here,
//! released here.

use machitap_domain::{
    CitizenId, Credential, Fact, FactBody, Folds, Pseudonym,
    register::{Answer, CardState},
};

use super::{After, Session, State, Turn};

/// True for a fact the city answers with a seal, or not.
pub(super) const fn is_claim(fact: &Fact) -> bool {
    matches!(
        fact.body,
        FactBody::Registered(_) | FactBody::Relinked(_) | FactBody::ReleasedId(_)
    )
}

impl Session {
    /// The resident whose card this is by this journal alone.
    pub(super) fn registered_here(
        &self,
        folds: &Folds,
        credential: &Credential,
    ) -> Option<Pseudonym> {
        let card = self.purposes.visit.as_ref()?.card(credential);
        match folds.card(&card)? {
            (resident, CardState::Opens { .. }) => Some(resident),
            (_, CardState::Released) => None,
        }
    }

    /// The id of somebody this journal knows: issued here, or named by the roster.
    pub(super) fn issued_to(&self, folds: &Folds, resident: &Pseudonym) -> Option<CitizenId> {
        let holder = folds.holder(resident);
        let issued = holder
            .place()
            .and_then(|(lease, nth)| self.leases.as_ref()?.issued(lease, nth));
        issued.or_else(|| {
            let key = self.purposes.visit.as_ref()?;
            let (roster, _) = self.roster.as_ref()?;
            let mut residents = roster.residents.iter().map(|r| &r.citizen);
            residents.find(|c| key.pseudonym(c) == *resident).cloned()
        })
    }

    /// True while the city has not answered a claim by which this resident is known here.
    pub(super) fn is_unsealed(&self, folds: &Folds, resident: &Pseudonym) -> bool {
        let holder = folds.holder(resident);
        holder.opening().is_some_and(|c| c.answer.is_none())
    }

    /// True for a card that opens nothing any more, by the city's word or by this journal.
    pub(super) fn is_released(&self, folds: &Folds, credential: &Credential) -> bool {
        let roster = self.roster.as_ref().map(|(roster, _)| roster);
        roster.is_some_and(|r| r.is_released(credential)) || self.released_here(folds, credential)
    }

    /// What the roster says of a card counts again once the city has answered: by then it was
    /// told of the claim.
    fn released_here(&self, folds: &Folds, credential: &Credential) -> bool {
        let Some(key) = &self.purposes.visit else {
            return false;
        };
        let card = key.card(credential);
        let Some(citizen) = self.resident(credential) else {
            return matches!(folds.card(&card), Some((_, CardState::Released)));
        };
        let holder = folds.holder(&key.pseudonym(&citizen));
        match credential {
            Credential::Citizen(_) => holder.is_released(),
            Credential::Uid(_) => {
                let barred = match holder.card(&card) {
                    Some(state) => state == CardState::Released,
                    None => holder.bars_others(),
                };
                barred && holder.waits()
            }
        }
    }

    /// The city's answers to claims become facts, each once: from then on the folds alone say
    /// what became of a claim. Where a claim that came late changes an answer, it is another.
    pub(super) fn watch_seals(&mut self, cx: &mut Turn<'_>) {
        let busy = matches!(self.state, State::Committing) || self.trouble.is_some();
        let Some(leases) = self.leases.as_ref().filter(|_| self.seals_due && !busy) else {
            return;
        };
        let mut answered: Vec<(Pseudonym, machitap_domain::FactId, Answer)> = Vec::new();
        if !leases.answers.is_empty() {
            for (resident, holder) in cx.folds.holders() {
                for claim in holder.claims().iter().filter(|c| !c.undone) {
                    let answer = leases.answers.get(&claim.fact);
                    if let Some(answer) = answer.filter(|a| claim.answer != Some(**a)) {
                        answered.push((*resident, claim.fact, *answer));
                    }
                }
            }
        }
        self.seals_due = false;
        let drafts: Vec<_> = answered
            .into_iter()
            .map(|(resident, claim, answer)| {
                let body = FactBody::RegistrationAnswered { answer };
                self.draft(cx.now, Some(resident), Some(claim), body)
            })
            .collect();
        if !drafts.is_empty() {
            self.append(cx, drafts, After::Quiet);
        }
    }
}
