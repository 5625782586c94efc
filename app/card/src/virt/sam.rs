//! A SAM in memory: the terminal's keys behind the commands of [`crate::sam`].

use super::{Reply, VirtualCard, atr};
use crate::{
    aid::Aid,
    apdu::{self, Command, StatusWord},
    keys::{CardRef, DIVERSIFIER, KeyProvider, MasterKeys, Session},
    sam::{AID, BEGIN, CHECK_CARD, CHECK_ID, CLASS, PROVE},
};

/// A SAM.
pub struct VirtualSam {
    keys: MasterKeys,
    selected: bool,
    session: Option<Box<dyn Session>>,
}

impl VirtualSam {
    /// A SAM that holds these keys.
    pub const fn new(keys: MasterKeys) -> Self {
        Self {
            keys,
            selected: false,
            session: None,
        }
    }

    fn answer(&mut self, command: &Command) -> Vec<u8> {
        if (command.cla, command.ins, command.p1) == (0x00, apdu::SELECT, 0x04) {
            self.selected = command.data == AID;
            self.session = None;
            return if self.selected {
                StatusWord::OK
            } else {
                StatusWord::NOT_FOUND
            }
            .alone();
        }
        if command.cla != CLASS || !self.selected {
            return StatusWord::CONDITIONS.alone();
        }
        self.command(command)
            .unwrap_or_else(|status| status.alone())
    }

    fn command(&mut self, command: &Command) -> Result<Vec<u8>, StatusWord> {
        let data = command.data.as_slice();
        if command.ins == BEGIN {
            let (diversifier, aid) = data
                .split_first_chunk::<DIVERSIFIER>()
                .ok_or(StatusWord::WRONG_LENGTH)?;
            let aid = Aid::new(aid).map_err(|_| StatusWord::WRONG_LENGTH)?;
            let card = CardRef {
                version: command.p1,
                diversifier: *diversifier,
                aid: &aid,
            };
            let session = self.keys.begin(card);
            self.session = Some(session.map_err(|_| StatusWord::REFERENCE_NOT_FOUND)?);
            return Ok(StatusWord::OK.alone());
        }
        let session = self.session.as_mut().ok_or(StatusWord::CONDITIONS)?;
        let (first, rest) = data.split_first_chunk().ok_or(StatusWord::WRONG_LENGTH)?;
        let checked = match command.ins {
            PROVE => {
                let proof = session.prove(first).map_err(|_| StatusWord::CONDITIONS)?;
                return Ok(StatusWord::OK.with(&[proof.0, proof.1].concat()));
            }
            CHECK_CARD => session.card_is_genuine(first),
            CHECK_ID => session.id_is_bound(rest, first),
            _ => return Err(StatusWord::UNKNOWN_INSTRUCTION),
        };
        match checked {
            Ok(true) => Ok(StatusWord::OK.alone()),
            Ok(false) => Err(StatusWord::AUTHENTICATION_FAILED),
            Err(_) => Err(StatusWord::CONDITIONS),
        }
    }
}

impl VirtualCard for VirtualSam {
    fn atr(&self) -> Vec<u8> {
        atr::SAM.to_vec()
    }

    fn reset(&mut self) {
        self.selected = false;
        self.session = None;
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        Reply::Answer(match Command::parse(command) {
            Ok(command) => self.answer(&command),
            Err(_) => StatusWord::WRONG_LENGTH.alone(),
        })
    }
}
