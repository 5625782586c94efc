//! The reader: cards come and go, readers and their service too.
//!
//! ```text
//! caller ── Reader::spawn ──▶ supervisor ──▶ worker (context, waiting, card I/O)
//!    ▲                            │  a call overdue: abandon it, start another
//!    └──────── sink(event) ◀── outlet (drops what an abandoned worker says)
//! ```
//! Every [`ReaderEvent::CardSeen`] is followed by exactly one `CardRead` or
//! `CardProblem` of the same tap, and by one `Removed` at the end of it.

mod field;
mod names;
mod outlet;
mod pulse;
mod refusal;
mod supervisor;
mod tap;
mod watch;

use std::{fmt, sync::Arc, thread::JoinHandle, time::Duration};

use machitap_domain::{Credential, fact::Class};

pub use names::reader_names;

use crate::{keys::KeyProvider, profile::Admitted, uid::Classifier};

/// How long one call to the card may take before the worker is abandoned: above the
/// 3.0 s after which libccid itself gives up, so that a driver's error comes first.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Numbers the taps of one process, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TapId(pub u64);

/// How long a tap took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// From the notice of the card to a connection with it.
    pub connect: Duration,
    /// From the connection to the credential.
    pub read: Duration,
    /// Commands sent, over all tries.
    pub apdus: u32,
}

/// Why there is no reader to tap on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoneReason {
    /// The PC/SC service does not run or went away.
    NoService,
    /// The service refuses this user (polkit).
    Denied,
    /// The service runs and knows no reader of the configured name.
    NoReader,
    /// The service does not answer.
    Hung,
}

impl fmt::Display for GoneReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoService => "the PC/SC service (pcscd) does not run",
            Self::Denied => "the PC/SC service (pcscd) refuses this user",
            Self::NoReader => "the PC/SC service (pcscd) knows no such reader",
            Self::Hung => "the PC/SC service (pcscd) does not answer",
        })
    }
}

impl GoneReason {
    /// How it is mended.
    pub const fn class(self) -> Class {
        match self {
            Self::NoService | Self::NoReader | Self::Hung => Class::Retry,
            Self::Denied => Class::Repair,
        }
    }
}

/// Why a tap ended without a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardProblem {
    /// The card lies there and the contact kept breaking: hold it still.
    HoldStill,
    /// It was taken away before it was read.
    RemovedEarly,
    /// A card with neither the application nor a number that means anything.
    Unknown,
    /// A card that claims the application and cannot prove it.
    NotGenuine,
    /// This terminal has no key for it, or cannot reach its keys.
    KeyMissing,
    /// The card stopped answering.
    Silent,
}

impl CardProblem {
    /// How it is answered.
    pub const fn class(self) -> Class {
        match self {
            Self::HoldStill | Self::RemovedEarly | Self::Silent => Class::Retry,
            Self::Unknown | Self::NotGenuine => Class::Refuse,
            Self::KeyMissing => Class::Repair,
        }
    }
}

/// What the reader has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEvent {
    /// Cards can be tapped.
    Ready {
        /// The reader's PC/SC name.
        reader: String,
    },
    /// Cards can not be tapped.
    Gone {
        /// Why.
        why: GoneReason,
    },
    /// A card came near.
    CardSeen {
        /// Its tap.
        tap: TapId,
        /// When, in milliseconds of `CLOCK_BOOTTIME`.
        at_mono_ms: u64,
    },
    /// It proved something.
    CardRead {
        /// Its tap.
        tap: TapId,
        /// What.
        credential: Credential,
        /// How long it took.
        timings: Timings,
    },
    /// It proved nothing.
    CardProblem {
        /// Its tap.
        tap: TapId,
        /// Why.
        problem: CardProblem,
    },
    /// The card, or the reader it lay on, is gone.
    Removed {
        /// Its tap.
        tap: TapId,
    },
    /// There is more than one card; none is read until one is left.
    TwoCards,
    /// A card held up the reader; reading goes on when it is taken away. Comes after
    /// the tap's `CardProblem` ([`CardProblem::Silent`]).
    Stuck {
        /// Its tap.
        tap: TapId,
    },
}

/// What to read, where, and with which keys.
#[derive(Clone)]
pub struct ReaderConfig {
    /// How the reader's PC/SC name begins; any reader if absent. The rest of the name
    /// changes when it is plugged in again.
    pub name_prefix: Option<String>,
    /// Readers whose name contains one of these are left alone: the SAM's slot.
    pub except: Vec<String>,
    /// The citizen AP.
    pub profile: Admitted,
    /// Its keys.
    pub keys: Arc<dyn KeyProvider>,
    /// Which ATRs are storage cards.
    pub storage: Classifier,
    /// How long one call may take; [`ANSWER_LIMIT`] unless a test is in a hurry.
    pub answer_limit: Duration,
}

impl ReaderConfig {
    /// Any reader, the standard rules.
    pub fn new(profile: Admitted, keys: Arc<dyn KeyProvider>) -> Self {
        Self {
            name_prefix: None,
            except: Vec::new(),
            profile,
            keys,
            storage: Classifier::standard(),
            answer_limit: ANSWER_LIMIT,
        }
    }

    fn wants(&self, reader: &str) -> bool {
        self.name_prefix
            .as_deref()
            .is_none_or(|prefix| reader.starts_with(prefix))
            && !self.except.iter().any(|part| reader.contains(part))
    }
}

impl fmt::Debug for ReaderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderConfig")
            .field("name_prefix", &self.name_prefix)
            .field("except", &self.except)
            .field("aid", self.profile.aid())
            .field("answer_limit", &self.answer_limit)
            .finish_non_exhaustive()
    }
}

/// The reader loop.
#[derive(Debug)]
pub struct Reader;

impl Reader {
    /// Starts the loop on threads of its own.
    ///
    /// `sink` is called from them, one event at a time and in order. It must be quick
    /// (hand the event to a channel): while it runs nothing is watched.
    ///
    /// libpcsclite finds its service through `PCSCLITE_CSOCK_NAME`, read once in the
    /// life of a process.
    pub fn spawn(
        config: ReaderConfig,
        sink: impl FnMut(ReaderEvent) + Send + 'static,
    ) -> ReaderHandle {
        let shared = Arc::new(supervisor::Shared::new(config, Box::new(sink)));
        let thread = supervisor::spawn(Arc::clone(&shared));
        ReaderHandle {
            shared,
            thread: Some(thread),
        }
    }
}

/// Holds the loop; it ends when this is dropped.
pub struct ReaderHandle {
    shared: Arc<supervisor::Shared>,
    thread: Option<JoinHandle<()>>,
}

impl ReaderHandle {
    /// How long ago the loop last made progress. An idle loop does within about a
    /// second; one that is past [`ReaderConfig::answer_limit`] and some is beyond its
    /// supervisor's help, and the process should be started anew.
    pub fn heartbeat_age(&self) -> Duration {
        self.shared.pulse.age()
    }

    /// Asks the loop to end. No event is emitted after this returns.
    pub fn stop(&self) {
        self.shared.stop();
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// Ends the loop and waits for it; a worker held up by a card is left behind.
    pub fn join(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the reader's supervisor ended by a panic");
        }
    }
}

impl Drop for ReaderHandle {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for ReaderHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderHandle")
            .field("heartbeat_age", &self.heartbeat_age())
            .finish_non_exhaustive()
    }
}
