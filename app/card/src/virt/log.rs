//! Every command any virtual card ever got, and which of them should never have come.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Reply, VirtualCard};
use crate::{aid, apdu};

/// One command and what became of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The card's label.
    pub card: &'static str,
    /// The name last selected with success since the last reset.
    pub selected: Option<Vec<u8>>,
    /// The command.
    pub command: Vec<u8>,
    /// The status word of the answer, if there was one.
    pub status: Option<u16>,
}

impl Entry {
    /// Whether no terminal should ever have sent it: a SELECT by name of what
    /// [`crate::Aid::forbidden`] names, and anything that touches a PIN, a key or the content.
    pub fn is_forbidden(&self) -> bool {
        match self.command[..] {
            [0xFF, ..] => self.command != apdu::GET_UID,
            [_, apdu::SELECT, 0x04, _, _, ref name @ ..] => {
                // A trailing Le makes no difference: a longer name is compared by its beginning.
                aid::forbidden(name).is_err()
            }
            [_, apdu::SELECT, 0x04, ..] => true,
            [_, ins, ..] => !matches!(
                ins,
                apdu::SELECT
                    | apdu::READ_BINARY
                    | apdu::GET_CHALLENGE
                    | apdu::MUTUAL_AUTHENTICATE
                    | apdu::INTERNAL_AUTHENTICATE
            ),
            _ => true,
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selected = self.selected.as_deref().map(hex::encode_upper);
        write!(
            f,
            "{} [{}] {} → {:04X?}",
            self.card,
            selected.as_deref().unwrap_or("-"),
            hex::encode_upper(&self.command),
            self.status
        )
    }
}

/// A shared log over any number of cards.
#[derive(Debug, Clone, Default)]
pub struct ApduLog(Arc<Mutex<Vec<Entry>>>);

impl ApduLog {
    /// Everything so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// How many commands there were.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What should never have been sent.
    pub fn forbidden(&self) -> Vec<Entry> {
        let entries = self.entries();
        entries.into_iter().filter(Entry::is_forbidden).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A card whose commands are logged.
pub struct Logged<C> {
    card: C,
    label: &'static str,
    log: ApduLog,
    selected: Option<Vec<u8>>,
}

impl<C: VirtualCard> Logged<C> {
    /// Logs what `card` is sent under a label.
    pub fn new(label: &'static str, log: &ApduLog, card: C) -> Self {
        Self {
            card,
            label,
            log: log.clone(),
            selected: None,
        }
    }
}

impl<C: VirtualCard> VirtualCard for Logged<C> {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.selected = None;
        self.card.reset();
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        let selected = self.selected.clone();
        let reply = self.card.apdu(command);
        let status = match &reply {
            Reply::Answer(answer) => answer.last_chunk().map(|sw| u16::from_be_bytes(*sw)),
            Reply::Silence | Reply::Leave => None,
        };
        if let ([_, apdu::SELECT, 0x04, _, _, name @ ..], Some(0x9000)) = (command, status) {
            self.selected = Some(name.to_vec());
        }
        self.log.lock().push(Entry {
            card: self.label,
            selected,
            command: command.to_vec(),
            status,
        });
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::Command;

    fn entry(command: Vec<u8>) -> Entry {
        Entry {
            card: "test",
            selected: None,
            command,
            status: None,
        }
    }

    #[test]
    fn the_log_knows_what_is_forbidden() {
        for command in [
            Command::select(0x0C, &[0xD3, 0x92, 0xF0, 0x00, 0x26, 1, 0, 0, 0, 1]),
            Command::select(0x00, &[0xD3, 0x92, 0x10, 0x00, 0x31]).expect(256),
            Command::select(0x0C, &[]),
            Command::new(apdu::VERIFY, 0, 0x80),
            Command::new(apdu::VERIFY, 0, 0x80).data(b"1234"),
            Command::new(apdu::CHANGE_REFERENCE_DATA, 0, 0x80),
            Command::new(apdu::RESET_RETRY_COUNTER, 0, 0x80),
            Command::new(0xD6, 0, 0),
        ] {
            assert!(entry(command.encode()).is_forbidden(), "{command:?}");
        }
        for command in [
            Command::select(0x0C, b"\xF0MACHITAP\x01"),
            Command::read_short(1, 256),
            Command::new(apdu::GET_CHALLENGE, 0, 0).expect(16),
        ] {
            assert!(!entry(command.encode()).is_forbidden(), "{command:?}");
        }
        assert!(!entry(apdu::GET_UID.to_vec()).is_forbidden());
    }
}
