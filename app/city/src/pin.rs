//! Staff PINs: only their Argon2id hash is ever written down.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, Version,
    password_hash::{Salt, SaltString},
};
use machitap_domain::roster::PIN_LENGTH;

/// Memory, KiB. Argon2id (RFC 9106) with 8 MiB and 3 passes takes a Raspberry Pi well under
/// half a second and fits beside everything else it runs; a PIN's own strength is small
/// either way, and the kiosk locks the panel after a few wrong ones.
const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// Not a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPin {
    /// Not digits, or too few or too many.
    #[error("a PIN is {PIN_LENGTH} digits")]
    Digits,
    /// The text is no Argon2id PHC string.
    #[error("is no Argon2id PHC string; make one with machitap-city pin-hash")]
    Hash,
}

/// Hashes a PIN to a PHC string.
///
/// # Errors
/// [`BadPin::Digits`].
///
/// # Panics
/// When the operating system gives no randomness.
pub fn hash(pin: &str) -> Result<String, BadPin> {
    if pin.len() != PIN_LENGTH || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadPin::Digits);
    }
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).expect("the operating system gives randomness");
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("sound constants");
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(pin.as_bytes(), &salt)
        .expect("sound parameters hash every PIN")
        .to_string())
}

/// Checks that a text is an Argon2id PHC string, as `pin_hash` must be.
///
/// # Errors
/// [`BadPin::Hash`].
pub fn check(phc: &str) -> Result<(), BadPin> {
    match argon2::PasswordHash::new(phc) {
        Ok(hash)
            if hash.algorithm == argon2::Algorithm::Argon2id.ident() && hash.hash.is_some() =>
        {
            Ok(())
        }
        _ => Err(BadPin::Hash),
    }
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHash, PasswordVerifier};

    use super::*;

    #[test]
    fn the_right_pin_verifies_and_no_other() {
        let phc = hash("258025").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8192,t=3,p=1$"), "{phc}");
        assert_eq!(check(&phc), Ok(()));
        let parsed = PasswordHash::new(&phc).unwrap();
        let argon = Argon2::default();
        assert!(argon.verify_password(b"258025", &parsed).is_ok());
        assert!(argon.verify_password(b"258026", &parsed).is_err());
    }

    #[test]
    fn what_is_no_pin_and_what_is_no_hash() {
        for pin in ["", "2580", "12345a", "1234567", "１２３４５６"] {
            assert_eq!(hash(pin), Err(BadPin::Digits), "{pin}");
        }
        for phc in ["", "2580", "$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHQ"] {
            assert_eq!(check(phc), Err(BadPin::Hash), "{phc}");
        }
    }
}
