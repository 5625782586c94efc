//! Where the keys of the citizen AP are, and what may be asked of them.
//!
//! The question is never "what is the key" but "prove us to this card" and "is what
//! this card says proved", so that a provider can be a SAM whose keys never leave it.

use std::{collections::BTreeMap, fmt, fs, os::unix::fs::MetadataExt, path::Path};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    aid::Aid,
    crypto::{self, Block, Key},
};

/// Appended to a card's diversification input, so that these keys are no other system's.
const SYSTEM: &[u8] = b"MTAP";
/// Label of the session key (NIST SP 800-108r1 §4.1).
const SESSION_LABEL: &[u8] = b"machitap citizen id";
/// The largest key file, in bytes.
const MAX_FILE: u64 = 16 * 1024;

/// Bytes of a card's diversifier.
pub const DIVERSIFIER: usize = 8;

/// What decides a card's key.
#[derive(Debug, Clone, Copy)]
pub struct CardRef<'a> {
    /// Which master key.
    pub version: u8,
    /// What the card was issued with.
    pub diversifier: [u8; DIVERSIFIER],
    /// Its application.
    pub aid: &'a Aid,
}

/// Why a provider cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no key of that version here: an operator brings it.
    #[error("there is no master key of version {0}")]
    UnknownVersion(u8),
    /// The provider itself is out of reach.
    #[error("the key provider does not answer: {0}")]
    Unavailable(String),
    /// It was asked out of order.
    #[error("the authentication was asked out of order")]
    OutOfOrder,
}

/// A source of card keys.
pub trait KeyProvider: Send + Sync {
    /// Begins one authentication with one card.
    ///
    /// # Errors
    /// [`KeyError`].
    fn begin(&self, card: CardRef<'_>) -> Result<Box<dyn Session>, KeyError>;
}

/// One authentication with one card, in the order of the methods.
pub trait Session: Send {
    /// Draws the terminal's challenge RT and proves the terminal to the card that
    /// drew `rc`: `(RT, CMAC(K, "T" ‖ RC ‖ RT ‖ AID))`.
    ///
    /// # Errors
    /// [`KeyError`].
    fn prove(&mut self, rc: &Block) -> Result<(Block, Block), KeyError>;

    /// Whether `mac` is `CMAC(K, "C" ‖ RT ‖ RC ‖ AID)`.
    ///
    /// # Errors
    /// [`KeyError`].
    fn card_is_genuine(&mut self, mac: &Block) -> Result<bool, KeyError>;

    /// Whether `mac` is `CMAC(SK, RT ‖ id)`, with SK of this session.
    ///
    /// # Errors
    /// [`KeyError`].
    fn id_is_bound(&mut self, id: &[u8], mac: &Block) -> Result<bool, KeyError>;
}

/// The key of one card and what is computed with it; both sides of the exchange use it.
#[derive(Debug, Clone)]
pub struct CardKey {
    key: Key,
    aid: Aid,
}

impl CardKey {
    /// The key under a master key: AN10922 over `diversifier ‖ AID ‖ "MTAP"`.
    pub fn new(master: &Key, diversifier: &[u8; DIVERSIFIER], aid: &Aid) -> Self {
        Self {
            key: master.diversify(&[diversifier, aid.as_bytes(), SYSTEM]),
            aid: aid.clone(),
        }
    }

    /// `CMAC(K, "T" ‖ RC ‖ RT ‖ AID)`.
    pub fn terminal_mac(&self, rc: &Block, rt: &Block) -> Block {
        self.key.cmac(&[b"T", rc, rt, self.aid.as_bytes()])
    }

    /// `CMAC(K, "C" ‖ RT ‖ RC ‖ AID)`.
    pub fn card_mac(&self, rc: &Block, rt: &Block) -> Block {
        self.key.cmac(&[b"C", rt, rc, self.aid.as_bytes()])
    }

    /// The session's key: SP 800-108 over RT ‖ RC.
    pub fn session(&self, rc: &Block, rt: &Block) -> Key {
        self.key.derive(SESSION_LABEL, &[rt, rc])
    }
}

/// `CMAC(SK, RT ‖ id)`.
pub fn id_mac(session: &Key, rt: &Block, id: &[u8]) -> Block {
    session.cmac(&[rt, id])
}

/// Master keys by version; wiped when dropped.
#[derive(Debug, Clone, Default)]
pub struct MasterKeys(BTreeMap<u8, Key>);

impl MasterKeys {
    /// With one more version.
    #[must_use]
    pub fn with(mut self, version: u8, key: Key) -> Self {
        self.0.insert(version, key);
        self
    }

