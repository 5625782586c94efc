//! The engine: one thread that owns the journal, the session and the sync machine.
//!
//! ```text
//! reader ─┐                    ┌─▶ journal (commit) ─▶ session: Appended
//! touch  ─┼─▶ Msg ─▶ engine ───┼─▶ screen, tone
//! link   ─┘      (one thread)  └─▶ window of the link
//! ```
//! The cores decide, this carries out, in the order they said. An `Append` is on disk, or
//! is not, before the core hears of anything else: commit, then show.

pub(crate) mod card_service;
mod city;
mod command;
mod follow;
mod handoff;
pub mod health;
mod outputs;
mod papers;
mod reader;
mod restore;
mod run;
mod update;
mod upkeep;

use std::{collections::VecDeque, sync::mpsc::SyncSender, time::Duration};

use machitap_card::{ReaderEvent, ReaderHandle};
use machitap_domain::{
    CityId, Draft, FacilityId, FactId, KioskId, Millis, Now, Stamp,
    draw::Deals,
    fact::Class,
    ids::Incarnation,
    notices::Notices,
    nursery::papers::Month,
    points::{accounts::Accounts, offers::Progress},
};
use machitap_kiosk_core::{
    Output, Screen, Session, Setup, Touch,
    enrolling::Enrolled,
    input::LinkView,
    sync::{Sync, Token},
};
use machitap_store::Journal;
use machitap_wire::{
    DocumentName, Receipt, Signer, Verifier, bundle::PurposeKeys, seal::SealTo, update::Update,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    clock::{Reading, Timekeeper},
    desk::Answer,
    documents::Documents,
    enrolment::ask::NotEnrolled,
    handoff::CannotHandOver,
    link::{Floor, Link, LinkEvent, Window},
    log::Limit,
    messages,
    sound::Signal,
    trace::Trace,
};
use follow::Follow;
pub use papers::PapersMade;
pub(crate) use restore::clock as restore_clock;
pub use run::Ended;

/// The program's version, as facts and births carry it.
pub const SOFTWARE: &str = env!("CARGO_PKG_VERSION");

/// What reaches the engine.
#[derive(Debug)]
pub enum Msg {
    /// The reader, and when it said so, nanoseconds of `CLOCK_MONOTONIC`.
    Reader(ReaderEvent, u64),
    /// A touch on the screen.
    Touch(Touch),
    /// The link.
    Link(LinkEvent),
    /// A screen was drawn.
    Drawn {
        /// The number it was shown under.
        ticket: u64,
        /// When, nanoseconds of `CLOCK_MONOTONIC`.
        at_ns: u64,
    },
    /// The thread that draws is alive.
    Pulse,
    /// Somebody wants to know how the kiosk is.
    Status(SyncSender<Status>),
    /// Somebody wants to know what it stands on.
    HealthAsked(SyncSender<Answer>),
    /// Somebody wants a month's papers.
    PapersAsked {
        /// Which month.
        month: Month,
        /// The files, or why not.
        answer: SyncSender<Answer>,
    },
    /// They have them and wrote them out.
    PapersTaken {
        /// Which month.
        month: Month,
        /// That it is kept.
        answer: SyncSender<Answer>,
    },
    /// What became of papers.
    PapersMade(PapersMade),
    /// What became of the note that was under way to the other system.
    HandOffTried(Result<(), CannotHandOver>),
    /// How an update stands.
    Update(Update),
    /// What the city said to a code.
    EnrolSaid(Result<Enrolled, NotEnrolled>),
    /// The end.
    Stop,
}

/// How the kiosk is, for the control socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The view last shown.
    pub view: &'static str,
    /// The journal's last fact.
    pub last_seq: u64,
    /// The last fact of an unbroken run that the city counted.
    pub receipted: u64,
    /// Facts without a receipt.
    pub pending: u64,
    /// The link is up.
    pub connected: bool,
    /// Cards seen in this run.
    pub taps: u64,
    /// Of them, those whose reading has ended, well or not.
    pub read: u64,
    /// The language of the session.
    pub language: machitap_domain::catalogue::Language,
    /// Points of all accounts in this journal.
    pub points: i64,
}

/// Draws screens; says [`Msg::Drawn`] when one is to be seen.
pub trait Display: Send {
    /// Draws this, under this number.
    fn show(&mut self, screen: Box<Screen>, ticket: u64);
}

