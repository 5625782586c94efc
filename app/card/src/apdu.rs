//! Short command and response APDUs (ISO/IEC 7816-4:2020 §5).

/// The longest data field of a short command, in bytes.
pub const MAX_DATA: usize = 255;
/// The longest short response: 256 bytes of data and the status word.
pub const MAX_RESPONSE: usize = 258;

/// SELECT (§11.2.2).
pub const SELECT: u8 = 0xA4;
/// READ BINARY (§11.3.3).
pub const READ_BINARY: u8 = 0xB0;
/// GET CHALLENGE (§11.6.5).
pub const GET_CHALLENGE: u8 = 0x84;
/// EXTERNAL or MUTUAL AUTHENTICATE (§11.6.3).
pub const MUTUAL_AUTHENTICATE: u8 = 0x82;
/// INTERNAL AUTHENTICATE (§11.6.2).
pub const INTERNAL_AUTHENTICATE: u8 = 0x88;
/// VERIFY (§11.6.6). Known so that it can be refused.
pub const VERIFY: u8 = 0x20;
/// CHANGE REFERENCE DATA (§11.6.7). Known so that it can be refused.
pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
/// RESET RETRY COUNTER (§11.6.10). Known so that it can be refused.
pub const RESET_RETRY_COUNTER: u8 = 0x2C;

/// The reader's own command for the chip's number (PC/SC part 3 §3.2.2.1.3).
pub const GET_UID: [u8; 5] = [0xFF, 0xCA, 0x00, 0x00, 0x00];

/// Why bytes are not a short APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A command needs a header of 4 bytes.
    #[error("a command has at least 4 bytes")]
    Header,
    /// Lc and the number of bytes disagree, or the command is of extended length.
    #[error("the length field and the length disagree")]
    Length,
    /// A response of fewer than 2 bytes: the card left in the middle of it.
    #[error("the response has no status word")]
    Cut,
}

/// One short command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Data field, 0 to [`MAX_DATA`] bytes.
    pub data: Vec<u8>,
    /// Expected length, 1 to 256, when an answer with data is wanted.
    pub le: Option<u16>,
}

impl Command {
    /// A command of the inter-industry class 00 without data or Le.
    pub const fn new(ins: u8, p1: u8, p2: u8) -> Self {
        Self {
            cla: 0x00,
            ins,
            p1,
            p2,
            data: Vec::new(),
            le: None,
        }
    }

    /// With a data field.
    ///
    /// # Panics
    /// When it is longer than [`MAX_DATA`]: callers build from bounded parts.
    #[must_use]
    pub fn data(mut self, data: &[u8]) -> Self {
        assert!(data.len() <= MAX_DATA, "short APDUs only");
        self.data = data.to_vec();
        self
    }

    /// With an expected length, 1 to 256.
    ///
    /// # Panics
    /// Outside that range.
    #[must_use]
    pub fn expect(mut self, le: u16) -> Self {
        assert!((1..=256).contains(&le), "short APDUs only");
        self.le = Some(le);
        self
    }

    /// SELECT by application name.
    pub fn select(p2: u8, name: &[u8]) -> Self {
        Self::new(SELECT, 0x04, p2).data(name)
    }

    /// SELECT of an elementary file under the current application.
    pub fn select_ef(id: u16) -> Self {
        Self::new(SELECT, 0x02, 0x0C).data(&id.to_be_bytes())
    }

    /// READ BINARY of a file by its short identifier, 1 to 30, from its start.
    pub fn read_short(sfi: u8, le: u16) -> Self {
        Self::new(READ_BINARY, 0x80 | sfi, 0).expect(le)
    }

    /// READ BINARY of the current file from its start.
    pub fn read(le: u16) -> Self {
        Self::new(READ_BINARY, 0, 0).expect(le)
    }

    /// The bytes that go to the card.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.cla, self.ins, self.p1, self.p2];
        if let Ok(lc @ 1..) = u8::try_from(self.data.len()) {
            bytes.push(lc);
            bytes.extend_from_slice(&self.data);
        }
        if let Some(le) = self.le {
            // 256 is written 00 (§5.2).
            bytes.push((le & 0xFF) as u8);
        }
        bytes
    }

    /// Reads a short command back.
    ///
    /// # Errors
    /// [`Malformed::Header`] below 4 bytes, [`Malformed::Length`] when Lc is wrong or
    /// the command is of extended length.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (&[cla, ins, p1, p2], rest) = bytes.split_first_chunk().ok_or(Malformed::Header)?;
        let header = Self {
            cla,
            ..Self::new(ins, p1, p2)
        };
        let expected = |le: u8| Some(if le == 0 { 256 } else { u16::from(le) });
        match rest {
            [] => Ok(header),
            [le] => Ok(Self {
                le: expected(*le),
                ..header
            }),
            [0, ..] => Err(Malformed::Length),
            [lc, body @ ..] => {
                let lc = usize::from(*lc);
                let (data, tail) = body.split_at_checked(lc).ok_or(Malformed::Length)?;
                let le = match tail {
                    [] => None,
                    [le] => expected(*le),
                    _ => return Err(Malformed::Length),
                };
                Ok(Self {
                    le,
                    data: data.to_vec(),
                    ..header
                })
            }
        }
    }
}

