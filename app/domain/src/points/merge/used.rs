//! What awards use up, one after the other: points under caps, and gifts given so often.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{AwardMade, Cut, Verdict};
use crate::{
    catalogue::Catalogue,
    ids::FacilityId,
    points::{
        award::AwardReason,
        caps::{CapHit, Caps, Month, Period, Person, Scope, TownPoints},
        rules::PointRule,
    },
    time::DayKey,
};

/// Where points are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Day(Option<FacilityId>, DayKey),
    Month(Option<FacilityId>, Month),
    Year(Option<FacilityId>, i16),
}

/// What the rules give only so often, and so often in what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Often {
    facility: FacilityId,
    reason: String,
    within: Option<Within>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Day(DayKey),
    Month(Month),
}

/// What the awards judged so far have used up.
#[derive(Default)]
pub(super) struct Used {
    points: BTreeMap<Bucket, u64>,
    times: BTreeMap<Often, u32>,
}

impl Used {
    pub(super) fn judge(&mut self, award: &AwardMade, town: &Catalogue, person: Person) -> Verdict {
        let rule = town.point_rule(&award.facility);
        let date = date_of(award.day);
        let often = often(award);
        let times = self.times.get(&often).copied().unwrap_or(0);
        if times >= at_most(award, rule, rules_day(award, town)) {
            return Verdict {
                stands: 0,
                cut: Some(Cut::Given),
            };
        }
        let (left, hit) = self.left(award, rule, date, town, person);
        let stands = award.points.min(u32::try_from(left).unwrap_or(u32::MAX));
        if stands > 0 {
            self.times.insert(often, times + 1);
            if award.reason.is_capped() {
                for period in Period::ALL {
                    for scope in [Scope::Facility, Scope::Person] {
                        if let Some(bucket) = bucket(award, scope, period, date, &town.points) {
                            *self.points.entry(bucket).or_default() += u64::from(stands);
                        }
                    }
                }
            }
        }
        Verdict {
            stands,
            cut: hit.filter(|_| stands < award.points).map(Cut::Capped),
        }
    }

    fn left(
        &self,
        award: &AwardMade,
        rule: Option<&PointRule>,
        date: Option<Date>,
        town: &Catalogue,
        person: Person,
    ) -> (u64, Option<CapHit>) {
        let mut least = (u64::MAX, None);
        if !award.reason.is_capped() {
            return least;
        }
        let on = rules_day(award, town);
        let facility = rule.map_or_else(Caps::default, |r| r.on(on).caps.of(person.age));
        let whole = town.points.caps(on, person.age);
        for (scope, caps) in [(Scope::Facility, facility), (Scope::Person, whole)] {
            for period in Period::ALL {
                let Some(cap) = caps.of(period) else { continue };
                let Some(bucket) = bucket(award, scope, period, date, &town.points) else {
                    continue;
                };
                let used = self.points.get(&bucket).copied().unwrap_or(0);
                let left = u64::from(cap).saturating_sub(used);
                if left < least.0 {
                    least = (left, Some(CapHit { scope, period, cap }));
                }
            }
        }
        least
    }
}

const fn date_of(day: DayKey) -> Option<Date> {
    match day {
        DayKey::Date(date) => Some(date),
        DayKey::Boot(_) => None,
    }
}

/// The day whose rules hold; of a day nobody knows, the one the clock said.
fn rules_day(award: &AwardMade, town: &Catalogue) -> Date {
    date_of(award.day).unwrap_or_else(|| {
        let zone = town
            .facilities
            .get(&award.facility)
            .and_then(|f| f.zone().ok())
            .unwrap_or(TimeZone::UTC);
        award.at.said(&zone).date()
    })
}

fn bucket(
    award: &AwardMade,
    scope: Scope,
    period: Period,
    date: Option<Date>,
    town: &TownPoints,
) -> Option<Bucket> {
    let place = (scope == Scope::Facility).then(|| award.facility.clone());
    match period {
        Period::Day => Some(Bucket::Day(place, award.day)),
        Period::Month => Some(Bucket::Month(place, Month::of(date?))),
        Period::Year => Some(Bucket::Year(place, town.year_of(Month::of(date?)))),
    }
}

fn often(award: &AwardMade) -> Often {
    let within = match (&award.reason, date_of(award.day)) {
        (AwardReason::FirstVisit | AwardReason::Event(_), _) => None,
        (AwardReason::Birthday, Some(date)) => Some(Within::Month(Month::of(date))),
        _ => Some(Within::Day(award.day)),
    };
    Often {
        facility: award.facility.clone(),
        reason: serde_json::to_string(&award.reason).expect("a reason is plain data"),
        within,
    }
}

/// How often it is given: as the rules of its day say, and an event once whatever they say.
/// A facility without rules is one the catalogue knows no more: nothing is taken from anybody.
fn at_most(award: &AwardMade, rule: Option<&PointRule>, on: Date) -> u32 {
    let Some(rule) = rule else {
        return match &award.reason {
            AwardReason::Event(_) => 1,
            _ => u32::MAX,
        };
    };
    match &award.reason {
        AwardReason::FirstVisit
        | AwardReason::Event(_)
        | AwardReason::Birthday
        | AwardReason::Streak
        | AwardReason::Stamps
        | AwardReason::Volunteering(_) => 1,
        AwardReason::Visit | AwardReason::Window | AwardReason::Campaign(_) => {
            rule.on(on).visits_per_day
        }
    }
}
