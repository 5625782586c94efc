//! The month's papers, beside the taps.
//!
//! The journal has one owner, and a tap must not wait for 20,000 facts to be read. So the
//! engine reads a slice whenever nobody waits, and a thread of its own checks, folds, prints
//! and writes what it is given.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::mpsc::{self, Receiver, Sender, SyncSender, TrySendError},
    thread,
};

use machitap_domain::{Draft, FactBody, Millis, Pseudonym, nursery::papers::Month};
use machitap_kiosk_core::{
    Input,
    input::PapersAnswer,
    view::{PaperRow, YearMonth},
};
use machitap_store::Stored;

use super::{Engine, Msg, new_id};
use crate::{
    desk::{Answer, no},
    messages,
    papers::{
        folder,
        ground::{CannotMake, Ground},
        month_of,
        shelf::{self, CannotWrite},
        shown,
        work::{Made, SLICE, SLICE_BYTES, Work},
    },
};

/// So many slices may wait for the thread.
const SLICES_AHEAD: usize = 4;
/// A thread that is behind is given this long, milliseconds.
const BEHIND_MS: Millis = 5;

/// What is wanted of a month.
pub(super) enum Wish {
    /// The table for the staff panel.
    Table,
    /// Files on the stick, for that member of staff.
    Stick(Option<Pseudonym>),
    /// Files for whoever asked over the socket.
    Files(SyncSender<Answer>),
}

/// What became of it, as the thread says it.
#[derive(Debug)]
pub enum PapersMade {
    /// The table.
    Table(Month, Result<Vec<PaperRow>, CannotMake>),
    /// On the stick: so many files in that folder.
    Stick(
        Month,
        Option<Pseudonym>,
        Result<(usize, String), CannotMake>,
    ),
    /// Whoever asked has been answered.
    Files,
    /// There are none; why is in the log.
    Failed,
}

/// The facts on their way to the thread.
struct Reading {
    next: u64,
    last: u64,
    to: SyncSender<Vec<Stored>>,
    /// Read, and not taken yet.
    held: Option<Vec<Stored>>,
}

/// The papers' part of the engine.
#[derive(Default)]
pub(super) struct Papers {
    stick: Option<PathBuf>,
    messages: Option<Sender<Msg>>,
    waiting: VecDeque<(Month, Wish)>,
    /// One is under way.
    running: bool,
    reading: Option<Reading>,
}

impl Papers {
    /// There is a slice to be read.
    pub(super) const fn is_reading(&self) -> bool {
        self.reading.is_some()
    }
}

impl Engine {
    /// Where papers are written to, and how the thread that makes them answers.
    pub fn with_papers(&mut self, stick: Option<PathBuf>, messages: Sender<Msg>) {
        self.papers.stick = stick;
        self.papers.messages = Some(messages);
    }

    pub(super) fn papers_wanted(&mut self, month: YearMonth, write: bool) {
        let Some(month) = month_of(month) else {
            return self.papers_answer(PapersMade::Failed);
        };
        let wish = if write {
            Wish::Stick(self.session.panel_staff())
        } else {
            // Of months leafed through only the last is still looked at.
            self.papers
                .waiting
                .retain(|(_, wish)| !matches!(wish, Wish::Table));
            Wish::Table
        };
        self.papers_wish(month, wish);
    }

    pub(super) fn papers_wish(&mut self, month: Month, wish: Wish) {
        self.papers.waiting.push_back((month, wish));
        self.papers_next();
    }

    /// Begins the next one, when none is under way.
    fn papers_next(&mut self) {
        if self.papers.running {
            return;
        }
        let Some((month, wish)) = self.papers.waiting.pop_front() else {
            return;
        };
        let now = self.times.now();
        let work = Ground::read(
            &self.journal,
            &self.documents,
            &self.identity.kiosk,
            &self.identity.facility,
            &self.identity.purposes,
        )
        .and_then(|ground| Work::begin(&self.journal, ground, month, &now.clock));
        self.papers.running = true;
        let work = match work {
            Ok(work) => work,
            Err(why) => return self.papers_answer(refuse(month, wish, why)),
        };
        let Some(messages) = self.papers.messages.clone() else {
            return;
        };
        let (next, last) = work.wants();
        let (to, slices) = mpsc::sync_channel(SLICES_AHEAD);
        self.papers.reading = (next <= last).then_some(Reading {
            next,
            last,
            to,
            held: None,
        });
        self.due.papers = None;
        let stick = self.papers.stick.clone();
        thread::Builder::new()
            .name("papers".into())
            .spawn(move || run(work, &slices, month, wish, stick, messages))
            .expect("the system has room for a thread");
    }

    /// Not at once: the session is in the middle of what it says.
    fn papers_answer(&self, made: PapersMade) {
        if let Some(messages) = &self.papers.messages {
            // The engine reads what it sends itself, while it runs.
            let _ = messages.send(Msg::PapersMade(made));
        }
    }

