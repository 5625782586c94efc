//! The price, before it is confirmed.

use jiff::civil::Time;
use machitap_domain::{
    DayKey, FactId, Folds, Now, Pseudonym, Stamp,
    attendance::{ChildDays, Direction, Passage},
    nursery::{
        board::local,
        fee::{Fee, Unsettled, fee_of},
        settings::{Counts, Nursery},
        tariff::Care,
    },
};

use super::{Session, clock};
use crate::view::{PriceAt, Quote};

/// A lower price is offered only when it comes within this many minutes: nobody is asked to
/// stand at the door for longer.
const WAIT_MIN: u32 = 30;

/// A higher price is said when it comes within this many minutes.
const WARN_MIN: u32 = 60;

/// A child and the way it is about to go.
pub(super) struct Going {
    pub(super) subject: Pseudonym,
    pub(super) care: Care,
    pub(super) direction: Direction,
    pub(super) at: Stamp,
}

impl Going {
    /// The child's days as they would be.
    fn days(&self, folds: &Folds, fact: FactId, at: Stamp, day: DayKey) -> ChildDays {
        folds
            .child(&self.subject)
            .with(Passage::new(fact, day, at, self.direction))
    }
}

/// True when the fold already says so; nothing recorded is as good as nothing charged.
pub(super) fn says(days: &ChildDays, day: DayKey, fee: &Fee) -> bool {
    match (days.fee_on(day).map(|made| made.fee), fee) {
        (Some(standing), fee) => standing == *fee,
        (
            None,
            Fee::Settled {
                yen: 0,
                before_min: 0,
                after_min: 0,
                ..
            },
        ) => true,
        (None, _) => false,
    }
}

impl Session {
    /// What the child's day costs after this passage, and what it cost before.
    pub(super) fn fee_after(
        &self,
        going: &Going,
        folds: &Folds,
        fact: FactId,
    ) -> Option<(DayKey, Fee)> {
        let nursery = self.nursery()?;
        let day = going.at.day(&self.zone);
        let days = going.days(folds, fact, going.at, day);
        Some((day, fee_of(&days, day, going.care, nursery, &self.zone)?))
    }

    /// Yen this passage adds at that stamp; `Err`: no clock can say.
    fn added(
        &self,
        going: &Going,
        folds: &Folds,
        nursery: &Nursery,
        at: Stamp,
    ) -> Result<u32, Unsettled> {
        let day = at.day(&self.zone);
        let before = folds
            .child(&going.subject)
            .fee_on(day)
            .map_or(0, |made| made.fee.yen());
        // The name does not matter: nothing is recorded.
        let days = going.days(folds, FactId(uuid::Uuid::nil()), at, day);
        match fee_of(&days, day, going.care, nursery, &self.zone) {
            None => Ok(0),
            Some(Fee::Unsettled(why)) => Err(why),
            Some(fee) => Ok(fee.yen().saturating_sub(before)),
        }
    }

    /// Yen of each child, and the whole.
    pub(super) fn quote(
        &self,
        going: &[Going],
        now: &Now,
        folds: &Folds,
    ) -> (Vec<u32>, Option<Quote>) {
        let nothing = || (vec![0; going.len()], None);
        let Some(nursery) = self.nursery().filter(|n| !n.tariffs.is_empty()) else {
            return nothing();
        };
        // Where the handover counts, the price is what it would be if it were now.
        let by_tap = Nursery {
            counts: Counts::Tap,
            ..nursery.clone()
        };
        let each: Vec<Result<u32, Unsettled>> = going
            .iter()
            .map(|g| self.added(g, folds, &by_tap, g.at))
            .collect();
        let unsettled = each.iter().any(Result::is_err);
        let yen_of: Vec<u32> = each.into_iter().map(Result::unwrap_or_default).collect();
        let yen = yen_of.iter().sum();
        let quote = Quote {
            yen,
            cheaper: self.later(going, now, folds, &by_tap, WAIT_MIN, |later| later < yen),
            dearer: self.later(going, now, folds, &by_tap, WARN_MIN, |later| later > yen),
            at_handover: nursery.counts == Counts::Handover,
            unsettled,
        };
        let worth_saying = yen > 0 || unsettled || quote.dearer.is_some();
        (yen_of, worth_saying.then_some(quote))
    }

    /// The first price of the coming minutes that is as wanted.
    fn later(
        &self,
        going: &[Going],
        now: &Now,
        folds: &Folds,
        nursery: &Nursery,
        within_min: u32,
        wanted: impl Fn(u32) -> bool,
    ) -> Option<PriceAt> {
        let (date, time) = local(&now.clock, &self.zone)?;
        let tariff = nursery.tariff(date)?;
        let mut edges: Vec<Time> = going
            .iter()
            .flat_map(|g| tariff.of(g.care).edges())
            .filter(|edge| *edge > time && minutes_between(time, *edge) <= within_min)
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges.into_iter().find_map(|edge| {
            let wall_ms = self
                .zone
                .to_timestamp(date.to_datetime(edge))
                .ok()?
                .as_millisecond();
            let at = Stamp {
                wall_ms,
                quality: machitap_domain::Quality {
                    uncertainty_ms: Some(0),
                    ..now.clock.quality
                },
                ..now.stamp()
            };
            let yen = going
                .iter()
                .map(|g| self.added(g, folds, nursery, at).ok())
                .sum::<Option<u32>>()?;
            wanted(yen).then_some(PriceAt {
                at: clock::wall_time(wall_ms, &self.zone)?,
                yen,
            })
        })
    }
}

/// Whole minutes from one time of day to a later one, rounded up.
fn minutes_between(from: Time, to: Time) -> u32 {
    let seconds = from.duration_until(to).as_secs();
    u32::try_from(seconds).unwrap_or(0).div_ceil(60)
}
