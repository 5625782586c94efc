//! From one code to one key, and what is sealed with it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use spake2::{Ed25519Group, Identity, Password, Spake2};

use super::{Asked, Code, Granted, Ticket};

const KIOSK: &[u8] = b"machitap kiosk, enrolment v1";
const CITY: &[u8] = b"machitap city, enrolment v1";
const TO_CITY: &[u8] = b"machitap enrolment v1, to the city";
const TO_KIOSK: &[u8] = b"machitap enrolment v1, to the kiosk";

/// The two sides did not begin from one code, or something was changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the two sides did not begin from one code")]
pub struct Unlike;

/// The kiosk's half of an exchange, before the city has answered.
pub struct KioskShare {
    half: Spake2<Ed25519Group>,
    ticket: Ticket,
}

/// The city's half, made at the kiosk's word.
pub struct CityShare;

/// What the kiosk seals and opens with; good for one message each way.
pub struct KioskKey(Keys);

/// What the city opens and seals with; good for one message each way.
pub struct CityKey(Keys);

struct Keys {
    to_city: [u8; 32],
    to_kiosk: [u8; 32],
    ticket: Ticket,
}

impl KioskShare {
    /// Begins; the text is what the city is sent.
    pub fn new(code: &Code) -> (Self, String) {
        let (half, share) = Spake2::start_a(
            &Password::new(code.digits()),
            &Identity::new(KIOSK),
            &Identity::new(CITY),
        );
        let ticket = code.ticket();
        (Self { half, ticket }, hex::encode(share))
    }

    /// With what the city answered.
    ///
    /// # Errors
    /// [`Unlike`]: it is no share.
    pub fn finish(self, share: &str) -> Result<KioskKey, Unlike> {
        keys(self.half, share, self.ticket).map(KioskKey)
    }
}

impl CityShare {
    /// Answers a kiosk's share; the text is what the kiosk is sent.
    ///
    /// # Errors
    /// [`Unlike`]: it is no share.
    pub fn answer(code: &Code, share: &str) -> Result<(CityKey, String), Unlike> {
        let (half, answer) = Spake2::start_b(
            &Password::new(code.digits()),
            &Identity::new(KIOSK),
            &Identity::new(CITY),
        );
        let key = keys(half, share, code.ticket()).map(CityKey)?;
        Ok((key, hex::encode(answer)))
    }
}

fn keys(half: Spake2<Ed25519Group>, share: &str, ticket: Ticket) -> Result<Keys, Unlike> {
    let share = hex::decode(share).map_err(|_| Unlike)?;
    let shared = half.finish(&share).map_err(|_| Unlike)?;
    let derived = Hkdf::<Sha256>::new(None, &shared);
    let of = |info: &[u8]| {
        let mut key = [0; 32];
        derived
            .expand(info, &mut key)
            .expect("32 bytes are within HKDF's bound");
        key
    };
    Ok(Keys {
        to_city: of(TO_CITY),
        to_kiosk: of(TO_KIOSK),
        ticket,
    })
}

impl KioskKey {
    /// Seals what is asked.
    pub fn seal(&self, asked: &Asked) -> String {
        seal(&self.0.to_city, &self.0.ticket, asked)
    }

    /// Opens what is granted.
    ///
    /// # Errors
    /// [`Unlike`].
    pub fn open(&self, sealed: &str) -> Result<Granted, Unlike> {
        open(&self.0.to_kiosk, &self.0.ticket, sealed)
    }
}

impl CityKey {
    /// Opens what is asked: only now is it known that the code was right.
    ///
    /// # Errors
    /// [`Unlike`].
    pub fn open(&self, sealed: &str) -> Result<Asked, Unlike> {
        open(&self.0.to_city, &self.0.ticket, sealed)
    }

    /// Seals what is granted.
    pub fn seal(&self, granted: &Granted) -> String {
        seal(&self.0.to_kiosk, &self.0.ticket, granted)
    }
}

/// One message a key: the nonce may be the same for all.
fn seal<T: Serialize>(key: &[u8; 32], ticket: &Ticket, message: &T) -> String {
    let plain = serde_json::to_vec(message).expect("the messages have a JSON form");
    let sealed = ChaCha20Poly1305::new(&(*key).into())
        .encrypt(
            &Nonce::default(),
            Payload {
                msg: &plain,
                aad: ticket.to_string().as_bytes(),
            },
        )
        .expect("a message is far below ChaCha20's 256 GiB");
    BASE64_STANDARD.encode(sealed)
}

