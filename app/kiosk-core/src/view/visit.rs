//! What a visitor sees, as plain data.

use machitap_domain::points::caps::CapHit;

use super::{AsOf, DrawOffer, OwnPlace, Remaining, WallTime};

/// What is the facility used for, and how many came? Nothing is recorded yet.
///
/// Where `heads` is `None`, [`crate::Touch::Pick`] of a purpose records at once. Otherwise it
/// chooses one, [`crate::Touch::Heads`] moves the count, and [`crate::Touch::Confirm`]
/// records. [`crate::Touch::Cancel`] records nothing. When the time is over the visit is
/// recorded as far as it was chosen: nobody's visit is lost for walking on.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitChoice {
    /// What can be chosen; empty where only the count is asked.
    pub purposes: Vec<PurposeRow>,
    /// How many came, the one with the card included; `None` where it is not asked.
    pub heads: Option<u16>,
    /// Until it is recorded by itself.
    pub remaining: Remaining,
}

/// A purpose on its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeRow {
    /// Its name in the session's language.
    pub name: String,
    /// What a visit for it earns by itself; 0 where it earns none.
    pub points: u32,
    /// It is chosen.
    pub selected: bool,
}

/// A visit, or help that staff gave points for.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitDone {
    /// What it earned in all, or why nothing.
    pub gained: Gained,
    /// What for, the visit itself first. Empty where nothing was earned, and for a card that
    /// proves too little to be told.
    pub lines: Vec<GainedLine>,
    /// The cap that took a part of it.
    pub cut: Option<CapHit>,
    /// It may still change: the screen says that the points are for now.
    pub provisional: bool,
    /// What the facility is used for, in the session's language.
    pub purpose: Option<String>,
    /// How many came, where it was asked.
    pub heads: Option<u16>,
    /// A tap on the way out ends this visit: the screen asks for it.
    pub tap_to_leave: bool,
    /// Points neither spent nor set aside after it, over all kiosks; `None` for a card that
    /// proves too little to be told.
    pub balance: Option<u64>,
    /// How old the city's word about the balance is; `None`: only this kiosk's journal speaks.
    pub elsewhere: Option<AsOf>,
    /// Where they stand in the town this week; `None` where there is no board of this week,
    /// and never for a child.
    pub place: Option<OwnPlace>,
    /// [`crate::Touch::Own`] opens the resident's own page.
    pub own: bool,
    /// Visits here so far, this one included; `None` likewise.
    pub visits: Option<u64>,
    /// What comes next; nothing for a card that proves too little.
    pub next: Coming,
    /// The capsule machine, where one stands here and something can be said of it:
    /// [`crate::Touch::Spin`] turns it, [`crate::Touch::Odds`] opens its page.
    pub draw: Option<DrawOffer>,
    /// True: an earlier tap did this; nothing new was recorded.
    pub already: bool,
    /// While it can be taken back.
    pub undo: Option<Remaining>,
}

impl VisitDone {
    /// A visit of which nothing is told but what it earned.
    pub const fn of(gained: Gained) -> Self {
        Self {
            gained,
            lines: Vec::new(),
            cut: None,
            provisional: false,
            purpose: None,
            heads: None,
            tap_to_leave: false,
            balance: None,
            elsewhere: None,
            place: None,
            own: false,
            visits: None,
            next: Coming {
                streak: None,
                stamps: None,
                points_from: None,
            },
            draw: None,
            already: false,
            undo: None,
        }
    }
}

/// What a visit earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gained {
    /// Points.
    Points(u32),
    /// Today's are already given.
    AlreadyToday,
    /// None are given here.
    NotHere,
    /// None are given at this hour or on this day.
    Closed,
    /// A cap is reached.
    Capped(CapHit),
}

/// Points and what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GainedLine {
    /// What for.
    pub why: GainedFor,
    /// How many.
    pub points: u32,
}

/// What points are for. Names are in the session's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GainedFor {
    /// The visit itself.
    Visit,
    /// The first visit here.
    FirstVisit,
    /// So many days in a row.
    Streak,
    /// A full stamp card.
    Stamps,
    /// This day of the week or this hour.
    Window,
    /// The birthday month.
    Birthday,
    /// A campaign.
    Campaign(String),
    /// Help.
    Volunteering(String),
    /// Coming to an event.
    Event(String),
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coming {
    /// Days in a row.
    pub streak: Option<Card>,
    /// The stamp card.
    pub stamps: Option<Card>,
    /// From when a visit earns points again; `None` where it does not matter or no day is
    /// known.
    pub points_from: Option<PointsFrom>,
}

/// So many fields of a card are full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Full.
    pub have: u32,
    /// In all.
    pub of: u32,
    /// Points for a full one.
    pub points: u32,
}

/// From when a visit earns points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointsFrom {
    /// Again today.
    Today,
    /// From tomorrow.
    Tomorrow,
    /// From that day; its time of day says nothing.
    Day(WallTime),
}

/// Staff give points for help. [`crate::Touch::Pick`] chooses what for; once one is chosen,
/// the screen asks for the helper's card, and the next card gets the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helping {
    /// What there is.
    pub activities: Vec<HelpRow>,
}

/// Help on its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpRow {
    /// Its name in the session's language.
    pub name: String,
    /// What it earns.
    pub points: u32,
    /// It is chosen.
    pub selected: bool,
}

/// A visit has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitEnded {
    /// How long it was, whole minutes; `None` where that cannot be told, or not to this card.
    pub minutes: Option<u64>,
    /// True: an earlier tap did this; nothing new was recorded.
    pub already: bool,
    /// [`crate::Touch::Own`] opens the resident's own page.
    pub own: bool,
    /// While it can be taken back: the visit goes on then.
    pub undo: Option<Remaining>,
}
