//! What the screen shows, as plain data. The Slint side draws it and knows no rule.

mod boards;
mod draw;
mod enrol;
mod event;
mod fare;
mod offers;
mod own;
mod reception;
mod register;
mod staff;
mod visit;

use std::sync::Arc;

use machitap_domain::{
    ClockSource, Millis, Pii,
    attendance::{Direction, Role},
    catalogue::Language,
    look::Look,
    preferences::TextSize,
    roster::ClassMark,
};

pub use boards::*;
pub use draw::*;
pub use enrol::*;
pub use event::*;
pub use fare::*;
pub use offers::*;
pub use own::*;
pub use reception::*;
pub use register::*;
pub use staff::*;
pub use visit::*;

/// A whole screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// The strip on top.
    pub header: Header,
    /// What fills the rest.
    pub view: View,
    /// The language of this session.
    pub language: Language,
    /// How large its text is.
    pub text: TextSize,
    /// What it says is to be spoken, too.
    pub voice: bool,
    /// False: nothing on it moves, the capsule machine stands still.
    pub motion: bool,
    /// Drawn where it can be reached from a seat, on a panel that hangs higher.
    pub lowered: bool,
}

impl Screen {
    /// A view before anything is known: no catalogue, no time, nobody's wishes.
    pub fn bare(view: View) -> Self {
        Self {
            header: Header {
                facility: String::new(),
                city: String::new(),
                look: Arc::default(),
                clock: ClockFace {
                    time: None,
                    source: ClockSource::Unknown,
                    trusted: false,
                },
                badges: Vec::new(),
            },
            view,
            language: Language::default(),
            text: TextSize::Normal,
            voice: false,
            motion: true,
            lowered: false,
        }
    }
}

/// The strip on top of every screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The facility's name in the session's language; empty before the first catalogue.
    pub facility: String,
    /// The city's name, likewise.
    pub city: String,
    /// How the city's kiosks look; the house's look before the first catalogue.
    pub look: Arc<Look>,
    /// The clock.
    pub clock: ClockFace,
    /// What a person should know of the kiosk's state.
    pub badges: Vec<Badge>,
}

/// The clock, large on the nursery's screens. Minutes and hours are the facility's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockFace {
    /// `None` while no time is known well enough to show.
    pub time: Option<WallTime>,
    /// Where it comes from.
    pub source: ClockSource,
    /// False: shown with a mark, and nothing that costs money relies on it.
    pub trusted: bool,
}

/// A time of day with its date, in the facility's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WallTime {
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 is Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// A mark in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// No connection to the city; everything still works. So many facts wait.
    Offline {
        /// Facts without a receipt.
        pending: u64,
    },
    /// Connected, and still sending what was kept.
    Sending {
        /// Facts without a receipt.
        pending: u64,
    },
    /// The roster is old.
    OldRoster {
        /// Its age in whole days.
        days: u32,
    },
    /// The clock is not trusted.
    ClockUnsure,
    /// The city found a fork: staff must call.
    Forked,
    /// So many alarms wait for staff. Whose, the staff panel says.
    ForStaff {
        /// How many.
        alarms: u32,
    },
    /// The fare list was to be renewed; it is still honoured.
    OldFares {
        /// So many whole days ago.
        days: u32,
    },
    /// There is no fare list, or it has been over for too long: everybody rides in the default
    /// class.
    NoFares,
    /// An emergency lasts: staff go on with the tick-off list.
    Emergency,
}

/// How long something still lasts, for a ring that runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// From the moment this view is shown, milliseconds.
    pub left_ms: Millis,
    /// The whole, milliseconds.
    pub total_ms: Millis,
}

