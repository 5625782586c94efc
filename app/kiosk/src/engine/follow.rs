//! Follows taps and facts to the frame that shows them, for the trace.

use machitap_domain::{Fact, FactBody, ids::Incarnation};
use machitap_kiosk_core::View;

use crate::{names, trace::Line};

struct Tapped {
    tap: u64,
    seen_ns: u64,
    read_ns: Option<u64>,
    committed_ns: Option<u64>,
}

/// What is written once its frame is drawn.
enum What {
    Tap(Tapped),
    Confirmed { view: &'static str, seqs: Vec<u64> },
    Idle,
}

/// It stands on the frames from `first` to `last`; `None`: still on the newest.
struct Awaited {
    first: u64,
    last: Option<u64>,
    what: What,
}

pub(super) struct Follow {
    started_ns: u64,
    ticket: u64,
    view: &'static str,
    tapped: Option<Tapped>,
    /// Facts of the present input that a confirming screen may rest on.
    fresh: Vec<u64>,
    awaited: Vec<Awaited>,
    idle_awaited: bool,
    idle_told: bool,
}

impl Follow {
    pub(super) const fn new(started_ns: u64, ticket: u64) -> Self {
        Self {
            started_ns,
            ticket,
            view: "starting",
            tapped: None,
            fresh: Vec::new(),
            awaited: Vec::new(),
            idle_awaited: false,
            idle_told: false,
        }
    }

    pub(super) const fn view(&self) -> &'static str {
        self.view
    }

    /// Nobody is served just now.
    pub(super) fn is_quiet(&self) -> bool {
        self.view == "idle" || self.view.starts_with("out-of-service")
    }

    /// A new input: what was appended for an earlier one is shown or never will be.
    pub(super) fn begin(&mut self) {
        self.fresh.clear();
    }

    pub(super) fn seen(&mut self, tap: u64, at_ns: u64) {
        self.tapped = Some(Tapped {
            tap,
            seen_ns: at_ns,
            read_ns: None,
            committed_ns: None,
        });
    }

    pub(super) fn read(&mut self, tap: u64, at_ns: u64) {
        if let Some(tapped) = self.tapped.as_mut().filter(|t| t.tap == tap) {
            tapped.read_ns = Some(at_ns);
        }
    }

    pub(super) fn appended(&mut self, facts: &[Fact], at_ns: u64) {
        let before = self.fresh.len();
        self.fresh
            .extend(facts.iter().filter(|f| is_deed(&f.body)).map(|f| f.key.seq));
        if self.fresh.len() > before
            && let Some(tapped) = self.tapped.as_mut().filter(|t| t.read_ns.is_some())
        {
            tapped.committed_ns.get_or_insert(at_ns);
        }
    }

    /// A view is shown; its number.
    pub(super) fn shows(&mut self, view: &View) -> u64 {
        let name = names::view(view);
        let before = self.ticket;
        self.ticket += 1;
        if name != self.view {
            // One waiting screen after another is still a kiosk that waits.
            let stays = |a: &Awaited| matches!(a.what, What::Idle) && names::waits(view);
            for awaited in self.awaited.iter_mut() {
                if awaited.last.is_none() && !stays(awaited) {
                    awaited.last = Some(before);
                }
            }
        }
        self.view = name;
        if names::confirms(view) && !self.fresh.is_empty() {
            let seqs = std::mem::take(&mut self.fresh);
            self.awaits(What::Confirmed { view: name, seqs });
        }
        if names::answers(view)
            && let Some(tapped) = self.tapped.take_if(|t| t.read_ns.is_some())
        {
            self.awaits(What::Tap(tapped));
        }
        if names::waits(view) && !self.idle_awaited {
            self.idle_awaited = true;
            self.awaits(What::Idle);
        }
        self.ticket
    }

    fn awaits(&mut self, what: What) {
        self.awaited.push(Awaited {
            first: self.ticket,
            last: None,
            what,
        });
    }

