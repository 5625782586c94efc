//! The kiosk's journal on SQLite: facts, folds, outbox, documents.
//!
//! One [`Journal`] is one connection with one owner. It holds the database's lock for
//! as long as it lives, so no second program can append beside it (and none can read
//! either: stop the kiosk, or copy the files, to look inside). A commit is on the disk
//! before [`Journal::append`] returns; whatever fails changes nothing, neither on disk
//! nor in memory.

mod append;
mod chain;
mod documents;
mod error;
mod folds;
mod journal;
mod keepsake;
mod open;
mod outbox;
mod prune;
mod quarantine;
mod row;
mod schema;
mod shelf;
mod verify;

pub use chain::Walk;
pub use documents::StoredDocument;
pub use error::{AppendError, Damage, DocumentError, Limit, OpenError, StoreError};
pub use journal::{Journal, Settings};
pub use keepsake::Migrated;
pub use open::{Backing, OpenReport, Opened, Synchronous, owner};
pub use outbox::{RECEIPT_STEP, ReceiptOutcome, Stored};
pub use prune::{PRUNE_STEP, Pruned};
pub use quarantine::Quarantine;
pub use schema::SCHEMA;
