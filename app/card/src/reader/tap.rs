//! One tap: connect, ask, try again while the contact breaks, say what came of it.

use std::{
    ffi::CStr,
    time::{Duration, Instant},
};

use machitap_domain::Credential;
use pcsc::{Card, Context, Error, Protocols, ReaderState, ShareMode, State};

use super::{
    CardProblem, Timings,
    outlet::{Abandoned, Generation},
    pulse::Waiting,
    supervisor::Shared,
    watch::End,
};
use crate::{
    allow::Gate,
    ap::{Exchange, Failure, Step},
    apdu::{GET_UID, MAX_RESPONSE, Response, StatusWord},
};

/// How often a broken contact is tried again, and the pause before each.
const TRIES_AGAIN: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);
/// An error that took at least this long is a card that went silent and a driver that
/// gave up on it (libccid: 3.0 s), not a broken contact.
const SILENT_AFTER: Duration = Duration::from_secs(1);

/// What came of a tap.
pub(super) enum Outcome {
    Read(Credential, Timings),
    Problem(CardProblem),
}

/// Why one try ended early.
enum Broken {
    /// The contact broke; another try may do.
    Contact(Error),
    /// The card left in mid-exchange: an answer without a status word.
    Left,
    /// The driver gave up waiting.
    Silent,
    /// An answer longer than any short APDU.
    Overlong,
    /// The end of more than the tap.
    End(End),
}

impl From<Abandoned> for Broken {
    fn from(abandoned: Abandoned) -> Self {
        Self::End(abandoned.into())
    }
}

pub(super) struct Tap<'a> {
    shared: &'a Shared,
    me: Generation,
    context: &'a Context,
    reader: &'a CStr,
    atr: Vec<u8>,
    gate: Gate<'a>,
    started: Instant,
    timings: Timings,
}

