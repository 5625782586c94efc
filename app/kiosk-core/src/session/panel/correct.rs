//! A passage put right, or added, with a reason.

use jiff::{Timestamp, ToSpan as _};
use machitap_domain::{
    DayKey, FactBody, FactId, Folds, Now, Pseudonym,
    attendance::{Direction, Passage},
    nursery::{
        correction::{Correction, CorrectionReason, TruePassage},
        fee::DayFee,
    },
};

use super::{Page, child::Sheet};
use crate::{
    input::{StaffAct, Touch},
    session::{Session, State, Turn, clock, price::says},
    view::{Correcting, View},
};

const MINUTE_MS: i64 = 60_000;

const REASONS: [CorrectionReason; 5] = [
    CorrectionReason::ForgotToTap,
    CorrectionReason::WrongTime,
    CorrectionReason::WrongWay,
    CorrectionReason::WrongChild,
    CorrectionReason::Clock,
];

/// What staff are putting right.
#[derive(Clone)]
pub(super) struct Correct {
    subject: Pseudonym,
    replaces: Option<FactId>,
    direction: Direction,
    at_ms: i64,
    strike: bool,
    reason: Option<usize>,
}

const fn to_the_minute(ms: i64) -> i64 {
    ms - ms.rem_euclid(MINUTE_MS)
}

impl Correct {
    /// Beginning with what stands there; a time nobody vouched for begins with now.
    pub(super) fn of(sheet: &Sheet, passage: &Passage, now: &Now) -> Self {
        let known = passage.at.quality.is_trusted();
        let at_ms = if known {
            passage.at.wall_ms
        } else {
            now.clock.wall_ms
        };
        Self {
            subject: sheet.subject,
            replaces: Some(passage.fact),
            direction: passage.direction,
            at_ms: to_the_minute(at_ms),
            strike: false,
            reason: None,
        }
    }

    pub(super) const fn add(sheet: &Sheet, direction: Direction, at_ms: i64) -> Self {
        Self {
            subject: sheet.subject,
            replaces: None,
            direction,
            at_ms: to_the_minute(at_ms),
            strike: false,
            reason: None,
        }
    }

    fn correction(&self, why: CorrectionReason) -> Correction {
        Correction {
            replaces: self.replaces,
            truly: (!self.strike).then_some(TruePassage {
                direction: self.direction,
                at_ms: self.at_ms,
            }),
            why,
        }
    }
}

impl Session {
    /// The day the correction is about.
    fn day_of(&self, correct: &Correct) -> Option<DayKey> {
        DayKey::of_wall(correct.at_ms, &self.zone)
    }

    /// In the future, or not between its neighbours of that day.
    fn is_out_of_order(&self, correct: &Correct, now: &Now, folds: &Folds) -> bool {
        if correct.strike {
            return false;
        }
        if now.clock.quality.is_trusted() && correct.at_ms > now.clock.wall_ms {
            return true;
        }
        let Some(day) = self.day_of(correct) else {
            return true;
        };
        let days = folds.child(&correct.subject);
        let standing: Vec<&Passage> = days.standing_on(day).collect();
        let Some(at) = standing
            .iter()
            .position(|p| Some(p.fact) == correct.replaces)
        else {
            return false;
        };
        let minute = |p: &&Passage| to_the_minute(p.at.wall_ms);
        let before = at.checked_sub(1).and_then(|n| standing.get(n));
        let after = standing.get(at + 1);
        before.is_some_and(|p| correct.at_ms < minute(p))
            || after.is_some_and(|p| correct.at_ms > minute(p))
    }

    pub(super) fn correct_view(&self, correct: &Correct, now: &Now, folds: &Folds) -> Option<View> {
        let (_, child) = self.child_of(&correct.subject)?;
        let days = folds.child(&correct.subject);
        let was = days
            .passages()
            .iter()
            .find(|p| Some(p.fact) == correct.replaces)
            .map(|p| self.passage_row(p));
        let day = self.day_of(correct)?;
        let sheet = Sheet {
            subject: correct.subject,
            day,
        };
        let after = days.corrected(
            FactId(uuid::Uuid::nil()),
            &correct.correction(CorrectionReason::WrongTime),
            Some(day),
        );
        Some(View::Correcting(Correcting {
            child: child.name.clone(),
            was,
            direction: correct.direction,
            at: clock::wall_time(correct.at_ms, &self.zone)?,
            strike: correct.strike,
            reasons: REASONS.to_vec(),
            reason: correct.reason,
            yen: self.fee_of_day(&sheet, &after).map(|fee| fee.yen()),
            out_of_order: self.is_out_of_order(correct, now, folds),
        }))
    }

