//! How residents want to be served.

use super::{FoldKey, Folds, changed};
use crate::{
    fact::{Fact, FactId},
    preferences::{Chosen, Preferred},
    pseudonym::Pseudonym,
    time::Stamp,
};

impl Folds {
    /// What a resident chose in this journal; nothing for one who never did.
    pub fn chosen(&self, resident: &Pseudonym) -> Chosen {
        self.chosen.get(resident).cloned().unwrap_or_default()
    }

    pub(super) fn choose(
        &mut self,
        fact: &Fact,
        resident: Pseudonym,
        preferred: Preferred,
    ) -> Vec<FoldKey> {
        let chosen = self.chosen.entry(resident).or_default();
        chosen.choose(fact.id, fact.at, preferred);
        vec![FoldKey::Chosen(resident)]
    }

    pub(super) fn void_choice(&mut self, resident: Pseudonym, fact: FactId) -> Vec<FoldKey> {
        let chosen = self.chosen.get_mut(&resident);
        let undone = chosen.is_some_and(|c| c.undo(fact));
        changed(undone, FoldKey::Chosen(resident))
    }

    pub(super) fn mend_choices(&mut self, mend: impl Fn(&mut Stamp) -> bool) -> Vec<FoldKey> {
        let mut keys = Vec::new();
        for (resident, chosen) in &mut self.chosen {
            keys.extend(chosen.mend(&mend).then_some(FoldKey::Chosen(*resident)));
        }
        keys
    }
}
