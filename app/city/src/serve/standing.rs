//! The thread that keeps what residents have: it follows the counted facts, answers spends, and
//! puts the boards, the offers' progress and each kiosk's accounts in force when they changed. It
//! also deals to a journal's new life when one is heard of, so that a kiosk that was set up again
//! can be drawn from without anybody's help.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use machitap_domain::{
    PurposeKey, draw::secret::DrawKey, points::offers::Progress, ranking::Ranking,
};
use machitap_wire::{DocumentName, seal::SealOpener};

use crate::{
    db::Db,
    ledger::Ledger,
    points::{Town, boards::Shown, told::Told},
    publish::{self, PublishError, registrations::Desk},
    time::now_ms,
};

/// How it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The city's time zone.
    pub(crate) zone: TimeZone,
    /// A new ranking at most so often.
    pub(crate) ranking_every: Duration,
    /// New accounts, and answers to spends, at most so often.
    pub(crate) accounts_every: Duration,
    /// How much of the boards is shown.
    pub(crate) shown: Shown,
    /// The key of the draw's secrets, where there is one.
    pub(crate) draw: Option<DrawKey>,
    /// The keys of registrations, where there are any.
    pub(crate) desk: Option<(PurposeKey, SealOpener)>,
}

/// The thread's handle.
pub(super) struct Standing {
    end: Sender<()>,
    thread: JoinHandle<()>,
    kept: Shared,
}

/// What the thread keeps, for whoever reads it beside. Between two turns all of it is on disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Kept>>);

impl Shared {
    /// What the ledger says, once it was read.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Ledger) -> T) -> Option<T> {
        // A turn that ended in a panic left a ledger nobody can vouch for.
        let kept = self.0.lock().ok()?;
        kept.ledger().map(read)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    pub(super) fn start(db: Db, plan: Plan) -> Self {
        let (end, asked) = channel();
        let kept = Shared::default();
        let shared = kept.clone();
        let thread = std::thread::Builder::new()
            .name("standing".to_owned())
            .spawn(move || run(db, &plan, &asked, &shared))
            .expect("the system starts a thread");
        Self { end, thread, kept }
    }

    pub(super) fn kept(&self) -> Shared {
        self.kept.clone()
    }

    /// Waits for the thread to end.
    pub(super) fn stop(self) {
        drop(self.end);
        if self.thread.join().is_err() {
            tracing::error!("the ranking ended in a panic");
        }
    }
}

fn run(mut db: Db, plan: &Plan, asked: &Receiver<()>, shared: &Shared) {
    let mut lives = 0;
    let mut claims = None;
    let (mut ranking, mut accounts) = (Instant::now(), Instant::now());
    loop {
        let now = Instant::now();
        let due = Due {
            ranking: ranking <= now,
            accounts: accounts <= now,
        };
        if due.ranking {
            ranking = now + plan.ranking_every;
        }
        if due.accounts {
            accounts = now + plan.accounts_every;
        }
        {
            let mut kept = shared.lock();
            let began = Instant::now();
            match kept.step(&mut db, plan, due, now_ms()) {
                Ok(grew) => {
                    let took_us = began.elapsed().as_micros();
                    let (ranking, accounts) = (due.ranking, due.accounts);
                    tracing::debug!(
                        grew,
                        ranking,
                        accounts,
                        took_us,
                        "what residents have was judged"
                    );
                }
                Err(why) => {
                    // Facts are counted without it; everything is built anew at the next turn.
                    tracing::error!(%why, "no new ranking and no new accounts");
                    *kept = Kept::default();
                }
            }
        }
        if let Some(key) = &plan.draw
            && let Err(why) = deal(&mut db, &mut lives, key)
        {
            tracing::error!(%why, "nothing dealt to a new journal");
        }
        if due.accounts
            && let Err(why) = register(&mut db, &mut claims, plan)
        {
            tracing::error!(%why, "registrations are not answered");
        }
        let wait = ranking
            .min(accounts)
            .saturating_duration_since(Instant::now());
        match asked.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Deals when a life was heard of that was not there at the last turn.
fn deal(db: &mut Db, lives: &mut usize, key: &DrawKey) -> Result<(), PublishError> {
    let heard = db.journals()?.len();
    if heard != *lives {
        db.transaction(|db| publish::deal_anew(db, key, now_ms()))?;
        *lives = heard;
    }
    Ok(())
}

/// Claims counted, leases, lives of journals, the publication: what answers hang on.
type Claims = ((u64, u64), usize, u64);

/// Answers claims when any of what the answers hang on has changed since the last turn.
fn register(db: &mut Db, last: &mut Option<Claims>, plan: &Plan) -> Result<(), PublishError> {
    let Some((visit, letters)) = &plan.desk else {
        return Ok(());
    };
    let mark = (db.claims_mark()?, db.journals()?.len(), db.publication()?);
    if *last != Some(mark) {
        db.transaction(|db| Desk::new(visit, letters).stage_anew(db, now_ms()))?;
        *last = Some(mark);
    }
    Ok(())
}

/// What is to be put in force at a turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) ranking: bool,
    pub(crate) accounts: bool,
}

/// What is kept from one turn to the next.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    ledger: Option<Ledger>,
    told: Told,
}

impl Kept {
    pub(crate) const fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_ref()
    }

    /// One turn; true when facts had come since the last. An answer is on disk before anything
    /// says it.
    ///
    /// # Errors
    /// [`PublishError`]; then this is ahead of the disk and must be begun anew.
    pub(crate) fn step(
        &mut self,
        db: &mut Db,
        plan: &Plan,
        due: Due,
        now_ms: i64,
    ) -> Result<bool, PublishError> {
        let ledger = follow(&mut self.ledger, db, plan)?;
        let grew = ledger.catch_up(db)?;
        if ledger.has_open() {
            db.transaction(|db| ledger.settle(db, now_ms))?;
        }
        ledger.judge(now_ms);
        if due.ranking {
            let ranking = ledger.ranking(plan.shown, now_ms);
            let before: Option<Ranking> = plain(db, &DocumentName::Ranking)?;
            if before.is_none_or(|b| !b.says_what(&ranking)) {
                db.transaction(|db| {
                    publish::put(db, DocumentName::Ranking, &ranking, None, now_ms)
                })?;
            }
        }
        if due.accounts {
            let progress = ledger.progress(now_ms);
            let before: Progress = plain(db, &DocumentName::Progress)?.unwrap_or_default();
            let same = before.projects == progress.projects && before.prizes == progress.prizes;
            let told = &mut self.told;
            db.transaction(|db| {
                if !same {
                    publish::put(db, DocumentName::Progress, &progress, None, now_ms)?;
                }
                told.tell(db, ledger, now_ms)
            })?;
        }
        Ok(grew)
    }
}

/// The ledger, by what is in force now.
fn follow<'a>(
    ledger: &'a mut Option<Ledger>,
    db: &Db,
    plan: &Plan,
) -> Result<&'a mut Ledger, PublishError> {
    let publication = db.publication()?;
    if ledger.as_ref().map(|l| l.town().publication()) != Some(publication) {
        let town = Town::load(db, plan.zone.clone())?;
        match ledger {
            Some(there)
                if there.town().zones == town.zones && there.town().aliases == town.aliases =>
            {
                there.renew(town);
            }
            _ => *ledger = Some(Ledger::new(town)),
        }
    }
    Ok(ledger.as_mut().expect("put in above"))
}

fn plain<T: serde::de::DeserializeOwned>(
    db: &Db,
    name: &DocumentName,
) -> Result<Option<T>, PublishError> {
    let bytes = db.plain_document(name)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
