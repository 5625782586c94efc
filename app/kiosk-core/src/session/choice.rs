//! What for, and how many? Asked before a visit is recorded, by fingers that may walk on.

use machitap_domain::{Credential, Millis, Now, ids::PurposeId, points::visit::MAX_HEADS};

use super::{Session, State, Turn, visit::Visitor};
use crate::{
    input::Touch,
    view::{PurposeRow, Remaining, View, VisitChoice},
};

/// A choice nobody makes is recorded as it stands after this, milliseconds.
pub const CHOICE_MS: Millis = 15_000;

/// A visitor who is being asked.
pub(super) struct Choosing {
    visitor: Visitor,
    purpose: Option<PurposeId>,
    /// `None` where it is not asked.
    heads: Option<u16>,
    /// Somebody said how many: a count nobody looked at is none.
    counted: bool,
    until: Millis,
}

impl Choosing {
    pub(super) fn new(
        visitor: Visitor,
        purpose: Option<PurposeId>,
        groups: bool,
        now: &Now,
    ) -> Self {
        Self {
            visitor,
            purpose,
            heads: groups.then_some(1),
            counted: false,
            until: now.mono_ms + CHOICE_MS,
        }
    }

    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    /// True when somebody chose, or said how many.
    pub(super) const fn is_answered(&self) -> bool {
        self.purpose.is_some() && self.heads.is_none() || self.counted
    }

    pub(super) fn is_of(&self, credential: &Credential) -> bool {
        self.visitor.credential == *credential
    }
}

impl Session {
    pub(super) fn choice_view(&self, choosing: &Choosing, now: &Now) -> View {
        let today = now.stamp().said(&self.zone).date();
        let rows = self.hall().filter(|h| h.purposes.len() > 1).map(|hall| {
            let rules = hall.points.on(today);
            hall.purposes
                .iter()
                .map(|p| PurposeRow {
                    name: p.name.in_language(self.language).to_owned(),
                    points: rules.base(Some(&p.id)),
                    selected: choosing.purpose.as_ref() == Some(&p.id),
                })
                .collect()
        });
        View::VisitChoice(VisitChoice {
            purposes: rows.unwrap_or_default(),
            heads: choosing.heads,
            remaining: Remaining {
                left_ms: choosing.until.saturating_sub(now.mono_ms),
                total_ms: CHOICE_MS,
            },
        })
    }

    pub(super) fn touch_choosing(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let picked = match touch {
            Touch::Pick(n) => self
                .hall()
                .filter(|h| h.purposes.len() > 1)
                .and_then(|h| h.purposes.get(n))
                .map(|p| p.id.clone()),
            _ => None,
        };
        let State::Choosing(choosing) = &mut self.state else {
            return;
        };
        match touch {
            Touch::Cancel => return self.go(State::Base),
            Touch::Confirm => {
                choosing.counted = true;
                return self.leave_choosing(cx);
            }
            Touch::Pick(_) if picked.is_some() => {
                choosing.purpose = picked;
                if choosing.heads.is_none() {
                    return self.leave_choosing(cx);
                }
            }
            Touch::Heads(by) if choosing.heads.is_some() => {
                choosing.heads = choosing
                    .heads
                    .map(|h| h.saturating_add_signed(by).clamp(1, MAX_HEADS));
                choosing.counted = true;
            }
            _ => return,
        }
        choosing.until = cx.now.mono_ms + CHOICE_MS;
        self.changed = true;
    }

    /// Records what was chosen so far.
    pub(super) fn leave_choosing(&mut self, cx: &mut Turn<'_>) {
        let State::Choosing(choosing) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        let Choosing {
            visitor,
            purpose,
            heads,
            counted,
            ..
        } = *choosing;
        self.record_visit(cx, visitor, purpose, heads.filter(|_| counted));
    }
}
