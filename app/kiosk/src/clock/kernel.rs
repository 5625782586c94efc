//! The machine's clocks, read.

use std::{fs, io};

use machitap_domain::{BootId, Millis};
use rustix::time::{ClockId, clock_gettime};
use uuid::Uuid;

use super::{Reading, Vouched, voucher::Voucher};

const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// 1 when the kernel set its clock from the RTC at boot (CONFIG_RTC_HCTOSYS).
const HCTOSYS: &str = "/sys/class/rtc/rtc0/hctosys";

/// The same, from the service manager, for a service that may not look into /proc/sys
/// (`Environment=MACHITAP_BOOT_ID=%b`).
const BOOT_ID_ENV: &str = "MACHITAP_BOOT_ID";

/// The present boot.
///
/// # Errors
/// When neither the kernel nor the service manager says.
pub fn boot_id() -> io::Result<BootId> {
    let text = fs::read_to_string(BOOT_ID)
        .or_else(|error| std::env::var(BOOT_ID_ENV).map_err(|_| error))?;
    Uuid::parse_str(text.trim())
        .map(BootId)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Nanoseconds of `CLOCK_MONOTONIC`.
pub fn monotonic_ns() -> u64 {
    let at = clock_gettime(ClockId::Monotonic);
    at.tv_sec.unsigned_abs() * 1_000_000_000 + at.tv_nsec.unsigned_abs()
}

/// Milliseconds of `CLOCK_BOOTTIME`.
pub fn boot_ms() -> u64 {
    let at = clock_gettime(ClockId::Boottime);
    at.tv_sec.unsigned_abs() * 1_000 + at.tv_nsec.unsigned_abs() / 1_000_000
}

/// Reads the machine's clocks.
#[derive(Debug, Clone)]
pub struct Kernel {
    fallback: Vouched,
    voucher: Option<Voucher>,
}

impl Kernel {
    /// For an appliance: a clock nobody synchronises counts only with an RTC behind it.
    pub fn appliance() -> Self {
        let rtc = fs::read_to_string(HCTOSYS).is_ok_and(|text| text.trim() == "1");
        Self {
            fallback: if rtc { Vouched::Rtc } else { Vouched::Nobody },
            voucher: Voucher::of_the_unit(),
        }
    }

    /// For a demonstration on somebody's machine, whose clock is believed as an RTC is.
    pub const fn demo() -> Self {
        Self {
            fallback: Vouched::Rtc,
            voucher: None,
        }
    }

    /// A reading.
    pub fn read(&mut self) -> Reading {
        let mono_ms = boot_ms();
        // Asked before the clock is read: what is vouched for must not be older than the reading.
        let max_error_ms = match &mut self.voucher {
            Some(voucher) => voucher.max_error_ms(mono_ms),
            None => max_error_ms(),
        };
        let wall = clock_gettime(ClockId::Realtime);
        Reading {
            mono_ms: boot_ms(),
            wall_ms: wall
                .tv_sec
                .saturating_mul(1_000)
                .saturating_add(wall.tv_nsec / 1_000_000),
            vouched: max_error_ms
                .map_or(self.fallback, |max_error_ms| Vouched::Ntp { max_error_ms }),
        }
    }
}

/// The clock's largest error, milliseconds, as adjtimex(2) knows it when it is synchronised.
pub(super) fn max_error_ms() -> Option<Millis> {
    // SAFETY: `timex` is plain integers, for which all zeroes is a valid value; modes = 0
    // asks the kernel to change nothing and to fill the structure in.
    let (state, timex) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex)
    };
    let good = state >= 0 && state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0;
    // maxerror is in microseconds.
    good.then(|| timex.maxerror.unsigned_abs().div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_go_forward_and_the_boot_stays() {
        let mut kernel = Kernel::appliance();
        let (first, second) = (kernel.read(), kernel.read());
        assert!(second.mono_ms >= first.mono_ms);
        assert_eq!(boot_id().unwrap(), boot_id().unwrap());
        assert!(first.wall_ms > super::super::built_ms() - 86_400_000);
    }

    #[test]
    fn a_demo_believes_the_machine() {
        assert_ne!(Kernel::demo().read().vouched, Vouched::Nobody);
    }
}
