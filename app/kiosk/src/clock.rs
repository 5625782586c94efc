//! What time it is, and who vouches for it.
//!
//! [`Timekeeper`] is pure: readings of the machine's clocks go in, a [`Now`] comes out.
//! [`kernel`] takes the readings.

pub mod kernel;
#[cfg(feature = "offscreen")]
pub mod staged;
pub(crate) mod voucher;

use machitap_domain::{BootId, Clock, ClockSource, Millis, Now, Quality};
use serde::{Deserialize, Serialize};

/// When this program was built, milliseconds since 1970-01-01T00:00:00Z.
pub fn built_ms() -> i64 {
    env!("MACHITAP_BUILT_S")
        .parse::<i64>()
        .map_or(0, |s| s.saturating_mul(1_000))
}

/// A battery-backed clock is taken to be this exact, milliseconds: a common crystal
/// drifts some two seconds a day, and it is set whenever a time server was heard.
pub const RTC_UNCERTAINTY_MS: Millis = 120_000;

/// Drift assumed while counting on without a source, parts per million: the kernel's own
/// bound for an undisciplined clock (MAXFREQ of `timex.h`).
pub const DRIFT_PPM: u64 = 500;

/// An estimate further off than this is none.
pub const ESTIMATE_MAX_MS: Millis = 3_600_000;

/// What the machine says of its wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// The kernel says it is synchronised, with this largest error, milliseconds.
    Ntp {
        /// The error.
        max_error_ms: Millis,
    },
    /// It was set from a battery-backed clock at boot.
    Rtc,
    /// Nobody does.
    Nobody,
}

/// One reading of the machine's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Milliseconds of `CLOCK_BOOTTIME`.
    pub mono_ms: Millis,
    /// Milliseconds of `CLOCK_REALTIME` since 1970-01-01T00:00:00Z.
    pub wall_ms: i64,
    /// Who vouches for it.
    pub vouched: Vouched,
}

/// A moment of this boot at which the time was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    boot: BootId,
    mono_ms: Millis,
    wall_ms: i64,
    uncertainty_ms: Millis,
}

/// Turns readings into times with a quality.
#[derive(Debug, Clone)]
pub struct Timekeeper {
    boot: BootId,
    floor_ms: i64,
    anchor: Option<Anchor>,
}

impl Timekeeper {
    /// For this boot; no wall time below `floor_ms` is believed.
    pub const fn new(boot: BootId, floor_ms: i64) -> Self {
        Self {
            boot,
            floor_ms,
            anchor: None,
        }
    }

    /// Raises the floor to a time that was once trusted.
    pub fn raise_floor(&mut self, wall_ms: i64) {
        self.floor_ms = self.floor_ms.max(wall_ms);
    }

    /// No wall time below this is believed, milliseconds since 1970-01-01T00:00:00Z.
    pub const fn floor_ms(&self) -> i64 {
        self.floor_ms
    }

    /// Takes up what an earlier run of the program knew, if it was in this boot.
    pub fn restore(&mut self, anchor: Anchor) {
        if anchor.boot == self.boot && anchor.wall_ms >= self.floor_ms {
            self.anchor = Some(anchor);
        }
    }

    /// The last good moment, to be kept for a restart in the same boot.
    pub const fn anchor(&self) -> Option<Anchor> {
        self.anchor
    }

    /// The present.
    pub fn now(&mut self, reading: Reading) -> Now {
        Now {
            mono_ms: reading.mono_ms,
            boot: self.boot,
            clock: self.judge(reading),
        }
    }

    fn judge(&mut self, reading: Reading) -> Clock {
        let plausible = reading.wall_ms >= self.floor_ms;
        if plausible && let Vouched::Ntp { max_error_ms } = reading.vouched {
            self.anchor = Some(Anchor {
                boot: self.boot,
                mono_ms: reading.mono_ms,
                wall_ms: reading.wall_ms,
                uncertainty_ms: max_error_ms,
            });
            return Clock {
                wall_ms: reading.wall_ms,
                quality: Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(max_error_ms),
                },
            };
        }
        // A time server's word of this boot, counted on, beats a crystal's.
        if let Some(clock) = self.anchor.and_then(|anchor| counted_on(&anchor, &reading)) {
            return clock;
        }
        let quality = match reading.vouched {
            Vouched::Rtc if plausible => Quality {
                source: ClockSource::Rtc,
                uncertainty_ms: Some(RTC_UNCERTAINTY_MS),
            },
            _ => Quality::UNKNOWN,
        };
        Clock {
            wall_ms: reading.wall_ms,
            quality,
        }
    }
}