/// What fills the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// The program starts.
    Starting,
    /// Waiting for a card.
    Idle(Idle),
    /// The languages there are. [`crate::Touch::Language`] chooses one, and it is the one the
    /// next card's holder is served in; [`crate::Touch::Cancel`] goes back.
    Languages,
    /// A card is being read.
    Reading,
    /// A household at the nursery's door.
    Household(Household),
    /// A line the household must have seen.
    Notice(Notice),
    /// A question at drop-off.
    Question(Question),
    /// Done at the nursery.
    NurseryDone(NurseryDone),
    /// What for, and how many? Asked before a visit is recorded.
    VisitChoice(VisitChoice),
    /// A visit is recorded.
    VisitDone(VisitDone),
    /// A visit has ended.
    VisitEnded(VisitEnded),
    /// The capsule machine.
    Draw(Draw),
    /// A resident's own page.
    Own(Box<Own>),
    /// Which fare a card rides for.
    Fare(FareTold),
    /// An entry to an event is recorded.
    EventDone(EventDone),
    /// Somebody left an event.
    EventLeft(EventLeft),
    /// A patient is announced.
    Announced(Announced),
    /// What was just done is taken back.
    Undone,
    /// A message with what to do.
    Message(Message),
    /// The staff PIN.
    StaffPin(StaffPin),
    /// The staff panel of a facility without children: how the kiosk is.
    StaffPanel(StaffPanel),
    /// A page of the nursery's staff panel.
    Board(Board),
    /// The children of a class.
    ClassList(ClassList),
    /// One child: where it is, and what staff can do.
    ChildSheet(ChildSheet),
    /// Who has forgotten the card?
    People(People),
    /// A passage put right, or added.
    Correcting(Correcting),
    /// An absence entered.
    Excusing(Excusing),
    /// Alarms nobody has seen to.
    Alarms(Alarms),
    /// One alarm: what was found?
    AlarmSheet(AlarmSheet),
    /// What waits for staff: fees, days, notices.
    Tasks(Tasks),
    /// The tick-off list.
    Emergency(Emergency),
    /// The month's papers.
    Papers(Papers),
    /// Staff give points for help.
    Helping(Helping),
    /// Staff hand over what was drawn.
    PrizeCounter(PrizeCounter),
    /// The kiosk cannot serve.
    OutOfService(OutOfService),
    /// The terminal is no kiosk yet, or no more.
    Enrol(Enrol),
    /// The desk where staff register a card.
    Desk(Box<Desk>),
    /// A card was registered, re-linked, or its id released.
    Registered(Registered),
}

/// The idle screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Idle {
    /// What a card does here.
    pub service: ServiceKind,
    /// Notices in rotation.
    pub notices: Vec<String>,
    /// The boards, where the facility shows any; the screen shows one after the other.
    pub boards: Vec<IdleBoard>,
    /// How old they are, where that is more than an hour.
    pub boards_as_of: Option<AsOf>,
    /// Points of one visit or entry, for "tap and get N points"; 0 where there are none.
    pub points: u32,
    /// The event, at the door of one; `None` where none is to come.
    pub event: Option<EventSign>,
    /// The capsule machine that stands here today, once it can be turned.
    pub draw: Option<DrawSign>,
}

/// What a card does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// Drop-off and pick-up.
    Nursery,
    /// A visit.
    Visit,
    /// Which fare it rides for.
    Fare,
    /// Entry to an event.
    Event,
    /// A patient is announced.
    Reception,
}

/// A household.
#[derive(Debug, Clone, PartialEq)]
pub struct Household {
    /// Who brings or fetches; `None` when a child's own card was held.
    pub who: Option<Pii<String>>,
    /// As whom.
    pub role: Role,
    /// Its children.
    pub children: Vec<ChildRow>,
    /// Until it confirms by itself; `None` once somebody touched the screen, and where
    /// waiting would cost less.
    pub confirms_in: Option<Remaining>,
    /// What recording now costs; `None` where nothing can cost anything.
    pub quote: Option<Quote>,
}

/// The price, before it is confirmed. All of it for the children taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Yen that recording now adds.
    pub yen: u32,
    /// Waiting until then costs less: the choice is [`crate::Touch::Wait`].
    pub cheaper: Option<PriceAt>,
    /// From then on it costs more.
    pub dearer: Option<PriceAt>,
    /// The handover decides, not this tap: the price is as of now.
    pub at_handover: bool,
    /// No clock vouches for the time: nothing is charged, staff will see to it.
    pub unsettled: bool,
}

/// A price from a time of day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceAt {
    /// From then on.
    pub at: WallTime,
    /// Yen.
    pub yen: u32,
}

/// A line the household must have seen. [`crate::Touch::Confirm`] says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it says.
    pub text: Pii<String>,
    /// This one of so many, counted from 1.
    pub nth: usize,
    /// How many there are.
    pub of: usize,
}

/// A question at drop-off, answered by [`crate::Touch::Pick`]; [`crate::Touch::Cancel`]
/// leaves it to a word with the teacher.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The child it is about.
    pub name: Pii<String>,
    /// Its name in kana.
    pub kana: Pii<String>,
    /// The picture of its class.
    pub mark: ClassMark,
    /// What is asked.
    pub text: String,
    /// What can be answered; the first is the usual answer.
    pub answers: Vec<String>,
    /// This one of so many, counted from 1.
    pub nth: usize,
    /// How many there are.
    pub of: usize,
    /// Until it goes on by itself, unanswered.
    pub remaining: Remaining,
}

