//! Lots: points by the month of their award, so that the oldest are spent and end first.

use std::collections::VecDeque;

use jiff::civil::Date;

use crate::points::caps::Month;

/// Points of one month that are left; `None`: of a day nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The month of the award.
    pub month: Option<Month>,
    /// What is left.
    pub points: u64,
    /// The first day on which they are gone; `None` where they do not end.
    pub ends: Option<Date>,
}

/// What is left, the oldest first. Lots that do not end stand last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lots(VecDeque<Lot>);

impl Lots {
    /// Each lot.
    pub fn iter(&self) -> impl Iterator<Item = &Lot> {
        self.0.iter()
    }

    pub(super) fn put(&mut self, month: Option<Month>, points: u64, expire_months: Option<u16>) {
        if points == 0 {
            return;
        }
        if let Some(lot) = self.0.iter_mut().find(|l| l.month == month) {
            lot.points += points;
            return;
        }
        let ends = month.zip(expire_months).and_then(|(mut m, after)| {
            for _ in 0..=after {
                m = m.next();
            }
            m.first()
        });
        let place = self
            .0
            .iter()
            .position(|l| later(l.month, month))
            .unwrap_or(self.0.len());
        self.0.insert(
            place,
            Lot {
                month,
                points,
                ends,
            },
        );
    }

    /// Takes from the oldest; what they lack is returned.
    pub(super) fn draw(&mut self, mut points: u64) -> u64 {
        while points > 0
            && let Some(lot) = self.0.front_mut()
        {
            let part = points.min(lot.points);
            lot.points -= part;
            points -= part;
            if lot.points == 0 {
                self.0.pop_front();
            }
        }
        points
    }

    /// Takes out what has ended by that day and says when and how much it was.
    pub(super) fn end(&mut self, today: Date) -> Vec<(Date, u64)> {
        let mut ended = Vec::new();
        self.0.retain(|lot| match lot.ends {
            Some(ends) if ends <= today => {
                ended.push((ends, lot.points));
                false
            }
            _ => true,
        });
        ended
    }
}

fn later(there: Option<Month>, new: Option<Month>) -> bool {
    match (there, new) {
        (None, Some(_)) => true,
        (Some(there), Some(new)) => there > new,
        (_, None) => false,
    }
}