fn counted_on(anchor: &Anchor, reading: &Reading) -> Option<Clock> {
    let passed = reading.mono_ms.checked_sub(anchor.mono_ms)?;
    let uncertainty_ms = anchor.uncertainty_ms + passed / (1_000_000 / DRIFT_PPM);
    (uncertainty_ms <= ESTIMATE_MAX_MS).then_some(Clock {
        wall_ms: anchor.wall_ms.saturating_add_unsigned(passed),
        quality: Quality {
            source: ClockSource::Estimated,
            uncertainty_ms: Some(uncertainty_ms),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const FLOOR: i64 = 1_775_000_000_000;
    const NTP: Vouched = Vouched::Ntp { max_error_ms: 40 };

    fn keeper() -> Timekeeper {
        Timekeeper::new(BootId(Uuid::from_u128(1)), FLOOR)
    }

    fn at(mono_ms: Millis, wall_ms: i64, vouched: Vouched) -> Reading {
        Reading {
            mono_ms,
            wall_ms,
            vouched,
        }
    }

    #[test]
    fn each_source_has_its_quality() {
        for (vouched, source, uncertainty_ms) in [
            (NTP, ClockSource::Ntp, Some(40)),
            (Vouched::Rtc, ClockSource::Rtc, Some(RTC_UNCERTAINTY_MS)),
            (Vouched::Nobody, ClockSource::Unknown, None),
        ] {
            let now = keeper().now(at(5, FLOOR, vouched));
            assert_eq!(now.clock.quality.source, source);
            assert_eq!(now.clock.quality.uncertainty_ms, uncertainty_ms);
            assert_eq!((now.mono_ms, now.clock.wall_ms), (5, FLOOR));
        }
    }

    #[test]
    fn a_time_before_the_build_is_never_trusted_whoever_vouches() {
        for vouched in [NTP, Vouched::Rtc, Vouched::Nobody] {
            let now = keeper().now(at(5, FLOOR - 1, vouched));
            assert!(!now.clock.quality.is_trusted(), "{vouched:?}");
        }
    }

    #[test]
    fn a_good_time_is_counted_on_when_its_source_goes_and_the_wall_jumps() {
        let mut keeper = keeper();
        keeper.now(at(1_000, FLOOR + 500, NTP));
        let later = keeper.now(at(3_001_000, 0, Vouched::Nobody)).clock;
        assert_eq!(later.wall_ms, FLOOR + 500 + 3_000_000);
        assert_eq!(later.quality.source, ClockSource::Estimated);
        assert_eq!(later.quality.uncertainty_ms, Some(40 + 1_500));
        let back = keeper.now(at(4_000_000, FLOOR + 4_000_000, NTP)).clock;
        assert_eq!(back.quality.source, ClockSource::Ntp);
    }

    #[test]
    fn an_estimate_wears_out() {
        let mut keeper = keeper();
        keeper.now(at(0, FLOOR, NTP));
        let long = ESTIMATE_MAX_MS * (1_000_000 / DRIFT_PPM);
        let worn = keeper.now(at(long, FLOOR, Vouched::Nobody)).clock;
        assert_eq!(worn.quality, Quality::UNKNOWN);
    }

    #[test]
    fn an_anchor_holds_across_a_restart_and_not_across_a_boot() {
        let mut first = keeper();
        first.now(at(1_000, FLOOR, NTP));
        let anchor = first.anchor().unwrap();
        let mut again = keeper();
        again.restore(anchor);
        let clock = again.now(at(2_000, 0, Vouched::Nobody)).clock;
        assert_eq!(clock.quality.source, ClockSource::Estimated);
        let mut rebooted = Timekeeper::new(BootId(Uuid::from_u128(2)), FLOOR);
        rebooted.restore(anchor);
        let clock = rebooted.now(at(2_000, 0, Vouched::Nobody)).clock;
        assert_eq!(clock.quality, Quality::UNKNOWN);
    }
}
