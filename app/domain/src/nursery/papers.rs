//! The month's papers: the attendance register (出席簿) and the extended-care statement
//! (延長保育料 利用明細), from what the facts say.
//!
//! Yen come from the fees that were recorded when they arose, never from a tariff of
//! today: an old month reads the same for ever.

mod mark;
mod month;
mod statement;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    board::Sources,
    tariff::{Care, Tariff},
};
use crate::{
    attendance::ChildDays,
    pii::Pii,
    pseudonym::Pseudonym,
    roster::{CareFrom, Child},
    time::DayKey,
};

pub use mark::{Attended, DayMark, DayTotals, Totals};
pub use month::{InvalidMonth, Month};
pub use statement::{Cap, Charge, Line, Sum};

/// Which days the records speak of. Both come from the kiosk that keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day whose records are whole; `None`: there is no dated record.
    pub from: Option<Date>,
    /// The day that runs; what comes after is blank. `None` where no clock ever said.
    pub today: Option<Date>,
}

impl Span {
    fn is_kept(&self, date: Date) -> bool {
        self.from.is_some_and(|from| from <= date)
    }
}

/// What of a month was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKept {
    /// The days before this one.
    Before(Date),
    /// All of it.
    All,
}

/// A month's papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The month.
    pub month: Month,
    /// What of it was not kept.
    pub not_kept: Option<NotKept>,
    /// The classes in the order of the roster, the children by their kana.
    pub classes: Vec<ClassPapers>,
    /// Records of children the roster does not know any more.
    pub off_roster: OffRoster,
}

/// A class's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassPapers {
    /// The class.
    pub name: String,
    /// Its children.
    pub children: Vec<ChildPapers>,
}

impl ClassPapers {
    /// Each day's numbers, the first of the month first.
    pub fn per_day(&self) -> Vec<DayTotals> {
        let days = self.children.first().map_or(0, |c| c.days.len());
        (0..days)
            .map(|day| DayTotals::of(self.children.iter().map(|c| &c.days[day])))
            .collect()
    }
}

/// A child's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildPapers {
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// What it is certified for: on the first day, and from each day on which that changes.
    pub care: Vec<CareFrom>,
    /// One mark a day, the first of the month first.
    pub days: Vec<DayMark>,
    /// The days counted.
    pub totals: Totals,
    /// The days with extended care, and those that wait for staff.
    pub lines: Vec<Line>,
    /// The lines added up.
    pub sum: Sum,
    /// The month's cap, where the tariff charged by has one.
    pub cap: Option<Cap>,
    /// Comings and goings of this child that no clock ever dated, of whatever month.
    pub undated: u32,
}

/// Records of children the roster does not know any more: they have no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OffRoster {
    /// So many children.
    pub children: u32,
    /// Yen charged for them in the month.
    pub yen: u32,
}

/// The papers of a month. The folds must be of [`crate::attendance::Depth::PAPERS`].
///
/// A child stands there once when it was enrolled on a day of the month or has a record
/// in it.
pub fn papers(sources: &Sources<'_>, month: Month, span: Span) -> Papers {
    let mut known = BTreeSet::new();
    let mut classes: Vec<ClassPapers> = Vec::new();
    for child in sources.roster.households.iter().flat_map(|h| &h.children) {
        let subject = sources.key.pseudonym(&child.citizen);
        let days = sources.folds.child(&subject);
        known.insert(subject);
        if !month.days().any(|date| child.is_enrolled(date)) && !has_records(&days, month, span) {
            continue;
        }
        let made = child_papers(sources, child, &days, month, span);
        match classes.iter_mut().find(|c| c.name == child.class) {
            Some(class) => class.children.push(made),
            None => classes.push(ClassPapers {
                name: child.class.clone(),
                children: vec![made],
            }),
        }
    }
    for class in &mut classes {
        class
            .children
            .sort_by(|a, b| (&a.kana, &a.name).cmp(&(&b.kana, &b.name)));
    }
    Papers {
        month,
        not_kept: not_kept(month, span),
        classes,
        off_roster: off_roster(sources, &known, month, span),
    }
}

fn child_papers(
    sources: &Sources<'_>,
    child: &Child,
    days: &ChildDays,
    month: Month,
    span: Span,
) -> ChildPapers {
    let marks: Vec<DayMark> = month
        .days()
        .map(|date| mark::of(sources, child, days, date, span))
        .collect();
    let lines: Vec<Line> = month
        .days()
        .zip(&marks)
        .filter(|(date, _)| span.is_kept(*date))
        .filter_map(|(date, mark)| {
            statement::line(days, date, child.care(date), mark, sources.zone)
        })
        .collect();
    let sum = Sum::of(&lines);
    ChildPapers {
        name: child.name.clone(),
        kana: child.kana.clone(),
        care: care_in(child, month),
        totals: Totals::of(&marks),
        days: marks,
        cap: cap(&sources.nursery.tariffs, &lines, sum),
        lines,
        sum,
        undated: count(
            days.passages()
                .iter()
                .filter(|p| !p.undone && matches!(p.day, DayKey::Boot(_))),
        ),
    }
}

/// The certificate on the first day, then each change.
fn care_in(child: &Child, month: Month) -> Vec<CareFrom> {
    let mut runs: Vec<CareFrom> = Vec::new();
    for from in month.days() {
        let care: Care = child.care(from);
        if runs.last().is_none_or(|run| run.care != care) {
            runs.push(CareFrom { from, care });
        }
    }
    runs
}

/// The cap of the latest tariff the lines were charged by.
fn cap(tariffs: &[Tariff], lines: &[Line], sum: Sum) -> Option<Cap> {
    let by = lines.iter().rev().find_map(|line| match line.charge {
        Charge::Settled { tariff, .. } => Some(tariff),
        Charge::Waiting(_) => None,
    })?;
    let yen = tariffs.iter().find(|t| t.from == by)?.cap_yen?;
    Some(Cap {
        yen,
        reached: sum.yen >= yen,
    })
}

fn not_kept(month: Month, span: Span) -> Option<NotKept> {
    match span.from {
        Some(from) if from <= month.first() => None,
        Some(from) if from <= month.last() => Some(NotKept::Before(from)),
        _ => Some(NotKept::All),
    }
}

fn has_records(days: &ChildDays, month: Month, span: Span) -> bool {
    let counts = |day: DayKey| matches!(day, DayKey::Date(d) if month.has(d) && span.is_kept(d));
    days.passages().iter().any(|p| !p.undone && counts(p.day))
        || month
            .days()
            .any(|d| span.is_kept(d) && days.fee_on(DayKey::Date(d)).is_some())
}

fn off_roster(
    sources: &Sources<'_>,
    known: &BTreeSet<Pseudonym>,
    month: Month,
    span: Span,
) -> OffRoster {
    let gone = sources
        .folds
        .children()
        .filter(|(child, days)| !known.contains(*child) && has_records(days, month, span));
    gone.fold(OffRoster::default(), |sum, (_, days)| OffRoster {
        children: sum.children + 1,
        yen: month
            .days()
            .filter(|d| span.is_kept(*d))
            .filter_map(|d| Some(days.fee_on(DayKey::Date(d))?.fee.yen()))
            .fold(sum.yen, u32::saturating_add),
    })
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
