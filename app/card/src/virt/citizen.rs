//! The card's side of the citizen AP (README: "The reference citizen AP").

use std::{thread, time::Duration};

use machitap_domain::CitizenId;

use crate::{
    aid::Aid,
    apdu::{self, Command, StatusWord},
    crypto::{self, BLOCK, Block, Key},
    keys::{self, CardKey, CardRef, DIVERSIFIER, KeyError, MasterKeys},
    profile::Admitted,
};

/// The delay after the first failed authentication; doubled at each further one.
const FIRST_DELAY: Duration = Duration::from_millis(10);
/// The longest delay.
const LAST_DELAY: Duration = Duration::from_secs(5);

/// What a forged card gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// It cannot prove the key.
    CardMac,
    /// It proves the key and hands out an id it has no proof for.
    IdMac,
    /// It replays an id with the proof of an earlier session.
    Replay,
    /// It hands out fields cut short.
    ShortFields,
}

/// The application on one card.
pub struct CitizenAp {
    aid: Aid,
    version: u8,
    diversifier: [u8; DIVERSIFIER],
    key: CardKey,
    id: CitizenId,
    forgery: Option<Forgery>,
    challenge: Option<Block>,
    session: Option<(Key, Block)>,
    failures: u32,
}

impl CitizenAp {
    /// Issues the application to a resident.
    ///
    /// # Errors
    /// [`KeyError::UnknownVersion`] when `keys` lacks it.
    pub fn issue(
        keys: &MasterKeys,
        version: u8,
        diversifier: [u8; DIVERSIFIER],
        id: CitizenId,
    ) -> Result<Self, KeyError> {
        let aid = Admitted::reference().aid().clone();
        let key = keys.card(CardRef {
            version,
            diversifier,
            aid: &aid,
        })?;
        Ok(Self {
            aid,
            version,
            diversifier,
            key,
            id,
            forgery: None,
            challenge: None,
            session: None,
            failures: 0,
        })
    }

    /// Makes it a forgery.
    #[must_use]
    pub const fn forged(mut self, forgery: Forgery) -> Self {
        self.forgery = Some(forgery);
        self
    }

    /// Makes it claim another key version than its key is of.
    #[must_use]
    pub const fn claiming_version(mut self, version: u8) -> Self {
        self.version = version;
        self
    }

    /// Its application identifier.
    pub const fn aid(&self) -> &Aid {
        &self.aid
    }

    /// Deselection, reset: challenge and session are forgotten. Failures are not.
    pub fn forget(&mut self) {
        self.challenge = None;
        self.session = None;
    }

    /// A command while it is the current application.
    pub fn apdu(&mut self, command: &Command) -> Vec<u8> {
        if (command.p1 != 0 || command.p2 != 0) && command.ins != apdu::READ_BINARY {
            return StatusWord::WRONG_PARAMETERS.alone();
        }
        match command.ins {
            apdu::GET_CHALLENGE => self.get_challenge(command),
            apdu::MUTUAL_AUTHENTICATE => self.mutual_authenticate(command),
            apdu::READ_BINARY => self.read(command),
            _ => StatusWord::UNKNOWN_INSTRUCTION.alone(),
        }
    }

    fn get_challenge(&mut self, command: &Command) -> Vec<u8> {
        if command.le != Some(BLOCK as u16) || !command.data.is_empty() {
            return StatusWord::WRONG_LENGTH.alone();
        }
        self.forget();
        let mut rc = Block::default();
        getrandom::fill(&mut rc).expect("the system gives random bytes");
        self.challenge = Some(rc);
        StatusWord::OK.with(&rc)
    }

    fn mutual_authenticate(&mut self, command: &Command) -> Vec<u8> {
        // A challenge serves once, whatever comes of it.
        let Some(rc) = self.challenge.take() else {
            return StatusWord::CONDITIONS.alone();
        };
        let Ok(both) = <[u8; 2 * BLOCK]>::try_from(command.data.as_slice()) else {
            return StatusWord::WRONG_LENGTH.alone();
        };
        let (mut rt, mut mac) = (Block::default(), Block::default());
        rt.copy_from_slice(&both[..BLOCK]);
        mac.copy_from_slice(&both[BLOCK..]);
        if let Some(doublings) = self.failures.checked_sub(1) {
            let delay = FIRST_DELAY.saturating_mul(1 << doublings.min(16));
            thread::sleep(delay.min(LAST_DELAY));
        }
        if !crypto::same(&mac, &self.key.terminal_mac(&rc, &rt)) {
            self.failures = self.failures.saturating_add(1);
            return StatusWord::AUTHENTICATION_FAILED.alone();
        }
        self.failures = 0;
        let mut proof = self.key.card_mac(&rc, &rt);
        if self.forgery == Some(Forgery::CardMac) {
            proof[0] ^= 1;
        }
        self.session = Some((self.key.session(&rc, &rt), rt));
        StatusWord::OK.with(&proof)
    }

    fn read(&mut self, command: &Command) -> Vec<u8> {
        let file = match (command.p1, command.p2) {
            (0x81, 0) => self.card_file(),
            (0x82, 0) => match self.citizen_file() {
                Some(file) => file,
                None => return StatusWord::SECURITY_STATUS.alone(),
            },
            (0x80.., _) => return StatusWord::NOT_FOUND.alone(),
            _ => return StatusWord::NO_FILE.alone(),
        };
        let Some(le) = command.le else {
            return StatusWord::WRONG_LENGTH.alone();
        };
        StatusWord::OK.with(&file[..file.len().min(le.into())])
    }

    fn card_file(&self) -> Vec<u8> {
        let length = if self.forgery == Some(Forgery::ShortFields) {
            7
        } else {
            DIVERSIFIER
        };
        let diversifier = &self.diversifier[..length];
        [
            &[0x80, 1, self.version][..],
            &[0x81, length as u8],
            diversifier,
        ]
        .concat()
    }

    fn citizen_file(&self) -> Option<Vec<u8>> {
        let (session, rt) = self.session.as_ref()?;
        let id = self.id.reveal().as_bytes();
        let mac = match self.forgery {
            Some(Forgery::IdMac) => keys::id_mac(session, rt, b"ANOTHER-ID"),
            Some(Forgery::Replay) => keys::id_mac(session, &[0; BLOCK], id),
            _ => keys::id_mac(session, rt, id),
        };
        // A citizen id has at most 24 characters.
        Some([&[0x82, id.len() as u8][..], id, &[0x83, BLOCK as u8], &mac].concat())
    }
}
