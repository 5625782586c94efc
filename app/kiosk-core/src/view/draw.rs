//! The capsule machine as plain data.

use machitap_domain::draw::{record::How, table::Picture};

use super::{Remaining, WallTime};

/// What a finished visit says of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawOffer {
    /// The table's name in the session's language.
    pub name: String,
    /// Spins this visit gave.
    pub earned: u32,
    /// Spins left.
    pub left: u32,
    /// Why none can be turned now, though some are left; `None`: [`crate::Touch::Spin`] turns
    /// one.
    pub later: Option<DrawLater>,
}

/// What the idle screen says of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawSign {
    /// The table's name in the session's language.
    pub name: String,
    /// Spins of one visit; 0 where only other deeds earn them.
    pub spins: u32,
}

/// Why spins wait. They keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DrawLater {
    /// Enough for today.
    EnoughToday,
    /// No clock vouches for the day.
    ClockUnsure,
    /// The city's word for this machine has not come, or does not fit.
    NotReady,
}

/// The capsule machine.
///
/// [`crate::Touch::Spin`] turns it where `spin` says so; [`crate::Touch::Odds`] opens and
/// closes the printed odds; [`crate::Touch::Confirm`] opens a capsule that is still closed
/// and leaves one that is open; [`crate::Touch::Cancel`] leaves. Whatever is shown of a
/// capsule is on disk already: how it is animated changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// The table's name in the session's language.
    pub name: String,
    /// What the machine does.
    pub stage: DrawStage,
    /// Spins left; `None` where nobody's card was held (a result shown again after a power
    /// cut).
    pub left: Option<u32>,
    /// A spin can be turned now.
    pub spin: bool,
    /// Why none can be, though some are left.
    pub later: Option<DrawLater>,
    /// How far it is to the ceiling, where the table has one.
    pub ceiling: Option<ToCeiling>,
    /// The printed odds, while they are open.
    pub odds: Option<Vec<OddsRow>>,
    /// Until the screen goes on by itself.
    pub remaining: Remaining,
}

/// What the machine does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrawStage {
    /// It waits to be turned.
    Ready,
    /// A capsule has come out and is about to open. What is in it, for the animation.
    Capsule(Won),
    /// It is open.
    Opened(Won),
}

/// What was won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Won {
    /// Its name in the session's language.
    pub name: String,
    /// Its picture.
    pub picture: Picture,
    /// No prize: a word of thanks.
    pub blank: bool,
    /// How the ticket became that: [`How::Gone`] and [`How::Ceiling`] are said.
    pub how: How,
    /// Shown once more, because nobody had seen it.
    pub again: bool,
}

/// A row of the printed odds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddsRow {
    /// Its name in the session's language.
    pub name: String,
    /// Its picture.
    pub picture: Picture,
    /// Hundredths of a per cent: 10,000 is always.
    pub weight: u16,
    /// Pieces left here; `None` of what never runs out.
    pub left: Option<u32>,
    /// No prize.
    pub blank: bool,
}

/// How far it is to the ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCeiling {
    /// So many spins more without a prize, then …
    pub blanks: u32,
    /// … this is won, while there is any.
    pub name: String,
}

/// The counter. Without rows the screen asks for the winner's card; a card held to it brings
/// the rows of its holder, whoever was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrizeCounter {
    /// What waits for the winner and what changed hands just now; `None` before a card was held.
    pub rows: Option<Vec<PrizeRow>>,
}

/// A prize behind the counter. [`crate::Touch::Pick`] hands it over;
/// [`crate::input::StaffAct::TakeBack`] mends a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrizeRow {
    /// Its name in the session's language.
    pub name: String,
    /// Its picture.
    pub picture: Picture,
    /// The day it was won; its time of day says nothing.
    pub won: Option<WallTime>,
    /// It changed hands.
    pub handed: bool,
}
