//! Keys that are born on this device, and the way from them to an enrolment.
//!
//! `next/` inside the enrolment's directory holds what is not in force yet: the keys first, so that
//! a question repeated after a power cut is the same terminal's, and `enrolment.toml` last. With
//! that on the disk the new enrolment counts: whoever starts next moves all of it into place
//! ([`settle`]), however often the power goes.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
};

use machitap_wire::{Signer, enrol::Granted, seal::SealOpener};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::files::{self, flush, forget};

const NEXT: &str = "next";
const LAST: &str = "enrolment.toml";

/// Its presence says that the city wants the enrolment beside it no more.
const REVOKED: &str = "revoked";

/// Card keys as the city sent them.
pub const CARD_KEYS: &str = "card-keys.toml";

/// The keys of a terminal.
pub struct Born {
    dir: PathBuf,
    /// Of TLS.
    pub tls: KeyPair,
    /// Signs what this kiosk sends.
    pub signer: Signer,
    /// Opens what is sealed to this kiosk.
    pub opener: SealOpener,
}

impl Born {
    /// The keys that wait in `next/`, or new ones, on the disk before anybody hears of them.
    ///
    /// # Errors
    /// As the system says.
    pub fn wait_or_make(enrolment: &Path) -> io::Result<Self> {
        let dir = enrolment.join(NEXT);
        if let Some(born) = Self::read(&dir) {
            return Ok(born);
        }
        clear(&dir)?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o770)
            .create(&dir)?;
        share(&fs::File::open(&dir)?, enrolment, 0o770)?;
        let tls = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(io::Error::other)?;
        put(&dir, "kiosk.key", tls.serialize_pem().as_bytes())?;
        for name in ["sign.key", "seal.key"] {
            put(&dir, name, random_hex()?.as_bytes())?;
        }
        flush(enrolment)?;
        Self::read(&dir).ok_or_else(|| io::Error::other("keys just written cannot be read"))
    }

    fn read(dir: &Path) -> Option<Self> {
        let text = |name: &str| fs::read_to_string(dir.join(name)).ok();
        Some(Self {
            dir: dir.to_owned(),
            tls: KeyPair::from_pem(&text("kiosk.key")?).ok()?,
            signer: Signer::from_text(&text("sign.key")?).ok()?,
            opener: SealOpener::from_text(&text("seal.key")?).ok()?,
        })
    }

    /// A certificate request for the TLS key, PEM (RFC 2986). It names nobody.
    ///
    /// # Errors
    /// As the library says.
    pub fn request(&self) -> Result<String, rcgen::Error> {
        CertificateParams::default()
            .serialize_request(&self.tls)?
            .pem()
    }

    /// Puts what the city granted beside the keys; with its last file it counts.
    ///
    /// # Errors
    /// As the system says.
    pub fn keep(&self, granted: &Granted) -> io::Result<()> {
        let text = toml::to_string(&granted.enrolment).map_err(io::Error::other)?;
        put(&self.dir, "ca.pem", granted.ca_pem.as_bytes())?;
        put(&self.dir, "kiosk.pem", granted.certificate_pem.as_bytes())?;
        match &granted.card_keys {
            Some(keys) => put(&self.dir, CARD_KEYS, keys.as_bytes())?,
            None => forget(&self.dir.join(CARD_KEYS))?,
        }
        put(&self.dir, LAST, text.as_bytes())
    }
}

/// Moves a new enrolment into place, where one waits whole; true where it did.
///
/// # Errors
/// As the system says.
pub fn settle(enrolment: &Path) -> io::Result<bool> {
    let dir = enrolment.join(NEXT);
    if !dir.join(LAST).exists() {
        return Ok(false);
    }
    let names = fs::read_dir(&dir)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    forget(&enrolment.join(REVOKED))?;
    let (last, rest): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name == LAST);
    for name in &rest {
        fs::rename(dir.join(name), enrolment.join(name))?;
    }
    flush(enrolment)?;
    flush(&dir)?;
    for name in &last {
        fs::rename(dir.join(name), enrolment.join(name))?;
    }
    flush(enrolment)?;
    fs::remove_dir(&dir)?;
    Ok(true)
}

/// How a terminal stands with its city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has an enrolment, or one that waits to be moved into place.
    Enrolled,
    /// It has none.
    Unenrolled,
    /// The city wants the one it has no more.
    Revoked,
}

/// How the terminal with this directory stands.
pub fn standing(enrolment: &Path) -> Standing {
    if enrolment.join(NEXT).join(LAST).exists() {
        Standing::Enrolled
    } else if enrolment.join(REVOKED).exists() {
        Standing::Revoked
    } else if enrolment.join(LAST).exists() {
        Standing::Enrolled
    } else {
        Standing::Unenrolled
    }
}

/// The city has taken the enrolment back; it stays until there is another.
///
/// # Errors
/// As the system says.
pub fn mark_revoked(enrolment: &Path) -> io::Result<()> {
    put(enrolment, REVOKED, b"")
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    files::put(dir, name, bytes, |file| share(file, dir, 0o640))
}

