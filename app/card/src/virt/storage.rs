//! Cards that have a number and nothing for us to select.

use super::{Reply, VirtualCard, atr};
use crate::apdu::{GET_UID, StatusWord};

/// A FeliCa, MIFARE or NTAG card or tag.
#[derive(Debug, Clone)]
pub struct StorageCard {
    atr: [u8; 20],
    uid: Vec<u8>,
}

impl StorageCard {
    /// A Suica-class card with its IDm.
    pub fn felica(idm: [u8; 8]) -> Self {
        Self {
            atr: atr::FELICA,
            uid: idm.to_vec(),
        }
    }

    /// A MIFARE Classic 1K card.
    pub fn mifare(uid: [u8; 4]) -> Self {
        Self {
            atr: atr::MIFARE_1K,
            uid: uid.to_vec(),
        }
    }

    /// An NTAG sticker or an Ultralight card.
    pub fn ntag(uid: [u8; 7]) -> Self {
        Self {
            atr: atr::ULTRALIGHT,
            uid: uid.to_vec(),
        }
    }
}

impl VirtualCard for StorageCard {
    fn atr(&self) -> Vec<u8> {
        self.atr.to_vec()
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        Reply::Answer(if command == GET_UID {
            StatusWord::OK.with(&self.uid)
        } else {
            StatusWord::NOT_SUPPORTED.alone()
        })
    }
}
