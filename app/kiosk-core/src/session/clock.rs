//! The clock of the header, the correction of a boot's times, and a clock that jumps.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use machitap_domain::{
    BootId, ClockSource, FactBody, Millis, Now, Quality, Stamp,
    fact::{Class, Component},
    time::Clock,
};

use super::{After, Session, Turn};
use crate::{
    output::Output,
    view::{ClockFace, WallTime},
};

const MINUTE_MS: i64 = 60_000;

/// A trusted clock that moves against the monotonic one by more than this has jumped. It is
/// far above what a time server slews and far below what a day, a tariff or a guard needs.
pub const JUMP_MS: u64 = 120_000;

/// How far the time may be off that is counted on past a jump, milliseconds: enough that no
/// price near an edge is charged by itself, little enough that the day stays known.
pub const HELD_UNCERTAINTY_MS: Millis = 600_000;

/// The monotonic instant at which the wall clock's minute turns.
pub(super) fn next_minute(now: &Now) -> Millis {
    let left = MINUTE_MS - now.clock.wall_ms.rem_euclid(MINUTE_MS);
    now.mono_ms.saturating_add_signed(left)
}

/// A wall time as the facility's people read it; `None` beyond the range of dates.
pub(super) fn wall_time(wall_ms: i64, zone: &TimeZone) -> Option<WallTime> {
    let at = Timestamp::from_millisecond(wall_ms).ok()?;
    Some(civil_time(zone.to_datetime(at)))
}

/// The start of a day as the facility's people read it.
pub(super) fn day_time(date: Date) -> WallTime {
    civil_time(date.into())
}

/// A date and time of the facility's zone.
pub(super) fn civil_time(at: DateTime) -> WallTime {
    let part = |n: i8| u8::try_from(n).unwrap_or_default();
    WallTime {
        month: part(at.month()),
        day: part(at.day()),
        weekday: part(at.weekday().to_sunday_zero_offset()),
        hour: part(at.hour()),
        minute: part(at.minute()),
    }
}

/// The time of a stamp, where somebody vouches for it.
pub(super) fn stamp_time(stamp: &Stamp, zone: &TimeZone) -> Option<WallTime> {
    stamp
        .quality
        .is_trusted()
        .then(|| wall_time(stamp.wall_ms, zone))?
}

pub(super) fn face(clock: &Clock, zone: &TimeZone) -> ClockFace {
    ClockFace {
        time: (clock.quality.source != ClockSource::Unknown)
            .then(|| wall_time(clock.wall_ms, zone))
            .flatten(),
        source: clock.quality.source,
        trusted: clock.quality.is_trusted(),
    }
}

/// The last time of this boot that was believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Believed {
    boot: BootId,
    /// The wall time at which the monotonic clock stood at 0.
    zero_ms: i64,
    source: ClockSource,
    /// The clock has left it and was not believed.
    pub(super) held: bool,
}

impl Believed {
    /// The setting it is kept under across restarts of the program.
    pub(super) const KEY: &'static str = "believed-clock";

    fn of(now: &Now) -> Self {
        Self {
            boot: now.boot,
            zero_ms: now.clock.wall_ms.saturating_sub_unsigned(now.mono_ms),
            source: now.clock.quality.source,
            held: false,
        }
    }

    fn to_kept(self) -> String {
        let source = match self.source {
            ClockSource::Ntp => "ntp",
            ClockSource::Rtc => "rtc",
            ClockSource::Estimated | ClockSource::Unknown => "estimated",
        };
        format!("{} {} {source}", self.boot.0, self.zero_ms)
    }