/// Who may enter the directory may read what is in it, whoever wrote it: root types a code on the
/// command line, and the service reads the keys.
fn share(file: &fs::File, dir: &Path, mode: u32) -> io::Result<()> {
    let group = fs::metadata(dir)?.gid();
    if file.metadata()?.gid() != group {
        fchown(file, None, Some(group))?;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

fn clear(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}

/// 32 random bytes as the text of a key file.
fn random_hex() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use machitap_wire::bundle::{Enrolment, PurposeKeys};
    use tempfile::TempDir;

    use super::*;

    fn granted(kiosk: &str) -> Granted {
        Granted {
            enrolment: Enrolment {
                city: "town".parse().unwrap(),
                kiosk: kiosk.parse().unwrap(),
                facility: "hall".parse().unwrap(),
                city_key: Signer::from_seed([1; 32]).verifier(),
                city_seal: None,
                purposes: PurposeKeys::default(),
            },
            ca_pem: format!("ca of {kiosk}"),
            certificate_pem: format!("certificate of {kiosk}"),
            card_keys: None,
            place: String::new(),
            time_ms: 0,
        }
    }

    fn whose(dir: &Path) -> Option<String> {
        let text = fs::read_to_string(dir.join("enrolment.toml")).ok()?;
        let enrolment: Enrolment = toml::from_str(&text).unwrap();
        let kiosk = enrolment.kiosk.to_string();
        let certificate = fs::read_to_string(dir.join("kiosk.pem")).unwrap();
        assert_eq!(certificate, format!("certificate of {kiosk}"));
        Some(kiosk)
    }

    #[test]
    fn keys_wait_until_they_are_granted_and_are_other_ones_the_next_time() {
        let dir = TempDir::new().unwrap();
        let born = Born::wait_or_make(dir.path()).unwrap();
        let first = born.signer.verifier();
        let again = Born::wait_or_make(dir.path()).unwrap();
        assert_eq!(again.signer.verifier(), first);
        assert_eq!(standing(dir.path()), Standing::Unenrolled);
        assert!(!settle(dir.path()).unwrap());

        born.keep(&granted("hall-1")).unwrap();
        assert_eq!(standing(dir.path()), Standing::Enrolled);
        assert_eq!(whose(dir.path()), None);
        assert!(settle(dir.path()).unwrap());
        assert_eq!(whose(dir.path()).as_deref(), Some("hall-1"));
        let mode = fs::metadata(dir.path().join("sign.key")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o640);

        let born = Born::wait_or_make(dir.path()).unwrap();
        assert_ne!(born.signer.verifier(), first);
    }

    #[test]
    fn a_revoked_enrolment_stays_so_until_there_is_another() {
        let dir = TempDir::new().unwrap();
        for (kiosk, then) in [
            ("hall-1", Standing::Enrolled),
            ("hall-2", Standing::Enrolled),
        ] {
            let born = Born::wait_or_make(dir.path()).unwrap();
            born.keep(&granted(kiosk)).unwrap();
            assert_eq!(standing(dir.path()), then);
            settle(dir.path()).unwrap();
            assert_eq!(standing(dir.path()), then);
            mark_revoked(dir.path()).unwrap();
            assert_eq!(standing(dir.path()), Standing::Revoked);
        }
    }

    #[test]
    fn half_written_keys_are_made_anew() {
        let dir = TempDir::new().unwrap();
        let first = Born::wait_or_make(dir.path()).unwrap().signer.verifier();
        fs::write(dir.path().join("next/seal.key"), "half").unwrap();
        let anew = Born::wait_or_make(dir.path()).unwrap().signer.verifier();
        assert_ne!(first, anew);
    }

    /// The power may go after any one move: whoever starts next finishes.
    #[test]
    fn a_move_that_was_cut_is_finished_whatever_was_moved_already() {
        let names = ["kiosk.key", "sign.key", "seal.key", "ca.pem", "kiosk.pem"];
        for cut in 0..1 << names.len() {
            let dir = TempDir::new().unwrap();
            let old = Born::wait_or_make(dir.path()).unwrap();
            old.keep(&granted("old")).unwrap();
            settle(dir.path()).unwrap();
            let new = Born::wait_or_make(dir.path()).unwrap();
            let key = new.signer.verifier();
            new.keep(&granted("new")).unwrap();
            for (i, name) in names.iter().enumerate() {
                if cut & (1 << i) != 0 {
                    fs::rename(dir.path().join("next").join(name), dir.path().join(name)).unwrap();
                }
            }
            assert!(settle(dir.path()).unwrap());
            assert_eq!(whose(dir.path()).as_deref(), Some("new"));
            let sign = fs::read_to_string(dir.path().join("sign.key")).unwrap();
            assert_eq!(Signer::from_text(&sign).unwrap().verifier(), key);
        }
    }

    #[test]
    fn what_the_city_sent_no_more_is_gone() {
        let dir = TempDir::new().unwrap();
        let born = Born::wait_or_make(dir.path()).unwrap();
        let with_keys = Granted {
            card_keys: Some("keys".into()),
            ..granted("hall-1")
        };
        born.keep(&with_keys).unwrap();
        born.keep(&granted("hall-1")).unwrap();
        settle(dir.path()).unwrap();
        assert!(!dir.path().join(CARD_KEYS).exists());
    }
}
