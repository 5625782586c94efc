//! Pairing a phone: a tap proves who stands at the kiosk, and a code on its screen lets the
//! phone in the same hand prove it to the city.
//!
//! The kiosk makes a secret of 128 bits, puts a fact with its SHA-256 on disk, and only then
//! shows the secret as a QR code. The phone brings the secret to the city, which knows from
//! the fact whose it is and until when it is good, and takes it once. The secret is in no
//! fact, no log and no document; whoever reads the journal cannot pair.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{fact::Hash, pii::Pii};

/// A longer address makes a QR code that a phone reads badly off a small screen.
pub const MAX_URL: usize = 120;

/// A code that is good for longer is one somebody else finds.
pub const MAX_MINUTES: u16 = 60;

/// Until when the city takes a code: what the kiosk said, but never longer after the city
/// heard of it than any code is good for, whatever the kiosk's clock showed. Milliseconds
/// since 1970-01-01T00:00:00Z, all three.
pub fn good_until(until_ms: i64, heard_ms: i64) -> i64 {
    until_ms.min(heard_ms.saturating_add(i64::from(MAX_MINUTES) * 60_000))
}

/// Where a phone is paired. Part of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// The address of the residents' pages; the secret follows it after a `#`, which no
    /// browser sends to a server by itself.
    pub url: String,
    /// A code is good for so many minutes.
    pub minutes: u16,
}

/// A slip of the pen in the pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPairing {
    /// Not an address a secret may be brought to.
    #[error("url must begin with https:// (http:// only for localhost) and name a host")]
    Address,
    /// Something in it would be taken for a part of the secret, or is no address at all.
    #[error("url must be without #, spaces and characters beyond ASCII")]
    Characters,
    /// Too long for a QR code.
    #[error("url has at most {MAX_URL} characters")]
    Long,
    /// Good for no time, or for too long.
    #[error("minutes must be 1 to {MAX_MINUTES}")]
    Minutes,
}

impl Pairing {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidPairing`] found.
    pub fn check(&self) -> Result<(), InvalidPairing> {
        if self.url.chars().any(|c| !c.is_ascii_graphic() || c == '#') {
            return Err(InvalidPairing::Characters);
        }
        if self.url.len() > MAX_URL {
            return Err(InvalidPairing::Long);
        }
        if !is_safe(&self.url) {
            return Err(InvalidPairing::Address);
        }
        if !(1..=MAX_MINUTES).contains(&self.minutes) {
            return Err(InvalidPairing::Minutes);
        }
        Ok(())
    }
}

/// True when nobody on the way can read what a phone brings there.
fn is_safe(url: &str) -> bool {
    let host = |rest: &str| {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    if let Some(rest) = url.strip_prefix("https://") {
        let host = host(rest);
        return !host.is_empty() && !host.starts_with(':') && !host.contains('@');
    }
    url.strip_prefix("http://").is_some_and(|rest| {
        let host = host(rest);
        let (name, port) = host.split_once(':').unwrap_or((&host, "80"));
        name == "localhost" && port.parse::<u16>().is_ok()
    })
}

/// 16 bytes nobody can tell, good for one pairing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PairingSecret([u8; 16]);

impl PairingSecret {
    /// Wraps the bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// What the fact says of it: SHA-256 (FIPS 180-4) over the 16 bytes.
    pub fn code(&self) -> Hash {
        Hash::of(&self.0)
    }

    /// The secret as 32 hexadecimal digits.
    pub fn digits(&self) -> Pii<String> {
        Pii::new(hex::encode(self.0))
    }

    /// What the QR code says: the address, `#`, and the secret as 32 hexadecimal digits.
    pub fn address(&self, pairing: &Pairing) -> Pii<String> {
        Pii::new(format!("{}#{}", pairing.url, self.digits().reveal()))
    }
}

/// Not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is 32 hexadecimal digits")]
pub struct InvalidSecret;

impl FromStr for PairingSecret {
    type Err = InvalidSecret;
    fn from_str(text: &str) -> Result<Self, InvalidSecret> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidSecret)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for PairingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingSecret(‹secret›)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairing(url: &str, minutes: u16) -> Pairing {
        Pairing {
            url: url.into(),
            minutes,
        }
    }

    #[test]
    fn a_secret_is_brought_only_where_nobody_reads_along() {
        use InvalidPairing::{Address, Characters, Long, Minutes};
        for (url, minutes, slip) in [
            ("https://town.example/pair", 5, None),
            ("https://town.example:8443", 60, None),
            ("http://localhost:8080/pair", 1, None),
            ("http://localhost", 1, None),
            ("http://town.example/pair", 5, Some(Address)),
            ("http://localhost.town.example/", 5, Some(Address)),
            ("http://localhost@town.example/", 5, Some(Address)),
            ("http://localhost:8080@town.example/", 5, Some(Address)),
            ("https://town.example@other.example/", 5, Some(Address)),
            ("https:///pair", 5, Some(Address)),
            ("https://:443/pair", 5, Some(Address)),
            ("ftp://town.example", 5, Some(Address)),
            ("", 5, Some(Address)),
            ("https://town.example/#a", 5, Some(Characters)),
            ("https://town.example/a b", 5, Some(Characters)),
            ("https://まち.example/", 5, Some(Characters)),
            ("https://town.example/", 0, Some(Minutes)),
            ("https://town.example/", 61, Some(Minutes)),
        ] {
            assert_eq!(pairing(url, minutes).check().err(), slip, "{url}");
        }
        let long = format!("https://town.example/{}", "a".repeat(MAX_URL));
        assert_eq!(pairing(&long, 5).check(), Err(Long));
    }

    #[test]
    fn the_fact_names_the_secret_without_telling_it() {
        let secret = PairingSecret::new([0xAB; 16]);
        let address = secret.address(&pairing("https://town.example/pair", 5));
        let digits = "ab".repeat(16);
        assert_eq!(
            *address.reveal(),
            format!("https://town.example/pair#{digits}")
        );
        assert!(!format!("{secret:?} {address:?}").contains("ab"));
        // SHA-256 of sixteen bytes 0xAB, by `sha256sum`.
        let code = secret.code().to_string();
        assert_eq!(
            code,
            "5a2cfe8ab935918525d44fd6fd87c70fc83b4f29d1a727672e1b48f380473fc1"
        );
    }

    #[test]
    fn what_a_phone_brings_is_the_secret_or_none() {
        let secret = PairingSecret::new([0xAB; 16]);
        assert_eq!("ab".repeat(16).parse(), Ok(secret));
        for text in ["", "ab", &"ab".repeat(17), &"ag".repeat(16), "あ"] {
            assert_eq!(text.parse::<PairingSecret>(), Err(InvalidSecret), "{text}");
        }
    }

    #[test]
    fn no_clock_makes_a_code_good_for_longer_than_an_hour() {
        let hour = 3_600_000;
        for (until_ms, heard_ms, good_ms) in [
            (300_000, 1_000, 300_000),
            (hour + 1_000, 1_000, hour + 1_000),
            (hour + 1_001, 1_000, hour + 1_000),
            (i64::MAX, 1_000, hour + 1_000),
            (i64::MIN, 1_000, i64::MIN),
            (i64::MAX, i64::MAX, i64::MAX),
        ] {
            assert_eq!(good_until(until_ms, heard_ms), good_ms);
        }
    }
}
