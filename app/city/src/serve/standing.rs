//! The thread that keeps the ranking: it follows the ledger and puts a new ranking in
//! force when the first places changed. It also deals to a journal's new life when one is
//! heard of, so that a kiosk that was set up again can be drawn from without anybody's help.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

use jiff::tz::TimeZone;
use machitap_domain::{draw::secret::DrawKey, ranking::Ranking};
use machitap_wire::DocumentName;

use crate::{
    db::Db,
    ledger::{Ledger, Zones},
    publish::{self, PublishError},
    time::now_ms,
};

/// The thread's handle.
pub(super) struct Standing {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Standing {
    pub(super) fn start(
        db: Db,
        zone: TimeZone,
        every: Duration,
        places: usize,
        draw: Option<DrawKey>,
    ) -> Self {
        let (end, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("ranking".to_owned())
            .spawn(move || run(db, zone, every, places, draw, &asked))
            .expect("the system starts a thread");
        Self { end, thread }
    }

    /// Waits for the thread to end.
    pub(super) fn stop(self) {
        drop(self.end);
        if self.thread.join().is_err() {
            tracing::error!("the ranking ended in a panic");
        }
    }
}

fn run(
    mut db: Db,
    zone: TimeZone,
    every: Duration,
    places: usize,
    draw: Option<DrawKey>,
    asked: &Receiver<()>,
) {
    let mut lives = 0;
    let mut ledger: Option<Ledger> = None;
    loop {
        if let Err(why) = step(&mut db, &mut ledger, &zone, places) {
            // Facts are counted without a ranking; it is built anew at the next turn.
            tracing::error!(%why, "no new ranking");
            ledger = None;
        }
        if let Some(key) = &draw
            && let Err(why) = deal(&mut db, &mut lives, key)
        {
            tracing::error!(%why, "nothing dealt to a new journal");
        }
        match asked.recv_timeout(every) {
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

fn step(
    db: &mut Db,
    ledger: &mut Option<Ledger>,
    zone: &TimeZone,
    places: usize,
) -> Result<(), PublishError> {
    let ledger = match ledger {
        Some(ledger) => ledger,
        None => ledger.insert(Ledger::new(Zones::load(db, zone.clone())?)),
    };
    ledger.catch_up(db)?;
    let now = now_ms();
    let ranking = ledger.ranking(&db.nicknames()?, places, now);
    let before: Option<Ranking> = db
        .plain_document(&DocumentName::Ranking)?
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if before.is_none_or(|b| !b.says_what(&ranking)) {
        db.transaction(|db| publish::put(db, DocumentName::Ranking, &ranking, None, now))?;
    }
    Ok(())
}