impl<'a> Tap<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        me: Generation,
        context: &'a Context,
        reader: &'a CStr,
        atr: Vec<u8>,
    ) -> Self {
        Self {
            shared,
            me,
            context,
            reader,
            atr,
            gate: Gate::new(&shared.config.profile),
            started: Instant::now(),
            timings: Timings::default(),
        }
    }

    /// The outcome, and the connection it came over if it still stands: letting go of
    /// it resets the card.
    pub(super) fn read(mut self) -> Result<(Outcome, Option<Card>), End> {
        let mut silent = false;
        for again in (0..=TRIES_AGAIN).rev() {
            let broken = match self.try_once() {
                Ok((outcome, card)) => return Ok((outcome, Some(card))),
                Err(broken) => broken,
            };
            match broken {
                Broken::End(end) => return Err(end),
                Broken::Overlong => {
                    return Ok((Outcome::Problem(CardProblem::NotGenuine), None));
                }
                Broken::Contact(error) => tracing::debug!(%error, again, "the contact broke"),
                Broken::Left => tracing::debug!(again, "the card left in mid-exchange"),
                Broken::Silent => silent = true,
            }
            self.promise();
            std::thread::sleep(PAUSE);
            self.shared.outlet.check(self.me)?;
            if !self.still_there()? {
                return Ok((Outcome::Problem(CardProblem::RemovedEarly), None));
            }
            if silent {
                return Ok((Outcome::Problem(CardProblem::Silent), None));
            }
            // An authentication that may have reached the card is not sent twice.
            if self.gate.authentication_spent() {
                break;
            }
        }
        Ok((Outcome::Problem(CardProblem::HoldStill), None))
    }

    fn try_once(&mut self) -> Result<(Outcome, Card), Broken> {
        self.promise();
        let asked = Instant::now();
        let connected = self
            .context
            .connect(self.reader, ShareMode::Exclusive, Protocols::ANY);
        self.shared.outlet.check(self.me)?;
        let card = match connected {
            Ok(card) => card,
            Err(error) => return Err(broken(error, asked)),
        };
        self.gate.reconnected();
        self.timings.connect = self.started.elapsed();
        let outcome = self.ask(&card)?;
        Ok((outcome, card))
    }

    fn ask(&mut self, card: &Card) -> Result<Outcome, Broken> {
        let config = &self.shared.config;
        if config.storage.storage(&self.atr).is_some() {
            return self.number(card);
        }
        let (mut exchange, mut command) = Exchange::start(&config.profile, &*config.keys);
        let failure = loop {
            let answer = self.transmit(card, &command.encode())?;
            // The keys may be a card too, and as slow.
            self.promise();
            match exchange.on_response(&answer) {
                Step::Send(next) => command = next,
                Step::Done(Ok(id)) => return Ok(self.read_as(Credential::Citizen(id))),
                Step::Done(Err(failure)) => break failure,
            }
        };
        tracing::debug!(%failure, "no citizen id");
        match failure {
            Failure::Absent(_) => self.number(card),
            Failure::Left => Err(Broken::Left),
            Failure::NotGenuine(_) => Ok(Outcome::Problem(CardProblem::NotGenuine)),
            Failure::NotAnId => Ok(Outcome::Problem(CardProblem::Unknown)),
            Failure::Key(error) => {
                tracing::error!(%error, "a card cannot be read for want of a key");
                Ok(Outcome::Problem(CardProblem::KeyMissing))
            }
        }
    }

    fn number(&mut self, card: &Card) -> Result<Outcome, Broken> {
        let answer = self.transmit(card, &GET_UID)?;
        let answer = Response::parse(&answer).map_err(|_| Broken::Left)?;
        let uid = (answer.status == StatusWord::OK)
            .then(|| {
                self.shared
                    .config
                    .storage
                    .credential(&self.atr, answer.data)
            })
            .flatten();
        Ok(match uid {
            Some(uid) => self.read_as(Credential::Uid(uid)),
            None => Outcome::Problem(CardProblem::Unknown),
        })
    }

    fn read_as(&mut self, credential: Credential) -> Outcome {
        self.timings.read = self.started.elapsed() - self.timings.connect;
        Outcome::Read(credential, self.timings)
    }

    /// The only place from which bytes reach a card.
    fn transmit(&mut self, card: &Card, command: &[u8]) -> Result<Vec<u8>, Broken> {
        if let Err(refused) = self.gate.permit(command) {
            panic!("the reader tried to send what the allow-list refuses: {refused}");
        }
        self.promise();
        let asked = Instant::now();
        let mut buffer = [0; MAX_RESPONSE];
        let answer = card.transmit(command, &mut buffer);
        self.shared.outlet.check(self.me)?;
        self.timings.apdus += 1;
        let answer = answer.map_err(|error| broken(error, asked))?;
        self.gate.answered(answer);
        if answer.len() < 2 {
            return Err(Broken::Left);
        }
        Ok(answer.to_vec())
    }

    /// Looks again, and takes the ATR along.
    fn still_there(&mut self) -> Result<bool, End> {
        self.promise();
        let mut state = [ReaderState::new(self.reader, State::UNAWARE)];
        let looked = self.context.get_status_change(Duration::ZERO, &mut state);
        self.shared.outlet.check(self.me)?;
        match looked {
            Ok(()) => {
                self.atr = state[0].atr().to_vec();
                Ok(state[0].event_state().contains(State::PRESENT))
            }
            Err(Error::Timeout | Error::UnknownReader | Error::ReaderUnavailable) => Ok(false),
            Err(error) => Err(End::Lost(error)),
        }
    }

    fn promise(&self) {
        let limit = self.shared.config.answer_limit;
        self.shared.pulse.promise(Waiting::Card, limit);
    }
}

/// Sorts an error of a card-level call.
fn broken(error: Error, asked: Instant) -> Broken {
    match error {
        Error::NoService
        | Error::ServiceStopped
        | Error::CommError
        | Error::InvalidHandle
        | Error::SecurityViolation
        | Error::Shutdown => Broken::End(End::Lost(error)),
        Error::InsufficientBuffer => Broken::Overlong,
        _ if asked.elapsed() >= SILENT_AFTER => Broken::Silent,
        _ => Broken::Contact(error),
    }
}
