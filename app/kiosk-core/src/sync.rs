//! The outbox's mind: what to send next, and when to send it again.
//!
//! The journal is the only queue. This machine holds three numbers about it — what the
//! city has receipted, what was handed to the link, what the journal's last fact is — and
//! decides from them. Acknowledgements of the broker only pace; losing this machine's
//! state loses nothing but time.

use std::collections::{BTreeMap, VecDeque};

use machitap_domain::{Incarnation, Millis};
use machitap_wire::{Receipt, SeqRange, batch::FACTS_MAX};

/// Publications the broker has not acknowledged.
pub const IN_FLIGHT_MAX: usize = 16;

/// Facts handed to the link beyond the city's receipt; above this the city is given time.
pub const UNRECEIPTED_MAX: u64 = 8_000;

/// Facts sent without any receipt for this long are sent again; doubled up to
/// [`PATIENCE_MAX_MS`] while nothing comes.
pub const PATIENCE_MS: Millis = 20_000;

/// The longest wait for a receipt.
pub const PATIENCE_MAX_MS: Millis = 300_000;

/// Names one publication until the broker acknowledges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// Something happened on the link or in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncInput {
    /// The link is up and subscribed.
    Connected,
    /// The link is down; whatever was in flight may or may not arrive.
    Disconnected,
    /// The city says whether it listens.
    City {
        /// True when it does.
        listening: bool,
    },
    /// The journal grew to this fact.
    Grown {
        /// Its last fact.
        last_seq: u64,
    },
    /// A [`SyncOutput::Publish`] was packed; it carries the facts up to and including `to`.
    Packed {
        /// Which publication.
        token: Token,
        /// Its last fact.
        to: u64,
    },
    /// The broker acknowledged.
    Acked(Token),
    /// The city's receipt.
    Receipt(Receipt),
    /// Time went by.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncOutput {
    /// Pack and publish the facts `from ..= to`, as many as fit into one batch, and report
    /// [`SyncInput::Packed`] at once.
    Publish {
        /// Its name.
        token: Token,
        /// The first fact.
        from: u64,
        /// The last fact wanted.
        to: u64,
    },
    /// Let the journal note what the city holds.
    Receipted(Receipt),
    /// Call again at this monotonic instant, milliseconds.
    WakeAt(Millis),
}

/// The machine.
#[derive(Debug)]
pub struct Sync {
    incarnation: Incarnation,
    last_seq: u64,
    receipted: u64,
    next: u64,
    again: VecDeque<SeqRange>,
    packing: Option<(Token, u64, bool)>,
    in_flight: BTreeMap<Token, SeqRange>,
    token: u64,
    connected: bool,
    listening: bool,
    forked: bool,
    patience_ms: Millis,
    last_progress: Millis,
}

impl Sync {
    /// Starts from what the journal knows.
    pub fn new(incarnation: Incarnation, last_seq: u64, receipted: u64) -> Self {
        Self {
            incarnation,
            last_seq,
            receipted,
            next: receipted + 1,
            again: VecDeque::new(),
            packing: None,
            in_flight: BTreeMap::new(),
            token: 0,
            connected: false,
            listening: false,
            forked: false,
            patience_ms: PATIENCE_MS,
            last_progress: 0,
        }
    }

    /// Facts without the city's receipt.
    pub const fn pending(&self) -> u64 {
        self.last_seq - self.receipted
    }

    /// The city found a fork.
    pub const fn forked(&self) -> bool {
        self.forked
    }

    /// The link is up.
    pub const fn connected(&self) -> bool {
        self.connected
    }

    /// The city listens.
    pub const fn city_listening(&self) -> bool {
        self.listening
    }

