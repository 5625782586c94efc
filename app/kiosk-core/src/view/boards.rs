//! The boards of the idle screen as plain data.

use machitap_domain::{Pii, ranking::Period};

/// One board. The screen shows one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct IdleBoard {
    /// What it compares, and over which days.
    pub title: BoardTitle,
    /// The first places, best first; at least one.
    pub rows: BoardRows,
}

/// What a board compares, and over which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoardTitle {
    /// What it compares.
    pub of: BoardOf,
    /// Over a week or a month.
    pub period: Period,
    /// The period is over: these are last week's or last month's places.
    pub last: bool,
}

/// What a board compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoardOf {
    /// Residents, by points from everywhere in the town.
    Town,
    /// Residents, by points from this facility.
    Facility,
    /// Areas of the town.
    Areas,
    /// Teams.
    Teams,
}

/// The places of a board.
#[derive(Debug, Clone, PartialEq)]
pub enum BoardRows {
    /// Residents.
    Residents(Vec<RankRow>),
    /// Areas or teams.
    Groups(Vec<GroupRow>),
}

/// A resident's row.
#[derive(Debug, Clone, PartialEq)]
pub struct RankRow {
    /// The place; equal points share one.
    pub place: u32,
    /// A nickname its owner chose to show.
    pub nickname: Option<Pii<String>>,
    /// Points.
    pub points: i64,
}

/// A group's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// The place; equal points share one.
    pub place: u32,
    /// Its name in the session's language.
    pub name: String,
    /// How many belong to it.
    pub members: u32,
    /// Their points together.
    pub points: i64,
}
