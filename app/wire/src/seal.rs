//! Documents for one kiosk's eyes: HPKE (RFC 9180) base mode,
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.

use std::fmt;

use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use serde::{Deserialize, Serialize};

use crate::sign::BadKey;

type Kem = X25519HkdfSha256;
const INFO: &[u8] = b"machitap document v1";
const ENCAPPED: usize = 32;

/// The document is not for this key, or was changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not sealed to this key, or was changed")]
pub struct CannotOpen;

/// The public sealing key of a kiosk, or of the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealTo([u8; 32]);

/// The private sealing key of a kiosk, or of the city.
#[derive(Clone)]
pub struct SealOpener([u8; 32]);

impl fmt::Debug for SealOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealOpener(‹secret›)")
    }
}

impl SealTo {
    /// Seals. `aad` binds the text to its place (the document's name and version), so that a
    /// sealed document cannot be passed off as another.
    ///
    /// # Panics
    /// When the operating system gives no randomness, or the text is over 2^32 bytes.
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Vec<u8> {
        let to = <Kem as hpke::Kem>::PublicKey::from_bytes(&self.0)
            .expect("checked when the key was read");
        let (encapped, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeS::Base,
            &to,
            INFO,
            plain,
            aad,
        )
        .expect("sealing plain bytes to a checked key");
        [encapped.to_bytes().as_slice(), &sealed].concat()
    }
}

impl SealOpener {
    /// From the text of a key file: 32 bytes in hexadecimal.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_text(text: &str) -> Result<Self, BadKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| BadKey)?;
        Ok(Self(bytes))
    }

    /// The other half.
    pub fn public(&self) -> SealTo {
        let mut out = [0; 32];
        out.copy_from_slice(&Kem::sk_to_pk(&self.private()).to_bytes());
        SealTo(out)
    }

    /// Opens.
    ///
    /// # Errors
    /// [`CannotOpen`] for another key, another place or a changed byte.
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (encapped, text) = sealed.split_at_checked(ENCAPPED).ok_or(CannotOpen)?;
        let encapped =
            <Kem as hpke::Kem>::EncappedKey::from_bytes(encapped).map_err(|_| CannotOpen)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &self.private(),
            &encapped,
            INFO,
            text,
            aad,
        )
        .map_err(|_| CannotOpen)
    }

    fn private(&self) -> <Kem as hpke::Kem>::PrivateKey {
        <Kem as hpke::Kem>::PrivateKey::from_bytes(&self.0)
            .expect("every 32 bytes are an X25519 private key (RFC 7748 §5)")
    }
}

impl From<SealTo> for String {
    fn from(key: SealTo) -> Self {
        hex::encode(key.0)
    }
}

impl TryFrom<String> for SealTo {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| BadKey)?;
        <Kem as hpke::Kem>::PublicKey::from_bytes(&bytes).map_err(|_| BadKey)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_key_in_the_right_place_opens() {
        let kiosk = SealOpener([3; 32]);
        let sealed = kiosk.public().seal(b"names", b"roster 1");
        assert_eq!(kiosk.open(&sealed, b"roster 1").unwrap(), b"names");
        assert_eq!(kiosk.open(&sealed, b"roster 2"), Err(CannotOpen));
        assert_eq!(
            SealOpener([4; 32]).open(&sealed, b"roster 1"),
            Err(CannotOpen)
        );
        assert_eq!(kiosk.open(&sealed[..20], b"roster 1"), Err(CannotOpen));
        let mut bent = sealed;
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(kiosk.open(&bent, b"roster 1"), Err(CannotOpen));
    }
}
