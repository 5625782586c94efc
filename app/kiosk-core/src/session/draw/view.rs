//! What the machine's screen says.

use machitap_domain::{
    Folds, Now,
    draw::{
        DrawTable,
        table::{Picture, Row, TICKETS},
    },
    ids::{PrizeId, TableId},
};

use super::{Drawing, Outcome, Session, Stage};
use crate::view::{Draw, DrawStage, OddsRow, Remaining, ToCeiling, View, Won};

const _: () = assert!(
    TICKETS == 10_000,
    "odds are said in hundredths of a per cent"
);

impl Session {
    /// A row of any table of the catalogue: what was won may be of one that is over.
    pub(in crate::session) fn won_row(
        &self,
        table: &TableId,
        prize: &PrizeId,
    ) -> Option<(&DrawTable, &Row)> {
        let tables = &self.catalogue.as_ref()?.draws;
        let table = tables.iter().find(|t| t.id == *table)?;
        Some((table, table.row(prize)?))
    }

    pub(in crate::session) fn draw_view(
        &self,
        drawing: &Drawing,
        now: &Now,
        folds: &Folds,
    ) -> View {
        let won_from = drawing
            .outcome()
            .and_then(|r| self.won_row(&r.table, &r.prize));
        let today = self.draw_table(now);
        let table = won_from.map(|(table, _)| table).or(today);
        let playing = drawing.player.zip(today);
        let spins = playing.map(|(p, t)| folds.spins(&p.subject).of(&t.id));
        let may = playing.map(|(p, t)| self.may_turn(now, folds, t, p));
        let stage = match &drawing.stage {
            Stage::Ready => DrawStage::Ready,
            Stage::Capsule(outcome) => DrawStage::Capsule(self.won(outcome)),
            Stage::Opened(outcome) => DrawStage::Opened(self.won(outcome)),
        };
        let still = !matches!(stage, DrawStage::Capsule(_));
        let ceiling = spins.as_ref().zip(today).and_then(|(spins, table)| {
            let ceiling = table.ceiling.as_ref()?;
            Some(ToCeiling {
                blanks: ceiling.blanks.saturating_sub(spins.blanks()),
                name: self.say(table.row(&ceiling.row)?),
            })
        });
        View::Draw(Draw {
            name: table.map_or_else(String::new, |t| {
                t.name.in_language(self.language).to_owned()
            }),
            stage,
            left: spins.map(|s| s.left()),
            spin: still && matches!(may, Some(Ok(_))),
            later: may.and_then(Result::err).flatten(),
            ceiling,
            odds: table
                .filter(|_| drawing.odds)
                .map(|table| self.odds(table, folds)),
            remaining: Remaining {
                left_ms: drawing.until.saturating_sub(now.mono_ms),
                total_ms: drawing.total_ms(),
            },
        })
    }

    fn say(&self, row: &Row) -> String {
        row.name.in_language(self.language).to_owned()
    }

    fn won(&self, outcome: &Outcome) -> Won {
        // A catalogue that takes the table away while its prize is shown leaves the prize's id.
        let row = self.won_row(&outcome.table, &outcome.prize).map(|(_, r)| r);
        Won {
            name: row.map_or_else(|| outcome.prize.to_string(), |r| self.say(r)),
            picture: row.map_or(Picture::Gift, |r| r.picture),
            blank: row.is_some_and(|r| r.blank),
            how: outcome.how,
            again: outcome.again,
        }
    }

    fn odds(&self, table: &DrawTable, folds: &Folds) -> Vec<OddsRow> {
        let row = |row: &Row| OddsRow {
            name: self.say(row),
            picture: row.picture,
            weight: row.weight,
            left: self
                .at_machine(folds, table, |stand| stand.stock().left(&row.id))
                .ok()
                .flatten(),
            blank: row.blank,
        };
        table.rows.iter().map(row).collect()
    }
}
