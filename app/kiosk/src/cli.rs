//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::exit;

/// The terminal at the door: reads cards, keeps a journal, shows screens, speaks to the city.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "machitap-kiosk",
    version,
    after_help = exit::HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    kiosk: Option<Cli>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    Papers(PapersArgs),
    Doctor(DoctorArgs),
    Support(SupportArgs),
    Enrol(EnrolArgs),
    /// Tells the kiosk who vouches for the machine's clock: for machitap-clock.service.
    #[command(after_help = exit::HELP)]
    Clock,
}

/// What is wanted of the program.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// The kiosk.
    Kiosk(Cli),
    /// A month's papers.
    Papers(PapersArgs),
    /// How everything is.
    Doctor(DoctorArgs),
    /// A file for the maintainers.
    Support(SupportArgs),
    /// An enrolment by a code.
    Enrol(EnrolArgs),
    /// Who vouches for the clock, told to the kiosk.
    Clock,
}

/// How the kiosk is run.
#[derive(Debug, Clone, Args)]
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

/// Writes a nursery's papers of a month: the attendance register and the extended-care
/// statement, as CSV for a spreadsheet and as HTML to print.
///
/// They go into a new folder `machitap-YYYY-MM` of --out, which only the user who asked may
/// read; nothing that is there already is changed. While the kiosk runs it is asked through
/// `kiosk.sock` in its state directory, as its own user or as root; else its journal is
/// opened. Either way the journal keeps a fact that papers were written.
#[derive(Debug, Clone, Args)]
#[command(after_help = exit::HELP)]
pub struct PapersArgs {
    /// The kiosk's configuration, TOML.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The month, as in 2026-11; the last one when left out.
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<String>,
    /// The directory the folder is put into; made when it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Looks at all a kiosk stands on and says what to do where something is not well.
///
/// Disk, clock, reader, display, sound, enrolment, certificates, broker; and, while the kiosk
/// runs, its journal, its link and the city's documents. It changes nothing. Run it as root or
/// as the kiosk's own user. The code is 0 where the kiosk can serve, and 69 where something is
/// ill.
#[derive(Debug, Clone, Args)]
#[command(after_help = exit::HELP)]
pub struct DoctorArgs {
    /// The kiosk's configuration, TOML.
    #[arg(long, value_name = "FILE", default_value = "/etc/machitap/kiosk.toml")]
    pub config: PathBuf,
    /// As a list of JSON objects, for a program.
    #[arg(long)]
    pub json: bool,
    /// Only asks the running kiosk whether the city has counted all of its facts: exit code 0 if
    /// it has. A new release of the image is kept by that.
    #[arg(long, conflicts_with = "json")]
    pub received: bool,
}

/// Packs what the maintainers need to find out from afar what is wrong.
///
/// The doctor's findings, the configuration, versions, and what the kiosk, the kernel and the card
/// service wrote to the system's journal in the last 24 hours. It holds no name, no citizen's id,
/// no card's number and no key; look into it before you send it. Run it as root, so that the
/// system's journal may be read.
#[derive(Debug, Clone, Args)]
#[command(after_help = exit::HELP)]
pub struct SupportArgs {
    /// The kiosk's configuration, TOML.
    #[arg(long, value_name = "FILE", default_value = "/etc/machitap/kiosk.toml")]
    pub config: PathBuf,
    /// The directory the file is put into; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

/// Enrols this terminal by the code that `machitap-city enrol` printed.
///
/// The code is read from standard input. Keys are made here and stay here; the city, at
/// broker.host and broker.enrol_port, gives the certificate for them. A terminal with a screen asks
/// for the code there; this is for one without. Run it as root or as the user of the service. A
/// service that waits for its enrolment goes on by
/// itself.
#[derive(Debug, Clone, Args)]
#[command(after_help = exit::HELP)]
pub struct EnrolArgs {
    /// The kiosk's configuration, TOML.
    #[arg(long, value_name = "FILE", default_value = "/etc/machitap/kiosk.toml")]
    pub config: PathBuf,
    /// It is enrolled already: bring a new code all the same. The service is to be restarted then.
    #[arg(long)]
    pub again: bool,
}

impl Wanted {
    /// Reads the arguments.
    ///
    /// # Errors
    /// The process' exit code, after the message or the help was printed.
    pub fn read() -> Result<Self, u8> {
        let said = |error: clap::Error| {
            // Where nobody listens, the code still speaks.
            let _ = error.print();
            if error.use_stderr() {
                exit::USAGE
            } else {
                exit::OK
            }
        };
        match Line::try_parse().map_err(said)? {
            Line {
                command: Some(Command::Papers(args)),
                ..
            } => Ok(Self::Papers(args)),
            Line {
                command: Some(Command::Doctor(args)),
                ..
            } => Ok(Self::Doctor(args)),
            Line {
                command: Some(Command::Support(args)),
                ..
            } => Ok(Self::Support(args)),
            Line {
                command: Some(Command::Enrol(args)),
                ..
            } => Ok(Self::Enrol(args)),
            Line {
                command: Some(Command::Clock),
                ..
            } => Ok(Self::Clock),
            Line {
                kiosk: Some(kiosk), ..
            } => Ok(Self::Kiosk(kiosk)),
            Line { .. } => Err(exit::USAGE),
        }
    }
}
