//! One day of one child in the register.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{Span, count};
use crate::{
    attendance::{ChildDays, Direction, Passage},
    nursery::{
        absence::{AbsenceKind, Excused},
        board::Sources,
    },
    roster::Child,
    time::{DayKey, Stamp},
};

/// A day in the house. Wall times of the facility, the seconds cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attended {
    /// First coming; `None` when none was recorded.
    pub first: Option<Time>,
    /// Last going; `None` while the child is here.
    pub last: Option<Time>,
    /// How often it came.
    pub comings: u32,
    /// It was said that it would come late.
    pub late: bool,
    /// Staff put something of it right.
    pub corrected: bool,
}

/// What the register says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMark {
    /// 出席
    Present(Attended),
    /// The child came; when it left, nobody knows.
    Unknown(Attended),
    /// 欠席
    Absent(AbsenceKind),
    /// The nursery was open, and the child neither came nor was excused.
    Unreported,
    /// The nursery was closed.
    Closed,
    /// The child was not of this nursery.
    NotEnrolled,
    /// The records of that day are not on this kiosk.
    NotKept,
    /// Not over yet.
    Blank,
}

/// A child's days, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Present, with a known end. The day that runs counts.
    pub present: u32,
    /// Present, the end unknown.
    pub unknown: u32,
    /// Of both, those said to be late.
    pub late: u32,
    /// Absent because of illness.
    pub sick: u32,
    /// Kept away by law, or in mourning: 出席停止・忌引.
    pub suspended: u32,
    /// Absent for another reason.
    pub other: u32,
    /// Neither came nor excused.
    pub unreported: u32,
    /// Days whose records are not on this kiosk.
    pub not_kept: u32,
}

/// A day's numbers in a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayTotals {
    /// Came, the unknown ends included.
    pub present: u32,
    /// Excused.
    pub absent: u32,
    /// Neither.
    pub unreported: u32,
}

impl Totals {
    /// Counts these days.
    pub fn of(marks: &[DayMark]) -> Self {
        let mut totals = Self::default();
        for mark in marks {
            match mark {
                DayMark::Present(a) => {
                    totals.present += 1;
                    totals.late += u32::from(a.late);
                }
                DayMark::Unknown(a) => {
                    totals.unknown += 1;
                    totals.late += u32::from(a.late);
                }
                DayMark::Absent(AbsenceKind::Sick) => totals.sick += 1,
                DayMark::Absent(AbsenceKind::Suspended | AbsenceKind::Bereavement) => {
                    totals.suspended += 1;
                }
                DayMark::Absent(_) => totals.other += 1,
                DayMark::Unreported => totals.unreported += 1,
                DayMark::NotKept => totals.not_kept += 1,
                DayMark::Closed | DayMark::NotEnrolled | DayMark::Blank => {}
            }
        }
        totals
    }

    /// Excused days together.
    pub const fn absent(&self) -> u32 {
        self.sick + self.suspended + self.other
    }
}

impl DayTotals {
    pub(super) fn of<'a>(marks: impl Iterator<Item = &'a DayMark>) -> Self {
        let mut totals = Self::default();
        for mark in marks {
            match mark {
                DayMark::Present(_) | DayMark::Unknown(_) => totals.present += 1,
                DayMark::Absent(_) => totals.absent += 1,
                DayMark::Unreported => totals.unreported += 1,
                _ => {}
            }
        }
        totals
    }
}

/// What is recorded goes before what the calendar says: a child that came on a Sunday came.
pub(super) fn of(
    sources: &Sources<'_>,
    child: &Child,
    days: &ChildDays,
    date: Date,
    span: Span,
) -> DayMark {
    let day = DayKey::Date(date);
    let excused: Vec<Excused> = sources
        .absences
        .into_iter()
        .flat_map(|a| a.of(&child.citizen, date).map(Excused::from))
        .chain(days.excused_on(date))
        .collect();
    if span.is_kept(date) && days.last_on(day).is_some() {
        let late = excused.iter().any(|e| e.why == AbsenceKind::Late);
        let attended = attended(days, day, late, sources.zone);
        let over = span.today.is_some_and(|today| date < today);
        let left_open = days.is_here(day) && (over || days.unknown_days().any(|d| d == day));
        return if left_open {
            DayMark::Unknown(attended)
        } else {
            DayMark::Present(attended)
        };
    }
    if !child.is_enrolled(date) {
        return DayMark::NotEnrolled;
    }
    if !sources.nursery.is_open(date) {
        return DayMark::Closed;
    }
    if span.today.is_none_or(|today| date > today) {
        return DayMark::Blank;
    }
    if !span.is_kept(date) {
        return DayMark::NotKept;
    }
    match excused.iter().find(|e| e.why != AbsenceKind::Late) {
        Some(absent) => DayMark::Absent(absent.why),
        None if span.today == Some(date) => DayMark::Blank,
        None => DayMark::Unreported,
    }
}

fn attended(days: &ChildDays, day: DayKey, late: bool, zone: &TimeZone) -> Attended {
    let standing: Vec<&Passage> = days.standing_on(day).collect();
    let first = standing.first().filter(|p| p.direction == Direction::In);
    let last = standing.last().filter(|p| p.direction == Direction::Out);
    Attended {
        first: first.and_then(|p| time_of(&p.at, zone)),
        last: last.and_then(|p| time_of(&p.at, zone)),
        comings: count(standing.iter().filter(|p| p.direction == Direction::In)),
        late,
        corrected: standing.iter().any(|p| p.corrected),
    }
}

/// The wall time, the seconds cut off; `None` beyond the range of dates.
pub(super) fn time_of(at: &Stamp, zone: &TimeZone) -> Option<Time> {
    let at = Timestamp::from_millisecond(at.wall_ms).ok()?;
    let at = zone.to_datetime(at).time();
    Time::new(at.hour(), at.minute(), 0, 0).ok()
}
