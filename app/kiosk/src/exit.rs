//! Exit codes (sysexits.h, as systemd names them too) and the failure that carries one.

use std::fmt;

/// A clean stop, by SIGTERM, SIGINT or a closed window.
pub const OK: u8 = 0;
/// The command line is wrong (EX_USAGE).
pub const USAGE: u8 = 64;
/// A file that must be there is missing (EX_NOINPUT).
pub const NO_INPUT: u8 = 66;
/// Something that is needed at the start is taken or away (EX_UNAVAILABLE).
pub const UNAVAILABLE: u8 = 69;
/// The program itself is at fault (EX_SOFTWARE).
pub const INTERNAL: u8 = 70;
/// What was asked for cannot be written where it was asked for (EX_CANTCREAT).
pub const CANNOT_WRITE: u8 = 73;
/// The disk cannot be read or written (EX_IOERR).
pub const DISK: u8 = 74;
/// The journal was written by a newer program (EX_PROTOCOL).
pub const NEWER_SCHEMA: u8 = 76;
/// The configuration or the enrolment is wrong (EX_CONFIG).
pub const CONFIG: u8 = 78;

/// The table for `--help`.
pub const HELP: &str = "\
Exit codes:
  0   clean stop (SIGTERM, SIGINT, window closed), or papers written
  64  wrong command line
  66  a file that must be there is missing
  69  the journal is held by another program, no display can be had, what papers need
      has not come from the city yet, or doctor found something ill
  70  internal error
  73  papers or a support file cannot be written to --out
  74  the journal cannot be read or written
  76  the journal was written by a newer program
  78  wrong configuration or enrolment, or papers of a kiosk that stands in no nursery";

/// Why the program ends early: a code and what to tell the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of the constants above.
    pub code: u8,
    /// What went wrong and what to do, for stderr and the system's journal.
    pub message: String,
}

impl Failure {
    /// A failure with this code.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
