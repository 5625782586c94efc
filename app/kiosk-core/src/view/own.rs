//! A resident's own page as plain data: what they have, what they did, what can be done
//! with points, and what the kiosk holds about them.

use machitap_domain::{Pii, points::caps::Age, preferences::Preferences};

use super::{
    GainedLine, GiftSheet, PrizeCard, PrizeSheet, ProjectCard, Remaining, Spent, WallTime,
};

/// How old the city's word is. What this kiosk has seen since is in every number already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AsOf {
    /// Whole minutes; 0 is just now.
    Minutes(u32),
    /// Whole hours, at least one.
    Hours(u32),
    /// Whole days, at least one.
    Days(u32),
    /// No clock vouches for the time: no age is made up.
    Unknown,
}

/// Where somebody stands in the town this week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPlace {
    /// 1 is the first; equal points share a place.
    pub place: u32,
    /// Residents with points this week, this one included.
    pub of: u32,
    /// Points missing to whoever stands next above; `None` for the first.
    pub to_next: Option<u64>,
    /// Points ahead of whoever stands next below; `None` for the last.
    pub ahead: Option<u64>,
}

/// A page of a resident's own. It closes by itself, by the next card, and from every tab by
/// [`crate::Touch::Cancel`] or, where it does nothing else, [`crate::Touch::Confirm`].
///
/// [`crate::Touch::Tab`] opens another tab, from any page.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// The tabs there are, in order.
    pub tabs: Vec<OwnTab>,
    /// The one that is open.
    pub tab: OwnTab,
    /// Points neither spent nor set aside, over all kiosks.
    pub balance: u64,
    /// Points set aside here, on their way to the city.
    pub reserved: u64,
    /// How old the city's word is; `None`: only this kiosk's journal speaks.
    pub elsewhere: Option<AsOf>,
    /// What the tab says.
    pub page: OwnPage,
    /// Until it closes by itself.
    pub remaining: Remaining,
}

/// The tabs of a resident's own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnTab {
    /// What there is.
    Overview,
    /// What was done here.
    History,
    /// Prizes to enter for.
    Prizes,
    /// Projects to give to.
    Projects,
    /// A phone to pair.
    Phone,
    /// What this kiosk holds about them.
    Held,
    /// How they want to be served.
    Preferences,
}

/// What an own page says.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnPage {
    /// What there is.
    Overview(Overview),
    /// What was done here, newest first. [`crate::Touch::Pages`] turns over.
    History(Pages<HistoryRow>),
    /// The prizes. [`crate::Touch::Pick`] opens one of this page, [`crate::Touch::Pages`]
    /// turns over.
    Prizes(Pages<PrizeCard>),
    /// One prize: [`crate::Touch::Confirm`] enters, [`crate::Touch::Cancel`] goes back to the
    /// prizes.
    Prize(PrizeSheet),
    /// The projects, likewise.
    Projects(Pages<ProjectCard>),
    /// One project: [`crate::Touch::Pick`] chooses an amount, [`crate::Touch::Confirm`] gives
    /// it, [`crate::Touch::Cancel`] goes back to the projects.
    Gift(GiftSheet),
    /// Points were set aside, and it is on disk. [`crate::Touch::Undo`] takes them back while
    /// the ring runs; [`crate::Touch::Confirm`] and [`crate::Touch::Cancel`] go back to the
    /// offers.
    Spent(Spent),
    /// The offer was taken out of the catalogue while it was looked at. Nothing was spent;
    /// [`crate::Touch::Confirm`] and [`crate::Touch::Cancel`] go back to the offers.
    OfferGone,
    /// What pairing a phone is. [`crate::Touch::Confirm`] makes a code where it can be made;
    /// [`crate::Touch::Cancel`] closes the page.
    Phone(Phone),
    /// The code, and it is on disk that it was made. [`crate::Touch::Confirm`] and
    /// [`crate::Touch::Cancel`] take it off the screen.
    Code(PhoneCode),
    /// What this kiosk holds about them.
    Held(Held),
    /// How they want to be served. [`crate::Touch::Prefer`] chooses, and the next screen is so;
    /// [`crate::Touch::Undo`] takes the last choice back while the ring runs;
    /// [`crate::Touch::Confirm`] and [`crate::Touch::Cancel`] close the page.
    Preferences(PreferenceSheet),
    /// The languages to be served in. [`crate::Touch::Prefer`] with one of them chooses it,
    /// [`crate::Touch::Cancel`] goes back to how they want to be served.
    Languages,
}

