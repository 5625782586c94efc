//! What a tap at an event's door means.

use jiff::civil::DateTime;

use super::{
    counts::Counts,
    rules::{Event, EventRules},
};
use crate::{
    ids::{CitizenId, EventId},
    points::{Account, VisitMade},
    roster::Roster,
};

/// What a tap asks.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Whose card it is; `None` for one known by their pseudonym alone, who is on no list.
    pub citizen: Option<&'a CitizenId>,
    /// What this journal knows of them.
    pub account: &'a Account,
    /// How many came to what.
    pub counts: &'a Counts,
    /// The list of who may come, where there is one.
    pub roster: Option<&'a Roster>,
    /// The time the clock says, whoever vouches for it.
    pub moment: DateTime,
}

/// What it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// They come in.
    Enter {
        /// To what.
        event: &'a Event,
        /// It earns the event's points: no entry of theirs did yet.
        earns: bool,
    },
    /// They leave.
    Leave {
        /// What.
        event: &'a Event,
        /// The entry this ends.
        entry: Box<VisitMade>,
    },
    /// They came before and are inside.
    Inside {
        /// Where.
        event: &'a Event,
        /// The entry.
        entry: Box<VisitMade>,
    },
    /// Nothing takes entries now.
    NoEvent,
    /// No place is left.
    Full(&'a Event),
    /// They are not on the list.
    NotListed(&'a Event),
}

/// What a tap means, by rules that passed their check. Follows from the arguments alone.
///
/// Who left and comes back takes no second place and earns nothing again, but is still asked
/// whether they are on the list: it may have changed.
pub fn judge<'a>(rules: &'a EventRules, asked: &Asked<'_>) -> Verdict<'a> {
    let inside = asked.account.latest_entry().filter(|e| e.ended.is_none());
    if let Some((event, entry)) = inside.and_then(|e| Some((rules.event(e.event.as_ref()?)?, e)))
        && event.lets_out_at(asked.moment)
    {
        let entry = Box::new(entry.clone());
        return Verdict::Leave { event, entry };
    }
    let Some(event) = rules.open_at(asked.moment) else {
        return Verdict::NoEvent;
    };
    let before = asked.account.entry(&event.id);
    if let Some(entry) = before.filter(|e| e.ended.is_none()) {
        let entry = Box::new(entry.clone());
        return Verdict::Inside { event, entry };
    }
    if event.listed_only && !is_listed(asked, &event.id) {
        return Verdict::NotListed(event);
    }
    let places = event.places_left(asked.counts.came(&event.id));
    if before.is_none() && places == Some(0) {
        return Verdict::Full(event);
    }
    Verdict::Enter {
        event,
        earns: event.points > 0 && !asked.account.has_earned(&event.id),
    }
}

fn is_listed(asked: &Asked<'_>, event: &EventId) -> bool {
    let (roster, citizen) = (asked.roster, asked.citizen);
    roster
        .zip(citizen)
        .is_some_and(|(r, citizen)| r.attends(event, citizen))
}
