//! From a message to counted facts.
//!
//! Works on the database alone: no broker, no clock. What it returns from has been
//! committed; what it refuses is kept as a dead letter in the same transaction.

mod journal;
pub mod pace;
pub mod runs;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use machitap_domain::{CityId, Incarnation, KioskId};
use machitap_wire::{
    Batch, KioskState, Link, Receipt,
    envelope::{self, Kind},
    receipt::MISSING_RUNS_MAX,
};

use crate::db::{Db, DbError};
use journal::Journal;
use pace::{Reach, Whose};

/// Reasons in the dead letters are cut after so many characters.
const REASON_MAX: usize = 300;

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Whose topic it came on.
    pub kiosk: &'a KioskId,
    /// Its bytes.
    pub payload: &'a [u8],
    /// When, milliseconds since 1970-01-01T00:00:00Z.
    pub received_ms: i64,
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The life of the journal.
    pub incarnation: Incarnation,
    /// Facts counted now.
    pub new: u64,
    /// Facts that were counted before.
    pub again: u64,
    /// Facts whose place another has: set aside.
    pub forked: u64,
    /// Entries that are no facts of this journal: dead letters.
    pub dead: u64,
}

/// What became of a message. It is on disk either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A batch of an enrolled kiosk.
    Counted(Count),
    /// A dead letter, and why.
    Dead(String),
}

/// What became of a birth or death.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The kiosk is there, with this journal.
    Born(Incarnation),
    /// It is gone.
    Gone,
    /// Older than what is known, or a cleared topic.
    Stale,
    /// A dead letter, and why.
    Dead(String),
}

/// The ingest.
#[derive(Debug)]
pub struct Ingest {
    db: Db,
    city: CityId,
    journals: HashMap<Whose, Journal>,
}

/// A batch whose envelope holds, or why it does not.
type Opened = Result<(Batch, Vec<Result<Link, (String, serde_json::Error)>>), String>;

impl Ingest {
    /// Starts on a database.
    ///
    /// # Errors
    /// [`DbError::Unguarded`] when facts could be counted twice.
    pub fn new(db: Db, city: CityId) -> Result<Self, DbError> {
        db.guarded()?;
        Ok(Self {
            db,
            city,
            journals: HashMap::new(),
        })
    }

    /// The city it counts for.
    pub const fn city(&self) -> &CityId {
        &self.city
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// Takes one message of facts, in a transaction of its own.
    ///
    /// # Errors
    /// [`DbError`]; then nothing of it is on disk and it must come again.
    pub fn take(
        &mut self,
        kiosk_topic: &KioskId,
        payload: &[u8],
        received_ms: i64,
    ) -> Result<Taken, DbError> {
        let taken = self.take_all(&[Arrival {
            kiosk: kiosk_topic,
            payload,
            received_ms,
        }])?;
        Ok(taken.into_iter().next().expect("one message, one outcome"))
    }

    /// Takes several messages in one transaction; one outcome each, in order.
    ///
    /// # Errors
    /// [`DbError`]; then nothing of them is on disk and all must come again.
    pub fn take_all(&mut self, arrivals: &[Arrival<'_>]) -> Result<Vec<Taken>, DbError> {
        // Signatures and JSON before the transaction: others may write meanwhile.
        let mut opened = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            opened.push(self.open(arrival)?);
        }
        let journals = &mut self.journals;
        let taken = self.db.transaction(|db| {
            arrivals
                .iter()
                .zip(opened)
                .map(|(arrival, opened)| match opened {
                    Ok((batch, links)) => count(db, journals, arrival, &batch, links),
                    Err(why) => bury(db, arrival, &why).map(|()| Taken::Dead(why)),
                })
                .collect()
        });
        if taken.is_err() {
            // What is remembered may be ahead of what is on disk.
            self.journals.clear();
        }
        taken
    }

    /// Takes a birth or a death.
    ///
    /// # Errors
    /// [`DbError`]; then nothing of it is on disk and it must come again.
    pub fn hear(&mut self, arrival: &Arrival<'_>) -> Result<Heard, DbError> {
        if arrival.payload.is_empty() {
            return Ok(Heard::Stale);
        }
        let opened = self.open_as::<KioskState>(Kind::KioskState, arrival)?;
        let journals = &mut self.journals;
        let heard = self.db.transaction(|db| {
            let state = match opened {
                Ok(state) => state,
                Err(why) => return bury(db, arrival, &why).map(|()| Heard::Dead(why)),
            };
            let whose = (arrival.kiosk.clone(), state.incarnation);
            let journal = load(db, journals, &whose)?;
            if state.session_no < journal.row.session_no {
                return Ok(Heard::Stale);
            }
            db.kiosk_state(
                arrival.kiosk,
                state.online,
                &state.software,
                state.update.as_ref(),
                arrival.received_ms,
            )?;
            let (Ok(_), Ok(_)) = (
                i64::try_from(state.session_no),
                i64::try_from(state.last_seq),
            ) else {
                let why = "a session or sequence number beyond any journal".to_owned();
                return bury(db, arrival, &why).map(|()| Heard::Dead(why));
            };
            journal.row.session_no = state.session_no;
            journal.row.announced = journal.row.announced.max(state.last_seq);
            db.keep_journal(&journal.row)?;
            Ok(if state.online {
                Heard::Born(state.incarnation)
            } else {
                Heard::Gone
            })
        });
        if heard.is_err() {
            self.journals.clear();
        }
        heard
    }

    /// Keeps a message that came on a topic of no kiosk.
    ///
    /// # Errors
    /// [`DbError`]; then it must come again.
    pub fn stray(&mut self, topic: &str, payload: &[u8], received_ms: i64) -> Result<(), DbError> {
        let topic: String = topic.chars().take(REASON_MAX).collect();
        self.db
            .put_letter(&topic, "not a topic of a kiosk", payload, received_ms)
    }

    /// The receipt for a journal: what is committed. `None` for one never heard of.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn receipt(
        &mut self,
        kiosk: &KioskId,
        incarnation: Incarnation,
        reach: Reach,
    ) -> Result<Option<Receipt>, DbError> {
        if self.db.find_journal(kiosk, incarnation)?.is_none() {
            return Ok(None);
        }
        let whose = (kiosk.clone(), incarnation);
        let journal = load(&self.db, &mut self.journals, &whose)?;
        let upto = match reach {
            Reach::Seen => journal.runs.top(),
            Reach::Announced => journal.runs.top().max(journal.row.announced),
        };
        Ok(Some(Receipt {
            incarnation,
            contiguous_seq: journal.row.contiguous,
            missing: journal.runs.missing(upto, MISSING_RUNS_MAX),
            forked: journal.row.forked,
        }))
    }