    /// The versions here, for a log.
    pub fn versions(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.keys().copied()
    }

    /// The key of one card.
    ///
    /// # Errors
    /// [`KeyError::UnknownVersion`].
    pub fn card(&self, card: CardRef<'_>) -> Result<CardKey, KeyError> {
        let unknown = KeyError::UnknownVersion(card.version);
        let master = self.0.get(&card.version).ok_or(unknown)?;
        Ok(CardKey::new(master, &card.diversifier, card.aid))
    }
}

impl KeyProvider for MasterKeys {
    fn begin(&self, card: CardRef<'_>) -> Result<Box<dyn Session>, KeyError> {
        Ok(Box::new(InMemory {
            key: self.card(card)?,
            challenges: None,
        }))
    }
}

struct InMemory {
    key: CardKey,
    challenges: Option<(Block, Block)>,
}

impl Session for InMemory {
    fn prove(&mut self, rc: &Block) -> Result<(Block, Block), KeyError> {
        let mut rt = Block::default();
        getrandom::fill(&mut rt).map_err(|error| KeyError::Unavailable(error.to_string()))?;
        self.challenges = Some((*rc, rt));
        Ok((rt, self.key.terminal_mac(rc, &rt)))
    }

    fn card_is_genuine(&mut self, mac: &Block) -> Result<bool, KeyError> {
        let (rc, rt) = self.challenges.ok_or(KeyError::OutOfOrder)?;
        Ok(crypto::same(mac, &self.key.card_mac(&rc, &rt)))
    }

    fn id_is_bound(&mut self, id: &[u8], mac: &Block) -> Result<bool, KeyError> {
        let (rc, rt) = self.challenges.ok_or(KeyError::OutOfOrder)?;
        Ok(crypto::same(
            mac,
            &id_mac(&self.key.session(&rc, &rt), &rt, id),
        ))
    }
}

/// Why a key file is not used.
#[derive(Debug, thiserror::Error)]
pub enum SealedFileError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Anyone on the machine could read it.
    #[error("the key file is readable or writable by others: its mode must end in 0")]
    Open,
    /// It is larger than any key file.
    #[error("the key file is larger than 16 KiB")]
    Size,
    /// Not the table of keys; the content is not repeated here.
    #[error("the key file must be TOML: a table [keys] of version = \"32 hexadecimal digits\"")]
    Form,
}

/// Master keys in a file, as systemd hands one to a service (`LoadCredentialEncrypted=`).
///
/// It keeps the keys from other users of the machine and, with a TPM behind the
/// credential, from a copied image. It does **not** protect a stolen SD card of a
/// machine without a TPM, and not against root: use a [`crate::sam::Sam`] where a
/// terminal stands unguarded.
#[derive(Debug)]
pub struct SealedFile(MasterKeys);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    keys: BTreeMap<String, Zeroizing<String>>,
}

impl SealedFile {
    /// Reads `[keys]` of the TOML file: `"1" = "00112233…"`.
    ///
    /// # Errors
    /// [`SealedFileError`]; none of its messages repeats what the file holds.
    pub fn open(path: &Path) -> Result<Self, SealedFileError> {
        let about = fs::metadata(path)?;
        if about.mode() & 0o007 != 0 {
            return Err(SealedFileError::Open);
        }
        if about.len() > MAX_FILE {
            return Err(SealedFileError::Size);
        }
        let text = Zeroizing::new(fs::read_to_string(path)?);
        Self::parse(&text).ok_or(SealedFileError::Form)
    }

    fn parse(text: &str) -> Option<Self> {
        let file: KeyFile = toml::from_str(text).ok()?;
        let mut keys = MasterKeys::default();
        for (version, digits) in &file.keys {
            let mut key = Zeroizing::new(Block::default());
            hex::decode_to_slice(digits.as_bytes(), &mut *key).ok()?;
            keys = keys.with(version.parse().ok()?, Key::new(*key));
        }
        (!file.keys.is_empty()).then_some(Self(keys))
    }
}

impl KeyProvider for SealedFile {
    fn begin(&self, card: CardRef<'_>) -> Result<Box<dyn Session>, KeyError> {
        self.0.begin(card)
    }
}

/// Keys anyone can read in this source: for the demonstration and the tests.
#[derive(Clone)]
pub struct TestOnly(MasterKeys);

