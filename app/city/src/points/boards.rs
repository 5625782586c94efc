//! The boards: each scope and period a tally, and the groups beside them.

use std::collections::{BTreeMap, BTreeSet};

use machitap_domain::{
    Pseudonym,
    ranking::{Board, Group, GroupBoard, GroupKind, Period, Scope, Span},
};

use super::{Resident, Town, resident::Won, tally::Tally};

type Key = (Scope, Period);

/// How much of the boards is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// So many places.
    pub places: usize,
    /// A group with fewer members is left out: its sum would say what its few members have.
    pub least_group: usize,
}

/// All boards.
#[derive(Debug, Default)]
pub struct Boards {
    spans: BTreeMap<Key, Span>,
    tallies: BTreeMap<Key, Tally>,
    drawn: BTreeMap<Key, Board>,
}

impl Boards {
    /// Begins anew when the boards count other days; true when they did.
    pub(crate) fn begin(&mut self, spans: BTreeMap<Key, Span>) -> bool {
        let anew = self.spans != spans;
        if anew {
            *self = Self {
                tallies: spans
                    .keys()
                    .map(|k| (k.clone(), Tally::default()))
                    .collect(),
                spans,
                drawn: BTreeMap::new(),
            };
        }
        anew
    }

    /// Nicknames, or how much is shown, may be others.
    pub(crate) fn draw_anew(&mut self) {
        self.drawn.clear();
    }

    /// What a resident has won; nothing for one who has no place of their own.
    pub(crate) fn set(&mut self, who: Pseudonym, won: &[Won]) {
        for (key, tally) in &mut self.tallies {
            let span = self.spans[key];
            let counts = |w: &&Won| {
                span.holds(w.day)
                    && match &key.0 {
                        Scope::Town => true,
                        Scope::Facility(id) => w.facility == *id,
                    }
            };
            let points: u64 = won.iter().filter(counts).map(|w| w.points).sum();
            if tally.set(who, i64::try_from(points).unwrap_or(i64::MAX)) {
                self.drawn.remove(key);
            }
        }
    }

    /// The boards as they are shown.
    pub(crate) fn boards(&mut self, town: &Town, shown: Shown) -> Vec<Board> {
        let spans = &self.spans;
        let drawn = &mut self.drawn;
        let all = self.tallies.iter().map(|(key, tally)| {
            let draw = || Board {
                scope: key.0.clone(),
                span: spans[key],
                rows: tally.rows(&town.nicknames, shown.places),
                curve: tally.curve(),
            };
            drawn.entry(key.clone()).or_insert_with(draw).clone()
        });
        all.collect()
    }

    /// Areas and teams, children counted too.
    pub(crate) fn groups(
        &self,
        town: &Town,
        residents: &BTreeMap<Pseudonym, Resident>,
        shown: Shown,
    ) -> Vec<GroupBoard> {
        let kinds: BTreeSet<GroupKind> = town.groups.iter().map(|g| g.kind).collect();
        let mut boards = Vec::new();
        for kind in kinds {
            for period in [Period::Week, Period::Month] {
                let Some(span) = self.spans.get(&(Scope::Town, period)).copied() else {
                    continue;
                };
                let points = |who: &Pseudonym| {
                    let in_span = residents.get(who).map(|r| r.judged.in_span.iter());
                    let mut in_span = in_span.into_iter().flatten();
                    in_span.find(|e| e.span == span).map_or(0, |e| e.points)
                };
                let groups = town.groups.iter().filter(|g| g.kind == kind);
                let rows = groups
                    .filter(|g| g.members.len() >= shown.least_group)
                    .map(|g| Group {
                        place: 0,
                        name: g.name.clone(),
                        members: u32::try_from(g.members.len()).unwrap_or(u32::MAX),
                        points: i64::try_from(g.members.iter().map(points).sum::<u64>())
                            .unwrap_or(i64::MAX),
                    });
                boards.push(GroupBoard {
                    kind,
                    span,
                    rows: placed(rows.filter(|g| g.points > 0).collect()),
                });
            }
        }
        boards
    }
}

/// Best first, each with its place.
fn placed(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by(|a, b| (b.points, &a.name.ja).cmp(&(a.points, &b.name.ja)));
    let points: Vec<i64> = groups.iter().map(|g| g.points).collect();
    for group in &mut groups {
        let better = points.partition_point(|p| *p > group.points);
        group.place = u32::try_from(better + 1).unwrap_or(u32::MAX);
    }
    groups
}
