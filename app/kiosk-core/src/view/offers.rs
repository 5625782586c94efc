//! Prizes and projects as plain data. Names and texts are in the session's language.

use machitap_domain::points::offers::Picture;

use super::{Remaining, SpendState, SpentFor, WallTime};

/// A prize on its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrizeCard {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub text: Option<String>,
    /// Its picture.
    pub picture: Picture,
    /// Points for one entry.
    pub points: u32,
    /// How many are given away.
    pub winners: u32,
    /// Own entries so far: those the city took and those on their way.
    pub entries: u64,
    /// Entries of one resident at most; `None`: any number.
    pub limit: Option<u32>,
    /// The last day of entries; its time of day says nothing.
    pub until: WallTime,
    /// Why one cannot enter now; `None`: one can.
    pub cannot: Option<WhyNot>,
}

/// One prize, before an entry is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrizeSheet {
    /// Its card.
    pub card: PrizeCard,
    /// Points that would be left after it; `None` where one cannot enter now.
    pub after: Option<u64>,
}

/// A project on its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectCard {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub text: Option<String>,
    /// Its picture.
    pub picture: Picture,
    /// How far it has come.
    pub goal: GoalBar,
    /// The last day of gifts; its time of day says nothing.
    pub until: WallTime,
    /// Why one cannot give now, not even the least amount; `None`: one can.
    pub cannot: Option<WhyNot>,
}

/// How far a project has come. Never more than the whole bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoalBar {
    /// Points given: as the city counts, and own gifts on their way.
    pub given: u64,
    /// Of them own gifts on their way.
    pub on_its_way: u64,
    /// Points it needs, at least one.
    pub goal: u64,
    /// Whole per cent, at most 100; 100 only when the goal is reached.
    pub percent: u8,
}

/// One project, before a gift is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftSheet {
    /// Its card.
    pub card: ProjectCard,
    /// The amounts, each on its key.
    pub amounts: Vec<AmountKey>,
    /// Points that would be left after the chosen one; `None` while none is chosen that can be
    /// given.
    pub after: Option<u64>,
}

/// An amount on its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountKey {
    /// Points.
    pub points: u32,
    /// It is chosen.
    pub selected: bool,
    /// Why it cannot be given now; `None`: it can.
    pub cannot: Option<WhyNot>,
}

/// Why points cannot be set aside now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// So many points are missing.
    NotEnough {
        /// How many.
        missing: u64,
    },
    /// No more entries of one resident.
    Limit,
    /// Too many spends wait for the city's answer; it will come.
    TooManyOpen,
    /// No clock vouches for the day: nobody knows whether the offer stands.
    NoDay,
    /// The offer has ended, or has not begun.
    NotToday,
    /// The goal is reached: nothing more is needed.
    GoalReached,
}

/// Points that were set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// What for.
    pub what: SpentFor,
    /// The offer's name.
    pub name: String,
    /// Its picture.
    pub picture: Picture,
    /// How many points.
    pub points: u32,
    /// What became of them; [`SpendState::OnItsWay`] is said so, and is no promise.
    pub state: SpendState,
    /// Own entries with this one, for a prize that still stands in the catalogue.
    pub entries: Option<u64>,
    /// How far a project has come with this, likewise.
    pub goal: Option<GoalBar>,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}