/// The two bytes that end every response (§5.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// Authentication failed, nothing more said.
    pub const AUTHENTICATION_FAILED: Self = Self(0x6300);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// The security status does not allow it.
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// The reference is blocked: its counter is at zero.
    pub const BLOCKED: Self = Self(0x6983);
    /// The conditions of use are not satisfied.
    pub const CONDITIONS: Self = Self(0x6985);
    /// There is no current file.
    pub const NO_FILE: Self = Self(0x6986);
    /// Wrong data field.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// The function is not supported.
    pub const NOT_SUPPORTED: Self = Self(0x6A81);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Wrong parameters P1-P2.
    pub const WRONG_PARAMETERS: Self = Self(0x6A86);
    /// The referenced data was not found.
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    /// Unknown instruction.
    pub const UNKNOWN_INSTRUCTION: Self = Self(0x6D00);
    /// Unknown class.
    pub const UNKNOWN_CLASS: Self = Self(0x6E00);

    /// 63Cx: `tries` are left, at most 15.
    pub fn tries_left(tries: u8) -> Self {
        Self(0x63C0 | u16::from(tries.min(0x0F)))
    }

    /// The word as it stands at the end of a response.
    pub const fn bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// A whole response without data.
    pub fn alone(self) -> Vec<u8> {
        self.bytes().to_vec()
    }

    /// A whole response with data.
    pub fn with(self, data: &[u8]) -> Vec<u8> {
        [data, &self.bytes()].concat()
    }
}

impl std::fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// One response, borrowed from the receive buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    /// What stands before the status word.
    pub data: &'a [u8],
    /// How it ended.
    pub status: StatusWord,
}

impl<'a> Response<'a> {
    /// Splits a response.
    ///
    /// # Errors
    /// [`Malformed::Cut`] below two bytes: what a removal in mid-exchange looks like.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (data, status) = bytes.split_last_chunk::<2>().ok_or(Malformed::Cut)?;
        Ok(Self {
            data,
            status: StatusWord(u16::from_be_bytes(*status)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_four_cases_look_as_the_standard_draws_them() {
        let command = Command::new(SELECT, 4, 0x0C);
        assert_eq!(command.encode(), [0, 0xA4, 4, 0x0C]);
        assert_eq!(Command::read_short(2, 256).encode(), [0, 0xB0, 0x82, 0, 0]);
        assert_eq!(
            Command::select(0x0C, &[1, 2]).encode(),
            [0, 0xA4, 4, 0x0C, 2, 1, 2]
        );
        assert_eq!(
            Command::select(0, &[1, 2]).expect(16).encode(),
            [0, 0xA4, 4, 0, 2, 1, 2, 16]
        );
    }

    #[test]
    fn extended_length_is_refused() {
        assert_eq!(
            Command::parse(&[0, 0xB0, 0, 0, 0, 1, 0]),
            Err(Malformed::Length)
        );
        assert_eq!(Command::parse(&[0, 0xB0, 0]), Err(Malformed::Header));
    }

    #[test]
    fn a_response_without_status_is_a_card_that_left() {
        assert_eq!(Response::parse(&[]), Err(Malformed::Cut));
        assert_eq!(Response::parse(&[0x90]), Err(Malformed::Cut));
        assert_eq!(Response::parse(&[0x90, 0]).unwrap().status, StatusWord::OK);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_parsed_back(
            header in any::<[u8; 4]>(),
            data in prop::collection::vec(any::<u8>(), 0..=MAX_DATA),
            le in prop::option::of(1u16..=256),
        ) {
            let command = Command { cla: header[0], ins: header[1], p1: header[2], p2: header[3], data, le };
            prop_assert_eq!(Command::parse(&command.encode()).unwrap(), command);
        }

        #[test]
        fn what_is_parsed_encodes_to_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert_eq!(command.encode(), bytes);
            }
        }

        #[test]
        fn a_response_keeps_every_byte(bytes in prop::collection::vec(any::<u8>(), 2..300)) {
            let response = Response::parse(&bytes).unwrap();
            prop_assert_eq!(response.status.with(response.data), bytes);
        }
    }
}
