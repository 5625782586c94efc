//! How whoever stands here wants to be served, from their tap until their session ends.
//!
//! It is taken on by a card that proves whose it is, before the first screen that follows from
//! it, and when the own page is opened or something on it was chosen: never in between, so that
//! nothing moves under a finger. A language touched at the kiosk holds against it until the
//! session ends.

use machitap_domain::{
    Credential, Folds, Pseudonym,
    catalogue::Language,
    preferences::{Latest, Preferences},
};

use super::{Session, State, visit::Visitor};

impl Session {
    /// The latest that is known of a resident's choices: of those made here this journal speaks,
    /// of all others the city.
    pub(super) fn preferred(&self, folds: &Folds, resident: &Pseudonym) -> Option<Latest> {
        let told = self.city_says(resident).preferred;
        Latest::of(folds.chosen(resident).latest(), told)
    }

    /// Serves a visitor as they want. A number that can be copied is told nothing of it.
    pub(super) fn serve_as(&mut self, folds: &Folds, visitor: &Visitor) {
        if !visitor.may_be_told() {
            return;
        }
        let latest = self.preferred(folds, &visitor.subject);
        self.wishes = latest.map(|l| l.preferences).unwrap_or_default();
        if self.language_until.is_none() {
            self.language = self.wishes.language.unwrap_or_default();
        }
        self.changed = true;
    }

    /// A card opens a session: with another's, nothing of that one is left. What was touched
    /// before any card was held is the language of whoever holds this one.
    pub(super) fn begin_session(&mut self, credential: &Credential) {
        if self.holder.as_ref().is_some_and(|h| h != credential) {
            self.end_session();
        }
        self.holder = Some(credential.clone());
    }

    /// A card was not read: what its holder is shown must say nothing of whoever was here
    /// before.
    pub(super) fn card_of_nobody(&mut self) {
        if matches!(self.state, State::Reading { .. }) && self.holder.is_some() {
            self.end_session();
        }
    }

    /// The kiosk is as it is for everybody again.
    pub(super) fn end_session(&mut self) {
        self.holder = None;
        self.wishes = Preferences::default();
        self.language = Language::default();
        self.language_until = None;
        self.changed = true;
    }

    /// Whether what the screen says is to be spoken.
    pub(super) fn speaks(&self) -> bool {
        self.voice_rule().speaks_to(self.wishes.voice)
    }
}