    /// Reads one slice. The thread finds out by itself that there are no more.
    pub(super) fn papers_step(&mut self) {
        let Some(mut reading) = self.papers.reading.take() else {
            return;
        };
        let slice = match reading.held.take() {
            Some(slice) => slice,
            None => {
                let left = reading.last - reading.next + 1;
                let most = usize::try_from(left).unwrap_or(SLICE).min(SLICE);
                match self.journal.read(reading.next, most, SLICE_BYTES) {
                    Ok(slice) => slice,
                    // The thread is left without what it waits for and says so.
                    Err(error) => return tracing::warn!(%error, "the papers' facts"),
                }
            }
        };
        let Some(end) = slice.last().map(|s| s.seq) else {
            return;
        };
        match reading.to.try_send(slice) {
            Ok(()) => reading.next = end + 1,
            Err(TrySendError::Full(slice)) => {
                reading.held = Some(slice);
                self.due.papers = Some(self.mono_ms() + BEHIND_MS);
            }
            Err(TrySendError::Disconnected(_)) => return,
        }
        if reading.next <= reading.last {
            self.papers.reading = Some(reading);
        }
    }

    pub(super) fn papers_made(&mut self, made: PapersMade) {
        self.papers.running = false;
        self.papers.reading = None;
        let answer = match made {
            PapersMade::Table(month, Ok(rows)) => PapersAnswer::Table {
                month: shown(month),
                rows,
            },
            PapersMade::Stick(month, staff, Ok((files, folder))) => {
                self.papers_written(month, staff);
                tracing::info!(MESSAGE_ID = messages::PAPERS_WRITTEN, %month, files, "papers were written");
                PapersAnswer::Written { files, folder }
            }
            PapersMade::Table(_, Err(why)) | PapersMade::Stick(_, _, Err(why)) => {
                tracing::warn!(
                    MESSAGE_ID = messages::PAPERS_FAILED,
                    class = ?why.class(),
                    "no papers: {why}"
                );
                match why {
                    CannotMake::Write(CannotWrite::NoStick(_)) => PapersAnswer::NoStick,
                    _ => PapersAnswer::Failed,
                }
            }
            PapersMade::Failed => PapersAnswer::Failed,
            PapersMade::Files => return self.papers_next(),
        };
        self.input(Input::Papers(answer));
        self.papers_next();
    }

    /// That names left the kiosk is a fact. It is no reason to take the papers back when
    /// the disk does not take it; the trouble has its own screen.
    pub(super) fn papers_written(&mut self, month: Month, staff: Option<Pseudonym>) -> bool {
        let at = self.times.now().stamp();
        let draft = Draft {
            id: new_id(&at),
            subject: staff,
            at,
            caused_by: None,
            body: FactBody::PapersWritten {
                month: month.to_string(),
            },
        };
        let answer = self.append(vec![draft]);
        let kept = matches!(answer, Input::Appended(_));
        if let Input::NotAppended(trouble) = answer {
            self.input(Input::Store(Some(trouble)));
        }
        kept
    }
}

/// The thread.
fn run(
    work: Work,
    slices: &Receiver<Vec<Stored>>,
    month: Month,
    wish: Wish,
    stick: Option<PathBuf>,
    messages: Sender<Msg>,
) {
    /// Whatever becomes of the thread, the engine hears of it.
    struct Bell(Sender<Msg>, Option<PapersMade>);
    impl Drop for Bell {
        fn drop(&mut self) {
            if let Some(made) = self.1.take() {
                // The engine may have ended.
                let _ = self.0.send(Msg::PapersMade(made));
            }
        }
    }
    // Should the thread panic, whoever asked over the socket hears that nobody answers.
    let failed = match &wish {
        Wish::Files(_) => PapersMade::Files,
        Wish::Table | Wish::Stick(_) => PapersMade::Failed,
    };
    let mut bell = Bell(messages, Some(failed));
    bell.1 = Some(match make(work, slices) {
        Ok(made) => carry_out(month, wish, stick, &made),
        Err(why) => refuse(month, wish, why),
    });
}

fn make(mut work: Work, slices: &Receiver<Vec<Stored>>) -> Result<Made, CannotMake> {
    for slice in slices {
        work.take(&slice)?;
    }
    work.finish()
}

fn carry_out(month: Month, wish: Wish, stick: Option<PathBuf>, made: &Made) -> PapersMade {
    match wish {
        Wish::Table => PapersMade::Table(month, Ok(made.rows())),
        Wish::Stick(staff) => {
            let files = made.files();
            let put = shelf::mounted(stick.as_deref())
                .and_then(|stick| shelf::put(stick, &folder(month), &files))
                .map(|folder| (files.len(), folder))
                .map_err(CannotMake::Write);
            PapersMade::Stick(month, staff, put)
        }
        Wish::Files(answer) => {
            // Whoever asked may have gone.
            let _ = answer.try_send(Answer::Files(made.files()));
            PapersMade::Files
        }
    }
}

fn refuse(month: Month, wish: Wish, why: CannotMake) -> PapersMade {
    match wish {
        Wish::Table => PapersMade::Table(month, Err(why)),
        Wish::Stick(staff) => PapersMade::Stick(month, staff, Err(why)),
        Wish::Files(answer) => {
            // As above.
            let _ = answer.try_send(no(why.to_string(), why.class()));
            PapersMade::Files
        }
    }
}
