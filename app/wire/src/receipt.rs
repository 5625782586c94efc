//! The city's receipt: what its own transaction holds.

use machitap_domain::Incarnation;
use serde::{Deserialize, Serialize};

/// An inclusive run of sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeqRange {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// Sent after the city's commit, retained, so that it waits for a kiosk that was away.
///
/// Only a receipt lets the kiosk prune; a PUBACK says no more than that the broker has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The life of the journal it speaks of.
    pub incarnation: Incarnation,
    /// Every fact up to and including this one is counted.
    pub contiguous_seq: u64,
    /// Runs the city lacks below what it has seen: send them again.
    pub missing: Vec<SeqRange>,
    /// Two different facts came under one key, or the chain does not close: people are
    /// told on both sides and nothing is pruned.
    pub forked: bool,
}

/// A receipt names at most this many runs; the rest follow in the next.
pub const MISSING_RUNS_MAX: usize = 32;