    /// Takes in what happened and says what is to be done, in order.
    ///
    /// At most one `Publish` comes at a time; the next follows its `Packed`.
    pub fn handle(&mut self, input: SyncInput, now: Millis) -> Vec<SyncOutput> {
        let mut out = Vec::new();
        match input {
            SyncInput::Connected => {
                self.connected = true;
                // The city's word is retained at the broker and comes again.
                self.listening = false;
                self.rewind(now);
            }
            SyncInput::Disconnected => {
                self.connected = false;
                self.listening = false;
                self.packing = None;
                self.in_flight.clear();
            }
            SyncInput::City { listening } => {
                if listening && !self.listening {
                    self.rewind(now);
                }
                self.listening = listening;
            }
            SyncInput::Grown { last_seq } => self.last_seq = self.last_seq.max(last_seq),
            SyncInput::Packed { token, to } => self.packed(token, to, now),
            SyncInput::Acked(token) => {
                self.in_flight.remove(&token);
            }
            SyncInput::Receipt(receipt) => self.receipt(receipt, now, &mut out),
            SyncInput::Tick => self.lose_patience(now),
        }
        self.send(&mut out);
        if self.awaits_receipt() {
            out.push(SyncOutput::WakeAt(self.last_progress + self.patience_ms));
        }
        out
    }

    fn rewind(&mut self, now: Millis) {
        self.next = self.receipted + 1;
        self.again.clear();
        self.packing = None;
        self.in_flight.clear();
        self.last_progress = now;
    }

    const fn awaits_receipt(&self) -> bool {
        self.connected && self.listening && self.next > self.receipted + 1
    }

    fn lose_patience(&mut self, now: Millis) {
        if self.awaits_receipt() && now >= self.last_progress + self.patience_ms {
            self.patience_ms = (self.patience_ms * 2).min(PATIENCE_MAX_MS);
            self.rewind(now);
        }
    }

    fn packed(&mut self, token: Token, to: u64, now: Millis) {
        // A report that crossed a reconnect speaks of a publication that is no more.
        let Some((expected, from, is_again)) = self.packing.take() else {
            return;
        };
        if expected != token {
            self.packing = Some((expected, from, is_again));
            return;
        }
        assert!(
            to >= from,
            "a batch carries at least the fact it begins with"
        );
        if !self.awaits_receipt() {
            self.last_progress = now;
        }
        if is_again {
            if let Some(run) = self.again.front_mut() {
                run.from = to + 1;
                if run.from > run.to {
                    self.again.pop_front();
                }
            }
        } else {
            self.next = to + 1;
        }
        self.in_flight.insert(token, SeqRange { from, to });
    }

    fn receipt(&mut self, receipt: Receipt, now: Millis, out: &mut Vec<SyncOutput>) {
        // Another life's receipt, or one for facts that were never written here.
        if receipt.incarnation != self.incarnation || receipt.contiguous_seq > self.last_seq {
            return;
        }
        self.forked |= receipt.forked;
        if receipt.contiguous_seq > self.receipted {
            self.receipted = receipt.contiguous_seq;
            self.patience_ms = PATIENCE_MS;
            self.last_progress = now;
        }
        self.next = self.next.max(self.receipted + 1);
        self.again = receipt
            .missing
            .iter()
            .filter_map(|run| {
                // What was not sent yet follows by itself; what is in flight may well arrive. A
                // city that stands on its backup lacks what it had receipted: it gets that, too.
                let from = run.from;
                let to = run.to.min(self.next.saturating_sub(1));
                let travelling = self
                    .in_flight
                    .values()
                    .any(|r| r.from <= to && from <= r.to);
                (from <= to && !travelling).then_some(SeqRange { from, to })
            })
            .collect();
        if self.packing.is_some_and(|(_, _, is_again)| is_again) {
            self.packing = None;
        }
        out.push(SyncOutput::Receipted(receipt));
    }

    fn send(&mut self, out: &mut Vec<SyncOutput>) {
        let blocked = !self.connected
            || !self.listening
            || self.forked
            || self.packing.is_some()
            || self.in_flight.len() >= IN_FLIGHT_MAX;
        if blocked {
            return;
        }
        let (from, last, is_again) = if let Some(run) = self.again.front() {
            (run.from, run.to, true)
        } else if self.next <= self.last_seq && self.next <= self.receipted + UNRECEIPTED_MAX {
            (self.next, self.last_seq, false)
        } else {
            return;
        };
        let to = last.min(from + FACTS_MAX as u64 - 1);
        self.token += 1;
        let token = Token(self.token);
        self.packing = Some((token, from, is_again));
        out.push(SyncOutput::Publish { token, from, to });
    }
}

#[cfg(test)]
mod tests;
