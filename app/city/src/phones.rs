//! Phones of residents: a code from a kiosk's screen is brought once and becomes a token, and
//! the token says whose page a phone is shown.

use std::{fmt, str::FromStr};

use machitap_domain::{
    Hash, Pseudonym,
    pairing::{PairingSecret, good_until},
};

use crate::db::{Db, DbError};

/// A phone stays paired so long, days.
pub const DAYS: i64 = 180;

const DAY_MS: i64 = 86_400_000;

/// Why a code pairs nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotPaired {
    /// No fact of it is counted, or none yet: retry.
    #[error("no such code is counted yet")]
    Unknown,
    /// Its time is over, or the kiosk took it back: refuse.
    #[error("the code is over")]
    Over,
    /// A phone brought it before: refuse.
    #[error("the code was used")]
    Used,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a paired phone holds: 256 bits nobody can tell. The city keeps their SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one.
    ///
    /// # Panics
    /// When the system has no randomness to give: then no secret is one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(bytes)
    }

    /// Under which name the city keeps it: SHA-256 (FIPS 180-4) over the 32 bytes.
    pub fn kept(&self) -> Hash {
        Hash::of(&self.0)
    }

    /// As the phone holds it: 64 hexadecimal digits.
    pub fn told(&self) -> String {
        hex::encode(self.0)
    }
}

impl FromStr for Token {
    type Err = hex::FromHexError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(‹secret›)")
    }
}

/// Pairs the phone that is to hold `token`. It is on disk when this returns.
///
/// # Errors
/// [`NotPaired`]; then nothing has changed.
pub fn pair(
    db: &mut Db,
    secret: PairingSecret,
    token: Token,
    now_ms: i64,
) -> Result<(), NotPaired> {
    let code = secret.code();
    db.transaction(|db| {
        let shown = db.pairing_code(code)?.ok_or(NotPaired::Unknown)?;
        if shown.used {
            return Err(NotPaired::Used);
        }
        if shown.undone || now_ms >= good_until(shown.until_ms, shown.received_ms) {
            return Err(NotPaired::Over);
        }
        db.forget_old_phones(oldest(now_ms))?;
        Ok(db.put_phone(token.kept(), &shown.subject, code, now_ms)?)
    })
}

/// Whose phone holds that token.
///
/// # Errors
/// [`DbError`].
pub fn whose(db: &Db, token: Token, now_ms: i64) -> Result<Option<Pseudonym>, DbError> {
    db.phone(token.kept(), oldest(now_ms))
}

const fn oldest(now_ms: i64) -> i64 {
    now_ms.saturating_sub(DAYS * DAY_MS)
}

#[cfg(test)]
mod tests;
