//! What a facility sets for the sounds of its kiosks: how loud, when they are quiet, and to whom
//! they speak.
//!
//! ```toml
//! [facilities.nursery-1.sound]
//! volume = 80
//! quiet = [{ from = "12:30", until = "15:00" }, { from = "20:00", until = "07:00" }]
//! quiet_volume = 20
//! voice = "on"
//! ```

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// The loudest.
pub const MAX_VOLUME: u32 = 100;

/// Tones are no louder than this in quiet hours that say nothing else: heard by whoever stands at
/// the kiosk, and not by who sleeps in the next room.
pub const QUIET_TONES: u32 = 40;

/// More quiet hours than this are a slip of the pen.
pub const MAX_QUIET: usize = 8;

/// A facility's settings. Every one may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundRules {
    /// How loud tones and voice are, 0 (silent) to [`MAX_VOLUME`].
    pub volume: u32,
    /// When it is quiet here.
    pub quiet: Vec<QuietHours>,
    /// How loud tones and voice are then. `None`: tones are soft ([`QUIET_TONES`]) and nothing
    /// is spoken.
    pub quiet_volume: Option<u32>,
    /// Whom the kiosk speaks to.
    pub voice: VoiceRule,
}

/// Whom a kiosk speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceRule {
    /// Everybody who did not decline.
    On,
    /// Nobody.
    Off,
    /// Those who asked for it.
    #[default]
    OnRequest,
}

/// From a time of day until another, the end not included. Where it ends before it begins, it
/// ends on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First minute, wall time of the facility.
    pub from: Time,
    /// First minute after.
    pub until: Time,
}

/// How loud a kiosk is, each 0 (silent) to [`MAX_VOLUME`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Loudness {
    /// Its tones.
    pub tones: u32,
    /// Its voice.
    pub voice: u32,
}

/// Why a facility's settings are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSound {
    /// Louder than there is.
    #[error("volume is {0}; it must be between 0 (silent) and {MAX_VOLUME}")]
    Volume(u32),
    /// Quiet hours that would be louder than the others.
    #[error("quiet_volume is {quiet}, above the volume of {volume}: quiet hours would be louder")]
    QuietVolume {
        /// As written.
        quiet: u32,
        /// Outside quiet hours.
        volume: u32,
    },
    /// Quiet hours of no length, or of a whole day.
    #[error("quiet hours begin and end at {0}: for silence all day set volume = 0")]
    QuietHours(Time),
    /// Too many.
    #[error("there are more than {MAX_QUIET} quiet hours")]
    TooMany,
}

impl Default for SoundRules {
    fn default() -> Self {
        Self {
            volume: MAX_VOLUME,
            quiet: Vec::new(),
            quiet_volume: None,
            voice: VoiceRule::default(),
        }
    }
}

impl VoiceRule {
    /// Whether somebody is spoken to who asked for it (`Some(true)`), declined (`Some(false)`),
    /// or said nothing of it.
    pub fn speaks_to(self, wish: Option<bool>) -> bool {
        match self {
            Self::On => wish.unwrap_or(true),
            Self::Off => false,
            Self::OnRequest => wish.unwrap_or(false),
        }
    }
}

impl QuietHours {
    /// True for a time inside.
    pub fn contains(self, at: Time) -> bool {
        if self.from < self.until {
            self.from <= at && at < self.until
        } else {
            self.from <= at || at < self.until
        }
    }
}

impl Loudness {
    /// As loud as it gets.
    pub const FULL: Self = Self::all(MAX_VOLUME);

    const fn all(volume: u32) -> Self {
        Self {
            tones: volume,
            voice: volume,
        }
    }
}

impl InvalidSound {
    /// The key it is about.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Volume(_) => "volume",
            Self::QuietVolume { .. } => "quiet_volume",
            Self::QuietHours(_) | Self::TooMany => "quiet",
        }
    }
}

impl SoundRules {
    /// How loud it is at that wall time of the facility; `None` where no clock vouches for one.
    ///
    /// Without a clock it is not quiet. A sound follows a tap and nothing else, so that somebody
    /// stands there who waits for it: an hour that is taken for quiet by mistake would leave a
    /// person without an answer who does not see the screen; one that is taken for loud by
    /// mistake disturbs for a second.
    pub fn loudness(&self, at: Option<Time>) -> Loudness {
        let full = Loudness::all(self.volume);
        if !at.is_some_and(|at| self.quiet.iter().any(|q| q.contains(at))) {
            return full;
        }
        match self.quiet_volume {
            Some(quiet) => Loudness::all(quiet),
            None => Loudness {
                tones: full.tones.min(QUIET_TONES),
                voice: 0,
            },
        }
    }

    /// True when nothing is set: it is left out of the document then.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidSound`] found.
    pub fn check(&self) -> Result<(), InvalidSound> {
        if self.volume > MAX_VOLUME {
            return Err(InvalidSound::Volume(self.volume));
        }
        if let Some(quiet) = self.quiet_volume.filter(|q| *q > self.volume) {
            let volume = self.volume;
            return Err(InvalidSound::QuietVolume { quiet, volume });
        }
        if self.quiet.len() > MAX_QUIET {
            return Err(InvalidSound::TooMany);
        }
        match self.quiet.iter().find(|q| q.from == q.until) {
            Some(hours) => Err(InvalidSound::QuietHours(hours.from)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