/// Who this kiosk is.
pub struct Identity {
    /// The city.
    pub city: CityId,
    /// The kiosk.
    pub kiosk: KioskId,
    /// The facility.
    pub facility: FacilityId,
    /// The pseudonym keys.
    pub purposes: PurposeKeys,
    /// The city's key.
    pub city_key: Verifier,
    /// What only the city may read is sealed to this key, where the enrolment has one.
    pub city_seal: Option<SealTo>,
    /// Signs what is sent.
    pub signer: Signer,
}

/// The clocks.
pub struct Times {
    /// Judges.
    pub keeper: Timekeeper,
    /// Reads.
    pub read: Box<dyn FnMut() -> Reading + Send>,
    /// What TLS is told.
    pub floor: Floor,
}

impl Times {
    pub(crate) fn now(&mut self) -> Now {
        self.keeper.now((self.read)())
    }
}

/// What the engine is made of.
pub struct Parts {
    /// The journal, open.
    pub journal: Journal,
    /// A damaged journal was set aside at this start; its life, when it could be read.
    pub replaced: Option<Option<Incarnation>>,
    /// Who this is.
    pub identity: Identity,
    /// The documents, with nothing in force yet.
    pub documents: Documents,
    /// The clocks.
    pub times: Times,
    /// The screen.
    pub display: Box<dyn Display>,
    /// Tones.
    pub signal: Box<dyn Signal>,
    /// `--trace`.
    pub trace: Trace,
    /// When the program started, nanoseconds of `CLOCK_MONOTONIC`.
    pub started_ns: u64,
    /// A screen is drawn by somebody else's number; the last one used before.
    pub last_ticket: u64,
}

/// The engine.
pub struct Engine {
    identity: Identity,
    journal: Journal,
    session: Session,
    sync: Sync,
    documents: Documents,
    times: Times,
    display: Box<dyn Display>,
    signal: Box<dyn Signal>,
    trace: Trace,
    follow: Follow,
    limit: Limit,
    reader: Option<ReaderHandle>,
    link: Option<Link>,
    outputs: VecDeque<Output>,
    /// The facts of the start, while the disk does not take them.
    unwritten: Vec<Draft>,
    trouble: Option<machitap_kiosk_core::input::StoreTrouble>,
    window: Option<Window>,
    session_no: u64,
    city_word: bool,
    to_publish: Option<(Token, u64, u64)>,
    receipt: Option<Receipt>,
    receipt_kept_at: Option<Millis>,
    impossible: bool,
    link_view: LinkView,
    link_view_at: Millis,
    clock_said: Option<machitap_domain::ClockSource>,
    taps: u64,
    read: u64,
    ready: bool,
    reader_health: health::ReaderHealth,
    card_service: Option<card_service::CardService>,
    link_trouble: Option<String>,
    revoked: bool,
    told: command::Told,
    updates: update::Updates,
    papers: papers::Papers,
    hand_offs: handoff::HandOffs,
    /// Transactions since the log was copied into the database.
    logged: u32,
    due: Due,
}

/// When what is to be looked at again, milliseconds of `CLOCK_BOOTTIME`.
#[derive(Debug, Default)]
struct Due {
    session: Option<Millis>,
    sync: Option<Millis>,
    probe: Option<Millis>,
    receipt: Option<Millis>,
    link_view: Option<Millis>,
    publish: Option<Millis>,
    upkeep: Option<Millis>,
    checkpoint: Option<Millis>,
    papers: Option<Millis>,
    hand_off: Option<Millis>,
    card_service: Option<Millis>,
    log: Option<Millis>,
}

