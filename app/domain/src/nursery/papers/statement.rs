//! One child's extended care, day by day.

use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

use super::mark::{Attended, DayMark, time_of};
use crate::{
    attendance::{ChildDays, Direction},
    nursery::{
        fee::{Fee, Unsettled},
        tariff::Care,
    },
    time::DayKey,
};

/// What was charged for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// Charged.
    Settled {
        /// Minutes before the core hours.
        before_min: u32,
        /// Minutes after them.
        after_min: u32,
        /// Yen, under the month's cap.
        yen: u32,
        /// The first day of the tariff it was charged by.
        tariff: Date,
    },
    /// Not charged: staff decide.
    Waiting(Unsettled),
}

impl Charge {
    /// Minutes of extended care.
    pub const fn minutes(&self) -> u32 {
        match self {
            Self::Settled {
                before_min,
                after_min,
                ..
            } => *before_min + *after_min,
            Self::Waiting(_) => 0,
        }
    }

    /// Yen charged.
    pub const fn yen(&self) -> u32 {
        match self {
            Self::Settled { yen, .. } => *yen,
            Self::Waiting(_) => 0,
        }
    }
}

/// A day of the statement. Wall times of the facility, the seconds cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The day.
    pub date: Date,
    /// What the child was certified for.
    pub care: Care,
    /// What the register says of the day.
    pub attended: Attended,
    /// When it was handed over on coming, where staff recorded that.
    pub handed_in: Option<Time>,
    /// When it was handed over on going.
    pub handed_out: Option<Time>,
    /// When the child left, nobody knows: what is charged is what is known.
    pub open: bool,
    /// What it costs.
    pub charge: Charge,
}

/// The lines of a month added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// Minutes before the core hours.
    pub before_min: u32,
    /// Minutes after them.
    pub after_min: u32,
    /// Yen.
    pub yen: u32,
    /// Days that wait for staff.
    pub waiting: u32,
}

/// The most a child pays for the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Yen.
    pub yen: u32,
    /// The sum has come to it.
    pub reached: bool,
}

impl Sum {
    /// Adds these lines up.
    pub fn of(lines: &[Line]) -> Self {
        let mut sum = Self::default();
        for line in lines {
            match line.charge {
                Charge::Settled {
                    before_min,
                    after_min,
                    yen,
                    ..
                } => {
                    sum.before_min = sum.before_min.saturating_add(before_min);
                    sum.after_min = sum.after_min.saturating_add(after_min);
                    sum.yen = sum.yen.saturating_add(yen);
                }
                Charge::Waiting(_) => sum.waiting += 1,
            }
        }
        sum
    }

    /// Minutes together.
    pub const fn minutes(&self) -> u32 {
        self.before_min.saturating_add(self.after_min)
    }
}

/// The line of that day; `None` when it had no extended care and nothing waits.
pub(super) fn line(
    days: &ChildDays,
    date: Date,
    care: Care,
    mark: &DayMark,
    zone: &TimeZone,
) -> Option<Line> {
    let day = DayKey::Date(date);
    let charge = match days.fee_on(day)?.fee {
        Fee::Settled {
            yen,
            before_min,
            after_min,
            tariff,
        } => Charge::Settled {
            before_min,
            after_min,
            yen,
            tariff,
        },
        Fee::Unsettled(why) => Charge::Waiting(why),
    };
    let (attended, open) = match mark {
        DayMark::Present(attended) => (*attended, false),
        DayMark::Unknown(attended) => (*attended, true),
        _ => (Attended::default(), false),
    };
    let used = charge.minutes() > 0 || charge.yen() > 0;
    if !used && !open && matches!(charge, Charge::Settled { .. }) {
        return None;
    }
    let handed = |passage: Option<&crate::attendance::Passage>, way: Direction| {
        let passage = passage.filter(|p| p.direction == way)?;
        time_of(passage.handover.as_ref()?, zone)
    };
    Some(Line {
        date,
        care,
        attended,
        handed_in: handed(days.standing_on(day).next(), Direction::In),
        handed_out: handed(days.standing_on(day).next_back(), Direction::Out),
        open,
        charge,
    })
}
