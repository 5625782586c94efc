//! How a resident wants to be served: one touch each, on disk, then seen.

use machitap_domain::{
    FactBody, Folds, Now,
    preferences::{Preference, Preferred},
};

use super::{After, Owner, Session, State, Turn, undo_left};
use crate::view::{OwnPage, PreferenceSheet, Remaining};

impl Session {
    /// Puts a choice on disk. What is chosen already is not chosen again.
    pub(super) fn prefer(&mut self, cx: &mut Turn<'_>, owner: Owner, one: Preference) {
        let resident = owner.visitor.subject;
        let before = self.preferred(cx.folds, &resident);
        let held = before.map(|b| b.preferences).unwrap_or_default();
        if matches!(one, Preference::Language(_)) {
            // Of two languages touched, the one touched last is meant.
            self.language_until = None;
        }
        let wanted = held.with(one);
        if wanted == held {
            self.serve_as(cx.folds, &owner.visitor);
            return self.go(State::Own(Box::new(owner.touched(cx.now))));
        }
        let body = FactBody::Preferred(Preferred::over(before, wanted));
        let draft = self.draft(cx.now, Some(resident), None, body);
        let owner = Owner {
            chosen: Some((draft.id, draft.at)),
            ..owner
        };
        self.append(cx, vec![draft], After::Own(Box::new(owner)));
    }

    /// Takes the last choice back, while the ring runs.
    pub(super) fn take_choice_back(&mut self, cx: &mut Turn<'_>, owner: Owner) {
        let Some((fact, _)) = owner
            .chosen
            .filter(|_| self.choice_undo(&owner, cx.now, cx.folds).is_some())
        else {
            return;
        };
        let resident = owner.visitor.subject;
        let body = FactBody::Undone { fact };
        let draft = self.draft(cx.now, Some(resident), Some(fact), body);
        let owner = Owner {
            chosen: None,
            ..owner
        };
        self.append(cx, vec![draft], After::Own(Box::new(owner)));
    }

    fn choice_undo(&self, owner: &Owner, now: &Now, folds: &Folds) -> Option<Remaining> {
        let (fact, at) = owner.chosen?;
        let stands = folds.chosen(&owner.visitor.subject).is_last(fact);
        undo_left(self.timing().undo_ms, &at, now).filter(|_| stands)
    }

    pub(super) fn preference_sheet(&self, owner: &Owner, now: &Now, folds: &Folds) -> OwnPage {
        let latest = self.preferred(folds, &owner.visitor.subject);
        let chosen = latest.map(|l| l.preferences).unwrap_or_default();
        OwnPage::Preferences(PreferenceSheet {
            chosen,
            spoken: chosen
                .voice
                .unwrap_or_else(|| self.voice_rule().speaks_to(None)),
            undo: self.choice_undo(owner, now, folds),
        })
    }
}