    pub(super) fn touch_correct(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let zone = self.zone.clone();
        if touch == Touch::Confirm {
            return self.confirm_correct(cx);
        }
        self.with_panel(|panel| {
            let Some(Page::Correct(correct)) = panel.pages.last_mut() else {
                return;
            };
            match touch {
                Touch::Minutes(by) => correct.move_by(by, &zone),
                Touch::Days(by) => correct.move_by_days(by, &zone),
                Touch::Pick(n) if n < REASONS.len() => correct.reason = Some(n),
                Touch::Act(StaffAct::Turn) => {
                    correct.direction = match correct.direction {
                        Direction::In => Direction::Out,
                        Direction::Out => Direction::In,
                    };
                }
                Touch::Act(StaffAct::Strike) if correct.replaces.is_some() => {
                    correct.strike = !correct.strike;
                }
                _ => {}
            }
        });
    }

    fn confirm_correct(&mut self, cx: &mut Turn<'_>) {
        let State::Panel(panel) = &self.state else {
            return;
        };
        let Page::Correct(correct) = panel.page() else {
            return;
        };
        let correct = correct.clone();
        let chosen = correct.reason.and_then(|n| REASONS.get(n));
        let (Some(why), Some(day)) = (chosen, self.day_of(&correct)) else {
            return;
        };
        if self.is_out_of_order(&correct, cx.now, cx.folds) {
            return;
        }
        let correction = correct.correction(*why);
        let staff = self.panel_staff();
        let subject = Some(correct.subject);
        let body = FactBody::Corrected { correction, staff };
        let draft = self.draft(cx.now, subject, correct.replaces, body);
        let fact = draft.id;
        let days = cx.folds.child(&correct.subject);
        let was_on = days
            .passages()
            .iter()
            .find(|p| Some(p.fact) == correct.replaces)
            .map(|p| p.day);
        let mut after = days.corrected(fact, &correction, Some(day));
        let mut drafts = vec![draft];
        // A passage moved to another day leaves a fee behind there, too.
        let touched: Vec<DayKey> = [Some(day), was_on.filter(|was| *was != day)]
            .into_iter()
            .flatten()
            .collect();
        for day in touched {
            let sheet = Sheet {
                subject: correct.subject,
                day,
            };
            let empty = after.standing_on(day).next().is_none();
            let Some(fee) = self
                .fee_of_day(&sheet, &after)
                .filter(|_| !empty || after.fee_on(day).is_some())
            else {
                continue;
            };
            if says(&after, day, &fee) {
                continue;
            }
            let body = FactBody::Fee(DayFee { day, fee });
            let made = self.draft(cx.now, subject, Some(fact), body);
            after = after.charged(made.id, fact, DayFee { day, fee });
            drafts.push(made);
        }
        self.with_panel(|panel| panel.pages.pop());
        self.record(cx, drafts);
    }
}

impl Correct {
    /// Moves the time within its day.
    fn move_by(&mut self, minutes: i32, zone: &jiff::tz::TimeZone) {
        let moved = self.at_ms + i64::from(minutes) * MINUTE_MS;
        if DayKey::of_wall(moved, zone) == DayKey::of_wall(self.at_ms, zone) {
            self.at_ms = moved;
        }
    }

    /// Moves the day and keeps the time: for a passage of which no clock said the day.
    fn move_by_days(&mut self, days: i32, zone: &jiff::tz::TimeZone) {
        let moved = Timestamp::from_millisecond(self.at_ms)
            .ok()
            .map(|at| zone.to_datetime(at))
            .and_then(|at| at.checked_add(i64::from(days).days()).ok())
            .and_then(|at| zone.to_timestamp(at).ok());
        if let Some(moved) = moved {
            self.at_ms = moved.as_millisecond();
        }
    }
}
