//! What follows a drop-off that is already safe: lines to be seen, questions to be answered.

use std::collections::VecDeque;

use machitap_domain::{
    FactBody, FactId, Millis, Now, Pseudonym,
    nursery::note::{Answer, Question},
    roster::HouseholdNotice,
};

use super::{After, Session, State, Turn, done::Done};
use crate::{
    input::Touch,
    view::{self, ChildRow, Remaining, View},
};

/// A step nobody answers is left after this, milliseconds.
pub const STEP_MS: Millis = 20_000;

/// A child that just came.
#[derive(Clone)]
pub(super) struct Came {
    pub(super) fact: FactId,
    pub(super) subject: Pseudonym,
    pub(super) row: ChildRow,
}

#[derive(Clone)]
enum Step {
    Notice {
        household: Pseudonym,
        notice: HouseholdNotice,
        nth: usize,
        of: usize,
    },
    Question {
        came: Came,
        question: Question,
        nth: usize,
        of: usize,
    },
}

/// The steps that are left.
#[derive(Clone, Default)]
pub(super) struct Followup {
    steps: VecDeque<Step>,
}

impl Followup {
    pub(super) fn new(
        notices: Option<(Pseudonym, Vec<HouseholdNotice>)>,
        came: Vec<Came>,
        questions: Vec<Question>,
    ) -> Self {
        let mut steps = VecDeque::new();
        if let Some((household, notices)) = notices {
            let of = notices.len();
            steps.extend((1..).zip(notices).map(|(nth, notice)| Step::Notice {
                household,
                notice,
                nth,
                of,
            }));
        }
        let of = came.len() * questions.len();
        let asked = came
            .iter()
            .flat_map(|came| questions.iter().map(move |question| (came, question)));
        steps.extend(
            (1..)
                .zip(asked)
                .map(|(nth, (came, question))| Step::Question {
                    came: came.clone(),
                    question: question.clone(),
                    nth,
                    of,
                }),
        );
        Self { steps }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// A step on the screen, and the screen that comes last.
pub(super) struct Asking {
    followup: Followup,
    done: Done,
    until: Millis,
}

impl Asking {
    pub(super) fn new(followup: Followup, done: Done, now: &Now) -> Self {
        Self {
            followup,
            done,
            until: now.mono_ms + STEP_MS,
        }
    }

    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    fn step(&self) -> Option<&Step> {
        self.followup.steps.front()
    }
}

impl Session {
    pub(super) fn asking_view(&self, asking: &Asking, now: &Now) -> View {
        match asking.step() {
            Some(Step::Notice {
                notice, nth, of, ..
            }) => View::Notice(view::Notice {
                text: notice
                    .text
                    .reveal()
                    .in_language(self.language)
                    .to_owned()
                    .into(),
                nth: *nth,
                of: *of,
            }),
            Some(Step::Question {
                came,
                question,
                nth,
                of,
            }) => View::Question(view::Question {
                name: came.row.name.clone(),
                kana: came.row.kana.clone(),
                mark: came.row.mark,
                text: question.text.in_language(self.language).to_owned(),
                answers: question
                    .answers
                    .iter()
                    .map(|a| a.text.in_language(self.language).to_owned())
                    .collect(),
                nth: *nth,
                of: *of,
                remaining: Remaining {
                    left_ms: asking.until.saturating_sub(now.mono_ms),
                    total_ms: STEP_MS,
                },
            }),
            None => asking.done.view(now),
        }
    }

    pub(super) fn touch_asking(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Asking(asking) = &self.state else {
            return;
        };
        let (subject, caused_by, body) = match (asking.step(), touch) {
            (
                Some(Step::Notice {
                    household, notice, ..
                }),
                Touch::Confirm,
            ) => {
                let notice = notice.id.clone();
                (*household, None, FactBody::NoticeSeen { notice })
            }
            (Some(Step::Question { came, question, .. }), Touch::Pick(n)) => {
                let Some(chosen) = question.answers.get(n) else {
                    return;
                };
                let answer = Answer {
                    question: question.id.clone(),
                    answer: chosen.id.clone(),
                };
                (came.subject, Some(came.fact), FactBody::Answered(answer))
            }
            (Some(Step::Question { .. }), Touch::Cancel) => return self.next_step(cx),
            _ => return,
        };
        let draft = self.draft(cx.now, Some(subject), caused_by, body);
        self.next_step(cx);
        self.append(cx, vec![draft], After::Quiet);
    }

    fn next_step(&mut self, cx: &Turn<'_>) {
        let State::Asking(mut asking) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        asking.followup.steps.pop_front();
        asking.until = cx.now.mono_ms + STEP_MS;
        self.ask_or_finish(cx, asking);
    }

    /// Nobody answers: what is recorded is recorded, the rest is left to a word.
    pub(super) fn leave_asking(&mut self, cx: &Turn<'_>) {
        let State::Asking(mut asking) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        asking.followup.steps.clear();
        self.ask_or_finish(cx, asking);
    }

    fn ask_or_finish(&mut self, cx: &Turn<'_>, asking: Asking) {
        if asking.followup.is_empty() {
            let done = asking.done.shown_now(self.timing().done_ms, cx.now);
            self.go(State::Done(done));
        } else {
            self.go(State::Asking(asking));
        }
    }
}