    /// Reads what was kept; `None` for another boot's, and for what cannot be read.
    pub(super) fn from_kept(text: Option<&str>, boot: BootId) -> Option<Self> {
        let mut parts = text?.split(' ');
        let of = BootId(parts.next()?.parse().ok()?);
        let zero_ms = parts.next()?.parse().ok()?;
        let source = match parts.next()? {
            "ntp" => ClockSource::Ntp,
            "rtc" => ClockSource::Rtc,
            "estimated" => ClockSource::Estimated,
            _ => return None,
        };
        (of == boot).then_some(Self {
            boot: of,
            zero_ms,
            source,
            held: false,
        })
    }

    /// True when the clock has jumped away from here, moved by nothing better.
    fn is_left_by(&self, present: &Self) -> bool {
        present.zero_ms.abs_diff(self.zero_ms) > JUMP_MS && present.source >= self.source
    }

    /// What the clock would say had it not jumped.
    fn clock(&self, now: &Now) -> Clock {
        Clock {
            wall_ms: self.zero_ms.saturating_add_unsigned(now.mono_ms),
            quality: Quality {
                source: ClockSource::Estimated,
                uncertainty_ms: Some(HELD_UNCERTAINTY_MS),
            },
        }
    }
}

impl Session {
    /// The present as the rules take it. A trusted clock that jumps within one boot is not
    /// followed, unless a better source moved it: what was true a minute ago is counted on.
    pub(super) fn believe(&mut self, now: &Now, out: &mut Vec<Output>) -> Now {
        if !now.clock.quality.is_trusted() {
            return *now;
        }
        let present = Believed::of(now);
        let before = self.believed.filter(|a| a.boot == now.boot);
        let Some(before) = before else {
            self.believed = Some(present);
            out.push(Output::Keep {
                key: Believed::KEY,
                value: present.to_kept(),
            });
            return *now;
        };
        let apart = present.zero_ms.abs_diff(before.zero_ms);
        let better = present.source < before.source;
        if before.is_left_by(&present) {
            self.believed = Some(Believed {
                held: true,
                ..before
            });
            return Now {
                clock: before.clock(now),
                ..*now
            };
        }
        // Slewing is followed; only steps worth keeping are kept.
        self.believed = Some(present);
        if better || apart > JUMP_MS / 4 {
            out.push(Output::Keep {
                key: Believed::KEY,
                value: present.to_kept(),
            });
        } else {
            self.believed = Some(Believed {
                zero_ms: before.zero_ms,
                ..present
            });
        }
        *now
    }

    /// The present as the rules would take it now, for whoever keeps times across a restart
    /// or lets old facts go.
    pub fn believed(&self, now: &Now) -> Now {
        let before = self.believed.filter(|a| a.boot == now.boot);
        let clock = before
            .filter(|_| now.clock.quality.is_trusted())
            .filter(|before| before.is_left_by(&Believed::of(now)))
            .map_or(now.clock, |before| before.clock(now));
        Now { clock, ..*now }
    }

    /// Whether the clock is held back just now.
    pub(super) fn clock_is_held(&self) -> bool {
        self.believed.is_some_and(|a| a.held)
    }

    /// Says so when the clock jumps, and when it is itself again.
    pub(super) fn watch_jump(&mut self, cx: &mut Turn<'_>) {
        let held = self.clock_is_held();
        if self.told_held == held {
            return;
        }
        self.told_held = held;
        self.changed = true;
        let body = FactBody::Health {
            component: Component::Clock,
            trouble: held.then_some(Class::Repair),
        };
        let draft = self.draft(cx.now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }

    /// Once the clock of this boot is trusted, what was journalled before gets its true time.
    pub(super) fn watch_clock(&mut self, cx: &mut Turn<'_>) {
        let now = cx.now;
        if self.unsure_boot != Some(now.boot) || !now.clock.quality.is_trusted() {
            return;
        }
        self.unsure_boot = None;
        let body = FactBody::ClockCorrected {
            boot: now.boot,
            boot_wall_ms: now.clock.wall_ms.saturating_sub_unsigned(now.mono_ms),
            quality: now.clock.quality,
        };
        let draft = self.draft(now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }
}
