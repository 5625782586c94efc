//! A kiosk's clocks, set by hand: a day is played in minutes.
//!
//! Between two settings they run as clocks do, so that what hangs on real time (the link,
//! the card service) is none the wiser; forward they jump wall and monotonic time alike, as
//! if the hours had passed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use uuid::Uuid;

/// How far off a time server's word may be, milliseconds.
const MAX_ERROR_MS: u64 = 40;
/// How long a machine takes from power to program, milliseconds.
const BOOT_MS: u64 = 20_000;

/// Who vouches for the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// A time server.
    Ntp,
    /// Nobody.
    Nobody,
}

/// The clocks of one kiosk.
#[derive(Debug)]
pub struct StagedClock {
    path: PathBuf,
    boot: Uuid,
    /// The machine's own clock when this was set, milliseconds.
    set_at_ms: u64,
    mono_ms: u64,
    /// What time it truly is, milliseconds since 1970-01-01T00:00:00Z.
    true_ms: i64,
    /// How far the wall clock is from the truth, milliseconds.
    wrong_ms: i64,
    vouched: Vouched,
}

impl StagedClock {
    /// Clocks that say this time, vouched for by a time server, of a machine that has been
    /// on for an hour.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(path: &Path, at: Timestamp) -> Result<Self> {
        let clock = Self {
            path: path.to_owned(),
            boot: Uuid::new_v4(),
            set_at_ms: machine_ms(),
            mono_ms: 3_600_000,
            true_ms: at.as_millisecond(),
            wrong_ms: 0,
            vouched: Vouched::Ntp,
        };
        clock.write()?;
        Ok(clock)
    }

    /// The file a kiosk reads.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What time it truly is.
    ///
    /// # Errors
    /// When that is no time.
    pub fn now(&self) -> Result<Timestamp> {
        let passed = machine_ms() - self.set_at_ms;
        let now = self.true_ms.saturating_add_unsigned(passed);
        Ok(Timestamp::from_millisecond(now)?)
    }

    /// Lets time pass until then; false when it is later already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn pass_until(&mut self, at: Timestamp) -> Result<bool> {
        self.rebase();
        let Ok(skip) = u64::try_from(at.as_millisecond() - self.true_ms) else {
            return Ok(false);
        };
        self.mono_ms += skip;
        self.true_ms = at.as_millisecond();
        self.write()?;
        Ok(true)
    }

    /// Somebody else, or nobody, vouches for the wall clock.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn vouch(&mut self, vouched: Vouched) -> Result<()> {
        self.rebase();
        self.vouched = vouched;
        self.write()
    }

    /// The wall clock goes wrong by this much, or is right again (0), milliseconds.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn be_wrong_by(&mut self, ms: i64) -> Result<()> {
        self.rebase();
        self.wrong_ms = ms;
        self.write()
    }

    /// The machine was switched off and on: a new boot, and nobody vouches for its wall
    /// clock. Between its end and its start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn reboot(&mut self) -> Result<()> {
        self.rebase();
        self.boot = Uuid::new_v4();
        self.mono_ms = BOOT_MS;
        self.vouched = Vouched::Nobody;
        self.write()
    }

    fn rebase(&mut self) {
        let machine = machine_ms();
        let passed = machine - self.set_at_ms;
        self.mono_ms += passed;
        self.true_ms = self.true_ms.saturating_add_unsigned(passed);
        self.set_at_ms = machine;
    }

    /// In one step: the kiosk reads it at any moment.
    fn write(&self) -> Result<()> {
        let draft = self.path.with_extension("new");
        fs::write(&draft, self.json().to_string())
            .and_then(|()| fs::rename(&draft, &self.path))
            .with_context(|| self.path.display().to_string())
    }

    fn json(&self) -> Value {
        let vouched = match self.vouched {
            Vouched::Ntp => json!({ "ntp": { "max_error_ms": MAX_ERROR_MS } }),
            Vouched::Nobody => json!("nobody"),
        };
        json!({
            "boot": self.boot,
            "written_at_ms": self.set_at_ms,
            "mono_ms": self.mono_ms,
            "wall_ms": self.true_ms.saturating_add(self.wrong_ms),
            "vouched": vouched,
        })
    }
}

/// Milliseconds of `CLOCK_BOOTTIME`: what the kiosk counts on by as well.
fn machine_ms() -> u64 {
    let at = clock_gettime(ClockId::Boottime);
    at.tv_sec.unsigned_abs() * 1_000 + at.tv_nsec.unsigned_abs() / 1_000_000
}
