//! The desk where staff register a card, and what the resident sees once it is done.

use machitap_domain::{
    Pii,
    register::{FormSlip, NoNumber, WhyNot},
};

use super::Remaining;

/// How registrations stand, on the staff panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskCounts {
    /// Numbers that may be issued today.
    pub left: u32,
    /// Why none can be; `None` while some are left.
    pub cannot: Option<DeskSlip>,
    /// Claims the city has not answered.
    pub waiting: u32,
    /// Claims it refused: somebody must speak with the resident.
    pub refused: u32,
}

/// A page of the desk. [`crate::Touch::Cancel`] goes one step back, [`crate::Touch::Confirm`]
/// one on; another card than the one held is ignored with a tone.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    /// What is asked.
    pub step: DeskStep,
    /// What is wished, once it is known.
    pub deed: Option<DeskDeed>,
    /// This step of so many, counted from 1; 0 before it is known what is wished.
    pub nth: usize,
    /// How many steps there are.
    pub of: usize,
    /// What is wrong, to be put right or to be told.
    pub slip: Option<DeskSlip>,
}

/// What a page of the desk asks.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskStep {
    /// The card is to be held.
    Hold,
    /// What the card is. Acts: `Register` and `Relink` with one that opens nothing, `Release`
    /// with a resident's.
    Card {
        /// What.
        is: CardIs,
        /// It can be registered to a new id.
        register: bool,
        /// It can take the place of an earlier card.
        relink: bool,
        /// Its id can be released.
        release: bool,
    },
    /// The name: [`crate::Touch::Kana`] writes, [`crate::Touch::Mark`] turns the last kana,
    /// [`crate::Touch::Erase`] takes it back.
    Kana {
        /// As far as it is written.
        name: Pii<String>,
        /// The keys, by column from right to left; a wide space where there is none.
        board: &'static [&'static str],
    },
    /// The date of birth, eight digits, year first.
    Birth {
        /// As far as they were given.
        digits: Pii<String>,
    },
    /// The part of town: [`crate::Touch::Pick`].
    Area {
        /// To choose from.
        areas: Vec<String>,
        /// The one chosen.
        chosen: Option<usize>,
    },
    /// The number of the id the resident has.
    Number {
        /// What stands before it.
        prefix: String,
        /// As far as it was given.
        digits: Pii<String>,
        /// How many digits it has.
        length: usize,
    },
    /// What the resident agrees to, turned to them: their own [`crate::Touch::Confirm`].
    Consent {
        /// What it says.
        text: String,
        /// For a child a guardian agrees: [`crate::Touch::Pick`] of 0 says that one stands here.
        /// `None` for an adult.
        guardian: Option<bool>,
    },
    /// All of it once more; `Confirm` puts it on disk.
    Summary(DeskSummary),
}

/// What will be put on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskSummary {
    /// The id it is about, where it may be shown.
    pub number: Option<Pii<String>>,
    /// The name, where one was asked.
    pub kana: Option<Pii<String>>,
    /// The date of birth as year, month, day, where it was asked.
    pub birth: Option<Pii<(i16, i8, i8)>>,
    /// The part of town, where it was asked.
    pub area: Option<String>,
    /// A guardian agreed.
    pub guardian: bool,
}

/// What a desk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeskDeed {
    /// A new id.
    Register,
    /// Another card for an id.
    Relink,
    /// An id is given up.
    Release,
}

/// What a card is, before anything is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardIs {
    /// Nobody's.
    Unknown,
    /// A resident's.
    Resident {
        /// The city has not sealed it yet.
        provisional: bool,
    },
    /// It opens nothing any more.
    Released,
    /// The city refused the registration made here.
    Refused(WhyNot),
    /// Of the staff.
    Staff,
}

/// What is wrong at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeskSlip {
    /// It answers badly: hold it still.
    HoldStill,
    /// The card left too early.
    RemovedEarly,
    /// One card at a time.
    TwoCards,
    /// Its proof did not verify.
    NotGenuine,
    /// It shows no number that stays the same: it is registered at the city hall.
    NoUsableNumber,
    /// Another card than the one that was held first.
    AnotherCard,
    /// A field of the form.
    Form(FormSlip),
    /// No number can be issued.
    NoNumber(NoNumber),
    /// The enrolment has no key to seal to: this kiosk must be enrolled again.
    NoCityKey,
    /// No clock vouches for the day.
    ClockUnsure,
    /// The number of the id is not complete.
    NumberShort,
    /// The id was released.
    IdReleased,
    /// A child's guardian must be here to agree.
    GuardianMissing,
}

/// A card was registered, re-linked, or its id released.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// What was done.
    pub deed: DeskDeed,
    /// The id, to be written down; `None` after a release.
    pub number: Option<Pii<String>>,
    /// The city has not sealed it yet: it counts for now. So it is at first, always.
    pub provisional: bool,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}