/// How a resident wants to be served, here and at every kiosk of the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreferenceSheet {
    /// What is chosen; what is not, is as the kiosk does it for everybody.
    pub chosen: Preferences,
    /// Whether they are spoken to: by their choice, else as this kiosk does it.
    pub spoken: bool,
    /// While the last choice can be taken back, and it is on disk.
    pub undo: Option<Remaining>,
}

/// Pairing a phone, before a code is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone {
    /// A code would be good for so many minutes.
    pub minutes: u16,
    /// No clock vouches for the time: nobody could say until when a code is good, and none can
    /// be made.
    pub no_clock: bool,
}

/// A code to pair a phone with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCode {
    /// What the QR code says, as it stands. Whoever has it is taken for the resident: it
    /// belongs on the screen and nowhere else.
    pub address: Pii<String>,
    /// Until it is taken off the screen. No touch makes it stay longer.
    pub remaining: Remaining,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages<Row> {
    /// The rows of this page; none where there are none at all.
    pub rows: Vec<Row>,
    /// Which page, counted from 1.
    pub page: usize,
    /// How many there are, at least one.
    pub of: usize,
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Points earned this week; `None` while no day is known.
    pub week: Option<u64>,
    /// Points earned this month, likewise.
    pub month: Option<u64>,
    /// Where they stand in the town this week.
    pub place: Option<OwnPlace>,
    /// Spins left of the capsule machine; `None` where none stands here.
    pub spins: Option<u32>,
    /// Visits over all kiosks.
    pub visits: u64,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// When; `None` where nobody vouches for the time.
    pub at: Option<WallTime>,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A visit.
    Visit {
        /// What the facility was used for, in the session's language.
        purpose: Option<String>,
        /// What it earned.
        points: u32,
        /// What for.
        lines: Vec<GainedLine>,
        /// It was taken back, and its points with it.
        undone: bool,
    },
    /// Help that staff vouched for.
    Helped {
        /// With what, in the session's language.
        name: String,
        /// What it earned.
        points: u32,
        /// It was taken back, and its points with it.
        undone: bool,
    },
    /// Points were set aside.
    Spent {
        /// What for.
        what: SpentFor,
        /// The offer's name in the session's language.
        name: String,
        /// How many.
        points: u32,
        /// What became of it.
        state: SpendState,
    },
}

/// What points are spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpentFor {
    /// An entry for a prize.
    Prize,
    /// A gift to a project.
    Project,
}

/// What became of points that were set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpendState {
    /// On its way: the city has not answered yet.
    OnItsWay,
    /// The city took it.
    Settled,
    /// The city did not take it; the points are free again.
    Declined,
    /// It was taken back; the points are free again.
    TakenBack,
}

/// What this kiosk holds about a resident. No name is among it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Visits that it counts.
    pub visits: u64,
    /// Entries and gifts that it remembers.
    pub spends: u32,
    /// Spins given and turned that it remembers, together.
    pub spins: u32,
    /// Registrations made here that it remembers; what was said then is sealed to the city.
    pub claims: u32,
    /// They stand in the kiosk's roster.
    pub listed: Option<Listed>,
    /// The city told this kiosk of their points.
    pub told: bool,
    /// How they want to be served; `None` where they never chose.
    pub preferences: Option<Preferences>,
    /// The earliest moment it remembers of them; `None` where nobody vouches for one.
    pub since: Option<WallTime>,
}

/// What the roster of a kiosk says of a resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Cards linked to them beside their own.
    pub cards: u32,
    /// The age band.
    pub age: Option<Age>,
    /// The month of birth, 1 to 12.
    pub birth_month: Option<u8>,
}
