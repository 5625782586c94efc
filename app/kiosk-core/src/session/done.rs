//! What was done, on disk, and can still be taken back.

use machitap_domain::{
    FactBody, FactId, Folds, Millis, Now, Pseudonym, Stamp,
    attendance::{Direction, Passage},
    points::{VisitMade, account::Ended, earn::Earning},
    reception::Announcement,
};

use super::{
    After, Session, State, Turn, clock,
    event::Entered,
    followup::Followup,
    visit::{self, Visitor},
};
use crate::{
    input::Touch,
    view::{
        Announced, ChildRow, EventDone, EventLeft, NurseryDone, Registered, Remaining, RowReason,
        View, VisitDone, VisitEnded,
    },
};

/// What will be shown once it is on disk.
pub(super) enum Planned {
    Nursery {
        acts: Vec<(FactId, Pseudonym)>,
        children: Vec<ChildRow>,
        followup: Followup,
    },
    Visit(Box<Visited>),
    Ended {
        visitor: Visitor,
        fact: FactId,
        minutes: Option<Millis>,
    },
    Entered(Box<Entered>),
    LeftEvent {
        visitor: Visitor,
        entry: Box<VisitMade>,
        fact: FactId,
        until: Stamp,
    },
    Announced {
        patient: Pseudonym,
        fact: FactId,
        queue: u32,
    },
    Registered {
        resident: Pseudonym,
        fact: FactId,
        shown: Registered,
    },
    Undone,
}

/// A visit as it was put on disk, and why it earned what it earned.
pub(super) struct Visited {
    pub(super) visitor: Visitor,
    pub(super) made: VisitMade,
    pub(super) earning: Earning,
}

