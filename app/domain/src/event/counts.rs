//! How many came and how many are inside, as one journal knows it. Bounded.

use serde::{Deserialize, Serialize};

use crate::ids::EventId;

/// Events whose counts are remembered, the latest.
pub const EVENTS_KEPT: usize = 64;

/// Where a person is, as far as one event goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Did not come, or took it back.
    Away,
    /// Came and has not left.
    Inside,
    /// Came and left.
    Left,
}

impl Presence {
    const fn came(self) -> bool {
        !matches!(self, Self::Away)
    }

    const fn inside(self) -> bool {
        matches!(self, Self::Inside)
    }
}

/// The counts of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Which.
    pub event: EventId,
    /// People who came, each once.
    pub came: u32,
    /// Of these, who has not left.
    pub inside: u32,
}

/// The counts of a facility's events, in the order in which the first came to each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts(Vec<Count>);

impl Counts {
    /// Nobody came to anything.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// People who came, each once.
    pub fn came(&self, event: &EventId) -> u32 {
        self.of(event).map_or(0, |c| c.came)
    }

    /// Of these, who has not left.
    pub fn inside(&self, event: &EventId) -> u32 {
        self.of(event).map_or(0, |c| c.inside)
    }

    /// All that are remembered.
    pub fn iter(&self) -> impl Iterator<Item = &Count> {
        self.0.iter()
    }

    fn of(&self, event: &EventId) -> Option<&Count> {
        self.0.iter().find(|c| c.event == *event)
    }

    /// A person went from here to there; false when that is no change.
    pub(crate) fn went(&mut self, event: &EventId, from: Presence, to: Presence) -> bool {
        if from == to {
            return false;
        }
        let place = match self.0.iter().position(|c| c.event == *event) {
            Some(place) => place,
            // What is forgotten stays so: its last visitor's undo counts nobody.
            None if from.came() => return false,
            None => {
                self.0.push(Count {
                    event: event.clone(),
                    came: 0,
                    inside: 0,
                });
                self.0.drain(..self.0.len().saturating_sub(EVENTS_KEPT));
                self.0.len() - 1
            }
        };
        let count = &mut self.0[place];
        step(&mut count.came, from.came(), to.came());
        step(&mut count.inside, from.inside(), to.inside());
        true
    }
}

const fn step(count: &mut u32, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *count = count.saturating_add(1),
        (true, false) => *count = count.saturating_sub(1),
        _ => {}
    }
}
