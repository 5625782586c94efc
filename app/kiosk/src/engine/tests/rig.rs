//! A kiosk in a directory of its own, with a clock that stands until it is moved.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use machitap_card::{ReaderEvent, TapId, Timings};
use machitap_domain::{
    BootId, CardUid, CitizenId, Credential, Fact, PurposeKey, Technology, sound::Loudness,
};
use machitap_kiosk_core::{Line, Screen, Tone, View};
use machitap_store::{Journal, Opened, Settings};
use machitap_wire::{
    DocumentName, Manifest, Receipt, Signer, Topic,
    bundle::PurposeKeys,
    envelope::{self, Kind},
    seal::SealOpener,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::super::{Display, Engine, Identity, Msg, Parts, Times};
use crate::{
    clock::{Reading, Timekeeper, Vouched},
    documents::Documents,
    link::{Floor, LinkEvent},
    names,
    sound::Signal,
    trace::Trace,
    update,
};

/// 2026-04-01T09:00:00+09:00.
pub(super) const MORNING_MS: i64 = 1_775_001_600_000;

pub(super) const CATALOGUE: &str = r#"{"city":"town","name":{"ja":"みほん町"},"contact":"0",
 "facilities":{"hall":{"name":{"ja":"公民館"},"time_zone":"Asia/Tokyo",
 "service":{"kind":"visit","points":{"base":5,"visits_per_day":1}}}}}"#;

#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    /// Everything shown and sounded since the last look.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Screens {
    seen: Seen,
    last: Arc<Mutex<Option<Screen>>>,
    drawn: Sender<Msg>,
}

impl Display for Screens {
    fn show(&mut self, screen: Box<Screen>, ticket: u64) {
        self.seen.note(names::view(&screen.view).to_owned());
        *self.last.lock().unwrap() = Some(*screen);
        self.drawn.send(Msg::Drawn { ticket, at_ns: 9 }).unwrap();
    }
}

impl Signal for Seen {
    fn give(&mut self, tone: Tone) {
        self.note(format!("tone: {}", crate::sound::name(tone)));
    }

    fn say(&mut self, line: Option<Line>) {
        let said = line.map_or("hush", Line::key);
        self.note(format!("voice: {said}"));
    }

    fn be_as_loud(&mut self, loudness: Loudness) {
        let Loudness { tones, voice } = loudness;
        self.note(format!("loudness: {tones} {voice}"));
    }
}

/// What outlives a restart.
pub(super) struct Place {
    dir: TempDir,
    pub(super) settings: Settings,
    pub(super) reading: Arc<Mutex<Reading>>,
    pub(super) stick: Option<PathBuf>,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
            settings: Settings {
                kiosk: "kiosk-1".parse().unwrap(),
                facility: "hall".parse().unwrap(),
                zone: TimeZone::get("Asia/Tokyo").unwrap(),
                max_bytes: 1 << 30,
                min_free_bytes: 0,
                keep_after_receipt_ms: 86_400_000,
            },
            reading: Arc::new(Mutex::new(Reading {
                mono_ms: 10_000,
                wall_ms: MORNING_MS,
                vouched: Vouched::Ntp { max_error_ms: 20 },
            })),
            stick: None,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.path().join("journal.db")
    }

    /// Where updates lie.
    pub(super) fn update_place(&self) -> update::Place {
        update::Place::new(self.dir.path(), &self.update_machine())
    }

    /// Where the machine says how one stands.
    pub(super) fn update_machine(&self) -> PathBuf {
        self.dir.path().join("machine")
    }

    fn trace_path(&self) -> PathBuf {
        self.dir.path().join("trace")
    }

    pub(super) fn trace(&self) -> String {
        std::fs::read_to_string(self.trace_path()).unwrap_or_default()
    }

    pub(super) fn pass(&self, ms: u64) {
        let mut reading = self.reading.lock().unwrap();
        reading.mono_ms += ms;
        reading.wall_ms += i64::try_from(ms).unwrap();
    }

    /// The facts on disk; nobody else may hold the journal.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let Opened { journal, .. } = Journal::open(&self.path(), self.settings.clone()).unwrap();
        let stored = journal.read(1, usize::MAX, usize::MAX).unwrap();
        stored
            .iter()
            .map(|s| serde_json::from_str(&s.text).unwrap())
            .collect()
    }

    /// A kiosk on this journal, not started.
    pub(super) fn kiosk(&self) -> Kiosk {
        let Opened { journal, report } =
            Journal::open(&self.path(), self.settings.clone()).unwrap();
        let seen = Seen::default();
        let last = Arc::new(Mutex::new(None));
        let (drawn, inbox) = channel();
        let city = Signer::from_seed([1; 32]);
        let reading = Arc::clone(&self.reading);
        let mut engine = Engine::new(Parts {
            journal,
            replaced: report.quarantined.map(|q| q.old),
            documents: Documents::new(
                "town".parse().unwrap(),
                "kiosk-1".parse().unwrap(),
                "hall".parse().unwrap(),
                city.verifier(),
                opener(),
            ),
            identity: Identity {
                city: "town".parse().unwrap(),
                kiosk: "kiosk-1".parse().unwrap(),
                facility: "hall".parse().unwrap(),
                purposes: PurposeKeys {
                    nursery: Some(PurposeKey::new([5; 32])),
                    visit: Some(PurposeKey::new([6; 32])),
                    transport: None,
                    reception: Some(PurposeKey::new([8; 32])),
                },
                city_key: city.verifier(),
                city_seal: None,
                signer: Signer::from_seed([2; 32]),
            },
            times: Times {
                keeper: Timekeeper::new(BootId(Uuid::from_u128(7)), MORNING_MS - 1),
                read: Box::new(move || *reading.lock().unwrap()),
                floor: Floor::new(0),
            },
            display: Box::new(Screens {
                seen: seen.clone(),
                last: Arc::clone(&last),
                drawn: drawn.clone(),
            }),
            signal: Box::new(seen.clone()),
            trace: Trace::open(&self.trace_path()).unwrap(),
            started_ns: 0,
            last_ticket: 0,
        });
        engine.with_papers(self.stick.clone(), drawn.clone());
        engine.with_hand_offs(drawn.clone());
        engine.with_updates(update::Setup {
            place: self.update_place(),
            // Nobody is there: what it fetches it never gets.
            address: "127.0.0.1:9".to_owned(),
            min_free_bytes: 0,
            messages: drawn,
        });
        Kiosk {
            engine,
            seen,
            last,
            inbox,
            city,
            taps: 0,
        }
    }

    /// A kiosk of the town's hall, started.
    pub(super) fn hall(&self) -> Kiosk {
        let mut kiosk = self.kiosk();
        kiosk.engine.start();
        kiosk.publish(DocumentName::Catalogue, 1, CATALOGUE.as_bytes());
        kiosk.settle();
        kiosk
    }
}

