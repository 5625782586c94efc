//! Reading a kiosk's trace: what it claims to have shown, and when.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

/// One line. Instants are nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "ev", rename_all = "kebab-case")]
pub enum Line {
    /// A tap, from the card to the screen.
    Tap {
        /// Its number since the start.
        tap: u64,
        /// The reader saw the card.
        seen_ns: u64,
        /// The card was read.
        read_ns: Option<u64>,
        /// Its facts are on disk.
        committed_ns: Option<u64>,
        /// The frame is drawn.
        drawn_ns: Option<u64>,
    },
    /// A screen stood that says so.
    Confirmed {
        /// Which.
        view: String,
        /// The facts it rests on.
        seqs: Vec<u64>,
        /// The life of their journal.
        incarnation: String,
    },
    /// The first idle frame.
    Idle {
        /// Since the process began, milliseconds.
        since_start_ms: u64,
    },
    /// A line of another version.
    #[serde(other)]
    Other,
}

/// Reads all whole lines; a missing file is an empty one. The last line of a killed
/// process is whole or not there.
///
/// # Errors
/// When a line is none of JSON.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let Ok(text) = fs::read_to_string(path) else {
        return Ok(Vec::new());
    };
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).with_context(|| format!("trace line {line:?}")))
        .collect()
}
