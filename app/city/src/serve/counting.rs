//! The thread that owns the ingest: batches in, acknowledgements and receipts out.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use machitap_domain::{KioskId, Millis, fact::Class};
use machitap_wire::{
    Signer, Topic,
    envelope::{self, Kind},
};
use rumqttc::v5::mqttbytes::v5::Publish;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    db::DbError,
    ingest::{
        Arrival, Heard, Ingest, Taken,
        pace::{Pace, Reach, Whose},
    },
    publish::Part,
    time::now_ms,
};

/// At most so many messages in one transaction.
const GROUP_MAX: usize = 64;

/// So many messages wait for the ingest; then the link is not read until it has caught up.
const QUEUE: usize = 256;

/// A database that is busy or full is tried again so often, with the pauses between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// With nothing due, the thread looks up so often.
const IDLE: Duration = Duration::from_secs(60);

enum ToCounting {
    Message {
        generation: u64,
        publish: Box<Publish>,
    },
    RepeatReceipts,
    Finish,
}

/// What the thread tells.
pub(super) enum FromCounting {
    /// On disk: the broker may forget these.
    Committed {
        /// The connection they came on.
        generation: u64,
        /// The messages.
        messages: Vec<Publish>,
    },
    /// A receipt, retained.
    Receipt(Part),
    /// The database gave up.
    Failed(DbError),
}

/// The thread's handle.
pub(super) struct Counting {
    queue: Sender<ToCounting>,
    waiting: Arc<AtomicUsize>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Counting {
    pub(super) fn start(
        ingest: Ingest,
        signer: Arc<Signer>,
    ) -> (Self, mpsc::UnboundedReceiver<FromCounting>) {
        let (queue, work) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (tell, told) = mpsc::unbounded_channel();
        let worker = Worker {
            ingest,
            signer,
            pace: Pace::default(),
            born: Instant::now(),
            tell,
            waiting: waiting.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("ingest".to_owned())
            .spawn(move || worker.run(&work))
            .expect("the system starts a thread");
        (
            Self {
                queue,
                waiting,
                thread: Mutex::new(Some(thread)),
            },
            told,
        )
    }

    /// True while another message may be handed over. It turns true again before some
    /// [`FromCounting::Committed`] is told.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Acquire) < QUEUE
    }

    /// Hands a message over; never waits.
    pub(super) fn hand(&self, generation: u64, publish: Publish) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        self.control(ToCounting::Message {
            generation,
            publish: Box::new(publish),
        });
    }

    pub(super) fn repeat_receipts(&self) {
        self.control(ToCounting::RepeatReceipts);
    }

    pub(super) fn finish(&self) {
        self.control(ToCounting::Finish);
    }

    fn control(&self, message: ToCounting) {
        if self.queue.send(message).is_err() {
            // Its end is told on the other channel.
            tracing::debug!("the ingest has finished");
        }
    }

    /// Waits for the thread to end.
    pub(super) fn stop(&self) {
        self.finish();
        let thread = self.thread.lock().ok().and_then(|mut t| t.take());
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("the ingest ended in a panic");
        }
    }
}

struct Worker {
    ingest: Ingest,
    signer: Arc<Signer>,
    pace: Pace,
    born: Instant,
    tell: mpsc::UnboundedSender<FromCounting>,
    waiting: Arc<AtomicUsize>,
}

struct Message {
    generation: u64,
    publish: Publish,
    topic: Option<Topic>,
    received_ms: i64,
}

