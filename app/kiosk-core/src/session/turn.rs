//! One turn of the machine: what it proposes, what follows the disk's answer, what is shown.

use machitap_domain::{Draft, FactBody, FactId, Folds, Now, Pseudonym, Stamp};

use super::{Session, State, clock, done, draw, fare, followup, own};
use crate::{
    input::StoreTrouble,
    output::{Output, Tone},
    view::Screen,
};

/// What follows once an append is on disk.
pub(super) enum After {
    /// Nothing anybody sees.
    Quiet,
    /// A tone for whoever stands at the staff panel; the panel itself shows the folds.
    Panel,
    /// A screen that says so.
    Done(done::Planned),
    /// The capsule.
    Drawn(Box<draw::Drawing>),
    /// A resident's own page.
    Own(Box<own::Owner>),
    /// The class.
    Fare(fare::Told),
}

/// One call of [`Session::handle`].
pub(super) struct Turn<'a> {
    pub(super) now: &'a Now,
    pub(super) folds: &'a Folds,
    pub(super) out: Vec<Output>,
}

impl<'a> Turn<'a> {
    pub(super) const fn new(now: &'a Now, folds: &'a Folds) -> Self {
        Self {
            now,
            folds,
            out: Vec::new(),
        }
    }
}

impl Session {
    pub(super) fn appended(&mut self, cx: &mut Turn<'_>) {
        match self.after.pop_front() {
            None | Some(After::Quiet) => self.changed = true,
            Some(After::Panel) => {
                cx.out.push(Output::Tone(Tone::Done));
                self.changed = true;
            }
            Some(After::Drawn(drawing)) => {
                cx.out.push(Output::Tone(Tone::Done));
                self.go(State::Draw(drawing));
            }
            Some(After::Own(owner)) => {
                cx.out.push(Output::Tone(Tone::Done));
                if let Some(visitor) = owner.chooses() {
                    self.serve_as(cx.folds, visitor);
                }
                self.go(State::Own(Box::new(owner.touched(cx.now))));
            }
            Some(After::Fare(told)) => self.tell(cx, told),
            Some(After::Done(planned)) => {
                cx.out.push(Output::Tone(Tone::Done));
                let (done, followup) = planned.show(self, cx);
                // The next family is waiting: they are not kept for a question.
                if followup.is_empty() || self.next_card.is_some() {
                    self.go(State::Done(done));
                } else {
                    self.go(State::Asking(followup::Asking::new(followup, done, cx.now)));
                }
            }
        }
        self.offer_notes(cx);
        if let Some(credential) = self.next_card.take() {
            self.open(cx, credential);
        }
    }

    pub(super) fn not_appended(&mut self, cx: &mut Turn<'_>, trouble: StoreTrouble) {
        self.set_trouble(Some(trouble));
        // Answers may have been among what was not put on disk.
        self.answers_due = true;
        self.seals_due = true;
        self.next_card = None;
        match self.after.pop_front() {
            Some(After::Done(_) | After::Drawn(_) | After::Own(_) | After::Fare(_)) => {
                cx.out.push(Output::Tone(Tone::Ask));
                self.go(State::Base);
            }
            Some(After::Panel) => {
                cx.out.push(Output::Tone(Tone::Ask));
                self.changed = true;
            }
            Some(After::Quiet) | None => {}
        }
    }

    pub(super) fn draft(
        &mut self,
        now: &Now,
        subject: Option<Pseudonym>,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> Draft {
        self.draft_at(now.stamp(), subject, caused_by, body)
    }

    /// A fact about a moment that is not quite now: a going counts from the tap.
    pub(super) fn draft_at(
        &mut self,
        at: Stamp,
        subject: Option<Pseudonym>,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> Draft {
        Draft {
            id: (self.new_id)(&at),
            subject,
            at,
            caused_by,
            body,
        }
    }

    pub(super) fn append(&mut self, cx: &mut Turn<'_>, drafts: Vec<Draft>, after: After) {
        if matches!(
            after,
            After::Done(_) | After::Drawn(_) | After::Own(_) | After::Fare(_)
        ) {
            self.go(State::Committing);
        }
        self.after.push_back(after);
        cx.out.push(Output::Append(drafts));
    }

    pub(super) fn finish(&mut self, turn: Turn<'_>) -> Vec<Output> {
        let Turn {
            now,
            folds,
            mut out,
        } = turn;
        self.set_loudness(now, &mut out);
        // Between the proposal and the disk nothing is shown: commit, then show.
        let unanswered = self.after.iter().any(|a| matches!(a, After::Panel));
        if !matches!(self.state, State::Committing) && !unanswered {
            let header = self.header(now, folds);
            let stale = self.shown.as_ref().is_none_or(|s| s.header != header);
            if self.changed || stale {
                let screen = Screen {
                    header,
                    view: self.view(now, folds),
                    language: self.language,
                    text: self.wishes.text,
                    voice: self.speaks(),
                    motion: !self.wishes.still,
                    lowered: self.lowered_until.is_some(),
                };
                self.changed = false;
                if self.shown.as_ref() != Some(&screen) {
                    self.shown = Some(screen.clone());
                    out.push(Output::Show(Box::new(screen)));
                }
            }
            self.speak(&mut out);
        }
        let next_minute = clock::next_minute(now);
        let wake = self.deadline().map_or(next_minute, |d| d.min(next_minute));
        out.push(Output::WakeAt(wake));
        out
    }
}
