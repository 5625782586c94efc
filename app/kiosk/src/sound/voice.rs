//! The recordings of the lines: WAV files, one a line, in folders of which the first that has a
//! fit one wins. `app/kiosk/VOICE.md` says how to make them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hound::{SampleFormat, WavReader};
use machitap_kiosk_core::Line;

use super::player::Pcm;
use crate::messages;

/// Where the package puts the lines made from text.
pub const PACKAGED: &str = "/usr/share/machitap/voice";

/// The folder of a language within a folder of lines. There is one so far.
const LANGUAGE: &str = "ja";

/// A longer line would still be speaking when its screen is long gone.
const LONGEST_S: u32 = 10;

/// Sample rates that sound cards play without much ado.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=48_000;

/// Why a file is not played.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("there is no such file")]
    Missing,
    #[error("{0}")]
    Wav(hound::Error),
    #[error("it must be 16-bit PCM of one or two channels, 8 to 48 kHz")]
    Format,
    #[error("it is longer than {LONGEST_S} s")]
    Long,
    #[error("it holds no sound")]
    Empty,
}

/// The lines a kiosk can say.
#[derive(Debug)]
pub(super) struct Voice {
    folders: Vec<PathBuf>,
    /// What is missing or unfit was said.
    said: bool,
}

impl Voice {
    pub(super) const fn new(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            said: false,
        }
    }

    /// The line; `None` where no folder has a fit one. What is wrong is said once, of all lines.
    pub(super) fn load(&mut self, line: Line) -> Option<Pcm> {
        let (pcm, whole) = self.find(line);
        if !whole && !std::mem::replace(&mut self.said, true) {
            self.report();
        }
        pcm
    }

    /// The line, and whether no file of it was wrong.
    fn find(&self, line: Line) -> (Option<Pcm>, bool) {
        let mut whole = true;
        for folder in &self.folders {
            match read(&file(folder, line)) {
                Ok(pcm) => return (Some(pcm), whole),
                // The next folder may have it: a few lines may be recorded, and not the others.
                Err(Unfit::Missing) => {}
                Err(_) => whole = false,
            }
        }
        (None, false)
    }

    fn report(&self) {
        let lines = Line::ALL.iter().map(|line| (line, self.find(*line)));
        let mut missing = Vec::new();
        let mut unfit = Vec::new();
        for (line, found) in lines {
            match found {
                (None, _) => missing.push(line.key()),
                (Some(_), false) => unfit.push(line.key()),
                (Some(_), true) => {}
            }
        }
        tracing::warn!(
            MESSAGE_ID = messages::VOICE_INCOMPLETE,
            missing = missing.join(" "),
            unfit = unfit.join(" "),
            "lines cannot be spoken"
        );
    }
}

fn file(folder: &Path, line: Line) -> PathBuf {
    folder.join(LANGUAGE).join(format!("{}.wav", line.key()))
}

fn read(path: &Path) -> Result<Pcm, Unfit> {
    let mut wav = WavReader::open(path).map_err(|error| match error {
        hound::Error::IoError(error) if error.kind() == io::ErrorKind::NotFound => Unfit::Missing,
        error => Unfit::Wav(error),
    })?;
    let spec = wav.spec();
    let (rate, channels) = (spec.sample_rate, spec.channels);
    let is_pcm = (spec.bits_per_sample, spec.sample_format) == (16, SampleFormat::Int);
    if !is_pcm || !matches!(channels, 1 | 2) || !RATES.contains(&rate) {
        return Err(Unfit::Format);
    }
    if wav.duration() > rate * LONGEST_S {
        return Err(Unfit::Long);
    }
    let samples: Vec<i16> = wav
        .samples()
        .collect::<Result<_, _>>()
        .map_err(Unfit::Wav)?;
    if samples.is_empty() {
        return Err(Unfit::Empty);
    }
    let samples = match channels {
        1 => samples,
        _ => samples.chunks(2).map(mean).collect(),
    };
    Ok(Pcm { rate, samples })
}

fn mean(frame: &[i16]) -> i16 {
    let sum: i32 = frame.iter().map(|s| i32::from(*s)).sum();
    (sum / 2) as i16
}

/// What is wrong with a folder of recorded lines, for `--check-config`. That a line is not in it
/// is no flaw: the packaged one is said.
pub fn flaws(folder: &Path) -> Vec<String> {
    let dir = folder.join(LANGUAGE);
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) => return vec![format!("{}: {error}", dir.display())],
    };
    let mut flaws: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            (path.extension()? == "wav").then_some(())?;
            let stem = path.file_stem()?.to_string_lossy().into_owned();
            let why = if Line::ALL.iter().any(|l| l.key() == stem) {
                read(&path).err()?.to_string()
            } else {
                let keys: Vec<&str> = Line::ALL.iter().map(|l| l.key()).collect();
                format!("there is no such line; there are: {}", keys.join(", "))
            };
            Some(format!("{}: {why}", path.display()))
        })
        .collect();
    flaws.sort();
    flaws
}

#[cfg(test)]
pub(super) mod tests;
