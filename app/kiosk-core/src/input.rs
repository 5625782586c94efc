//! What reaches the core.

use std::fmt;

use machitap_domain::{
    Credential, Fact, FactId, Hash,
    catalogue::{Catalogue, Language},
    draw::Deals,
    fact::Class,
    fare::FareList,
    notices::Notices,
    nursery::absence::Absences,
    points::{accounts::Accounts, offers::Progress},
    preferences::Preference,
    ranking::Ranking,
    register::Leases,
    roster::Roster,
};

use crate::view::{OwnTab, PaperRow, YearMonth};

/// Counts taps, so that a late answer is never taken for a newer card's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tap(pub u64);

/// Something happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A card came into the field; reading has begun.
    CardSeen(Tap),
    /// The card was read.
    CardRead(Tap, Credential),
    /// The card was not read.
    CardFailed(Tap, CardProblem),
    /// More than one card lies in the field.
    TwoCards,
    /// The card left the field.
    CardRemoved(Tap),
    /// The reader works, or it does not.
    Reader {
        /// True when cards can be read.
        ready: bool,
    },
    /// The machine boots in a moment for an update, or does not after all. Who holds a card until
    /// then is served all the same.
    Renewing(bool),
    /// Someone touched the screen.
    Touch(Touch),
    /// The store put the last [`crate::Output::Append`] on disk.
    Appended(Vec<Fact>),
    /// The store did not, and why.
    NotAppended(StoreTrouble),
    /// The store works again (space came back) or stopped working.
    Store(Option<StoreTrouble>),
    /// The link to the city changed.
    Link(LinkView),
    /// A new catalogue is in force.
    Catalogue(Box<Catalogue>),
    /// A new roster is in force.
    Roster {
        /// The roster.
        roster: Box<Roster>,
        /// When the city issued it, milliseconds since 1970-01-01T00:00:00Z.
        issued_ms: i64,
    },
    /// A new ranking.
    Ranking(Box<Ranking>),
    /// New notices.
    Notices(Box<Notices>),
    /// New absence notices are in force.
    Absences {
        /// The notices.
        absences: Box<Absences>,
        /// When the city issued them, milliseconds since 1970-01-01T00:00:00Z.
        issued_ms: i64,
    },
    /// The secrets of this kiosk's draw tables.
    Deals(Box<Deals>),
    /// A new fare list is in force.
    Fares(Box<FareList>),
    /// What the residents seen here have, by the city's count.
    Accounts(Box<Accounts>),
    /// What has changed in that since.
    AccountNews(Box<Accounts>),
    /// How far prizes and projects have come.
    Progress(Box<Progress>),
    /// The answer to [`crate::Output::Papers`].
    Papers(PapersAnswer),
    /// A note of [`crate::Output::HandOff`] was taken.
    HandedOff(NoteOf),
    /// It was not, and will be tried again.
    HandOffFailed {
        /// Which.
        note: NoteOf,
        /// [`Class::Retry`]: the system does not answer. [`Class::Repair`]: it never will as
        /// things stand, a directory is missing or it refuses the note.
        class: Class,
    },
    /// The numbers this kiosk was leased, and what became of its registrations.
    Leases(Box<Leases>),
    /// Nothing but time went by.
    Tick,
}

/// Which note: by [`machitap_domain::reception::HandOffNote::id`] and whether it withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoteOf {
    /// The announcement.
    pub announcement: FactId,
    /// It takes the announcement back.
    pub withdrawn: bool,
}

/// What the link shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkView {
    /// The broker answers.
    pub connected: bool,
    /// The city's ingest listens.
    pub city_listening: bool,
    /// Facts without the city's receipt.
    pub pending: u64,
    /// The city found a fork in this journal: people must look.
    pub forked: bool,
}

/// Why nothing could be put on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTrouble {
    /// The disk is full or the journal reached its bound.
    Full,
    /// The disk does not do as it is told.
    Broken,
}

impl fmt::Display for StoreTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the disk is full, or the journal is at its limit",
            Self::Broken => "the disk is broken: it does not take what is written",
        })
    }
}

impl StoreTrouble {
    /// How it is answered.
    pub const fn class(self) -> Class {
        match self {
            Self::Full | Self::Broken => Class::Repair,
        }
    }
}

