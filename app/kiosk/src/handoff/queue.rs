//! Which note is handed over when. Decides; knows neither files nor threads.
//!
//! One note is under way at a time. One that was not taken is given again after a pause that
//! doubles, each for itself: a note that the system refuses holds up no other patient's.

use jiff::civil::Date;
use machitap_domain::{
    Millis,
    fact::Class,
    reception::{HandOffNote, Handoff},
};
use machitap_kiosk_core::input::NoteOf;

/// The pause after the first failure, milliseconds.
pub(crate) const PAUSE_FIRST_MS: Millis = 1_000;
/// The longest pause, milliseconds.
pub(crate) const PAUSE_LAST_MS: Millis = 60_000;
/// Where no date says so, a note's day is over after this, milliseconds.
pub(crate) const DAY_MS: Millis = 86_400_000;

/// The notes that wait. A day's at most.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Vec<Waiting>,
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct Waiting {
    note: HandOffNote,
    to: Handoff,
    since: Millis,
    due: Millis,
    pause: Millis,
}

#[derive(Debug)]
struct UnderWay {
    note: NoteOf,
    /// It was said anew meanwhile: whatever becomes of this try, it goes again.
    outdated: bool,
}

/// One note, to be given once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// The note.
    pub(crate) note: HandOffNote,
    /// The way.
    pub(crate) to: Handoff,
}

pub(crate) const fn name(note: &HandOffNote) -> NoteOf {
    NoteOf {
        announcement: note.id,
        withdrawn: note.withdrawn,
    }
}

impl Queue {
    /// Takes a note in, due at once. The newest word wins: it replaces the same note, and its
    /// way is also that of the note it withdraws, which must go before it.
    pub(crate) fn add(&mut self, note: HandOffNote, to: Handoff, now: Millis) {
        for other in &mut self.waiting {
            if other.note.id == note.id && other.to != to {
                other.to.clone_from(&to);
                other.due = now;
                other.pause = PAUSE_FIRST_MS;
                outdate(&mut self.under_way, name(&other.note));
            }
        }
        let which = name(&note);
        match self.waiting.iter_mut().find(|w| name(&w.note) == which) {
            Some(there) if there.note == note => {}
            Some(there) => {
                there.note = note;
                there.due = now;
                there.pause = PAUSE_FIRST_MS;
                outdate(&mut self.under_way, which);
            }
            None => self.waiting.push(Waiting {
                note,
                to,
                since: now,
                due: now,
                pause: PAUSE_FIRST_MS,
            }),
        }
    }

    /// What is to be given now: what is due longest. Nothing while another is under way, nor
    /// anything whose day is over: that is forgotten. `today` is `None` where no clock
    /// vouches for it.
    pub(crate) fn next(&mut self, now: Millis, today: Option<Date>) -> Option<Job> {
        if self.under_way.is_some() {
            return None;
        }
        self.waiting.retain(|w| !w.is_over(now, today));
        let next = self.free().filter(|w| w.due <= now).min_by_key(|w| w.due)?;
        let job = Job {
            note: next.note.clone(),
            to: next.to.clone(),
        };
        self.under_way = Some(UnderWay {
            note: name(&job.note),
            outdated: false,
        });
        Some(job)
    }

    /// When to ask for the next one; `None` while one is under way.
    pub(crate) fn due(&self) -> Option<Millis> {
        if self.under_way.is_some() {
            return None;
        }
        self.free().map(|w| w.due).min()
    }

    /// The one that is under way.
    pub(crate) fn under_way(&self) -> Option<NoteOf> {
        self.under_way.as_ref().map(|u| u.note)
    }

    /// What became of the one under way, where that still counts. One that failed is due after
    /// its pause: between half and all of the step, as `chance` says.
    pub(crate) fn answer(
        &mut self,
        answer: Result<(), Class>,
        now: Millis,
        chance: u32,
    ) -> Option<NoteOf> {
        let UnderWay { note, outdated } = self.under_way.take()?;
        if outdated {
            return None;
        }
        let at = self.waiting.iter().position(|w| name(&w.note) == note)?;
        if answer.is_ok() {
            self.waiting.remove(at);
        } else {
            let failed = &mut self.waiting[at];
            let half = failed.pause / 2;
            failed.due = now + half + half * Millis::from(chance) / Millis::from(u32::MAX);
            failed.pause = (failed.pause * 2).min(PAUSE_LAST_MS);
        }
        Some(note)
    }

    /// Those that need not wait for another to go before them.
    fn free(&self) -> impl Iterator<Item = &Waiting> {
        let waits_first = |w: &Waiting| {
            let is_before = |o: &Waiting| o.note.id == w.note.id && !o.note.withdrawn;
            w.note.withdrawn && self.waiting.iter().any(is_before)
        };
        self.waiting.iter().filter(move |w| !waits_first(w))
    }
}

fn outdate(under_way: &mut Option<UnderWay>, note: NoteOf) {
    if let Some(under_way) = under_way.as_mut().filter(|u| u.note == note) {
        under_way.outdated = true;
    }
}

impl Waiting {
    fn is_over(&self, now: Millis, today: Option<Date>) -> bool {
        match (self.note.day, today) {
            (Some(day), Some(today)) => day < today,
            _ => now.saturating_sub(self.since) >= DAY_MS,
        }
    }
}

#[cfg(test)]
mod tests;