impl Due {
    fn first(&self) -> Option<Millis> {
        [
            self.session,
            self.sync,
            self.probe,
            self.receipt,
            self.link_view,
            self.publish,
            self.upkeep,
            self.checkpoint,
            self.papers,
            self.hand_off,
            self.card_service,
            self.log,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

/// Takes what is due.
fn take_due(due: &mut Option<Millis>, now: Millis) -> bool {
    due.take_if(|at| *at <= now).is_some()
}

/// The key the clock's last good moment is kept under.
const ANCHOR_KEY: &str = "clock-anchor";

impl Engine {
    /// Puts the parts together and takes up what was kept.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            journal,
            replaced,
            identity,
            mut documents,
            mut times,
            display,
            signal,
            trace,
            started_ns,
            last_ticket,
        } = parts;
        restore::clock(&journal, &mut times);
        let now = times.now();
        let mut setup = Setup {
            kiosk: identity.kiosk.clone(),
            life: journal.incarnation(),
            facility: identity.facility.clone(),
            purposes: identity.purposes.clone(),
            software: SOFTWARE.to_owned(),
            catalogue: None,
            roster: None,
            absences: None,
            deals: Deals::default(),
            accounts: Accounts::default(),
            account_news: Accounts::default(),
            progress: Progress::default(),
            fares: None,
            ranking: None,
            notices: Notices::default(),
            kept: restore::settings(&journal),
            replaced,
            last_seq: journal.last_seq(),
            new_id: Box::new(new_id),
            new_secret: Box::new(new_secret),
            leases: None,
            city_seal: identity.city_seal.clone(),
        };
        restore::documents(&journal, &mut documents, &mut setup);
        let session = Session::new(setup, &now, journal.folds());
        let sync = Sync::new(
            journal.incarnation(),
            journal.last_seq(),
            journal.receipted(),
        );
        Self {
            follow: Follow::new(started_ns, last_ticket),
            limit: Limit::default(),
            reader: None,
            link: None,
            outputs: VecDeque::new(),
            unwritten: Vec::new(),
            trouble: None,
            window: None,
            session_no: 0,
            city_word: false,
            to_publish: None,
            receipt: None,
            receipt_kept_at: None,
            impossible: false,
            link_view: LinkView::default(),
            link_view_at: 0,
            clock_said: None,
            taps: 0,
            read: 0,
            ready: false,
            reader_health: health::ReaderHealth::Unheard,
            card_service: None,
            link_trouble: None,
            revoked: false,
            told: command::Told::default(),
            updates: update::Updates::default(),
            papers: papers::Papers::default(),
            hand_offs: handoff::HandOffs::default(),
            logged: 0,
            due: Due::default(),
            identity,
            journal,
            session,
            sync,
            documents,
            times,
            display,
            signal,
            trace,
        }
    }

    /// The reader whose heartbeat is part of the pulse; ends with the engine.
    pub fn with_reader(&mut self, reader: ReaderHandle) {
        self.reader = Some(reader);
    }

    /// The link; ends with the engine.
    pub fn with_link(&mut self, link: Link) {
        self.link = Some(link);
    }

    /// What the link subscribes to.
    pub fn filters(&self) -> Vec<String> {
        machitap_wire::Topic::kiosk_filters(
            &self.identity.city,
            &self.identity.kiosk,
            &self.documents.names(),
        )
    }

    /// How the kiosk is.
    pub fn status(&self) -> Status {
        let pending = self.sync.pending();
        Status {
            view: self.follow.view(),
            last_seq: self.journal.last_seq(),
            receipted: self.journal.last_seq() - pending,
            pending,
            connected: self.sync.connected(),
            taps: self.taps,
            read: self.read,
            language: self.session.language(),
            points: self.journal.folds().total_points(),
        }
    }

    fn mono_ms(&mut self) -> Millis {
        (self.times.read)().mono_ms
    }
}

fn refused(name: &DocumentName, why: &dyn std::fmt::Display, class: Class) {
    tracing::warn!(
        MESSAGE_ID = messages::DOCUMENT_REFUSED,
        document = %name,
        ?class,
        "a document is not taken: {why}"
    );
}

/// A name for a fact (UUID version 7).
pub(crate) fn new_id(at: &Stamp) -> FactId {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("the kernel gives randomness once it has booted");
    let ms = u64::try_from(at.wall_ms).unwrap_or(0);
    FactId(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
}

/// A secret for pairing a phone.
fn new_secret() -> [u8; 16] {
    let mut secret = [0; 16];
    getrandom::fill(&mut secret).expect("the kernel gives randomness once it has booted");
    secret
}

fn envelope_id() -> Uuid {
    Uuid::new_v4()
}

/// How long the reader's supervisor may make no progress: its own limit for one call and
/// as much again.
const READER_LIMIT: Duration = machitap_card::reader::ANSWER_LIMIT.saturating_mul(3);

#[cfg(test)]
mod tests;
