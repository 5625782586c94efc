//! The clock of the header, and the correction of a boot's times.

use jiff::{Timestamp, tz::TimeZone};
use machitap_domain::{ClockSource, FactBody, Millis, Now, Stamp, time::Clock};

use super::{After, Session, Turn};
use crate::view::{ClockFace, WallTime};

const MINUTE_MS: i64 = 60_000;

/// The monotonic instant at which the wall clock's minute turns.
pub(super) fn next_minute(now: &Now) -> Millis {
    let left = MINUTE_MS - now.clock.wall_ms.rem_euclid(MINUTE_MS);
    now.mono_ms.saturating_add_signed(left)
}

/// A wall time as the facility's people read it; `None` beyond the range of dates.
pub(super) fn wall_time(wall_ms: i64, zone: &TimeZone) -> Option<WallTime> {
    let at = zone.to_datetime(Timestamp::from_millisecond(wall_ms).ok()?);
    let part = |n: i8| u8::try_from(n).unwrap_or_default();
    Some(WallTime {
        month: part(at.month()),
        day: part(at.day()),
        weekday: part(at.weekday().to_sunday_zero_offset()),
        hour: part(at.hour()),
        minute: part(at.minute()),
    })
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

impl Session {
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
