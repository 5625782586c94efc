//! The counter: the winner's card is held, then staff hand over what waits for them.
//!
//! A kiosk knows what was drawn at itself; a prize is fetched where it was won.

use machitap_domain::{
    Credential, Draft, FactBody, FactId, Folds, Pseudonym,
    draw::{DrawTable, spins::DrawMade, table::Picture},
    ids::TableId,
    time::DayKey,
};

use super::Page;
use crate::{
    input::{StaffAct, Touch},
    output::{Output, Tone},
    session::{Session, State, Turn, clock},
    view::{PrizeCounter, PrizeRow, View},
};

/// Whose card was held, and what was done for them since.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter {
    winner: Option<Pseudonym>,
    /// Draws whose prize changed hands on this page: they stay in the list, so that a slip
    /// can be taken back.
    handed: Vec<FactId>,
}

impl Counter {
    /// What the page lists of the winner's draws, oldest first.
    fn listed<'a>(&self, standing: &'a [(TableId, DrawMade)]) -> Vec<&'a (TableId, DrawMade)> {
        let on_page = |d: &DrawMade| d.waits() || self.handed.contains(&d.fact);
        standing.iter().filter(|(_, d)| on_page(d)).collect()
    }
}

impl Session {
    /// True where a machine stands or stood: a prize may be fetched after its table is over,
    /// as long as the catalogue names it.
    pub(super) fn has_counter(&self) -> bool {
        let here = |t: &DrawTable| t.kiosks.contains_key(&self.kiosk);
        self.catalogue
            .as_ref()
            .is_some_and(|c| c.draws.iter().any(here))
    }

    pub(super) fn open_counter(&mut self) {
        if self.has_counter() {
            self.turn_to(Page::Prizes(Counter::default()));
        }
    }

    fn counter(&self) -> Option<&Counter> {
        match &self.state {
            State::Panel(panel) => match panel.page() {
                Page::Prizes(counter) => Some(counter),
                _ => None,
            },
            _ => None,
        }
    }

    /// Another card is another winner.
    pub(super) fn hold_at_counter(&mut self, cx: &mut Turn<'_>, credential: &Credential) {
        let Some(visitor) = self.vouched_for(cx.folds, credential) else {
            return cx.out.push(Output::Tone(Tone::Ask));
        };
        self.with_panel(|panel| {
            if let Page::Prizes(counter) = panel.page_mut()
                && counter.winner != Some(visitor.subject)
            {
                *counter = Counter {
                    winner: Some(visitor.subject),
                    handed: Vec::new(),
                };
            }
        });
    }

    pub(super) fn touch_counter(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let Some((counter, winner)) = self.counter().and_then(|c| Some((c.clone(), c.winner?)))
        else {
            return;
        };
        let standing = standing(cx.folds, &winner);
        let listed = counter.listed(&standing);
        let (draw, draft) = match touch {
            Touch::Pick(n) => match listed.get(n) {
                Some((_, made)) if made.waits() => {
                    let staff = self.panel_staff();
                    let body = FactBody::PrizeHanded { staff };
                    (made.fact, self.of_winner(cx, winner, made.fact, body))
                }
                _ => return,
            },
            Touch::Act(StaffAct::TakeBack(n)) => match listed.get(n).map(|(_, made)| made) {
                Some(DrawMade {
                    fact,
                    handed: Some(handed),
                    ..
                }) => {
                    let body = FactBody::Undone { fact: *handed };
                    (*fact, self.of_winner(cx, winner, *handed, body))
                }
                _ => return,
            },
            _ => return,
        };
        self.with_panel(|panel| {
            if let Page::Prizes(counter) = panel.page_mut()
                && !counter.handed.contains(&draw)
            {
                counter.handed.push(draw);
            }
        });
        self.record(cx, vec![draft]);
    }

    fn of_winner(
        &mut self,
        cx: &Turn<'_>,
        winner: Pseudonym,
        cause: FactId,
        body: FactBody,
    ) -> Draft {
        self.draft(cx.now, Some(winner), Some(cause), body)
    }

    pub(super) fn counter_view(&self, counter: &Counter, folds: &Folds) -> View {
        let rows = counter.winner.map(|winner| {
            let standing = standing(folds, &winner);
            let listed = counter.listed(&standing).into_iter();
            listed
                .map(|(table, made)| self.prize_row(table, made))
                .collect()
        });
        View::PrizeCounter(PrizeCounter { rows })
    }

    fn prize_row(&self, table: &TableId, made: &DrawMade) -> PrizeRow {
        // A catalogue that takes a table away leaves its prize's id.
        let row = self.won_row(table, &made.prize).map(|(_, row)| row);
        let name = row.map(|r| r.name.in_language(self.language).to_owned());
        PrizeRow {
            name: name.unwrap_or_else(|| made.prize.to_string()),
            picture: row.map_or(Picture::Gift, |r| r.picture),
            won: match made.day {
                DayKey::Date(date) => Some(clock::day_time(date)),
                _ => None,
            },
            handed: made.handed.is_some(),
        }
    }
}

fn standing(folds: &Folds, winner: &Pseudonym) -> Vec<(TableId, DrawMade)> {
    let spins = folds.spins(winner);
    let prizes = spins.standing().filter(|(_, d)| !d.blank);
    prizes.map(|(t, d)| (t.clone(), d.clone())).collect()
}