pub(super) fn opener() -> SealOpener {
    SealOpener::from_text(&"03".repeat(32)).unwrap()
}

pub(super) fn citizen(id: &str) -> Credential {
    Credential::Citizen(CitizenId::new(id).unwrap())
}

pub(super) fn felica(byte: u8) -> Credential {
    Credential::Uid(CardUid::new(Technology::Felica, &[byte; 8]).unwrap())
}

pub(super) struct Kiosk {
    pub(super) engine: Engine,
    pub(super) seen: Seen,
    last: Arc<Mutex<Option<Screen>>>,
    inbox: Receiver<Msg>,
    pub(super) city: Signer,
    taps: u64,
}

impl Kiosk {
    /// Lets everything drawn be reported.
    pub(super) fn settle(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.engine.take(message);
        }
    }

    pub(super) fn say(&mut self, message: Msg) {
        self.engine.take(message);
        self.engine.due();
        self.settle();
    }

    /// As the loop does, until it is so.
    pub(super) fn run_until(&mut self, is: impl Fn(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(30);
        while !is(self) {
            assert!(Instant::now() < until, "in vain; {:?}", self.seen.take());
            match self.inbox.recv_timeout(Duration::from_millis(1)) {
                Ok(message) => self.engine.take(message),
                Err(_) => self.engine.papers_step(),
            }
        }
    }

    pub(super) fn tap(&mut self, credential: Credential) {
        self.taps += 1;
        let tap = TapId(self.taps);
        let at_mono_ms = 0;
        self.say(Msg::Reader(ReaderEvent::CardSeen { tap, at_mono_ms }, 1));
        let timings = Timings::default();
        self.say(Msg::Reader(
            ReaderEvent::CardRead {
                tap,
                credential,
                timings,
            },
            2,
        ));
        self.say(Msg::Reader(ReaderEvent::Removed { tap }, 3));
    }

    pub(super) fn view(&self) -> View {
        self.last.lock().unwrap().clone().unwrap().view
    }

    pub(super) fn receive(&mut self, topic: &Topic, payload: Vec<u8>) {
        let topic = topic.name(&"town".parse().unwrap());
        self.say(Msg::Link(LinkEvent::Message { topic, payload }));
    }

    pub(super) fn publish(&mut self, name: DocumentName, version: u64, bytes: &[u8]) {
        let signer = Signer::from_seed([1; 32]);
        self.publish_by(&signer, name, version, bytes);
    }

    pub(super) fn publish_by(
        &mut self,
        signer: &Signer,
        name: DocumentName,
        version: u64,
        bytes: &[u8],
    ) {
        let (manifest, chunks) = Manifest::of(name.clone(), version, 5, bytes).unwrap();
        let chunks: Vec<Vec<u8>> = chunks.into_iter().map(<[u8]>::to_vec).collect();
        for (index, chunk) in chunks.into_iter().enumerate() {
            let index = u32::try_from(index).unwrap();
            let topic = Topic::Chunk {
                name: name.clone(),
                version,
                index,
            };
            self.receive(&topic, chunk);
        }
        let sealed = envelope::seal(Kind::Manifest, Uuid::nil(), "town", &manifest, signer);
        self.receive(&Topic::Manifest(name), sealed);
    }

    pub(super) fn receipt(&mut self, contiguous_seq: u64) {
        let receipt = Receipt {
            incarnation: self.engine.journal.incarnation(),
            contiguous_seq,
            missing: Vec::new(),
            forked: false,
        };
        let sealed = envelope::seal(Kind::Receipt, Uuid::nil(), "town", &receipt, &self.city);
        self.receive(&Topic::Receipts("kiosk-1".parse().unwrap()), sealed);
    }
}