    /// Every journal heard of, the one heard of last at the end.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn journals(&self) -> Result<Vec<Whose>, DbError> {
        Ok(self
            .db
            .journals()?
            .into_iter()
            .map(|row| (row.kiosk, row.incarnation))
            .collect())
    }

    fn open(&self, arrival: &Arrival<'_>) -> Result<Opened, DbError> {
        Ok(self.open_as::<Batch>(Kind::Facts, arrival)?.map(|batch| {
            let links = batch.links();
            (batch, links)
        }))
    }

    fn open_as<T: serde::de::DeserializeOwned>(
        &self,
        kind: Kind,
        arrival: &Arrival<'_>,
    ) -> Result<Result<T, String>, DbError> {
        let source = arrival.kiosk.as_str();
        // Looked up each time: whoever was revoked or enrolled anew a moment ago is not believed.
        let Some(row) = self.db.kiosk(arrival.kiosk)? else {
            return Ok(Err("no kiosk of that name is enrolled".to_owned()));
        };
        Ok(envelope::open(kind, source, arrival.payload, &row.verifier).map_err(|why| cut(&why)))
    }
}

fn cut(why: &impl ToString) -> String {
    why.to_string().chars().take(REASON_MAX).collect()
}

fn bury(db: &Db, arrival: &Arrival<'_>, why: &str) -> Result<(), DbError> {
    db.put_letter(
        arrival.kiosk.as_str(),
        why,
        arrival.payload,
        arrival.received_ms,
    )
}

fn load<'a>(
    db: &Db,
    journals: &'a mut HashMap<Whose, Journal>,
    whose: &Whose,
) -> Result<&'a mut Journal, DbError> {
    if !journals.contains_key(whose) {
        journals.insert(whose.clone(), Journal::load(db, &whose.0, whose.1)?);
    }
    Ok(journals.get_mut(whose).expect("put in above"))
}

fn count(
    db: &Db,
    journals: &mut HashMap<Whose, Journal>,
    arrival: &Arrival<'_>,
    batch: &Batch,
    links: Vec<Result<Link, (String, serde_json::Error)>>,
) -> Result<Taken, DbError> {
    let whose = (arrival.kiosk.clone(), batch.incarnation);
    let journal = load(db, journals, &whose)?;
    let mut count = Count {
        incarnation: batch.incarnation,
        new: 0,
        again: 0,
        forked: 0,
        dead: 0,
    };
    for link in links {
        let (bytes, why) = match link {
            Ok(link) => match journal.misplaced(&link) {
                None => {
                    journal.take(db, &link, arrival.received_ms, &mut count)?;
                    continue;
                }
                Some(why) => (link.bytes, why.to_owned()),
            },
            Err((bytes, why)) => (bytes, cut(&format!("not a fact: {why}"))),
        };
        count.dead += 1;
        db.put_letter(
            arrival.kiosk.as_str(),
            &why,
            bytes.as_bytes(),
            arrival.received_ms,
        )?;
    }
    journal.row.contiguous = journal.runs.contiguous();
    db.keep_journal(&journal.row)?;
    db.kiosk_seen(arrival.kiosk, arrival.received_ms)?;
    Ok(Taken::Counted(count))
}
