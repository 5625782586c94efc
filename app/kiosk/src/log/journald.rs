//! The native protocol of systemd-journald (systemd.io/JOURNAL_NATIVE_PROTOCOL).

use std::{
    fmt, io,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::Context;

/// Where the journal listens.
pub const SOCKET: &str = "/run/systemd/journal/socket";

/// A value longer than this is cut: a record is one datagram.
const VALUE_MAX: usize = 8 * 1024;

/// Sends records to the journal, each field as a field.
#[derive(Debug)]
pub struct Layer {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Layer {
    /// Finds the journal.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn connect(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // An empty datagram is ignored by the journal and shows that it is there.
        socket.send_to(&[], path)?;
        // A journal that hangs must not hold up a tap.
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            path: path.to_owned(),
        })
    }
}

impl<S: Subscriber> tracing_subscriber::Layer<S> for Layer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let meta = event.metadata();
        let mut record = Record(Vec::with_capacity(512));
        record.put("PRIORITY", priority(*meta.level()));
        record.put("SYSLOG_IDENTIFIER", "machitap-kiosk");
        record.put("TARGET", meta.target());
        if let Some(file) = meta.file() {
            record.put("CODE_FILE", file);
        }
        if let Some(line) = meta.line() {
            record.put("CODE_LINE", &line.to_string());
        }
        event.record(&mut record);
        // A record that is lost must not stop the kiosk, and there is nowhere to say so.
        let _ = self.socket.send_to(&record.0, &self.path);
    }
}

/// syslog's levels, which the journal uses (RFC 5424 §6.2.1).
const fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        _ => "7",
    }
}

struct Record(Vec<u8>);

impl Record {
    fn put(&mut self, key: &str, value: &str) {
        let mut end = value.len().min(VALUE_MAX);
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        let value = &value.as_bytes()[..end];
        self.0.extend_from_slice(key.as_bytes());
        if value.contains(&b'\n') {
            self.0.push(b'\n');
            self.0
                .extend_from_slice(&(value.len() as u64).to_le_bytes());
        } else {
            self.0.push(b'=');
        }
        self.0.extend_from_slice(value);
        self.0.push(b'\n');
    }
}

/// A field name the journal takes: upper case, digits and '_', starting with a letter.
fn key(field: &str) -> String {
    let name: String = field
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            c @ ('A'..='Z' | '0'..='9') => c,
            _ => '_',
        })
        .collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_uppercase());
    name.chars().take(64).collect()
}

impl Visit for Record {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(&key(field.name()), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(&key(field.name()), &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_lines_is_framed_by_its_length() {
        let mut record = Record(Vec::new());
        record.put("MESSAGE", "two\nlines");
        record.put("SEQ", "7");
        let mut expected = b"MESSAGE\n".to_vec();
        expected.extend_from_slice(&9_u64.to_le_bytes());
        expected.extend_from_slice(b"two\nlines\nSEQ=7\n");
        assert_eq!(record.0, expected);
    }

    #[test]
    fn keys_are_the_journals() {
        for (field, expected) in [
            ("message", "MESSAGE"),
            ("MESSAGE_ID", "MESSAGE_ID"),
            ("log.target", "LOG_TARGET"),
            ("_trusted", "TRUSTED"),
        ] {
            assert_eq!(key(field), expected);
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let mut record = Record(Vec::new());
        record.put("M", &"街".repeat(VALUE_MAX));
        let value = &record.0[2..record.0.len() - 1];
        assert!(value.len() <= VALUE_MAX && std::str::from_utf8(value).is_ok());
    }
}
