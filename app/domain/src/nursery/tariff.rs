//! Extended care (延長保育): what a stay outside the certified hours costs.
//!
//! Nursery care is certified as standard hours (標準時間, up to 11 hours) or short hours
//! (短時間, up to 8 hours). What lies outside a child's core hours is charged by bands,
//! before and after, in started units.
//!
//! **The clock on the screen decides.** A moment counts as its minute, the seconds cut
//! off: what a parent read from the kiosk's clock is what is charged. Leaving at 18:30:59
//! is leaving at 18:30.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

/// From a time of day until another, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First minute.
    pub from: Time,
    /// First minute after.
    pub until: Time,
}

impl Span {
    /// True for a time inside.
    pub fn contains(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }

    /// Whole minutes this and another span share.
    fn shared_min(&self, other: &Self) -> u32 {
        minute(self.until.min(other.until)).saturating_sub(minute(self.from.max(other.from)))
    }
}

/// Minutes since midnight, seconds cut off.
pub fn minute(at: Time) -> u32 {
    u32::from(at.hour().unsigned_abs()) * 60 + u32::from(at.minute().unsigned_abs())
}

/// How many hours a child is certified for (保育必要量).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Care {
    /// 標準時間
    #[default]
    Standard,
    /// 短時間
    Short,
}

/// A band of extended care, wholly before or wholly after the core hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// First minute.
    pub from: Time,
    /// First minute after.
    pub until: Time,
    /// What is charged by, minutes; a started unit counts whole.
    pub unit_min: u32,
    /// Price of a unit, yen.
    pub yen: u32,
}

impl Band {
    const fn span(&self) -> Span {
        Span {
            from: self.from,
            until: self.until,
        }
    }
}

/// What one kind of certificate pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareTariff {
    /// The hours the certificate covers.
    pub core: Span,
    /// So many minutes outside the core, on each side, cost nothing. One more, and all of
    /// them count.
    #[serde(default)]
    pub grace_min: u32,
    /// The bands outside, in order.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// A tariff, in force from its day until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// Its first day.
    pub from: Date,
    /// Children certified for standard hours.
    pub standard: CareTariff,
    /// Children certified for short hours.
    pub short: CareTariff,
    /// The most a child pays for a calendar month, yen.
    #[serde(default)]
    pub cap_yen: Option<u32>,
}

/// Why a tariff is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTariff {
    /// The core hours end before they begin.
    #[error("the core hours end before they begin")]
    Core,
    /// A band ends before it begins.
    #[error("a band ends before it begins")]
    Band,
    /// A band reaches into the core hours.
    #[error("a band reaches into the core hours")]
    Inside,
    /// Bands overlap or stand out of order.
    #[error("bands overlap or stand out of order")]
    Order,
    /// A unit of no minutes.
    #[error("unit_min must be 1 to 720")]
    Unit,
    /// A slip of the pen.
    #[error("yen must be at most {MAX_YEN}")]
    Yen,
}

/// More than this for a unit is a slip of the pen.
pub const MAX_YEN: u32 = 100_000;

/// A stay in the house. Without an end the child is still here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Came at; `None` when no coming was recorded, which counts as inside the core.
    pub from: Option<Time>,
    /// Left at.
    pub until: Option<Time>,
}

/// What a day costs so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Price {
    /// Minutes in bands before the core.
    pub before_min: u32,
    /// Minutes in bands after it.
    pub after_min: u32,
    /// Yen, before any cap of the month.
    pub yen: u32,
}

impl CareTariff {
    /// What these stays of one day cost. A stay without an end costs what its beginning
    /// does: the time before the core.
    pub fn price(&self, stays: &[Stay]) -> Price {
        let spans: Vec<Span> = stays.iter().map(|s| self.present(*s)).collect();
        let (before, after): (Vec<&Band>, Vec<&Band>) =
            self.bands.iter().partition(|b| b.until <= self.core.from);
        let (before_min, before_yen) = self.side(&before, &spans);
        let (after_min, after_yen) = self.side(&after, &spans);
        Price {
            before_min,
            after_min,
            yen: before_yen + after_yen,
        }
    }

    fn present(&self, stay: Stay) -> Span {
        let from = stay
            .from
            .unwrap_or_else(|| self.core.until.min(stay.until.unwrap_or(self.core.until)));
        Span {
            from,
            until: stay.until.unwrap_or(self.core.from).max(from),
        }
    }

    /// Minutes and yen of the bands on one side.
    fn side(&self, bands: &[&Band], spans: &[Span]) -> (u32, u32) {
        let used: Vec<(u32, &Band)> = bands
            .iter()
            .map(|b| (spans.iter().map(|s| b.span().shared_min(s)).sum(), *b))
            .collect();
        let minutes: u32 = used.iter().map(|(m, _)| m).sum();
        if minutes <= self.grace_min {
            return (0, 0);
        }
        let yen = used
            .iter()
            .map(|(m, b)| m.div_ceil(b.unit_min).saturating_mul(b.yen))
            .fold(0, u32::saturating_add);
        (minutes, yen)
    }

    /// The times of day at which a price may change, in order: where a band, one of its
    /// units or a grace begins or ends.
    pub fn edges(&self) -> Vec<Time> {
        let mut minutes: Vec<u32> = vec![
            minute(self.core.from),
            minute(self.core.from).saturating_sub(self.grace_min),
            // A moment counts as its minute: at the last free minute it is still free.
            minute(self.core.until) + 1,
            minute(self.core.until) + self.grace_min + 1,
        ];
        for band in &self.bands {
            let (from, until) = (minute(band.from), minute(band.until));
            if band.until <= self.core.from {
                // Units count back from the band's end.
                minutes.extend(
                    (0..)
                        .map(|n| n * band.unit_min)
                        .take_while(|m| *m <= until - from)
                        .map(|m| until - m),
                );
            } else {
                minutes.extend((from..until).step_by(band.unit_min as usize).map(|m| m + 1));
            }
        }
        minutes.sort_unstable();
        minutes.dedup();
        minutes.into_iter().filter_map(time_of).collect()
    }

    fn check(&self) -> Result<(), InvalidTariff> {
        if self.core.until <= self.core.from {
            return Err(InvalidTariff::Core);
        }
        for band in &self.bands {
            if band.until <= band.from {
                return Err(InvalidTariff::Band);
            }
            if band.span().shared_min(&self.core) > 0 {
                return Err(InvalidTariff::Inside);
            }
            if !(1..=720).contains(&band.unit_min) {
                return Err(InvalidTariff::Unit);
            }
            if band.yen > MAX_YEN {
                return Err(InvalidTariff::Yen);
            }
        }
        if self.bands.windows(2).any(|b| b[1].from < b[0].until) {
            return Err(InvalidTariff::Order);
        }
        Ok(())
    }
}

fn time_of(minutes: u32) -> Option<Time> {
    let part = |n: u32| i8::try_from(n).ok();
    Time::new(part(minutes / 60)?, part(minutes % 60)?, 0, 0).ok()
}

impl Tariff {
    /// What that certificate pays.
    pub const fn of(&self, care: Care) -> &CareTariff {
        match care {
            Care::Standard => &self.standard,
            Care::Short => &self.short,
        }
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidTariff`] found.
    pub fn check(&self) -> Result<(), InvalidTariff> {
        self.standard.check()?;
        self.short.check()
    }

    /// What of `yen` is still charged when `already` was, under the month's cap.
    pub fn capped(&self, already: u32, yen: u32) -> u32 {
        self.cap_yen
            .map_or(yen, |cap| yen.min(cap.saturating_sub(already)))
    }
}

#[cfg(test)]
mod tests;
