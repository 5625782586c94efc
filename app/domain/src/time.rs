//! Time with its quality.
//!
//! The appliance has no real-time clock of its own, so a wall time alone says little.
//! Every stamp carries the boot it was taken in and the monotonic instant of that
//! boot; those two never lie, and the wall time can be mended later from them.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Milliseconds; of a duration or of a monotonic instant, as the name beside it says.
pub type Millis = u64;

/// One boot of the machine (`/proc/sys/kernel/random/boot_id`). It stays the same when
/// only the program restarts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(pub Uuid);

impl fmt::Debug for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// Where the wall time came from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockSource {
    /// The kernel says the clock is synchronised (adjtimex, no STA_UNSYNC).
    Ntp,
    /// A battery-backed clock.
    Rtc,
    /// Counted on from a time that was good earlier in this boot.
    Estimated,
    /// Nothing vouches for it, or a source this version does not know.
    #[serde(other)]
    Unknown,
}

/// Where a time came from and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quality {
    /// The source.
    pub source: ClockSource,
    /// Half the width of the interval the true time lies in, milliseconds.
    /// `None`: it is not bounded.
    pub uncertainty_ms: Option<Millis>,
}

impl Quality {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        source: ClockSource::Unknown,
        uncertainty_ms: None,
    };

    /// True when rules that depend on the day or on money may rely on it.
    pub const fn is_trusted(self) -> bool {
        !matches!(self.source, ClockSource::Unknown) && self.uncertainty_ms.is_some()
    }
}

/// The wall clock as it is read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub wall_ms: i64,
    /// How good that is.
    pub quality: Quality,
}

/// The present, as the shell hands it to the core with every input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of `CLOCK_BOOTTIME`.
    pub mono_ms: Millis,
    /// Which boot those milliseconds belong to.
    pub boot: BootId,
    /// The wall clock.
    pub clock: Clock,
}

impl Now {
    /// The stamp a fact of this moment carries.
    pub const fn stamp(&self) -> Stamp {
        Stamp {
            wall_ms: self.clock.wall_ms,
            boot: self.boot,
            mono_ms: self.mono_ms,
            quality: self.clock.quality,
        }
    }

    /// What is certainly the least time that has gone by since `then`, milliseconds.
    ///
    /// In the same boot the monotonic clock decides. Across boots the wall clock counts
    /// only when both ends are trusted; otherwise all that is certain is the age of
    /// this boot, because `then` was before it.
    pub fn at_least_since(&self, then: &Stamp) -> Millis {
        if then.boot == self.boot {
            return self.mono_ms.saturating_sub(then.mono_ms);
        }
        let by_wall = match (
            self.clock.quality.uncertainty_ms,
            then.quality.uncertainty_ms,
        ) {
            (Some(now_off), Some(then_off))
                if self.clock.quality.is_trusted() && then.quality.is_trusted() =>
            {
                let apart = self.clock.wall_ms.saturating_sub(then.wall_ms);
                Millis::try_from(apart)
                    .unwrap_or(0)
                    .saturating_sub(now_off.saturating_add(then_off))
            }
            _ => 0,
        };
        by_wall.max(self.mono_ms)
    }
}

/// When something happened, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01T00:00:00Z, as the clock said then.
    #[serde(rename = "wall")]
    pub wall_ms: i64,
    /// The boot.
    pub boot: BootId,
    /// Milliseconds of `CLOCK_BOOTTIME` in that boot.
    #[serde(rename = "mono")]
    pub mono_ms: Millis,
    /// The quality of `wall_ms`.
    pub quality: Quality,
}

impl Stamp {
    /// The business day this stamp counts for, in the facility's zone.
    pub fn day(&self, zone: &TimeZone) -> DayKey {
        if self.quality.is_trusted() {
            DayKey::of_wall(self.wall_ms, zone).unwrap_or(DayKey::Boot(self.boot))
        } else {
            DayKey::Boot(self.boot)
        }
    }

    /// The date and time the clock said then, whoever vouches for it; the first there is
    /// beyond the range of dates.
    pub fn said(&self, zone: &TimeZone) -> DateTime {
        Timestamp::from_millisecond(self.wall_ms).map_or(DateTime::MIN, |at| zone.to_datetime(at))
    }
}

/// What "the same day" means for a rule.
///
/// A time nobody vouches for belongs to no calendar day; until the clock is corrected
/// such facts count together by the boot they were made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayKey {
    /// A calendar day in the facility's zone.
    Date(Date),
    /// Everything of one boot without a trusted clock.
    Boot(BootId),
}

impl DayKey {
    /// The calendar day of a wall time; `None` beyond the range of dates (years −9999 to 9999).
    pub fn of_wall(wall_ms: i64, zone: &TimeZone) -> Option<Self> {
        let at = Timestamp::from_millisecond(wall_ms).ok()?;
        Some(Self::Date(zone.to_datetime(at).date()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NTP: Quality = Quality {
        source: ClockSource::Ntp,
        uncertainty_ms: Some(50),
    };

    fn boot(n: u128) -> BootId {
        BootId(Uuid::from_u128(n))
    }

    fn now(boot: BootId, mono_ms: Millis, wall_ms: i64, quality: Quality) -> Now {
        Now {
            mono_ms,
            boot,
            clock: Clock { wall_ms, quality },
        }
    }

    #[test]
    fn in_one_boot_a_jump_of_the_wall_clock_changes_nothing() {
        let then = now(boot(1), 1_000, 500, NTP).stamp();
        let later = now(boot(1), 4_000, -86_400_000, NTP);
        assert_eq!(later.at_least_since(&then), 3_000);
    }

    #[test]
    fn across_boots_only_two_trusted_clocks_count() {
        let then = now(boot(1), 9_000_000, 1_000_000, NTP).stamp();
        let trusted = now(boot(2), 200, 1_060_000, NTP);
        assert_eq!(trusted.at_least_since(&then), 59_900);
        let lost = now(boot(2), 200, 1_060_000, Quality::UNKNOWN);
        assert_eq!(lost.at_least_since(&then), 200);
        let back = now(boot(2), 200, 0, NTP);
        assert_eq!(back.at_least_since(&then), 200);
    }

    #[test]
    fn the_business_day_is_the_facilitys() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        // 2026-04-01T15:30:00Z is half past midnight of the 2nd in Japan.
        let stamp = now(boot(1), 0, 1_775_057_400_000, NTP).stamp();
        assert_eq!(
            stamp.day(&tokyo),
            DayKey::Date(jiff::civil::date(2026, 4, 2))
        );
        let unsure = Stamp {
            quality: Quality::UNKNOWN,
            ..stamp
        };
        assert_eq!(unsure.day(&tokyo), DayKey::Boot(boot(1)));
    }
}
