//! An absence entered by staff.

use jiff::{
    ToSpan as _,
    civil::{Date, Time},
};
use machitap_domain::{
    FactBody, Pseudonym,
    nursery::absence::{AbsenceKind, Excused},
};

use super::Page;
use crate::{
    input::Touch,
    session::{Session, State, Turn, clock},
    view::{Excusing, View, WallTime},
};

const REASONS: [AbsenceKind; 6] = [
    AbsenceKind::Sick,
    AbsenceKind::Family,
    AbsenceKind::Suspended,
    AbsenceKind::Bereavement,
    AbsenceKind::Other,
    AbsenceKind::Late,
];

/// The longest absence staff can enter at once, days.
const LONGEST_DAYS: i32 = 60;

/// What a late child begins with.
const LATE_AT: Time = Time::constant(10, 0, 0, 0);

/// What staff are entering.
#[derive(Clone)]
pub(super) struct Excuse {
    subject: Pseudonym,
    reason: Option<usize>,
    from: Date,
    until: Date,
    at: Time,
}

impl Excuse {
    pub(super) const fn new(subject: Pseudonym, today: Date) -> Self {
        Self {
            subject,
            reason: None,
            from: today,
            until: today,
            at: LATE_AT,
        }
    }

    fn why(&self) -> Option<AbsenceKind> {
        REASONS.get(self.reason?).copied()
    }

    fn is_late(&self) -> bool {
        self.why() == Some(AbsenceKind::Late)
    }
}

impl Session {
    pub(super) fn excuse_view(&self, excuse: &Excuse) -> Option<View> {
        let (_, child) = self.child_of(&excuse.subject)?;
        let from = clock::day_time(excuse.from);
        Some(View::Excusing(Excusing {
            child: child.name.clone(),
            reasons: REASONS.to_vec(),
            reason: excuse.reason,
            from,
            until: clock::day_time(excuse.until),
            at: excuse.is_late().then_some(WallTime {
                hour: excuse.at.hour().unsigned_abs(),
                minute: excuse.at.minute().unsigned_abs(),
                ..from
            }),
        }))
    }

    pub(super) fn touch_excuse(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        if touch == Touch::Confirm {
            return self.confirm_excuse(cx);
        }
        self.with_panel(|panel| {
            let Some(Page::Excuse(excuse)) = panel.pages.last_mut() else {
                return;
            };
            match touch {
                Touch::Pick(n) if n < REASONS.len() => {
                    excuse.reason = Some(n);
                    if excuse.is_late() {
                        excuse.until = excuse.from;
                    }
                }
                Touch::Days(by) if !excuse.is_late() => {
                    let longest = excuse.from.saturating_add(LONGEST_DAYS.days());
                    let moved = excuse.until.saturating_add(i64::from(by).days());
                    excuse.until = moved.clamp(excuse.from, longest);
                }
                Touch::Minutes(by) if excuse.is_late() => {
                    excuse.at = excuse.at.saturating_add(i64::from(by).minutes());
                }
                _ => {}
            }
        });
    }

    fn confirm_excuse(&mut self, cx: &mut Turn<'_>) {
        let State::Panel(panel) = &self.state else {
            return;
        };
        let Page::Excuse(excuse) = panel.page() else {
            return;
        };
        let excuse = excuse.clone();
        let Some(why) = excuse.why() else {
            return;
        };
        let staff = self.panel_staff();
        let excused = Excused {
            why,
            from: excuse.from,
            until: excuse.until,
            at: excuse.is_late().then_some(excuse.at),
        };
        let body = FactBody::Excused { excused, staff };
        let draft = self.draft(cx.now, Some(excuse.subject), None, body);
        self.with_panel(|panel| panel.pages.pop());
        self.record(cx, vec![draft]);
    }
}
