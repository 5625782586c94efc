//! Making the papers of a month from the facts, taken slice by slice.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use machitap_domain::{
    Clock, DayKey,
    attendance::Depth,
    nursery::{
        board::local,
        papers::{Month, Papers, Span, papers},
    },
};
use machitap_kiosk_core::view::PaperRow;
use machitap_store::{Damage, Journal, Stored, Walk};

use super::{PaperFile, Sheet, files, ground::Ground, rows};
use crate::papers::ground::CannotMake;

/// Facts that are read in one go: a tap never waits for more than this many.
pub(crate) const SLICE: usize = 250;
/// Bytes of them; a fact is about 430.
pub(crate) const SLICE_BYTES: usize = 256 << 10;

/// A month being made. It needs the journal to begin with and no more.
#[derive(Debug)]
pub(crate) struct Work {
    ground: Ground,
    walk: Walk,
    month: Month,
    today: Option<Date>,
    made: Option<DateTime>,
    first: Option<Date>,
    last: Option<Date>,
}

/// A month, made.
pub(crate) struct Made {
    papers: Papers,
    facility: String,
    kiosk: String,
    made: Option<DateTime>,
}

impl Work {
    pub(crate) fn begin(
        journal: &Journal,
        ground: Ground,
        month: Month,
        clock: &Clock,
    ) -> Result<Self, CannotMake> {
        let today = local(clock, &ground.zone).map(|(date, _)| date);
        let made = today
            .and_then(|_| Timestamp::from_millisecond(clock.wall_ms).ok())
            .map(|at| ground.zone.to_datetime(at));
        Ok(Self {
            walk: journal.walk(Depth::PAPERS)?,
            ground,
            month,
            today,
            made,
            first: None,
            last: None,
        })
    }

    /// The facts it needs: from this one to that.
    pub(crate) const fn wants(&self) -> (u64, u64) {
        (self.walk.next_seq(), self.walk.last_seq())
    }

    /// Takes the next facts.
    pub(crate) fn take(&mut self, slice: &[Stored]) -> Result<(), Damage> {
        for stored in slice {
            let fact = self.walk.take(stored)?;
            if let DayKey::Date(date) = fact.at.day(&self.ground.zone) {
                self.first.get_or_insert(date);
                self.last = self.last.max(Some(date));
            }
        }
        Ok(())
    }

    /// The month, once all were taken. Without a clock, today is the last day that left
    /// a record.
    pub(crate) fn finish(self) -> Result<Made, CannotMake> {
        let folds = self.walk.finish()?;
        let span = Span {
            from: self.first,
            today: self.today.or(self.last),
        };
        Ok(Made {
            papers: papers(&self.ground.sources(&folds), self.month, span),
            facility: self.ground.facility,
            kiosk: self.ground.kiosk.to_string(),
            made: self.made,
        })
    }
}

impl Made {
    pub(crate) fn rows(&self) -> Vec<PaperRow> {
        rows(&self.papers)
    }

    pub(crate) fn files(&self) -> Vec<PaperFile> {
        files(&Sheet {
            papers: &self.papers,
            facility: &self.facility,
            kiosk: &self.kiosk,
            made: self.made,
        })
    }
}
