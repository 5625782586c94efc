//! What leaves the city besides receipts: documents and commands that wait in the database.

use std::{collections::HashMap, sync::Arc};

use machitap_domain::CityId;
use machitap_wire::{
    Signer, Topic,
    command::Command,
    envelope::{self, Kind},
};
use uuid::Uuid;

use crate::{
    config::Config,
    db::{Db, DbError, Stale, Stored},
    link::Tag,
    publish::{Part, PublishError, clearing, parts},
};

/// What a group of parts stands for.
enum Work {
    Document(Stored),
    Clearing(Stale),
    Command(Command),
}

struct UnderWay {
    work: Work,
    left: usize,
}

pub(crate) struct Desk {
    db: Db,
    city: CityId,
    signer: Arc<Signer>,
    jobs: HashMap<u64, UnderWay>,
    tags: HashMap<Tag, u64>,
    next: u64,
}

impl Desk {
    pub(crate) fn new(db: Db, config: &Config, signer: Arc<Signer>) -> Self {
        Self {
            db,
            city: config.city.clone(),
            signer,
            jobs: HashMap::new(),
            tags: HashMap::new(),
            next: 1,
        }
    }

    /// A new connection: nothing is under way on it.
    pub(crate) fn forget_under_way(&mut self) {
        self.jobs.clear();
        self.tags.clear();
    }

    pub(crate) fn send_all_again(&self) -> Result<(), DbError> {
        self.db.resend_documents()
    }

    /// What is to be published now. Documents go first; chunks of old versions are cleared
    /// only when no document is under way.
    pub(crate) fn work(&mut self) -> Result<Vec<(Tag, Part)>, PublishError> {
        let mut out = Vec::new();
        if self
            .jobs
            .values()
            .any(|j| !matches!(j.work, Work::Command(_)))
        {
            return Ok(out);
        }
        for stored in self.db.unsent_documents()? {
            let parts =
                parts(&stored, &self.city, &self.signer).map_err(|why| PublishError::Refused {
                    name: stored.name.clone(),
                    why,
                })?;
            self.begin(Work::Document(stored), parts, &mut out);
        }
        if out.is_empty() {
            for stale in self.db.stale()? {
                let parts = clearing(&stale, &self.city);
                if parts.is_empty() {
                    self.db.stale_cleared(&stale)?;
                } else {
                    self.begin(Work::Clearing(stale), parts, &mut out);
                }
            }
        }
        Ok(out)
    }

    /// Commands to be sent now; each is sent once on a connection.
    pub(crate) fn commands(&mut self, now_ms: i64) -> Result<Vec<(Tag, Part)>, DbError> {
        let mut out = Vec::new();
        for command in self.db.unsent_commands(now_ms)? {
            let under_way = self
                .jobs
                .values()
                .any(|j| matches!(&j.work, Work::Command(c) if *c == command));
            if under_way {
                continue;
            }
            let part = Part {
                topic: Topic::Commands(command.kiosk.clone()).name(&self.city),
                payload: envelope::seal(
                    Kind::Command,
                    Uuid::now_v7(),
                    self.city.as_str(),
                    &command,
                    &self.signer,
                ),
            };
            self.begin(Work::Command(command), vec![part], &mut out);
        }
        Ok(out)
    }

    fn begin(&mut self, work: Work, parts: Vec<Part>, out: &mut Vec<(Tag, Part)>) {
        let job = self.next;
        self.next += 1;
        self.jobs.insert(
            job,
            UnderWay {
                work,
                left: parts.len(),
            },
        );
        for part in parts {
            let tag = self.next;
            self.next += 1;
            self.tags.insert(tag, job);
            out.push((tag, part));
        }
    }

    /// The broker has that part; when it was the last, the database notes it.
    pub(crate) fn acked(&mut self, tag: Tag) -> Result<(), DbError> {
        let Some(job) = self.tags.remove(&tag) else {
            return Ok(());
        };
        let Some(under_way) = self.jobs.get_mut(&job) else {
            return Ok(());
        };
        under_way.left -= 1;
        if under_way.left > 0 {
            return Ok(());
        }
        match self.jobs.remove(&job).map(|j| j.work) {
            Some(Work::Document(stored)) => {
                self.db.document_sent(&stored.name, stored.version)?;
                tracing::info!(name = %stored.name, version = stored.version, "published");
            }
            Some(Work::Clearing(stale)) => self.db.stale_cleared(&stale)?,
            Some(Work::Command(command)) => {
                self.db.command_sent(&command)?;
                tracing::info!(kiosk = %command.kiosk, order = ?command.order, "commanded");
            }
            None => {}
        }
        Ok(())
    }

    /// The broker refused that part. Its job stays open, so that nothing is sent again and
    /// again to a broker that does not want it; the next connection tries anew.
    pub(crate) fn refused(&mut self, tag: Tag) {
        self.tags.remove(&tag);
    }
}