/// The publicly known keys were asked for outside a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("publicly known card keys are used only where the configuration says demo = true")]
pub struct NotADemo;

impl TestOnly {
    /// The key versions it has.
    pub const VERSIONS: [u8; 2] = [1, 2];

    /// The well-known keys, where `demo` of the configuration says so.
    ///
    /// # Errors
    /// [`NotADemo`] where it does not; whatever the build.
    pub fn for_demo(demo: bool) -> Result<Self, NotADemo> {
        if !demo {
            return Err(NotADemo);
        }
        tracing::warn!("using publicly known card keys: a demonstration, not a service");
        Ok(Self(
            Self::VERSIONS
                .into_iter()
                .fold(MasterKeys::default(), |keys, version| {
                    keys.with(version, Key::new([version; crypto::BLOCK]))
                }),
        ))
    }

    /// The keys themselves, to issue virtual cards under.
    pub const fn master_keys(&self) -> &MasterKeys {
        &self.0
    }
}

impl fmt::Debug for TestOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestOnly")
    }
}

impl KeyProvider for TestOnly {
    fn begin(&self, card: CardRef<'_>) -> Result<Box<dyn Session>, KeyError> {
        self.0.begin(card)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::profile::Admitted;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn known_keys_need_a_demo() {
        assert!(TestOnly::for_demo(false).is_err());
        assert!(TestOnly::for_demo(true).is_ok());
    }

    #[test]
    fn a_key_file_open_to_others_is_refused() {
        let text = format!("[keys]\n\"1\" = \"{}\"\n", "01".repeat(16));
        let (_dir, path) = file(&text, 0o440);
        assert!(SealedFile::open(&path).is_ok());
        let (_dir, path) = file(&text, 0o644);
        assert!(matches!(
            SealedFile::open(&path),
            Err(SealedFileError::Open)
        ));
    }

    #[test]
    fn a_bad_key_file_is_refused_without_repeating_it() {
        for text in [
            "",
            "[keys]",
            "[keys]\n\"1\" = \"beef\"",
            "[keys]\n\"x\" = \"beef\"",
            "beef",
        ] {
            let (_dir, path) = file(text, 0o400);
            let said = SealedFile::open(&path).unwrap_err();
            assert!(matches!(said, SealedFileError::Form), "{text}");
            assert!(!said.to_string().contains("beef"));
        }
    }

    #[test]
    fn a_session_knows_its_card_and_its_order() {
        let profile = Admitted::reference();
        let keys = TestOnly::for_demo(true).unwrap();
        let card = CardRef {
            version: 1,
            diversifier: [3; 8],
            aid: profile.aid(),
        };
        let mut session = keys.begin(card).unwrap();
        assert_eq!(session.card_is_genuine(&[0; 16]), Err(KeyError::OutOfOrder));
        let rc = [9; 16];
        let (rt, _) = session.prove(&rc).unwrap();
        let mine = keys.master_keys().card(card).unwrap();
        assert!(session.card_is_genuine(&mine.card_mac(&rc, &rt)).unwrap());
        assert!(
            !session
                .card_is_genuine(&mine.terminal_mac(&rc, &rt))
                .unwrap()
        );
        let mac = id_mac(&mine.session(&rc, &rt), &rt, b"SKM-000001");
        assert!(session.id_is_bound(b"SKM-000001", &mac).unwrap());
        assert!(!session.id_is_bound(b"SKM-000002", &mac).unwrap());
        let unknown = CardRef { version: 9, ..card };
        assert_eq!(keys.begin(unknown).err(), Some(KeyError::UnknownVersion(9)));
    }

    /// A change of version, diversifier or application is another key.
    #[test]
    fn every_part_of_the_reference_changes_the_key() {
        let keys = TestOnly::for_demo(true).unwrap();
        let (a, b) = (
            Aid::new(&[0xF0; 5]).unwrap(),
            Aid::new(&[0xF0; 16]).unwrap(),
        );
        let mut macs: Vec<Block> = [(1, 0, &a), (2, 0, &a), (1, 1, &a), (1, 0, &b)]
            .map(|(version, d, aid)| {
                let card = CardRef {
                    version,
                    diversifier: [d; 8],
                    aid,
                };
                let key = keys.master_keys().card(card).unwrap();
                key.key.cmac(&[b"same message"])
            })
            .to_vec();
        macs.sort_unstable();
        macs.dedup();
        assert_eq!(macs.len(), 4);
    }
}
