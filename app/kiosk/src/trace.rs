//! `--trace`: what became of a tap, for the bench and the end-to-end tests.
//!
//! Each line is one `write(2)`, so that what was written survives a SIGKILL whole.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use machitap_domain::Incarnation;
use serde::Serialize;

use crate::messages;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ev", rename_all = "kebab-case")]
pub enum Line {
    /// A tap reached the screen.
    Tap {
        /// Its number in this run.
        tap: u64,
        /// The card was noticed, nanoseconds of `CLOCK_MONOTONIC`.
        seen_ns: u64,
        /// It was read.
        read_ns: u64,
        /// Its facts were on disk; absent for a tap that opened a choice.
        committed_ns: Option<u64>,
        /// The frame with its answer was drawn.
        drawn_ns: u64,
    },
    /// A screen that rests on these facts was drawn.
    Confirmed {
        /// The screen.
        view: &'static str,
        /// The facts.
        seqs: Vec<u64>,
        /// The journal they are in.
        incarnation: Incarnation,
    },
    /// The first screen that waits for people was drawn.
    Idle {
        /// Since the program's start.
        since_start_ms: u64,
    },
}

/// The file, or nothing.
#[derive(Debug, Default)]
pub struct Trace(Option<File>);

impl Trace {
    /// Appends to this file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Some(file)))
    }

    /// True when somebody reads along.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Writes a line.
    pub fn write(&mut self, line: &Line) {
        let Some(file) = &mut self.0 else { return };
        let mut text = serde_json::to_vec(line).expect("a line is plain data");
        text.push(b'\n');
        if let Err(error) = file.write_all(&text) {
            tracing::warn!(MESSAGE_ID = messages::TRACE_LOST, %error, "the trace ends");
            self.0 = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn lines_have_the_form_others_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("trace");
        let mut trace = Trace::open(&path).unwrap();
        trace.write(&Line::Tap {
            tap: 1,
            seen_ns: 2,
            read_ns: 3,
            committed_ns: Some(4),
            drawn_ns: 5,
        });
        trace.write(&Line::Confirmed {
            view: "visit-done",
            seqs: vec![6, 7],
            incarnation: Incarnation(Uuid::from_u128(8)),
        });
        trace.write(&Line::Idle { since_start_ms: 9 });
        let expected = concat!(
            r#"{"ev":"tap","tap":1,"seen_ns":2,"read_ns":3,"committed_ns":4,"drawn_ns":5}"#,
            "\n",
            r#"{"ev":"confirmed","view":"visit-done","seqs":[6,7],"incarnation":"00000000-0000-0000-0000-000000000008"}"#,
            "\n",
            r#"{"ev":"idle","since_start_ms":9}"#,
            "\n"
        );
        assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
    }
}
