//! Keys in a secure access module, in a PC/SC slot of its own.
//!
//! | command | data | answer |
//! |---|---|---|
//! | `00 A4 04 0C` SELECT | [`AID`] | 9000, 6A82 |
//! | `80 10` BEGIN, P1 = key version | diversifier(8) ‖ AID | 9000, 6A88 unknown version |
//! | `80 12` PROVE | RC(16) | RT(16) ‖ MAC(16), 9000 |
//! | `80 14` CHECK CARD | MAC(16) | 9000, 6300 wrong |
//! | `80 16` CHECK ID | MAC(16) ‖ id | 9000, 6300 wrong |
//!
//! The SAM draws RT, gives out only terminal proofs and only checks card proofs, so
//! that a stolen SAM reads cards until its version is retired, and clones none.

use std::{
    ffi::CString,
    sync::{Arc, Mutex, PoisonError},
};

use pcsc::{Card, Context, Protocols, Scope, ShareMode};

use crate::{
    apdu::{Command, MAX_RESPONSE, Response, SELECT, StatusWord},
    crypto::{BLOCK, Block},
    keys::{CardRef, KeyError, KeyProvider, Session},
};

/// The SAM's application.
pub const AID: [u8; 10] = *b"\xF0MACHISAM\x01";
/// The class of its commands.
pub const CLASS: u8 = 0x80;
/// Chooses a card's key.
pub const BEGIN: u8 = 0x10;
/// Proves the terminal.
pub const PROVE: u8 = 0x12;
/// Checks the card's proof.
pub const CHECK_CARD: u8 = 0x14;
/// Checks the id's proof.
pub const CHECK_ID: u8 = 0x16;

/// A SAM in the reader whose PC/SC name contains `reader`. Put the same text into
/// [`crate::ReaderConfig::except`].
#[derive(Debug)]
pub struct Sam {
    reader: String,
    link: Arc<Mutex<Option<Link>>>,
}

struct Link {
    card: Card,
    // Below the card, so that it is let go of after it.
    _context: Context,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link")
    }
}

fn unavailable(error: impl std::fmt::Display) -> KeyError {
    KeyError::Unavailable(error.to_string())
}

impl Sam {
    /// A SAM by a part of its reader's name; connected to at the first use.
    pub fn new(reader: &str) -> Self {
        Self {
            reader: reader.to_owned(),
            link: Arc::default(),
        }
    }

    fn connect(&self) -> Result<Link, KeyError> {
        let context = Context::establish(Scope::System).map_err(unavailable)?;
        let names = context.list_readers_owned().map_err(unavailable)?;
        let ours = |name: &CString| name.to_string_lossy().contains(&self.reader);
        let name = names.into_iter().find(ours).ok_or_else(|| {
            KeyError::Unavailable(format!("no reader's name contains {:?}", self.reader))
        })?;
        let card = context
            .connect(&name, ShareMode::Exclusive, Protocols::ANY)
            .map_err(unavailable)?;
        let link = Link {
            card,
            _context: context,
        };
        // Whatever card lies there: until it says it is a SAM, it is sent nothing else.
        let select = Command::new(SELECT, 0x04, 0x0C).data(&AID);
        match link.ask(&select)? {
            (StatusWord::OK, _) => Ok(link),
            _ => Err(unavailable("the card in the SAM's slot is not a SAM")),
        }
    }
}

impl Link {
    fn ask(&self, command: &Command) -> Result<(StatusWord, Vec<u8>), KeyError> {
        let mut buffer = [0; MAX_RESPONSE];
        let answer = self.card.transmit(&command.encode(), &mut buffer);
        let answer = Response::parse(answer.map_err(unavailable)?).map_err(unavailable)?;
        Ok((answer.status, answer.data.to_vec()))
    }
}

impl KeyProvider for Sam {
    fn begin(&self, card: CardRef<'_>) -> Result<Box<dyn Session>, KeyError> {
        let session = SamSession(Arc::clone(&self.link));
        let data = [&card.diversifier, card.aid.as_bytes()].concat();
        let begin = command(BEGIN, card.version, &data);
        let asked = session.ask(&begin).or_else(|_| {
            // The first use, or the service or the SAM was restarted since.
            *session.lock() = Some(self.connect()?);
            session.ask(&begin)
        })?;
        match asked.0 {
            StatusWord::OK => Ok(Box::new(session)),
            StatusWord::REFERENCE_NOT_FOUND => Err(KeyError::UnknownVersion(card.version)),
            other => Err(refused(other)),
        }
    }
}

fn command(ins: u8, p1: u8, data: &[u8]) -> Command {
    Command {
        cla: CLASS,
        ..Command::new(ins, p1, 0).data(data)
    }
}

fn refused(status: StatusWord) -> KeyError {
    KeyError::Unavailable(format!("the SAM answered {status:?}"))
}

struct SamSession(Arc<Mutex<Option<Link>>>);

impl SamSession {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Link>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, command: &Command) -> Result<(StatusWord, Vec<u8>), KeyError> {
        let mut link = self.lock();
        let answer = match &*link {
            Some(link) => link.ask(command),
            None => Err(unavailable("not connected")),
        };
        if answer.is_err() {
            *link = None;
        }
        answer
    }

    fn check(&self, command: &Command) -> Result<bool, KeyError> {
        match self.ask(command)?.0 {
            StatusWord::OK => Ok(true),
            StatusWord::AUTHENTICATION_FAILED => Ok(false),
            StatusWord::CONDITIONS => Err(KeyError::OutOfOrder),
            other => Err(refused(other)),
        }
    }
}

impl Session for SamSession {
    fn prove(&mut self, rc: &Block) -> Result<(Block, Block), KeyError> {
        let (status, data) = self.ask(&command(PROVE, 0, rc).expect(2 * BLOCK as u16))?;
        if status != StatusWord::OK {
            return Err(refused(status));
        }
        match (data.first_chunk(), data.last_chunk(), data.len()) {
            (Some(rt), Some(mac), 32) => Ok((*rt, *mac)),
            _ => Err(unavailable("its proof has a wrong length")),
        }
    }

    fn card_is_genuine(&mut self, mac: &Block) -> Result<bool, KeyError> {
        self.check(&command(CHECK_CARD, 0, mac))
    }

    fn id_is_bound(&mut self, id: &[u8], mac: &Block) -> Result<bool, KeyError> {
        self.check(&command(CHECK_ID, 0, &[mac, id].concat()))
    }
}
