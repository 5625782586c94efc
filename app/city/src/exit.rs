//! How the program ends, in numbers a script can tell apart (after BSD `sysexits.h`).

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Ok,
    /// The command line was wrong (EX_USAGE).
    Usage,
    /// A document or other input is wrong (EX_DATAERR).
    Data,
    /// A file that must be there is not (EX_NOINPUT).
    NoInput,
    /// The broker could not be reached or refused (EX_UNAVAILABLE).
    Unavailable,
    /// Disk or database (EX_IOERR).
    Io,
    /// The configuration is wrong (EX_CONFIG).
    Config,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Usage => 64,
            Self::Data => 65,
            Self::NoInput => 66,
            Self::Unavailable => 69,
            Self::Io => 74,
            Self::Config => 78,
        }
    }
}

/// Why a command ended, in words for whoever typed it.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    text: String,
}

impl Failure {
    /// A failure with these words.
    pub fn new(exit: Exit, text: impl ToString) -> Self {
        Self {
            exit,
            text: text.to_string(),
        }
    }

    /// A file that could not be read or written.
    pub fn file(path: &std::path::Path, why: &std::io::Error) -> Self {
        let exit = if why.kind() == std::io::ErrorKind::NotFound {
            Exit::NoInput
        } else {
            Exit::Io
        };
        Self::new(exit, format_args!("{}: {why}", path.display()))
    }
}
