//! What a running kiosk says of itself to `machitap-kiosk doctor`.

use serde::{Deserialize, Serialize};

use super::Engine;

/// How it is. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The view last shown.
    pub view: String,
    /// Its reader.
    pub reader: ReaderHealth,
    /// Why nothing can be recorded; `None` while it can.
    pub store: Option<String>,
    /// The journal's last fact.
    pub last_seq: u64,
    /// Facts without the city's receipt.
    pub pending: u64,
    /// Bytes the journal holds.
    pub held: u64,
    /// Bytes it may hold.
    pub may: u64,
    /// The broker answers.
    pub connected: bool,
    /// The city's ingest listens.
    pub listening: bool,
    /// Why the link went down last; `None` where it never did.
    pub trouble: Option<String>,
    /// The city found a fork in this journal.
    pub forked: bool,
    /// The city's documents that are on the disk.
    pub documents: Vec<Held>,
}

/// Whether cards can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderHealth {
    /// This kiosk has none, or it has not been heard of yet.
    Unheard,
    /// They can, by the reader of that name.
    Ready(String),
    /// They cannot.
    Gone(String),
}

/// A document of the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// When the city published it, milliseconds since 1970-01-01T00:00:00Z.
    pub issued_ms: i64,
}

impl Engine {
    /// How the kiosk is.
    pub(super) fn health(&self) -> Health {
        let names = self.documents.names();
        // A document or a size that cannot be read now is told by the journal's own trouble.
        let held = |name| self.journal.document(name).ok().flatten();
        let documents = names
            .iter()
            .filter_map(|name| {
                held(name).map(|held| Held {
                    name: name.to_string(),
                    version: held.version,
                    issued_ms: held.issued_ms,
                })
            })
            .collect();
        let (held, may) = self.journal.size().unwrap_or_default();
        Health {
            view: self.follow.view().to_owned(),
            reader: self.reader_health.clone(),
            store: self.trouble.map(|trouble| trouble.to_string()),
            last_seq: self.journal.last_seq(),
            pending: self.sync.pending(),
            held,
            may,
            connected: self.link_view.connected,
            listening: self.link_view.city_listening,
            trouble: self.link_trouble.clone(),
            forked: self.link_view.forked,
            documents,
        }
    }
}