    /// The frame of this number was drawn. A screen that was replaced before it was drawn
    /// was seen by nobody and is not written.
    pub(super) fn drawn(&mut self, ticket: u64, at_ns: u64, incarnation: Incarnation) -> Vec<Line> {
        let mut lines = Vec::new();
        let started_ns = self.started_ns;
        for awaited in std::mem::take(&mut self.awaited) {
            if awaited.first > ticket {
                self.awaited.push(awaited);
            } else if awaited.last.is_none_or(|last| ticket <= last) {
                self.idle_told |= matches!(awaited.what, What::Idle);
                lines.push(match awaited.what {
                    What::Tap(tapped) => Line::Tap {
                        tap: tapped.tap,
                        seen_ns: tapped.seen_ns,
                        read_ns: tapped.read_ns.unwrap_or(tapped.seen_ns),
                        committed_ns: tapped.committed_ns,
                        drawn_ns: at_ns,
                    },
                    What::Confirmed { view, seqs } => Line::Confirmed {
                        view,
                        seqs,
                        incarnation,
                    },
                    What::Idle => Line::Idle {
                        since_start_ms: at_ns.saturating_sub(started_ns) / 1_000_000,
                    },
                });
            } else if matches!(awaited.what, What::Idle) {
                self.idle_awaited = self.idle_told;
            }
        }
        lines
    }
}

/// What a person did, as against what the kiosk notes about itself.
const fn is_deed(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::Attendance { .. }
            | FactBody::Visit { .. }
            | FactBody::VisitEnded
            | FactBody::Volunteered { .. }
            | FactBody::EventEntered { .. }
            | FactBody::EventLeft
            | FactBody::Announced { .. }
            | FactBody::Spend(_)
            | FactBody::Award(_)
            | FactBody::Fee(_)
            | FactBody::Ride(_)
            | FactBody::Registered(_)
            | FactBody::Relinked(_)
            | FactBody::ReleasedId(_)
            | FactBody::Undone { .. }
    )
}

#[cfg(test)]
mod tests {
    use machitap_kiosk_core::view::{Gained, OutOfService, OutReason, VisitDone};
    use uuid::Uuid;

    use super::*;

    fn done() -> View {
        View::VisitDone(VisitDone::of(Gained::NotHere))
    }

    fn waiting() -> View {
        View::OutOfService(OutOfService {
            why: OutReason::NoCatalogue,
            contact: String::new(),
        })
    }

    fn lines(follow: &mut Follow, ticket: u64) -> Vec<Line> {
        follow.drawn(ticket, 9_000_000, Incarnation(Uuid::nil()))
    }

    #[test]
    fn the_first_waiting_screen_is_told_once() {
        let mut follow = Follow::new(2_000_000, 0);
        let ticket = follow.shows(&waiting());
        assert_eq!(
            lines(&mut follow, ticket),
            [Line::Idle { since_start_ms: 7 }]
        );
        let again = follow.shows(&waiting());
        assert_eq!(lines(&mut follow, again), []);
    }

    #[test]
    fn a_waiting_screen_nobody_saw_is_made_up_for_by_the_next() {
        let mut follow = Follow::new(0, 0);
        follow.shows(&waiting());
        let between = follow.shows(&View::Reading);
        assert_eq!(lines(&mut follow, between), []);
        let again = follow.shows(&waiting());
        assert_eq!(lines(&mut follow, again).len(), 1);
    }

    #[test]
    fn a_screen_nobody_saw_confirms_nothing() {
        let mut follow = Follow::new(0, 0);
        follow.fresh.push(7);
        follow.shows(&done());
        follow.begin();
        let after = follow.shows(&View::Undone);
        assert_eq!(lines(&mut follow, after), []);
    }

    #[test]
    fn the_same_screen_drawn_with_a_newer_header_confirms_too() {
        let mut follow = Follow::new(0, 0);
        follow.fresh.push(7);
        follow.shows(&done());
        follow.begin();
        let newer = follow.shows(&done());
        assert_eq!(
            lines(&mut follow, newer),
            [Line::Confirmed {
                view: "visit-done",
                seqs: vec![7],
                incarnation: Incarnation(Uuid::nil())
            }]
        );
    }
}