/// What became of a wish for papers.
#[derive(Debug, Clone, PartialEq)]
pub enum PapersAnswer {
    /// The month as a table.
    Table {
        /// Which month.
        month: YearMonth,
        /// One row a child.
        rows: Vec<PaperRow>,
    },
    /// They are on the stick.
    Written {
        /// So many files.
        files: usize,
        /// In this folder of the stick.
        folder: String,
    },
    /// There is no stick.
    NoStick,
    /// The stick or the journal did not do as it was told.
    Failed,
}

/// Why a card was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardProblem {
    /// It answers badly: hold it still.
    HoldStill,
    /// It left too early.
    RemovedEarly,
    /// Neither the citizen AP nor a usable number.
    Unknown,
    /// Its proof did not verify.
    NotGenuine,
    /// It stopped answering.
    Silent,
}

/// A touch, as the screen understood it. What is not on the present screen is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Touch {
    /// The one primary button.
    Confirm,
    /// Back to the idle screen without doing anything.
    Cancel,
    /// Takes back what was just done.
    Undo,
    /// Includes or leaves out a child of the household, by its place in the list.
    ToggleChild(usize),
    /// Turns the direction of one child round.
    TurnChild(usize),
    /// A digit of the PIN.
    Digit(u8),
    /// Takes back the last digit.
    Erase,
    /// Looks for another language, before a card is held or where one is chosen for good.
    Languages,
    /// Draws everything where it can be reached from a seat, or at its usual height again.
    Lower,
    /// Sets the language until the session ends.
    Language(Language),
    /// Turns all children of the household round.
    TurnAll,
    /// Waits for the lower price: nothing is recorded now.
    Wait,
    /// A row of the list, counted from 0: a class, a child, a person, an alarm, an answer.
    Pick(usize),
    /// Something staff want to do.
    Act(StaffAct),
    /// Moves the time of a correction or of a late coming, minutes.
    Minutes(i32),
    /// Moves the last day of an absence.
    Days(i32),
    /// Moves the month of the papers.
    Months(i32),
    /// So many more people, or fewer, came with this card.
    Heads(i16),
    /// Turns the capsule machine, where a spin is left.
    Spin,
    /// Opens the capsule machine's page, or its printed odds; there, closes the odds.
    Odds,
    /// Opens the resident's own page, from a visit that is done.
    Own,
    /// Opens a tab of the own page.
    Tab(OwnTab),
    /// Turns over so many pages of a list, back where it is negative.
    Pages(i32),
    /// A key of the kana board, or the wide space between two names.
    Kana(char),
    /// Turns the last kana into its small or voiced form, and back.
    Mark,
    /// Chooses how to be served, on that tab of the own page.
    Prefer(Preference),
}

/// What staff can do. What the present page does not offer is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffAct {
    /// Open the alarms.
    Alarms,
    /// Open what waits for staff.
    Tasks,
    /// Open the tick-off list; begins an emergency where none lasts.
    Emergency,
    /// Open the month's papers.
    Papers,
    /// Open how the kiosk is.
    Kiosk,
    /// The child came, recorded by hand.
    In,
    /// The child left, recorded by hand.
    Out,
    /// The child changed hands now.
    HandOver,
    /// Enter an absence.
    Excuse,
    /// Someone forgot the card.
    Pass,
    /// Put this passage of the child's sheet right, counted from 0.
    Correct(usize),
    /// Add a passage that is missing.
    Add,
    /// In is out and out is in, of the passage being put right.
    Turn,
    /// Strike the passage out.
    Strike,
    /// End the emergency.
    EndEmergency,
    /// Write the papers to the stick.
    Write,
    /// Give points for help.
    Help,
    /// Register a card; with one that opens nothing, to a new id.
    Register,
    /// The card takes the place of a resident's earlier one.
    Relink,
    /// Release the id the card opens.
    Release,
    /// Open the counter: prizes of the draw, handed to whoever won them.
    Prizes,
    /// A prize did not change hands after all, counted from 0 in the list.
    TakeBack(usize),
}

/// What a state of the sync machine reads of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last fact.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}
