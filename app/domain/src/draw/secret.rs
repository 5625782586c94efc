//! The secret of a table at a kiosk, its commitment, and the ticket of each spin.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::table::{DrawTable, TICKETS};
use crate::{
    fact::Hash,
    ids::{Incarnation, KioskId, TableId},
};

/// Bytes that can mean one thing only: a name for what they are, then each part behind its
/// length (four bytes, big-endian).
pub(super) struct Encoding(Vec<u8>);

impl Encoding {
    pub(super) fn new(what: &str) -> Self {
        let mut encoding = Self(Vec::new());
        encoding.part(what.as_bytes());
        encoding
    }

    pub(super) fn part(&mut self, part: &[u8]) {
        let length = u32::try_from(part.len()).expect("parts are ids, numbers and hashes");
        self.0.extend(length.to_be_bytes());
        self.0.extend(part);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// 32 bytes nobody but the city can tell, for one table at one kiosk; revealed when the table
/// is over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DrawSecret([u8; 32]);

impl DrawSecret {
    /// Wraps the bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The ticket of the spin `n` (from 1) of that table in that life of that kiosk:
    /// HMAC-SHA-256 (RFC 2104) over these four, under the secret.
    ///
    /// A fact's own name and its `seq` are left out on purpose: a kiosk names its facts
    /// itself and can put others before a draw, so a dishonest one could try names until the
    /// result pleased it. The counter leaves it nothing to choose. The life is in it
    /// because a new journal counts from 1 again; whoever begins a new one shows it to the
    /// city by doing so.
    pub fn ticket(&self, table: &TableId, kiosk: &KioskId, life: Incarnation, n: u64) -> Ticket {
        let mut encoding = Encoding::new("machitap draw spin v1");
        encoding.part(table.as_str().as_bytes());
        encoding.part(kiosk.as_str().as_bytes());
        encoding.part(life.0.as_bytes());
        encoding.part(&n.to_be_bytes());
        Ticket::of(keyed(&self.0, &encoding))
    }
}

impl fmt::Debug for DrawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrawKey(‹secret›)")
    }
}

impl fmt::Debug for DrawSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrawSecret(‹secret›)")
    }
}

impl From<DrawSecret> for String {
    fn from(secret: DrawSecret) -> Self {
        hex::encode(secret.0)
    }
}

impl TryFrom<String> for DrawSecret {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// The city's own key, from which the secret of every table at every kiosk follows.
///
/// Revealing some of them tells nothing of the others (HMAC is a pseudorandom function), and
/// whoever holds the key cannot try secrets until one pleases: there is one for each table.
#[derive(Clone)]
pub struct DrawKey([u8; 32]);

impl DrawKey {
    /// Wraps the key.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From the text of a key file: 32 bytes in hexadecimal.
    ///
    /// # Errors
    /// [`hex::FromHexError`] for anything else.
    pub fn from_text(text: &str) -> Result<Self, hex::FromHexError> {
        DrawSecret::try_from(text.to_owned()).map(|s| Self(s.0))
    }

    /// The secret of that table at that kiosk.
    pub fn secret(&self, table: &TableId, kiosk: &KioskId) -> DrawSecret {
        let mut encoding = Encoding::new("machitap draw secret v1");
        encoding.part(table.as_str().as_bytes());
        encoding.part(kiosk.as_str().as_bytes());
        DrawSecret(keyed(&self.0, &encoding))
    }
}

fn keyed(key: &[u8; 32], encoding: &Encoding) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(encoding.bytes());
    mac.finalize().into_bytes().into()
}

/// The city's word for a secret: SHA-256 over table, kiosk, [`DrawTable::terms`] and secret.
/// Published before the first spin, it fixes every result without telling any.
pub fn commitment(table: &DrawTable, kiosk: &KioskId, secret: &DrawSecret) -> Hash {
    let mut encoding = Encoding::new("machitap draw commitment v1");
    encoding.part(table.id.as_str().as_bytes());
    encoding.part(kiosk.as_str().as_bytes());
    encoding.part(&table.terms(kiosk).0);
    encoding.part(&secret.0);
    Hash::of(encoding.bytes())
}

/// A ticket: 0 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Ticket(u16);

/// Not a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket is 0 to 9999")]
pub struct NoTicket;

impl Ticket {
    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The first 64 bits of `digest`, as a fraction of 2^64, of 10,000 tickets.
    ///
    /// 2^64 values fall on 10,000 tickets, so each ticket gets ⌊2^64 / 10,000⌋ of them or one
    /// more: no ticket's chance is off by more than one part in 2^64 / 10,000 > 2^50.
    fn of(digest: [u8; 32]) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        let scaled = (u128::from(u64::from_be_bytes(first)) * u128::from(TICKETS)) >> 64;
        Self(u16::try_from(scaled).expect("below the number of tickets"))
    }
}

impl From<Ticket> for u16 {
    fn from(ticket: Ticket) -> Self {
        ticket.0
    }
}

impl TryFrom<u16> for Ticket {
    type Error = NoTicket;
    fn try_from(number: u16) -> Result<Self, NoTicket> {
        (number < TICKETS).then_some(Self(number)).ok_or(NoTicket)
    }
}

#[cfg(test)]
mod tests;
