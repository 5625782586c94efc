//! What can go wrong, and how each is answered.

use std::io;

use machitap_domain::fact::{Class, FactId};
use rusqlite::ErrorCode;

/// What is wrong with a journal's files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// SQLite does not recognise the file.
    #[error("the file is no SQLite database")]
    NotADatabase,
    /// A database, but of another program.
    #[error("the database belongs to another program")]
    NotOurs,
    /// SQLite's own integrity check failed; its first finding.
    #[error("the database is corrupt: {0}")]
    Corrupt(String),
    /// The row that describes the journal is missing or makes no sense.
    #[error("the journal's own row is missing or makes no sense")]
    Row,
    /// No fact stands where one must.
    #[error("fact {seq} is missing")]
    Hole {
        /// Its place.
        seq: u64,
    },
    /// The bytes of a fact are not those that were hashed, or are no fact.
    #[error("fact {seq} was changed")]
    Fact {
        /// Its place.
        seq: u64,
    },
    /// A fact does not name the one before it.
    #[error("the chain breaks at fact {seq}")]
    Chain {
        /// Its place.
        seq: u64,
    },
    /// The folds of the pruned facts do not add up.
    #[error("the folds of the pruned facts do not add up")]
    Base,
    /// The folds are not what the facts make.
    #[error("the folds are not what the facts make")]
    Folds,
    /// A log without its database: an earlier setting-aside was cut short.
    #[error("a log was left behind without its database")]
    Orphan,
}

/// Which bound was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// The database has the size it may have.
    #[error("the journal has reached its size limit")]
    Size,
    /// The disk has too little left.
    #[error("the disk is full")]
    Disk,
}

/// Why something on the open journal failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room.
    #[error("{0}")]
    Full(Limit),
    /// Another program holds the database.
    #[error("another program holds the journal")]
    Busy,
    /// What is stored is not what was stored.
    #[error("the journal is damaged: {0}")]
    Damaged(Damage),
    /// The disk or SQLite.
    #[error("the journal's disk failed: {0}")]
    Disk(#[source] rusqlite::Error),
}

impl StoreError {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::Full(_) => Class::Refuse,
            Self::Busy => Class::Retry,
            Self::Damaged(_) | Self::Disk(_) => Class::Repair,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(Limit::Disk),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::NotADatabase) => Self::Damaged(Damage::NotADatabase),
            Some(ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(Damage::Corrupt("SQLITE_CORRUPT".to_owned()))
            }
            // Our SQL is fixed: if it does not fit the tables, they are not our tables.
            Some(ErrorCode::Unknown) => Self::Damaged(Damage::Corrupt(error.to_string())),
            None => Self::Damaged(Damage::Row),
            Some(_) => Self::Disk(error),
        }
    }
}

impl From<Damage> for StoreError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// Why facts were not appended: none of them was.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// No room: people are told, and it works again when there is some.
    #[error("{0}")]
    Full(Limit),
    /// A fact of this name stands already.
    #[error("fact {id:?} stands already")]
    Duplicate {
        /// The name.
        id: FactId,
    },
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl AppendError {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::Full(_) | Self::Duplicate { .. } => Class::Refuse,
            Self::Store(error) => error.class(),
        }
    }
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(limit) => Self::Full(limit),
            other => Self::Store(other),
        }
    }
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// Why a document was not kept.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// An older version than the one in force.
    #[error("version {offered} is older than version {held}, which is in force")]
    Older {
        /// As offered.
        offered: u64,
        /// In force.
        held: u64,
    },
    /// Another content under the version in force.
    #[error("version {version} is in force with another content")]
    Changed {
        /// The version.
        version: u64,
    },
    /// A version no city counts up to.
    #[error("version {offered} cannot be counted on from")]
    Absurd {
        /// As offered.
        offered: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DocumentError {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::Older { .. } | Self::Changed { .. } | Self::Absurd { .. } => Class::Refuse,
            Self::Store(error) => error.class(),
        }
    }
}

impl From<rusqlite::Error> for DocumentError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Why the journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another program, or an earlier start of this one, still holds it.
    #[error("another program holds the journal")]
    Busy,
    /// There is no room to begin or to carry on.
    #[error("{0}")]
    Full(Limit),
    /// Permissions, a missing directory, a failing disk.
    #[error("the journal cannot be read or written: {0}")]
    Unreadable(#[source] rusqlite::Error),
    /// The damaged files could not be set aside.
    #[error("a damaged journal could not be set aside: {0}")]
    Quarantine(#[source] io::Error),
    /// The journal's new name could not be put on the disk.
    #[error("the journal's directory cannot be written: {0}")]
    Directory(#[source] io::Error),
    /// A newer program wrote it.
    #[error(
        "the journal has schema {found}, this program knows schemas up to {known}: install the newer program"
    )]
    NewerSchema {
        /// In the file.
        found: i64,
        /// [`crate::SCHEMA`].
        known: i64,
    },
    /// It was written by a kiosk of another name.
    #[error(
        "the journal belongs to kiosk {found}, this is {expected}: enrol this kiosk anew or put its own journal back"
    )]
    OtherKiosk {
        /// In the file.
        found: String,
        /// In the settings.
        expected: String,
    },
    /// Damaged, and on a disk that is not the system's, so nothing was set aside.
    #[error("the journal is damaged: {0}")]
    Damaged(Damage),
}

impl OpenError {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::Busy => Class::Retry,
            Self::Full(_) => Class::Refuse,
            Self::Unreadable(_)
            | Self::Quarantine(_)
            | Self::Directory(_)
            | Self::NewerSchema { .. }
            | Self::OtherKiosk { .. }
            | Self::Damaged(_) => Class::Repair,
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(limit) => Self::Full(limit),
            StoreError::Busy => Self::Busy,
            StoreError::Damaged(damage) => Self::Damaged(damage),
            StoreError::Disk(error) => Self::Unreadable(error),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}
