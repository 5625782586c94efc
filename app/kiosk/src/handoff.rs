//! Handing a patient's note over to the other house's system: what is due when, and the two
//! ways it goes. [`machitap_domain::reception`] says what the note looks like.
//!
//! A note holds a patient's number. Errors carry nothing of it, nor of the answer to it.

mod file_drop;
mod post;
pub(crate) mod queue;

use std::{io, path::Path, time::Duration};

use machitap_domain::{
    fact::Class,
    reception::{HandOffNote, Handoff},
};

/// For the connection, and again for the answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Why a note was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotHandOver {
    /// The directory, or the file system it is in.
    #[error("the directory does not take it: {0}")]
    Directory(io::ErrorKind),
    /// An answer other than 2xx.
    #[error("the system answers {0}")]
    Answered(u16),
    /// Nobody listens, hangs up, or says nothing in time.
    #[error("the system does not answer")]
    NoAnswer,
    /// What listens there speaks something else.
    #[error("what answers is not HTTP")]
    NotHttp,
    /// A number must not leave the machine unsealed.
    #[error("the address is not one of this machine")]
    Elsewhere,
    /// A defect in what hands over.
    #[error("the thread that hands over ended")]
    Ended,
}

impl CannotHandOver {
    /// How it is answered.
    pub const fn class(self) -> Class {
        match self {
            Self::Directory(kind) if is_passing(kind) => Class::Retry,
            Self::Answered(500..=599) | Self::NoAnswer | Self::Ended => Class::Retry,
            Self::Directory(_) | Self::Answered(_) | Self::NotHttp | Self::Elsewhere => {
                Class::Repair
            }
        }
    }
}

/// What a network share says while its server is away.
const fn is_passing(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as E;
    matches!(
        kind,
        E::TimedOut
            | E::Interrupted
            | E::WouldBlock
            | E::ResourceBusy
            | E::HostUnreachable
            | E::NetworkUnreachable
            | E::NetworkDown
            | E::NotConnected
            | E::StaleNetworkFileHandle
    )
}

/// Hands one note over, once.
///
/// # Errors
/// [`CannotHandOver`]: nothing says that it was taken. It may have been.
pub(crate) fn give(note: &HandOffNote, to: &Handoff) -> Result<(), CannotHandOver> {
    let bytes = note.to_bytes();
    match to {
        Handoff::FileDrop { directory } => {
            file_drop::put(Path::new(directory), &file_name(note), &bytes)
                .map_err(|error| CannotHandOver::Directory(error.kind()))
        }
        Handoff::Http { url } => post::post(url, &bytes, ANSWER_LIMIT),
    }
}

fn file_name(note: &HandOffNote) -> String {
    let end = if note.withdrawn { "-withdrawn" } else { "" };
    format!("{}{end}.json", note.id.0)
}

#[cfg(test)]
mod tests;
