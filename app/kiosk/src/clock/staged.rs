//! A clock that somebody else sets, so that a day can be played in minutes.
//!
//! It stands in the place of the machine's clocks and of nothing else: what it says is
//! judged, kept and corrected as their word is. Between two settings it runs as they do.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use machitap_domain::{BootId, Millis};
use serde::Deserialize;

use super::{Reading, Vouched, kernel};

/// What the file says.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    /// The boot; another one is a reboot at the program's next start.
    boot: BootId,
    /// `CLOCK_BOOTTIME` of the machine when this was written, milliseconds.
    written_at_ms: Millis,
    /// The staged monotonic clock at that moment, milliseconds.
    mono_ms: Millis,
    /// The staged wall clock at that moment, milliseconds since 1970-01-01T00:00:00Z.
    wall_ms: i64,
    /// Who vouches for it.
    vouched: Word,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Ntp { max_error_ms: Millis },
    Rtc,
    Nobody,
}

/// The clock behind the file. Whoever sets it replaces the file in one step.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    setting: Setting,
}

impl Staged {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// When it is not there or is none.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            setting: setting(path)?,
        })
    }

    /// The boot it plays.
    pub const fn boot(&self) -> BootId {
        self.setting.boot
    }

    /// A reading.
    pub fn read(&mut self) -> Reading {
        // Gone at the end of a play: then the clock runs on.
        if let Ok(setting) = setting(&self.path) {
            self.setting = setting;
        }
        self.setting.at(kernel::boot_ms())
    }
}

fn setting(path: &Path) -> io::Result<Setting> {
    serde_json::from_slice(&fs::read(path)?).map_err(io::Error::from)
}

impl Setting {
    fn at(&self, machine_ms: Millis) -> Reading {
        let passed = machine_ms.saturating_sub(self.written_at_ms);
        Reading {
            mono_ms: self.mono_ms.saturating_add(passed),
            wall_ms: self.wall_ms.saturating_add_unsigned(passed),
            vouched: match self.vouched {
                Word::Ntp { max_error_ms } => Vouched::Ntp { max_error_ms },
                Word::Rtc => Vouched::Rtc,
                Word::Nobody => Vouched::Nobody,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"boot":"00000000-0000-0000-0000-000000000007","written_at_ms":1000,
        "mono_ms":50,"wall_ms":1780000000000,"vouched":{"ntp":{"max_error_ms":40}}}"#;

    #[test]
    fn between_two_settings_it_runs() {
        let setting: Setting = serde_json::from_str(TEXT).unwrap();
        let reading = setting.at(3_500);
        assert_eq!(
            (reading.mono_ms, reading.wall_ms),
            (2_550, 1_780_000_002_500)
        );
        assert_eq!(reading.vouched, Vouched::Ntp { max_error_ms: 40 });
    }

    #[test]
    fn a_new_setting_counts_from_the_next_reading_and_a_lost_file_stops_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clock.json");
        assert!(Staged::open(&path).is_err());
        fs::write(&path, TEXT).unwrap();
        let mut staged = Staged::open(&path).unwrap();
        let nobody = TEXT.replace(r#"{"ntp":{"max_error_ms":40}}"#, r#""nobody""#);
        fs::write(&path, nobody).unwrap();
        assert_eq!(staged.read().vouched, Vouched::Nobody);
        fs::remove_file(&path).unwrap();
        let (first, second) = (staged.read(), staged.read());
        assert!(second.wall_ms >= first.wall_ms && first.wall_ms > 1_780_000_000_000);
    }
}
