//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::exit;

/// The terminal at the door: reads cards, keeps a journal, shows screens, speaks to the city.
#[derive(Debug, Clone, Parser)]
#[command(name = "machitap-kiosk", version, after_help = exit::HELP)]
pub struct Cli {
    /// The configuration, TOML.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Checks the configuration, the enrolment and the keys, says OK or every fault, and ends.
    #[arg(long)]
    pub check_config: bool,
    /// Runs without any display; tones are also written to standard output.
    #[arg(long, conflicts_with = "offscreen")]
    pub headless: bool,
    /// Draws into memory instead of on a display (builds with the feature `offscreen`).
    #[arg(long)]
    pub offscreen: bool,
    /// A unix socket to drive the screen by (builds with the feature `offscreen`).
    #[arg(long, value_name = "SOCKET")]
    pub control: Option<PathBuf>,
    /// Appends what happened to a tap, as JSON lines.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
}

impl Cli {
    /// Reads the arguments.
    ///
    /// # Errors
    /// The process' exit code, after the message or the help was printed.
    pub fn read() -> Result<Self, u8> {
        Self::try_parse().map_err(|error| {
            // Where nobody listens, the code still speaks.
            let _ = error.print();
            if error.use_stderr() {
                exit::USAGE
            } else {
                exit::OK
            }
        })
    }
}
