//! What a visitor to an event sees, as plain data.

use machitap_domain::points::caps::CapHit;

use super::{Remaining, WallTime};

/// The event the door is about, on the idle screen: the one that takes entries, or else the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSign {
    /// Its name in the session's language.
    pub name: String,
    /// When it begins.
    pub from: WallTime,
    /// When it ends.
    pub until: WallTime,
    /// What a card does now.
    pub door: EventDoor,
    /// Places left; `None` where there is no limit.
    pub places_left: Option<u32>,
    /// Only who is on the list may come in.
    pub listed_only: bool,
}

/// What a card does at an event's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventDoor {
    /// It enters.
    Open,
    /// It enters from then on.
    OpensAt(WallTime),
    /// No place is left.
    Full,
}

/// An entry to an event is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDone {
    /// The event's name in the session's language.
    pub name: String,
    /// When the entry was recorded, for "already entered at 14:05"; `None` where no time is known.
    pub at: Option<WallTime>,
    /// What it earned; 0 where it earned nothing.
    pub points: u32,
    /// The cap that took a part of it, or all.
    pub cut: Option<CapHit>,
    /// The points may still change: the screen says that they are for now.
    pub provisional: bool,
    /// Points neither spent nor set aside after it, over all kiosks; `None` where nothing is
    /// earned here, and for a card that proves too little to be told.
    pub balance: Option<u64>,
    /// A tap on the way out ends it: the screen asks for it.
    pub tap_to_leave: bool,
    /// True: an earlier tap did this; nothing new was recorded.
    pub already: bool,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}

/// Somebody left an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLeft {
    /// The event's name in the session's language.
    pub name: String,
    /// How long they were there, whole minutes; `None` where that cannot be told, or not to
    /// this card.
    pub minutes: Option<u64>,
    /// True: an earlier tap did this; nothing new was recorded.
    pub already: bool,
    /// While it can be taken back: they are inside then.
    pub undo: Option<Remaining>,
}

/// The next event, for the message that there is none now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextEvent {
    /// Its name in the session's language.
    pub name: String,
    /// When the door opens for it.
    pub opens: WallTime,
    /// When it begins.
    pub from: WallTime,
}

/// How an event goes, a line on the staff panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCounts {
    /// Its name in the session's language.
    pub name: String,
    /// People who came, each once.
    pub came: u32,
    /// Of these, who has not left.
    pub inside: u32,
    /// Of these, who has left.
    pub left: u32,
    /// Places in all; `None` where there is no limit.
    pub capacity: Option<u32>,
}