/// What is shown.
pub(super) struct Done {
    what: What,
    /// Who may turn the machine and open their own page.
    visitor: Option<Visitor>,
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
    Visit(Box<VisitDone>),
    Ended(VisitEnded),
    Entered(Box<EventDone>),
    LeftEvent(EventLeft),
    Announced(Announced),
    Registered(Registered),
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
            Self::Visit(visited) => {
                let Visited {
                    visitor,
                    made,
                    earning,
                } = &*visited;
                let done = session.visit_done(cx, visitor, made, Some(earning));
                let acts = vec![(made.fact, visitor.subject)];
                let what = What::Visit(Box::new(done));
                let done = Done::new(session, cx, what, acts, cx.now.stamp());
                return (done.of(visitor), before);
            }
            Self::Ended {
                visitor,
                fact,
                minutes,
            } => {
                let what = What::Ended(VisitEnded {
                    minutes,
                    already: false,
                    own: session.has_own_page(&visitor),
                    undo: None,
                });
                let acts = vec![(fact, visitor.subject)];
                let done = Done::new(session, cx, what, acts, cx.now.stamp());
                return (done.of(&visitor), before);
            }
            Self::Entered(entered) => {
                let Entered {
                    visitor,
                    made,
                    earning,
                } = &*entered;
                let done = session.event_done(cx, visitor, made, earning.as_ref(), false);
                let acts = vec![(made.fact, visitor.subject)];
                (What::Entered(Box::new(done)), acts)
            }
            Self::LeftEvent {
                visitor,
                entry,
                fact,
                until,
            } => {
                let left = left_event(session, &visitor, &entry, &until, false);
                (What::LeftEvent(left), vec![(fact, visitor.subject)])
            }
            Self::Announced {
                patient,
                fact,
                queue,
            } => {
                let announced = Announced {
                    queue,
                    already: false,
                    undo: None,
                };
                (What::Announced(announced), vec![(fact, patient)])
            }
            Self::Registered {
                resident,
                fact,
                shown,
            } => (What::Registered(shown), vec![(fact, resident)]),
            Self::Undone => (What::Undone, Vec::new()),
        };
        (Done::new(session, cx, what, acts, cx.now.stamp()), before)
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
        let stays = match what {
            What::Undone => timing.message_ms,
            // The number is written down, and what was done can be taken back meanwhile.
            What::Registered(_) => timing.undo_ms.max(timing.done_ms),
            _ => timing.done_ms,
        };
        Self {
            what,
            visitor: None,
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
        visitor: &Visitor,
        last: &VisitMade,
    ) -> Self {
        let done = session.visit_done(cx, visitor, last, None);
        let acts = vec![(last.fact, visitor.subject)];
        let done = Self::new(session, cx, What::Visit(Box::new(done)), acts, last.at);
        done.of(visitor)
    }

    /// The same for a visit that has just ended.
    pub(super) fn ended_before(
        session: &Session,
        cx: &Turn<'_>,
        visitor: &Visitor,
        last: &VisitMade,
        ended: Ended,
    ) -> Self {
        let what = What::Ended(VisitEnded {
            minutes: visit::minutes_between(&last.at, &ended.at).filter(|_| visitor.may_be_told()),
            already: true,
            own: session.has_own_page(visitor),
            undo: None,
        });
        let acts = vec![(ended.fact, visitor.subject)];
        Self::new(session, cx, what, acts, ended.at).of(visitor)
    }

    /// The screen of an entry that stands: by a tap that came again too soon, or where nothing
    /// is left to do by a tap.
    pub(super) fn entered_before(
        session: &Session,
        cx: &Turn<'_>,
        visitor: &Visitor,
        entry: &VisitMade,
    ) -> Self {
        let done = session.event_done(cx, visitor, entry, None, true);
        let acts = vec![(entry.fact, visitor.subject)];
        Self::new(session, cx, What::Entered(Box::new(done)), acts, entry.at)
    }

    /// The same for an event that has just been left.
    pub(super) fn left_before(
        session: &Session,
        cx: &Turn<'_>,
        visitor: &Visitor,
        entry: &VisitMade,
        ended: Ended,
    ) -> Self {
        let left = left_event(session, visitor, entry, &ended.at, true);
        let acts = vec![(ended.fact, visitor.subject)];
        Self::new(session, cx, What::LeftEvent(left), acts, ended.at)
    }

    /// The number that an earlier tap was given.
    pub(super) fn announced_before(
        session: &Session,
        cx: &Turn<'_>,
        patient: Pseudonym,
        made: &Announcement,
    ) -> Self {
        let what = What::Announced(Announced {
            queue: made.queue,
            already: true,
            undo: None,
        });
        Self::new(session, cx, what, vec![(made.fact, patient)], made.at)
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

    fn of(self, visitor: &Visitor) -> Self {
        Self {
            visitor: Some(visitor.clone()),
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
                ..(**visit).clone()
            }),
            What::Ended(ended) => View::VisitEnded(VisitEnded {
                undo: self.undo(now),
                ..*ended
            }),
            What::Entered(entered) => View::EventDone(EventDone {
                undo: self.undo(now),
                ..(**entered).clone()
            }),
            What::LeftEvent(left) => View::EventLeft(EventLeft {
                undo: self.undo(now),
                ..left.clone()
            }),
            What::Announced(announced) => View::Announced(Announced {
                undo: self.undo(now),
                ..*announced
            }),
            What::Registered(registered) => View::Registered(Registered {
                undo: self.undo(now),
                ..registered.clone()
            }),
            What::Undone => View::Undone,
        }
    }
}

fn left_event(
    session: &Session,
    visitor: &Visitor,
    entry: &VisitMade,
    until: &Stamp,
    already: bool,
) -> EventLeft {
    EventLeft {
        name: session.event_name(entry.event.as_ref()),
        minutes: visit::minutes_between(&entry.at, until).filter(|_| visitor.may_be_told()),
        already,
        undo: None,
    }
}

impl Session {
    pub(super) fn done_view(&self, done: &Done, now: &Now, folds: &Folds) -> View {
        let mut view = done.view(now);
        if let (View::VisitDone(shown), Some(visitor)) = (&mut view, &done.visitor) {
            self.tell_standing(shown, visitor, now, folds);
        }
        view
    }

    pub(super) fn touch_done(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let State::Done(done) = &self.state else {
            return;
        };
        match touch {
            Touch::Confirm | Touch::Cancel => self.go(State::Base),
            Touch::Spin | Touch::Odds if matches!(done.what, What::Visit(_)) => {
                if let Some(visitor) = done.visitor.clone() {
                    self.draw_from_visit(cx, &visitor, touch);
                }
            }
            Touch::Own => {
                if let Some(visitor) = done.visitor.clone() {
                    self.own_from_visit(cx, visitor);
                }
            }
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
