//! A whole My Number Card: the national applications with their files, PINs and retry
//! counters, the driving licence, and, if issued, the citizen AP.
//!
//! Only their shape is real (names, file identifiers, counters, as public readers of
//! the card use them); every content is invented and says so.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{CitizenAp, Reply, VirtualCard, atr};
use crate::apdu::{self, Command, GET_UID, StatusWord};

type PinRef = (&'static str, u16);

struct Application {
    name: &'static str,
    aid: &'static [u8],
    files: &'static [File],
    pins: &'static [Pin],
}

struct File {
    id: u16,
    /// Behind which PIN of its application.
    behind: Option<u16>,
    content: &'static [u8],
}

struct Pin {
    id: u16,
    tries: u8,
    value: &'static [u8],
}

const fn file(id: u16, behind: Option<u16>, content: &'static [u8]) -> File {
    File {
        id,
        behind,
        content,
    }
}

const fn pin(id: u16, tries: u8, value: &'static [u8]) -> Pin {
    Pin { id, tries, value }
}

const APPLICATIONS: [Application; 6] = [
    Application {
        name: "JPKI",
        aid: &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01],
        files: &[
            file(0x000A, None, b"sample certificate for authentication"),
            file(0x0001, Some(0x001B), b"sample certificate for signature"),
        ],
        pins: &[pin(0x0018, 3, b"1234"), pin(0x001B, 5, b"SAMPLE1")],
    },
    Application {
        name: "券面事項確認",
        aid: &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x02],
        files: &[file(0x0002, Some(0x0013), b"sample image")],
        pins: &[
            pin(0x0013, 10, b"000000000000"),
            pin(0x0012, 10, b"00000000000000"),
        ],
    },
    Application {
        name: "券面事項入力補助",
        aid: &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x08],
        files: &[
            file(0x0001, Some(0x0011), b"000000000000"),
            file(0x0002, Some(0x0011), "見本 花子".as_bytes()),
        ],
        pins: &[
            pin(0x0011, 3, b"1234"),
            pin(0x0014, 10, b"000000000000"),
            pin(0x0015, 10, b"00000000000000"),
        ],
    },
    Application {
        name: "住民基本台帳",
        aid: &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x01],
        files: &[],
        pins: &[pin(0x001C, 3, b"1234")],
    },
    Application {
        name: "共通 DF",
        aid: &[0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x01, 0x00],
        files: &[file(0x0001, None, b"sample serial number")],
        pins: &[],
    },
    Application {
        name: "マイナ免許証",
        aid: &[0xA0, 0, 0, 0x02, 0x31, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        files: &[
            file(0x0002, None, &[0xC1, 1, 1]),
            file(0x0003, Some(0x0081), b"sample licence"),
        ],
        pins: &[pin(0x0081, 3, b"1234")],
    },
];

/// The retry counters of a card; a handle that outlives its insertion.
#[derive(Debug, Clone)]
pub struct Counters(Arc<Mutex<BTreeMap<PinRef, u8>>>);

impl Counters {
    fn full() -> Self {
        let pins = APPLICATIONS.iter().flat_map(|application| {
            let named = |pin: &Pin| ((application.name, pin.id), pin.tries);
            application.pins.iter().map(named)
        });
        Self(Arc::new(Mutex::new(pins.collect())))
    }

    /// Tries left, by application and PIN.
    pub fn snapshot(&self) -> BTreeMap<(&'static str, u16), u8> {
        self.lock().clone()
    }

