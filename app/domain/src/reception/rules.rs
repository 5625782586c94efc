//! Where patients are announced, in the catalogue.
//!
//! ```toml
//! [facilities.clinic.service]
//! kind = "reception"
//! system = "clinic"
//! handoff = { file-drop = { directory = "/srv/clinic/in" } }
//! # or: handoff = { http = { url = "http://127.0.0.1:8080/announce" } }
//! ```

use core::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::ids::SystemId;

/// A longer path or address is a slip of the pen, characters.
pub const MAX_PLACE: usize = 200;

/// The settings of a reception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptionRules {
    /// The system patients are announced to. The kiosk's roster carries the numbers of this
    /// one and of no other.
    pub system: SystemId,
    /// How it is told.
    pub handoff: Handoff,
}

/// How a note reaches the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Handoff {
    /// A file in a directory that the system watches.
    FileDrop {
        /// Its path, absolute.
        directory: String,
    },
    /// A POST to a program on this machine: a number must not leave it unsealed.
    Http {
        /// Its address, `http://` and a loopback host.
        url: String,
    },
}

/// Why the settings are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReception {
    /// Not a directory's absolute path.
    #[error(
        "handoff.file-drop.directory must be an absolute path without '..', \
         at most {MAX_PLACE} characters"
    )]
    Directory,
    /// Not an address, or one beyond this machine.
    #[error(
        "handoff.http.url must be http:// with 127.0.0.1, [::1] or localhost, \
         at most {MAX_PLACE} characters: a patient's number must not leave the machine unsealed"
    )]
    Url,
}

impl ReceptionRules {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`InvalidReception`].
    pub fn check(&self) -> Result<(), InvalidReception> {
        match &self.handoff {
            Handoff::FileDrop { directory } if !is_directory(directory) => {
                Err(InvalidReception::Directory)
            }
            Handoff::Http { url } if !is_on_this_machine(url) => Err(InvalidReception::Url),
            Handoff::FileDrop { .. } | Handoff::Http { .. } => Ok(()),
        }
    }
}

fn is_directory(path: &str) -> bool {
    path.len() > 1
        && path.starts_with('/')
        && path.chars().count() <= MAX_PLACE
        && !path.chars().any(char::is_control)
        && path.split('/').all(|part| part != "..")
}

/// Read as strictly as it can be: what a client might take for another host is refused.
fn is_on_this_machine(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    if url.len() > MAX_PLACE || !url.bytes().all(|b| b.is_ascii_graphic()) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => {
            (&authority[..at], Some(&authority[at + 1..]))
        }
        _ => (authority, None),
    };
    let is_port = |text: &str| {
        text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
    };
    port.is_none_or(is_port) && is_loopback(host)
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || v6.is_some_and(|h| h.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback()))
}
