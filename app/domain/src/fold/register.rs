//! Registrations: who holds which card, and the numbers that were issued.

use super::{FoldKey, Folds, changed};
use crate::{
    fact::{Fact, FactBody, FactId},
    pseudonym::Pseudonym,
    register::{
        Answer, CardState, Holder, Numbers, WhyNot,
        holder::{ClaimMade, Made},
    },
};

impl Folds {
    /// What this journal knows of a resident's cards.
    pub fn holder(&self, resident: &Pseudonym) -> Holder {
        self.holders.get(resident).cloned().unwrap_or_default()
    }

    /// All residents that claims were made about.
    pub fn holders(&self) -> impl Iterator<Item = (&Pseudonym, &Holder)> {
        self.holders.iter()
    }

    /// The numbers that were issued.
    pub const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Whose card that is by this journal alone, and what it is to them. Where claims about
    /// several residents name it, the one it opens counts, and then the latest.
    pub fn card(&self, card: &Pseudonym) -> Option<(Pseudonym, CardState)> {
        let named = self.by_card.get(card)?.iter().filter_map(|resident| {
            let holder = self.holders.get(resident)?;
            let seq = holder.claims().iter().rev().find(|c| c.card == *card)?.seq;
            Some((holder.card(card)?, seq, *resident))
        });
        named
            .max_by_key(|(state, seq, _)| (*state != CardState::Released, *seq))
            .map(|(state, _, resident)| (resident, state))
    }

    /// Why the city refused that card, where no claim about it stands.
    pub fn refused(&self, card: &Pseudonym) -> Option<WhyNot> {
        let named = self.by_card.get(card)?.iter();
        let claims = named.flat_map(|resident| self.holder(resident).claims().to_vec());
        let latest = claims
            .filter(|c| c.card == *card && !c.undone)
            .max_by_key(|c| c.seq)?;
        match latest.answer? {
            Answer::Refused { why } => Some(why),
            Answer::Accepted => None,
        }
    }

    /// Takes in a claim, or an answer to one.
    pub(super) fn register(&mut self, fact: &Fact, resident: Pseudonym) -> Vec<FoldKey> {
        let (card, made) = match &fact.body {
            FactBody::Registered(r) => {
                self.numbers.take(&r.lease, r.nth);
                let (lease, nth) = (r.lease.clone(), r.nth);
                (r.card, Made::Registered { lease, nth })
            }
            FactBody::Relinked(r) => (r.card, Made::Relinked),
            FactBody::ReleasedId(r) => (r.card, Made::Released),
            FactBody::RegistrationAnswered { answer } => {
                let heard = fact
                    .caused_by
                    .is_some_and(|claim| self.hear_answer(resident, claim, *answer));
                return changed(heard, FoldKey::Holder(resident));
            }
            _ => return Vec::new(),
        };
        let numbered = matches!(made, Made::Registered { .. });
        let mut holder = self.holder(&resident);
        holder.claim(ClaimMade {
            fact: fact.id,
            seq: fact.key.seq,
            card,
            made,
            answer: None,
            undone: false,
        });
        self.put_holder(resident, holder);
        let mut keys = vec![FoldKey::Holder(resident)];
        keys.extend(numbered.then_some(FoldKey::Numbers));
        keys
    }

    fn hear_answer(&mut self, resident: Pseudonym, claim: FactId, answer: Answer) -> bool {
        let holder = self.holders.get_mut(&resident);
        holder.is_some_and(|h| h.answer(claim, answer))
    }

    pub(super) fn void_claim(&mut self, resident: Pseudonym, fact: FactId) -> Vec<FoldKey> {
        let holder = self.holders.get_mut(&resident);
        let undone = holder.is_some_and(|h| h.undo(fact));
        changed(undone, FoldKey::Holder(resident))
    }

    /// Puts a resident in, with the way from their cards to them.
    pub(super) fn put_holder(&mut self, resident: Pseudonym, holder: Holder) {
        for claim in self.holder(&resident).claims() {
            if let Some(of) = self.by_card.get_mut(&claim.card) {
                of.remove(&resident);
                if of.is_empty() {
                    self.by_card.remove(&claim.card);
                }
            }
        }
        for claim in holder.claims() {
            self.by_card.entry(claim.card).or_default().insert(resident);
        }
        self.holders.insert(resident, holder);
    }
}