    /// Whether no try was ever lost.
    pub fn untouched(&self) -> bool {
        self.snapshot() == Self::full().snapshot()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<PinRef, u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Selected {
    Nothing,
    National(usize),
    Citizen,
}

/// A My Number Card.
pub struct MyNumberCard {
    citizen: Option<CitizenAp>,
    counters: Counters,
    selected: Selected,
    current_file: Option<u16>,
    verified: Vec<PinRef>,
}

impl MyNumberCard {
    /// As the national system issues it: without the citizen AP.
    pub fn blank() -> Self {
        Self {
            citizen: None,
            counters: Counters::full(),
            selected: Selected::Nothing,
            current_file: None,
            verified: Vec::new(),
        }
    }

    /// With the citizen AP written to its free area.
    pub fn with(citizen: CitizenAp) -> Self {
        Self {
            citizen: Some(citizen),
            ..Self::blank()
        }
    }

    /// A handle on its retry counters.
    pub fn counters(&self) -> Counters {
        self.counters.clone()
    }

    fn select_application(&mut self, name: &[u8]) -> Vec<u8> {
        let citizen = self.citizen.as_ref();
        // A shortened name selects too (ISO/IEC 7816-4 §11.3.1), as real cards do.
        let found = if citizen.is_some_and(|ap| ap.aid().as_bytes().starts_with(name)) {
            Some(Selected::Citizen)
        } else {
            let national = APPLICATIONS.iter().position(|a| a.aid.starts_with(name));
            national.map(Selected::National)
        };
        let Some(found) = found else {
            return StatusWord::NOT_FOUND.alone();
        };
        self.forget();
        self.selected = found;
        StatusWord::OK.alone()
    }

    fn forget(&mut self) {
        self.selected = Selected::Nothing;
        self.current_file = None;
        self.verified.clear();
        if let Some(citizen) = &mut self.citizen {
            citizen.forget();
        }
    }

    fn national(&mut self, application: &'static Application, command: &Command) -> Vec<u8> {
        match (command.ins, command.p1) {
            (apdu::SELECT, 0x02) => self.select_file(application, &command.data),
            (apdu::READ_BINARY, _) => self.read(application, command),
            (apdu::VERIFY, _) => self.verify(application, command),
            (apdu::CHANGE_REFERENCE_DATA | apdu::RESET_RETRY_COUNTER, _) => {
                self.lose_a_try(application, command)
            }
            (apdu::GET_CHALLENGE, _) => StatusWord::OK.with(&[0x5A; 8]),
            (apdu::MUTUAL_AUTHENTICATE, _) => StatusWord::AUTHENTICATION_FAILED.alone(),
            _ => StatusWord::UNKNOWN_INSTRUCTION.alone(),
        }
    }

    fn select_file(&mut self, application: &Application, id: &[u8]) -> Vec<u8> {
        let Ok(id) = <[u8; 2]>::try_from(id).map(u16::from_be_bytes) else {
            return StatusWord::WRONG_LENGTH.alone();
        };
        let known = application.files.iter().any(|file| file.id == id)
            || application.pins.iter().any(|pin| pin.id == id);
        if !known {
            return StatusWord::NOT_FOUND.alone();
        }
        self.current_file = Some(id);
        StatusWord::OK.alone()
    }

    fn read(&self, application: &Application, command: &Command) -> Vec<u8> {
        let (id, offset) = if command.p1 & 0x80 != 0 {
            (Some(u16::from(command.p1 & 0x1F)), usize::from(command.p2))
        } else {
            let offset = u16::from_be_bytes([command.p1, command.p2]);
            (self.current_file, usize::from(offset))
        };
        let Some(id) = id else {
            return StatusWord::NO_FILE.alone();
        };
        let Some(file) = application.files.iter().find(|file| file.id == id) else {
            return StatusWord::NOT_FOUND.alone();
        };
        let open = file
            .behind
            .is_none_or(|pin| self.verified.contains(&(application.name, pin)));
        if !open {
            return StatusWord::SECURITY_STATUS.alone();
        }
        let Some(rest) = file.content.get(offset..) else {
            return StatusWord::WRONG_PARAMETERS.alone();
        };
        let wanted = command.le.map_or(0, usize::from);
        StatusWord::OK.with(&rest[..rest.len().min(wanted)])
    }

    /// The PIN a command speaks of: by P2, or the current file for P2 = 80.
    fn pin_of(&self, application: &'static Application, p2: u8) -> Option<&'static Pin> {
        let by_file = self.current_file.filter(|_| p2 == 0x80);
        let id = by_file.unwrap_or(u16::from(p2));
        application.pins.iter().find(|pin| pin.id == id)
    }

    fn verify(&mut self, application: &'static Application, command: &Command) -> Vec<u8> {
        let Some(pin) = self.pin_of(application, command.p2) else {
            return StatusWord::REFERENCE_NOT_FOUND.alone();
        };
        let reference = (application.name, pin.id);
        let mut counters = self.counters.lock();
        let left = counters.entry(reference).or_default();
        if command.data.is_empty() {
            return StatusWord::tries_left(*left).alone();
        }
        if *left == 0 {
            return StatusWord::BLOCKED.alone();
        }
        if command.data == pin.value {
            *left = pin.tries;
            self.verified.push(reference);
            return StatusWord::OK.alone();
        }
        *left -= 1;
        StatusWord::tries_left(*left).alone()
    }

    fn lose_a_try(&mut self, application: &'static Application, command: &Command) -> Vec<u8> {
        let Some(pin) = self.pin_of(application, command.p2) else {
            return StatusWord::REFERENCE_NOT_FOUND.alone();
        };
        let mut counters = self.counters.lock();
        let left = counters.entry((application.name, pin.id)).or_default();
        *left = left.saturating_sub(1);
        StatusWord::tries_left(*left).alone()
    }

    fn answer(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes == GET_UID {
            // What a reader gives for type B: the PUPI, drawn anew.
            let mut pupi = [0; 4];
            getrandom::fill(&mut pupi).expect("the system gives random bytes");
            return StatusWord::OK.with(&pupi);
        }
        let Ok(command) = Command::parse(bytes) else {
            return StatusWord::WRONG_LENGTH.alone();
        };
        if command.cla != 0 {
            return StatusWord::UNKNOWN_CLASS.alone();
        }
        if (command.ins, command.p1) == (apdu::SELECT, 0x04) {
            return self.select_application(&command.data);
        }
        match (self.selected, &mut self.citizen) {
            (Selected::National(index), _) => self.national(&APPLICATIONS[index], &command),
            (Selected::Citizen, Some(citizen)) => citizen.apdu(&command),
            _ => StatusWord::NO_FILE.alone(),
        }
    }
}

impl VirtualCard for MyNumberCard {
    fn atr(&self) -> Vec<u8> {
        atr::MY_NUMBER_CARD.to_vec()
    }

    fn reset(&mut self) {
        self.forget();
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        Reply::Answer(self.answer(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(card: &mut MyNumberCard, command: Command) -> u16 {
        let answer = card.answer(&command.encode());
        u16::from_be_bytes(*answer.last_chunk().unwrap())
    }

    #[test]
    fn wrong_pins_cost_tries_and_lock_the_card() {
        let mut card = MyNumberCard::blank();
        let counters = card.counters();
        let jpki = Command::select(0x0C, APPLICATIONS[0].aid);
        assert_eq!(ask(&mut card, jpki), 0x9000);
        assert_eq!(ask(&mut card, Command::select_ef(0x0018)), 0x9000);
        let probe = Command::new(apdu::VERIFY, 0, 0x80);
        assert_eq!(ask(&mut card, probe.clone()), 0x63C3);
        assert!(counters.untouched(), "an empty VERIFY costs nothing");
        let wrong = probe.clone().data(b"9999");
        for left in [0x63C2, 0x63C1, 0x63C0] {
            assert_eq!(ask(&mut card, wrong.clone()), left);
        }
        assert_eq!(ask(&mut card, probe.data(b"1234")), 0x6983, "locked");
        assert!(!counters.untouched());
        assert_eq!(counters.snapshot()[&("JPKI", 0x0018)], 0);
    }

    #[test]
    fn a_file_behind_a_pin_opens_with_it_and_closes_with_a_reset() {
        let mut card = MyNumberCard::blank();
        let select = Command::select(0x0C, APPLICATIONS[2].aid);
        let read = Command::read_short(2, 256);
        ask(&mut card, select.clone());
        assert_eq!(ask(&mut card, read.clone()), 0x6982);
        ask(&mut card, Command::select_ef(0x0011));
        let verify = Command::new(apdu::VERIFY, 0, 0x80).data(b"1234");
        assert_eq!(ask(&mut card, verify), 0x9000);
        assert_eq!(ask(&mut card, read.clone()), 0x9000);
        card.reset();
        ask(&mut card, select);
        assert_eq!(ask(&mut card, read), 0x6982);
    }

    #[test]
    fn a_shortened_name_selects_as_on_real_cards() {
        let mut card = MyNumberCard::blank();
        let short = Command::select(0x0C, &APPLICATIONS[1].aid[..9]);
        assert_eq!(ask(&mut card, short), 0x9000);
        assert!(card.selected == Selected::National(1));
    }

    #[test]
    fn its_number_is_another_at_each_tap() {
        let mut card = MyNumberCard::blank();
        assert_ne!(card.answer(&GET_UID), card.answer(&GET_UID));
    }
}