impl Worker {
    fn now(&self) -> Millis {
        Millis::try_from(self.born.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }

    fn run(mut self, work: &Receiver<ToCounting>) {
        let ended = self.work(work).and_then(|()| {
            for (kiosk, incarnation) in self.pace.flush() {
                self.receipt(&(kiosk, incarnation), Reach::Seen)?;
            }
            Ok(())
        });
        if let Err(why) = ended {
            tracing::error!(%why, "the ingest gives up");
            self.say(FromCounting::Failed(why));
        }
    }

    fn work(&mut self, work: &Receiver<ToCounting>) -> Result<(), DbError> {
        let mut finish = false;
        while !finish {
            let now = self.now();
            let wait = self
                .pace
                .wake()
                .map_or(IDLE, |at| Duration::from_millis(at.saturating_sub(now)));
            let mut group = Vec::new();
            let mut next = match work.recv_timeout(wait) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            while let Some(item) = next {
                match item {
                    ToCounting::Message {
                        generation,
                        publish,
                    } => group.push(self.read(generation, *publish)),
                    ToCounting::RepeatReceipts => {
                        let now = self.now();
                        for whose in self.ingest.journals()? {
                            self.pace.mark(whose, now);
                        }
                    }
                    ToCounting::Finish => finish = true,
                }
                next = (group.len() < GROUP_MAX)
                    .then(|| work.try_recv().ok())
                    .flatten();
            }
            self.take(group)?;
            for (whose, reach) in self.pace.ready(self.now()) {
                self.receipt(&whose, reach)?;
            }
        }
        Ok(())
    }

    fn read(&self, generation: u64, publish: Publish) -> Message {
        let topic = std::str::from_utf8(&publish.topic)
            .ok()
            .and_then(|name| Topic::parse(self.ingest.city(), name));
        Message {
            generation,
            publish,
            topic,
            received_ms: now_ms(),
        }
    }

    fn take(&mut self, group: Vec<Message>) -> Result<(), DbError> {
        let mut facts: Vec<(&KioskId, &Message)> = Vec::new();
        for message in &group {
            if let Some(Topic::Events(kiosk)) = &message.topic {
                facts.push((kiosk, message));
            }
        }
        let arrivals: Vec<Arrival<'_>> = facts
            .iter()
            .map(|(kiosk, message)| Arrival {
                kiosk,
                payload: &message.publish.payload,
                received_ms: message.received_ms,
            })
            .collect();
        if !arrivals.is_empty() {
            let taken = patiently(|| self.ingest.take_all(&arrivals))?;
            for (arrival, taken) in arrivals.iter().zip(taken) {
                self.note(arrival.kiosk, &taken);
            }
        }
        for message in &group {
            self.other(message)?;
        }
        self.acknowledge(group);
        Ok(())
    }

    fn note(&mut self, kiosk: &KioskId, taken: &Taken) {
        match taken {
            Taken::Counted(count) => {
                if count.forked + count.dead > 0 {
                    tracing::error!(%kiosk, forked = count.forked, dead = count.dead, "set aside");
                }
                let now = self.now();
                self.pace.mark((kiosk.clone(), count.incarnation), now);
            }
            Taken::Dead(why) => tracing::error!(%kiosk, %why, "a dead letter"),
        }
    }

    fn other(&mut self, message: &Message) -> Result<(), DbError> {
        let payload: &[u8] = &message.publish.payload;
        match &message.topic {
            // The city's own word comes back by the filter for the kiosks' states.
            Some(Topic::Events(_) | Topic::CityState) => {}
            Some(Topic::KioskState(kiosk)) => {
                let arrival = Arrival {
                    kiosk,
                    payload,
                    received_ms: message.received_ms,
                };
                match patiently(|| self.ingest.hear(&arrival))? {
                    Heard::Born(incarnation) => {
                        tracing::info!(%kiosk, "a kiosk is there");
                        let now = self.now();
                        self.pace.mark((kiosk.clone(), incarnation), now);
                    }
                    Heard::Gone => tracing::info!(%kiosk, "a kiosk is gone"),
                    Heard::Stale => {}
                    Heard::Dead(why) => tracing::error!(%kiosk, %why, "a dead letter"),
                }
            }
            _ => {
                let topic = String::from_utf8_lossy(&message.publish.topic).into_owned();
                patiently(|| self.ingest.stray(&topic, payload, message.received_ms))?;
            }
        }
        Ok(())
    }

    fn acknowledge(&self, group: Vec<Message>) {
        self.waiting.fetch_sub(group.len(), Ordering::AcqRel);
        let mut by_generation: Vec<(u64, Vec<Publish>)> = Vec::new();
        for message in group {
            match by_generation.last_mut() {
                Some((generation, messages)) if *generation == message.generation => {
                    messages.push(message.publish);
                }
                _ => by_generation.push((message.generation, vec![message.publish])),
            }
        }
        for (generation, messages) in by_generation {
            self.say(FromCounting::Committed {
                generation,
                messages,
            });
        }
    }

    fn receipt(&mut self, whose: &Whose, reach: Reach) -> Result<(), DbError> {
        let (kiosk, incarnation) = whose;
        let Some(receipt) = patiently(|| self.ingest.receipt(kiosk, *incarnation, reach))? else {
            return Ok(());
        };
        if reach == Reach::Announced && receipt.missing.is_empty() {
            return Ok(());
        }
        let city = self.ingest.city();
        let payload = envelope::seal(
            Kind::Receipt,
            Uuid::now_v7(),
            city.as_str(),
            &receipt,
            &self.signer,
        );
        let topic = Topic::Receipts(kiosk.clone()).name(city);
        self.say(FromCounting::Receipt(Part { topic, payload }));
        Ok(())
    }

    fn say(&self, what: FromCounting) {
        if self.tell.send(what).is_err() {
            tracing::debug!("nobody listens to the ingest any more");
        }
    }
}

/// Tries again what may mend itself; the messages wait at the broker meanwhile.
fn patiently<T>(mut work: impl FnMut() -> Result<T, DbError>) -> Result<T, DbError> {
    for n in 1.. {
        match work() {
            Err(why) if why.class() == Class::Retry && n < TRIES => {
                tracing::warn!(%why, n, "the database is tried again");
                std::thread::sleep(PAUSE * n);
            }
            outcome => return outcome,
        }
    }
    unreachable!("the loop ends by returning")
}