/// A child in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildRow {
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// The class.
    pub class: String,
    /// The picture of the class.
    pub mark: ClassMark,
    /// Which way.
    pub direction: Direction,
    /// Why that way.
    pub reason: RowReason,
    /// Part of this act.
    pub selected: bool,
    /// Yen this child's passage adds; 0 where it adds nothing.
    pub yen: u32,
}

/// Why a direction was proposed, with the time of day it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowReason {
    /// Not here yet today.
    NotHereYet,
    /// Here since; the time is `None` when it is not known.
    HereSince(Option<WallTime>),
    /// Left at.
    LeftAt(Option<WallTime>),
    /// Turned round by hand.
    ByHand,
    /// Said to be absent today, and comes all the same.
    SaidAbsent,
}

/// Done at the nursery.
#[derive(Debug, Clone, PartialEq)]
pub struct NurseryDone {
    /// The children and which way they went.
    pub children: Vec<ChildRow>,
    /// True: this is what an earlier tap did; nothing new was recorded.
    pub already: bool,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}

/// A message with what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Which.
    pub kind: MessageKind,
    /// Whom to ask or call.
    pub contact: String,
    /// With [`MessageKind::NoEvent`] and [`MessageKind::EventFull`]: the next event. `None` where
    /// none is to come, and where no clock is trusted: staff are asked then.
    pub next_event: Option<NextEvent>,
}

/// The messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// The card is not registered here.
    UnknownCard,
    /// Hold the card still.
    HoldStill,
    /// The card left too early: once more.
    RemovedEarly,
    /// One card at a time.
    TwoCards,
    /// The card could not be verified: please ask.
    NotGenuine,
    /// A card of the town, but of nobody at this nursery.
    NotOfThisPlace,
    /// The card opens nothing any more: please ask at the city hall.
    Released,
    /// No child of this household is expected today.
    NoChildToday,
    /// Please wait a moment, someone is coming. Says nothing about why or about any child.
    PleaseWait,
    /// Nothing was recorded; hold the card again from then on and it costs less.
    ComeBackAt {
        /// When.
        at: WallTime,
    },
    /// Points for this help were given today already.
    HelpedToday,
    /// No event takes entries now.
    NoEvent,
    /// No place is left.
    EventFull,
    /// Only who is on the list may come in: please ask.
    NotListed,
    /// The card has no number in the system here: please say your name at the desk.
    NotLinked,
    /// The staff panel is locked for a while.
    StaffLocked {
        /// So many minutes, rounded up.
        minutes: u32,
    },
}

/// The staff PIN pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffPin {
    /// Digits so far.
    pub entered: usize,
    /// How many there are.
    pub length: usize,
    /// The last one was wrong; so many tries are left.
    pub wrong: Option<u32>,
}

/// The staff panel, first slice: how the kiosk is.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffPanel {
    /// Who opened it.
    pub who: Pii<String>,
    /// Children here now; `None` where there are none to count.
    pub here: Option<u32>,
    /// Children on the roster.
    pub expected: u32,
    /// Staff may give points for help here: [`crate::input::StaffAct::Help`].
    pub helping: bool,
    /// Prizes of the draw are handed over here: [`crate::input::StaffAct::Prizes`].
    pub prizes: bool,
    /// How the event goes, at the door of one: the latest that took entries.
    pub event: Option<EventCounts>,
    /// What has not reached the other system, at a reception; `None` where all has.
    pub hand_offs: Option<HandOffs>,
    /// The roster's age, whole days; `None` when there is none.
    pub roster_days: Option<u32>,
    /// The link.
    pub connected: bool,
    /// Facts without a receipt.
    pub pending: u64,
    /// Facts in all.
    pub facts: u64,
    /// The program's version.
    pub software: String,
    /// How registrations stand, where cards are registered here:
    /// [`crate::input::StaffAct::Register`] opens the desk.
    pub desk: Option<DeskCounts>,
}

/// Why the kiosk cannot serve.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfService {
    /// Why.
    pub why: OutReason,
    /// Whom to call.
    pub contact: String,
}

/// The reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutReason {
    /// No reader, or its service is away; it comes back by itself when it can.
    ReaderGone,
    /// The disk is full: nothing can be recorded, so nothing is.
    DiskFull,
    /// The disk fails.
    DiskBroken,
    /// No catalogue yet: the kiosk has not heard from the city.
    NoCatalogue,
    /// The catalogue does not name this facility.
    UnknownFacility,
    /// A nursery without a roster.
    NoRoster,
    /// Nothing is wrong: the machine boots for an update in a moment.
    Renewing,
}
