//! Old months never change: a tariff that has begun stays as it was published.

use std::fmt;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use machitap_domain::{
    FacilityId,
    catalogue::{Catalogue, Facility},
    nursery::tariff::Tariff,
};

use crate::db::{Db, DbError};

/// What was done to a tariff that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It says something else now.
    Changed,
    /// It is gone.
    Removed,
    /// It was not there before and claims to have begun already.
    Added,
}

/// A tariff that has begun and is not what was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Whose.
    pub facility: FacilityId,
    /// Its first day.
    pub from: Date,
    /// What was done to it.
    pub how: How,
    /// The facility's present day.
    pub today: Date,
    /// Which tariff of the new catalogue is meant, counted from 1.
    pub place: Option<usize>,
    /// Fees counted so far for its days before today.
    pub charged: u64,
}

impl Begun {
    /// The dotted key in the catalogue's file.
    pub fn key(&self) -> String {
        let tariffs = format!("facilities.{}.service.tariffs", self.facility);
        match self.place {
            Some(n) => format!("{tariffs}#{n}"),
            None => tariffs,
        }
    }

    /// The first day a new tariff may begin on.
    fn next(&self) -> Date {
        self.today.checked_add(1.day()).unwrap_or(self.today)
    }
}

impl fmt::Display for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            facility,
            from,
            charged,
            ..
        } = self;
        let next = self.next();
        match self.how {
            How::Changed => write!(
                f,
                "{facility}: the tariff from {from} has begun and is not what was published. \
                 Put it back and add a new tariff from a later day, {next} at the earliest"
            ),
            How::Removed => write!(
                f,
                "{facility}: the tariff from {from} has begun and is no longer there. Put it \
                 back; it ends by itself when a tariff from a later day, {next} at the \
                 earliest, begins"
            ),
            How::Added => write!(
                f,
                "{facility}: a tariff from {from} was not published before that day. Let it \
                 begin on a later day, {next} at the earliest"
            ),
        }?;
        if *charged == 0 {
            f.write_str(
                ". If it is a slip of the first day: --correct-tariff publishes it all the same",
            )
        } else {
            write!(
                f,
                ". {charged} fees of days before today have been counted since then, so that \
                 --correct-tariff does not help either"
            )
        }
    }
}

/// What the new catalogue does to tariffs that have begun.
///
/// # Errors
/// [`DbError`].
pub fn changes(
    db: &Db,
    before: &Catalogue,
    after: &Catalogue,
    now_ms: i64,
) -> Result<Vec<Begun>, DbError> {
    let mut out = Vec::new();
    for (id, old) in &before.facilities {
        // A facility that moves to another zone has begun a day where either zone has.
        let new = after.facilities.get(id);
        let today = [Some(old), new]
            .into_iter()
            .flatten()
            .filter_map(|f| today(&f.zone().ok()?, now_ms))
            .max();
        let Some(today) = today else { continue };
        for (from, how, place) in differences(tariffs(Some(old)), tariffs(new), today) {
            out.push(Begun {
                facility: id.clone(),
                from,
                how,
                today,
                place,
                charged: db.fees_counted(id, from, today)?,
            });
        }
    }
    Ok(out)
}

fn today(zone: &TimeZone, now_ms: i64) -> Option<Date> {
    let now = Timestamp::from_millisecond(now_ms).ok()?;
    Some(zone.to_datetime(now).date())
}

fn tariffs(facility: Option<&Facility>) -> &[Tariff] {
    facility
        .and_then(|f| f.service.as_nursery())
        .map_or(&[], |n| n.tariffs.as_slice())
}

fn differences(
    before: &[Tariff],
    after: &[Tariff],
    today: Date,
) -> Vec<(Date, How, Option<usize>)> {
    let mut out = Vec::new();
    for old in before.iter().filter(|t| t.from <= today) {
        match after.iter().position(|t| t.from == old.from) {
            None => out.push((old.from, How::Removed, None)),
            Some(n) if after[n] != *old => out.push((old.from, How::Changed, Some(n + 1))),
            Some(_) => {}
        }
    }
    for (n, new) in after.iter().enumerate().filter(|(_, t)| t.from <= today) {
        if !before.iter().any(|t| t.from == new.from) {
            out.push((new.from, How::Added, Some(n + 1)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date};
    use machitap_domain::nursery::tariff::{Band, CareTariff, Span};

    use super::*;

    fn tariff(from: Date, yen: u32) -> Tariff {
        let at = |h| Time::constant(h, 0, 0, 0);
        let rates = CareTariff {
            core: Span {
                from: at(8),
                until: at(17),
            },
            grace_min: 0,
            bands: vec![Band {
                from: at(17),
                until: at(19),
                unit_min: 30,
                yen,
            }],
        };
        Tariff {
            from,
            standard: rates.clone(),
            short: rates,
            cap_yen: None,
        }
    }

    #[test]
    fn only_what_has_begun_must_stay() {
        let today = date(2026, 11, 24);
        let (april, now, later) = (date(2026, 4, 1), today, date(2026, 11, 25));
        let old = [tariff(april, 100)];
        for (what, after, found) in [
            ("the same", vec![tariff(april, 100)], vec![]),
            (
                "another price",
                vec![tariff(april, 200)],
                vec![(april, How::Changed, Some(1))],
            ),
            ("gone", vec![], vec![(april, How::Removed, None)]),
            (
                "begins today",
                vec![tariff(april, 100), tariff(now, 200)],
                vec![(now, How::Added, Some(2))],
            ),
            (
                "begins tomorrow",
                vec![tariff(april, 100), tariff(later, 200)],
                vec![],
            ),
            (
                "moved",
                vec![tariff(date(2026, 4, 2), 100)],
                vec![
                    (april, How::Removed, None),
                    (date(2026, 4, 2), How::Added, Some(1)),
                ],
            ),
        ] {
            assert_eq!(differences(&old, &after, today), found, "{what}");
        }
        // What has not begun is free to change.
        let planned = [tariff(later, 100)];
        assert_eq!(differences(&planned, &[tariff(later, 300)], today), []);
        assert_eq!(differences(&planned, &[], today), []);
    }
}
