//! What a resident has over all kiosks, as far as this one can say: the city's word, and
//! what this journal has added since.

use jiff::civil::Date;
use machitap_domain::{
    DayKey, Folds, Millis, Now, Pseudonym,
    points::{
        Account,
        accounts::{InPeriod, Known, Standing},
        caps::Age,
    },
    ranking::{Period, Scope, Span},
};

use super::{Session, visit::Visitor};
use crate::view::{AsOf, OwnPlace, VisitDone};

const MINUTE_MS: Millis = 60_000;
const HOUR_MS: Millis = 60 * MINUTE_MS;
const DAY_MS: Millis = 24 * HOUR_MS;

impl Session {
    /// Today, where a clock vouches for it.
    pub fn today(&self, now: &Now) -> Option<Date> {
        match now.stamp().day(&self.zone) {
            DayKey::Date(date) => Some(date),
            DayKey::Boot(_) => None,
        }
    }

    /// How long ago that moment was. One that the clock has not reached yet is just now.
    pub(super) fn age(&self, now: &Now, as_of_ms: i64) -> AsOf {
        if !now.clock.quality.is_trusted() || self.clock_is_held() {
            return AsOf::Unknown;
        }
        let ago = now.clock.wall_ms.saturating_sub(as_of_ms);
        let ago = Millis::try_from(ago).unwrap_or(0);
        let whole = |unit| u32::try_from(ago / unit).unwrap_or(u32::MAX);
        match ago {
            ..HOUR_MS => AsOf::Minutes(whole(MINUTE_MS)),
            HOUR_MS..DAY_MS => AsOf::Hours(whole(HOUR_MS)),
            DAY_MS.. => AsOf::Days(whole(DAY_MS)),
        }
    }

    pub(super) fn known(&self, folds: &Folds, resident: &Pseudonym) -> Known {
        let account = folds.account(resident);
        self.accounts.known(resident, self.life, &account)
    }

    /// How old the city's word about somebody is; `None` where it has said nothing.
    pub(super) fn elsewhere(&self, now: &Now, known: &Known) -> Option<AsOf> {
        Some(self.age(now, known.as_of_ms?))
    }

    /// Points earned in the week or the month of today.
    pub(super) fn earned_in(
        &self,
        period: Period,
        today: Date,
        resident: &Pseudonym,
        account: &Account,
    ) -> InPeriod {
        self.city_says(resident).earned_in(period, today, account)
    }

    /// What the city told of a resident; nothing where it told nothing.
    pub(super) fn city_says(&self, resident: &Pseudonym) -> Standing {
        self.accounts
            .standing(resident, self.life)
            .unwrap_or_default()
    }

    /// Where a visitor stands in the town this week. Children have no places.
    pub(super) fn own_place(
        &self,
        now: &Now,
        folds: &Folds,
        visitor: &Visitor,
    ) -> Option<OwnPlace> {
        let age = self.person(visitor.citizen.as_ref()).age;
        let board = self.ranking.as_ref()?.board(&Scope::Town, Period::Week)?;
        let today = self.today(now)?;
        if age == Some(Age::Child) || board.span != Span::of(Period::Week, today) {
            return None;
        }
        let account = folds.account(&visitor.subject);
        let earned = self.earned_in(Period::Week, today, &visitor.subject, &account);
        let points = |n| i64::try_from(n).unwrap_or(i64::MAX);
        let (counted, points) = (points(earned.counted), points(earned.now));
        let found = board.curve.place(counted, points)?;
        Some(OwnPlace {
            place: found.place,
            of: found.of,
            to_next: found.above.map(|above| above.abs_diff(points)),
            ahead: found.below.map(|below| points.abs_diff(below)),
        })
    }

    /// Adds to the screen of a visit what its visitor has, where they may be told.
    pub(super) fn tell_standing(
        &self,
        done: &mut VisitDone,
        visitor: &Visitor,
        now: &Now,
        folds: &Folds,
    ) {
        if !visitor.may_be_told() {
            return;
        }
        let known = self.known(folds, &visitor.subject);
        done.balance = Some(known.free);
        done.elsewhere = self.elsewhere(now, &known);
        done.place = self.own_place(now, folds, visitor);
        done.own = self.has_own_page(visitor);
    }

    /// Whether a visitor has a page of their own here: a copied number is told nothing.
    pub(super) fn has_own_page(&self, visitor: &Visitor) -> bool {
        visitor.may_be_told() && self.hall().is_some()
    }
}