fn open<T: DeserializeOwned>(key: &[u8; 32], ticket: &Ticket, sealed: &str) -> Result<T, Unlike> {
    let sealed = BASE64_STANDARD.decode(sealed).map_err(|_| Unlike)?;
    let plain = ChaCha20Poly1305::new(&(*key).into())
        .decrypt(
            &Nonce::default(),
            Payload {
                msg: &sealed,
                aad: ticket.to_string().as_bytes(),
            },
        )
        .map_err(|_| Unlike)?;
    serde_json::from_slice(&plain).map_err(|_| Unlike)
}

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Enrolment, PurposeKeys},
        seal::SealOpener,
        sign::Signer,
    };

    use super::*;

    fn asked() -> Asked {
        Asked {
            request_pem: "request".into(),
            sign: Signer::from_seed([1; 32]).verifier(),
            seal: SealOpener::from_text(&"02".repeat(32)).unwrap().public(),
            journal_of: None,
            software: "1".into(),
        }
    }

    fn granted() -> Granted {
        Granted {
            enrolment: Enrolment {
                city: "town".parse().unwrap(),
                kiosk: "hall-1".parse().unwrap(),
                facility: "hall".parse().unwrap(),
                city_key: Signer::from_seed([3; 32]).verifier(),
                city_seal: None,
                purposes: PurposeKeys::default(),
            },
            ca_pem: "ca".into(),
            certificate_pem: "certificate".into(),
            card_keys: Some("keys".into()),
            place: "公民館".into(),
            time_ms: 7,
        }
    }

    fn exchange(at_kiosk: &Code, at_city: &Code) -> (KioskKey, CityKey) {
        let (half, share) = KioskShare::new(at_kiosk);
        let (city, answer) = CityShare::answer(at_city, &share).unwrap();
        (half.finish(&answer).unwrap(), city)
    }

    #[test]
    fn one_code_is_one_key_and_another_is_none() {
        let code = Code::new(4821, 937_112);
        let (kiosk, city) = exchange(&code, &code);
        let heard = city.open(&kiosk.seal(&asked())).unwrap();
        assert_eq!(heard.request_pem, "request");
        let got = kiosk.open(&city.seal(&granted())).unwrap();
        assert_eq!(got.enrolment.kiosk.as_str(), "hall-1");
        assert_eq!(got.card_keys.as_deref(), Some("keys"));

        let (kiosk, city) = exchange(&Code::new(4821, 937_113), &code);
        assert_eq!(city.open(&kiosk.seal(&asked())).unwrap_err(), Unlike);
        assert_eq!(kiosk.open(&city.seal(&granted())).unwrap_err(), Unlike);
    }

    #[test]
    fn what_was_recorded_opens_nothing_later() {
        let code = Code::new(1, 1);
        let (kiosk, _) = exchange(&code, &code);
        let recorded = kiosk.seal(&asked());
        let (_, city) = exchange(&code, &code);
        assert_eq!(city.open(&recorded).unwrap_err(), Unlike);
    }

    #[test]
    fn what_was_changed_or_sent_back_is_not_opened() {
        let code = Code::new(1, 1);
        let (kiosk, city) = exchange(&code, &code);
        let sealed = kiosk.seal(&asked());
        assert!(kiosk.open(&sealed).is_err(), "sent back");
        let mut bent = BASE64_STANDARD.decode(&sealed).unwrap();
        bent[3] ^= 1;
        assert!(city.open(&BASE64_STANDARD.encode(bent)).is_err());
        for noise in ["", "x", "AAAA"] {
            assert!(city.open(noise).is_err(), "{noise}");
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        let code = Code::new(1, 1);
        for share in ["", "zz", "42", &"ff".repeat(33), &"00".repeat(33)] {
            assert!(CityShare::answer(&code, share).is_err(), "{share}");
            assert!(KioskShare::new(&code).0.finish(share).is_err(), "{share}");
        }
    }

    #[test]
    fn a_log_holds_no_key() {
        let said = format!("{:?}", granted());
        assert_eq!(said, "Granted(hall-1 at 公民館, ‹keys›)");
    }
}
