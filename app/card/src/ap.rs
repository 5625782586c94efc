//! The exchange with the citizen AP, without I/O: a command out, a response in, until
//! it ends in a resident's id or in a reason.

use machitap_domain::CitizenId;

use crate::{
    apdu::{Command, GET_CHALLENGE, MUTUAL_AUTHENTICATE, Response, StatusWord},
    crypto::{BLOCK, Block},
    keys::{CardRef, DIVERSIFIER, KeyError, KeyProvider, Session},
    profile::{Admitted, FileAt},
    tlv,
};

/// Why an exchange ended without an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The card has no such application. It may still be a card known by its number.
    #[error("the card does not have the application (status {0:?})")]
    Absent(StatusWord),
    /// The card left in the middle.
    #[error("the card left in the middle of the exchange")]
    Left,
    /// It has the application and could not prove it, or said what no genuine one says.
    #[error("the card is not genuine: {0}")]
    NotGenuine(&'static str),
    /// It proved itself, and its id is none this town can have issued.
    #[error("the card is genuine and its id is not a citizen id")]
    NotAnId,
    /// Our side has no key for it.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Send this and bring the answer.
    Send(Command),
    /// It is over.
    Done(Result<CitizenId, Failure>),
}

enum Stage {
    Select,
    OpenFile,
    Open,
    Challenge(Box<dyn Session>),
    Mutual(Box<dyn Session>),
    SealedFile(Box<dyn Session>),
    Sealed(Box<dyn Session>),
    Over,
}

/// One exchange with one card.
pub struct Exchange<'a> {
    profile: &'a Admitted,
    keys: &'a dyn KeyProvider,
    stage: Stage,
}

/// A whole short read: 256 bytes or what there is.
const ALL: u16 = 256;

impl<'a> Exchange<'a> {
    /// Begins, with the first command.
    pub fn start(profile: &'a Admitted, keys: &'a dyn KeyProvider) -> (Self, Command) {
        let exchange = Self {
            profile,
            keys,
            stage: Stage::Select,
        };
        let select = Command::select(profile.select_p2(), profile.aid().as_bytes());
        // P2 = 00 asks for the control information, so room is made for it.
        let select = if profile.select_p2() == 0 {
            select.expect(ALL)
        } else {
            select
        };
        (exchange, select)
    }

    /// Takes the card's answer to the last command.
    ///
    /// # Panics
    /// When called after it said [`Step::Done`].
    pub fn on_response(&mut self, bytes: &[u8]) -> Step {
        match self.advance(bytes) {
            Ok(Next::Send(stage, command)) => {
                self.stage = stage;
                Step::Send(command)
            }
            Ok(Next::Found(id)) => Step::Done(Ok(id)),
            Err(failure) => Step::Done(Err(failure)),
        }
    }

    fn advance(&mut self, bytes: &[u8]) -> Result<Next, Failure> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let response = Response::parse(bytes).map_err(|_| Failure::Left)?;
        if let Stage::Select = stage {
            return if response.status == StatusWord::OK {
                Ok(self.read_open())
            } else {
                Err(Failure::Absent(response.status))
            };
        }
        if response.status != StatusWord::OK {
            return Err(Failure::NotGenuine(match stage {
                Stage::Mutual(_) => "it does not accept our proof",
                _ => "it refuses a step of its own application",
            }));
        }
        match stage {
            Stage::OpenFile => Ok(Next::Send(Stage::Open, Command::read(ALL))),
            Stage::Open => {
                let session = self.keys.begin(self.card_ref(response.data)?)?;
                let challenge = Command::new(GET_CHALLENGE, 0, 0).expect(BLOCK as u16);
                Ok(Next::Send(Stage::Challenge(session), challenge))
            }
            Stage::Challenge(mut session) => {
                let rc = block(response.data, "its challenge has a wrong length")?;
                let (rt, mac) = session.prove(&rc)?;
                let command = Command::new(MUTUAL_AUTHENTICATE, 0, 0)
                    .data(&[rt, mac].concat())
                    .expect(BLOCK as u16);
                Ok(Next::Send(Stage::Mutual(session), command))
            }
            Stage::Mutual(mut session) => {
                let mac = block(response.data, "its proof has a wrong length")?;
                if !session.card_is_genuine(&mac)? {
                    return Err(Failure::NotGenuine("its proof is wrong"));
                }
                Ok(self.read_sealed(session))
            }
            Stage::SealedFile(session) => {
                Ok(Next::Send(Stage::Sealed(session), Command::read(ALL)))
            }
            Stage::Sealed(session) => self.citizen_id(session, response.data).map(Next::Found),
            Stage::Select | Stage::Over => panic!("the exchange is over"),
        }
    }

    fn read_open(&self) -> Next {
        match self.profile.open.0 {
            FileAt::Sfi(sfi) => Next::Send(Stage::Open, Command::read_short(sfi, ALL)),
            FileAt::Id(id) => Next::Send(Stage::OpenFile, Command::select_ef(id)),
        }
    }

    fn read_sealed(&self, session: Box<dyn Session>) -> Next {
        match self.profile.sealed.0 {
            FileAt::Sfi(sfi) => Next::Send(Stage::Sealed(session), Command::read_short(sfi, ALL)),
            FileAt::Id(id) => Next::Send(Stage::SealedFile(session), Command::select_ef(id)),
        }
    }

    fn card_ref(&self, file: &[u8]) -> Result<CardRef<'a>, Failure> {
        let (_, version, diversifier) = self.profile.open;
        let &[version] = field(file, version)? else {
            return Err(Failure::NotGenuine("its key version has a wrong length"));
        };
        let diversifier = <[u8; DIVERSIFIER]>::try_from(field(file, diversifier)?)
            .map_err(|_| Failure::NotGenuine("its diversifier has a wrong length"))?;
        Ok(CardRef {
            version,
            diversifier,
            aid: self.profile.aid(),
        })
    }

    fn citizen_id(&self, mut session: Box<dyn Session>, file: &[u8]) -> Result<CitizenId, Failure> {
        let (_, id, mac) = self.profile.sealed;
        let (id, mac) = (field(file, id)?, field(file, mac)?);
        let mac = block(mac, "its id's proof has a wrong length")?;
        if !session.id_is_bound(id, &mac)? {
            return Err(Failure::NotGenuine("its id is not bound to this session"));
        }
        std::str::from_utf8(id)
            .ok()
            .and_then(|text| CitizenId::new(text).ok())
            .ok_or(Failure::NotAnId)
    }
}

enum Next {
    Send(Stage, Command),
    Found(CitizenId),
}

fn field(file: &[u8], tag: u16) -> Result<&[u8], Failure> {
    match tlv::find(file, tag) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(Failure::NotGenuine("a field is missing")),
        Err(tlv::NotTlv) => Err(Failure::NotGenuine("a file is not TLV")),
    }
}

fn block(bytes: &[u8], otherwise: &'static str) -> Result<Block, Failure> {
    bytes.try_into().map_err(|_| Failure::NotGenuine(otherwise))
}

#[cfg(test)]
mod tests;
