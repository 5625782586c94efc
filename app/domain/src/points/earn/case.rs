//! One tap, looked at under the rules of its day.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};

use super::{Asked, Next, Progress, Zero};
use crate::{
    points::{
        award::{Award, AwardReason},
        caps::{CapHit, Caps, Month, Period, Scope},
        history::History,
        rules::{Reach, Rules},
    },
    time::DayKey,
};

pub(super) struct Case<'a> {
    asked: &'a Asked<'a>,
    pub(super) rules: Cow<'a, Rules>,
    pub(super) history: History,
    pub(super) day: DayKey,
    /// The date and time, when one is vouched for.
    pub(super) moment: Option<DateTime>,
}

impl<'a> Case<'a> {
    pub(super) fn of(asked: &'a Asked<'a>) -> Self {
        let said = asked.at.said(asked.zone);
        let day = asked.at.day(asked.zone);
        Self {
            asked,
            rules: asked.rule.on(said.date()),
            history: asked.account.history(),
            day,
            moment: matches!(day, DayKey::Date(_)).then_some(said),
        }
    }

    fn date(&self) -> Option<Date> {
        self.moment.map(DateTime::date)
    }

    /// All that the rules give for it, before any cap.
    pub(super) fn lines(&self) -> Vec<Award> {
        let rules = &*self.rules;
        let base = rules.base(self.asked.purpose);
        let mut lines = vec![(AwardReason::Visit, base)];
        if self.asked.account.visits() == 0 {
            lines.push((AwardReason::FirstVisit, rules.first_visit));
        }
        if let Some(moment) = self.moment {
            let date = moment.date();
            if full(rules.streak, || self.streak(date)) {
                lines.extend(rules.streak.map(|s| (AwardReason::Streak, s.points)));
            }
            let window = rules
                .windows
                .iter()
                .filter(|w| w.when.contains(date, moment.time()))
                .map(|w| w.points)
                .max();
            lines.extend(window.map(|points| (AwardReason::Window, points)));
            let birthday = self.asked.person.birth_month == u8::try_from(date.month()).ok();
            if birthday && !self.history.had_birthday_in(Month::of(date)) {
                lines.push((AwardReason::Birthday, rules.birthday));
            }
            lines.extend(
                rules
                    .campaigns
                    .iter()
                    .filter(|c| c.holds(date))
                    .map(|c| (AwardReason::Campaign(c.id.clone()), c.adds(base))),
            );
        }
        if full(rules.stamps, || self.history.stamps(self.day)) {
            lines.extend(rules.stamps.map(|s| (AwardReason::Stamps, s.points)));
        }
        lines
            .into_iter()
            .filter(|(_, points)| *points > 0)
            .map(|(reason, points)| Award { points, reason })
            .collect()
    }

    fn streak(&self, today: Date) -> u32 {
        self.history.streak(today, |d| self.rules.is_open_on(d))
    }

    fn caps(&self) -> [(Scope, Caps); 2] {
        let age = self.asked.person.age;
        // Without a day the town's caps of today are not known; those of the guess bound it.
        let date = self.asked.at.said(self.asked.zone).date();
        [
            (Scope::Facility, self.rules.caps.of(age)),
            (Scope::Person, self.asked.town.caps(date, age)),
        ]
    }

    pub(super) fn is_provisional(&self) -> bool {
        let [_, (_, shared)] = self.caps();
        self.moment.is_none() || shared != Caps::default()
    }

    fn earned(&self, period: Period) -> Option<u64> {
        let town = self.asked.town;
        match (period, self.date()) {
            (Period::Day, _) => Some(self.history.earned_on(self.day)),
            (Period::Month, Some(date)) => Some(self.history.earned_in(|m| m == Month::of(date))),
            (Period::Year, Some(date)) => {
                let year = town.year_of(Month::of(date));
                Some(self.history.earned_in(|m| town.year_of(m) == year))
            }
            (Period::Month | Period::Year, None) => None,
        }
    }

    /// Points that may still be given, and the cap that says so. Of equal ones the longest:
    /// it holds after the others have begun anew.
    pub(super) fn left(&self) -> (u64, Option<CapHit>) {
        let mut least = (u64::MAX, None);
        for (scope, caps) in self.caps() {
            for period in Period::ALL {
                let (Some(cap), Some(earned)) = (caps.of(period), self.earned(period)) else {
                    continue;
                };
                let left = u64::from(cap).saturating_sub(earned);
                let longer = least.1.is_none_or(|h: CapHit| h.period < period);
                if left < least.0 || left == least.0 && longer {
                    least = (left, Some(CapHit { scope, period, cap }));
                }
            }
        }
        least
    }

    pub(super) fn next(&self, lines: &[Award], zero: Option<Zero>) -> Next {
        let given = |reason| lines.iter().any(|l| l.reason == reason);
        let progress = |reach: Option<Reach>, have: u32, paid: bool| {
            reach.map(|r| Progress {
                have: if paid { 0 } else { have.min(r.every) },
                of: r.every,
                points: r.points,
            })
        };
        Next {
            streak: self.date().and_then(|date| {
                let paid = given(AwardReason::Streak);
                progress(self.rules.streak, self.streak(date), paid)
            }),
            stamps: progress(
                self.rules.stamps,
                self.history.stamps(self.day),
                given(AwardReason::Stamps),
            ),
            points_from: self.moment.and_then(|m| self.points_from(m, lines, zero)),
        }
    }

    /// The first day from which on a visit like this one earns points.
    fn points_from(&self, now: DateTime, lines: &[Award], zero: Option<Zero>) -> Option<Date> {
        if zero == Some(Zero::NotHere) {
            return None;
        }
        let today = now.date();
        let given: u64 = lines.iter().map(|l| u64::from(l.points)).sum();
        let paid = self.history.paid_on(self.day) + u32::from(given > 0);
        let over = !self.rules.is_open_yet(today, now.time());
        let mut from = if over || paid >= self.rules.visits_per_day {
            today.tomorrow().ok()?
        } else {
            today
        };
        for (_, caps) in self.caps() {
            for period in Period::ALL {
                let (Some(cap), Some(earned)) = (caps.of(period), self.earned(period)) else {
                    continue;
                };
                if earned + given >= u64::from(cap) {
                    from = from.max(self.asked.town.next_after(today, period)?);
                }
            }
        }
        // The rules of that day say when points are given; a week has every day of the week.
        for _ in 0..7 {
            if self.asked.rule.on(from).is_open_on(from) {
                return Some(from);
            }
            from = from.tomorrow().ok()?;
        }
        None
    }
}

/// True when a streak or card is full with this visit.
fn full(reach: Option<Reach>, have: impl Fn() -> u32) -> bool {
    reach.is_some_and(|r| have() >= r.every)
}
