//! What was done, on disk, and can still be taken back.

use machitap_domain::{
    FactBody, FactId, Millis, Now, Pseudonym, Stamp,
    attendance::{Direction, Passage},
    points::VisitMade,
};

use super::{After, Session, State, Turn, clock, followup::Followup};
use crate::{
    input::Touch,
    view::{ChildRow, Gained, NurseryDone, Remaining, RowReason, View, VisitDone},
};

/// What will be shown once it is on disk.
pub(super) enum Planned {
    Nursery {
        acts: Vec<(FactId, Pseudonym)>,
        children: Vec<ChildRow>,
        followup: Followup,
    },
    Visit {
        subject: Pseudonym,
        fact: FactId,
        gained: Gained,
        disclosed: bool,
    },
    Undone,
}

/// What is shown.
pub(super) struct Done {
    what: What,
    acts: Vec<(FactId, Pseudonym)>,
    at: Stamp,
    undo_ms: Millis,
    until: Millis,
}

enum What {
    Nursery {
        children: Vec<ChildRow>,
        already: bool,
    },
    Visit(VisitDone),
    Undone,
}

impl Planned {
    /// The screen that says so, and what is asked before it.
    pub(super) fn show(self, session: &Session, cx: &Turn<'_>) -> (Done, Followup) {
        let mut before = Followup::default();
        let (what, acts) = match self {
            Self::Nursery {
                acts,
                children,
                followup,
            } => {
                before = followup;
                (
                    What::Nursery {
                        children,
                        already: false,
                    },
                    acts,
                )
            }
            Self::Visit {
                subject,
                fact,
                gained,
                disclosed,
            } => (
                What::Visit(visit(cx, subject, gained, disclosed, false)),
                vec![(fact, subject)],
            ),
            Self::Undone => (What::Undone, Vec::new()),
        };
        (Done::new(session, cx, what, acts, cx.now.stamp()), before)
    }
}

fn visit(
    cx: &Turn<'_>,
    subject: Pseudonym,
    gained: Gained,
    disclosed: bool,
    already: bool,
) -> VisitDone {
    let account = cx.folds.account(&subject);
    VisitDone {
        gained,
        balance: disclosed.then(|| account.balance()),
        visits: disclosed.then(|| account.visits()),
        already,
        undo: None,
    }
}

impl Done {
    fn new(
        session: &Session,
        cx: &Turn<'_>,
        what: What,
        acts: Vec<(FactId, Pseudonym)>,
        at: Stamp,
    ) -> Self {
        let timing = session.timing();
        let stays = if matches!(what, What::Undone) {
            timing.message_ms
        } else {
            timing.done_ms
        };
        Self {
            what,
            acts,
            at,
            undo_ms: timing.undo_ms,
            until: cx.now.mono_ms + stays,
        }
    }

    /// The screen of a tap that came again too soon: what the first one did.
    pub(super) fn visit_before(
        session: &Session,
        cx: &Turn<'_>,
        subject: Pseudonym,
        last: &VisitMade,
        disclosed: bool,
    ) -> Self {
        let gained = match last.points {
            0 => Gained::AlreadyToday,
            points => Gained::Points(points),
        };
        let what = What::Visit(visit(cx, subject, gained, disclosed, true));
        Self::new(session, cx, what, vec![(last.fact, subject)], last.at)
    }

    pub(super) fn nursery_before(
        session: &Session,
        cx: &Turn<'_>,
        children: impl Iterator<Item = ((ChildRow, Pseudonym), Option<Passage>)>,
    ) -> Self {
        let mut rows = Vec::new();
        let mut acts = Vec::new();
        let mut at = cx.now.stamp();
        for ((mut row, subject), passage) in children {
            let Some(passage) = passage else { continue };
            // The row proposes the way back; what is shown is the way already gone.
            row.direction = passage.direction;
            row.selected = true;
            let time = clock::stamp_time(&passage.at, &session.zone);
            row.reason = match passage.direction {
                Direction::In => RowReason::HereSince(time),
                Direction::Out => RowReason::LeftAt(time),
            };
            rows.push(row);
            acts.push((passage.fact, subject));
            at = passage.at;
        }
        let what = What::Nursery {
            children: rows,
            already: true,
        };
        Self::new(session, cx, what, acts, at)
    }

    /// Shown only now.
    pub(super) fn shown_now(self, stays: Millis, now: &Now) -> Self {
        Self {
            until: now.mono_ms + stays,
            ..self
        }
    }

    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    fn undo(&self, now: &Now) -> Option<Remaining> {
        let left_ms = self.undo_ms.checked_sub(now.at_least_since(&self.at))?;
        (left_ms > 0 && !self.acts.is_empty()).then_some(Remaining {
            left_ms,
            total_ms: self.undo_ms,
        })
    }

    pub(super) fn view(&self, now: &Now) -> View {
        match &self.what {
            What::Nursery { children, already } => View::NurseryDone(NurseryDone {
                children: children.clone(),
                already: *already,
                undo: self.undo(now),
            }),
            What::Visit(visit) => View::VisitDone(VisitDone {
                undo: self.undo(now),
                ..visit.clone()
            }),
            What::Undone => View::Undone,
        }
    }
}

impl Session {
    pub(super) fn touch_done(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Done(done) = &self.state else {
            return;
        };
        match touch {
            Touch::Confirm | Touch::Cancel => self.go(State::Base),
            Touch::Undo if done.undo(cx.now).is_some() => {
                let acts = done.acts.clone();
                let drafts = acts
                    .into_iter()
                    .map(|(fact, subject)| {
                        self.draft(cx.now, Some(subject), Some(fact), FactBody::Undone { fact })
                    })
                    .collect();
                self.append(cx, drafts, After::Done(Planned::Undone));
            }
            _ => {}
        }
    }
}
