//! A stage for one test at a time, an ear on the reader, and the rules every test keeps.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use machitap_card::{
    Admitted, CardProblem, KeyProvider, Reader, ReaderConfig, ReaderEvent, ReaderHandle, TapId,
    TestOnly,
    virt::{
        ApduLog, CitizenAp, Counters, Inserted, Logged, MyNumberCard, PrivatePcscd, READER_NAME,
        Slot, VirtualCard,
    },
};
use machitap_domain::{CitizenId, Credential};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a call to the card may take in these tests.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_millis(1500);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A private PC/SC service, and the log of every command to every card on it.
pub(crate) struct Stage {
    pub(crate) pcscd: PrivatePcscd,
    pub(crate) log: ApduLog,
    pub(crate) counters: Vec<Counters>,
    dir: PathBuf,
    _serial: MutexGuard<'static, ()>,
}

impl Stage {
    pub(crate) fn start() -> Self {
        let serial = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // The same path for the whole process: libpcsclite reads it once.
        let dir = std::env::temp_dir().join(format!("machitap-card-{}", std::process::id()));
        let pcscd = PrivatePcscd::start(&dir).unwrap_or_else(|error| panic!("{error}"));
        // SAFETY: only tests that hold the lock above use PC/SC, the one reader of the
        // environment here, and the value is the same each time.
        unsafe { std::env::set_var("PCSCLITE_CSOCK_NAME", pcscd.socket()) };
        Self {
            pcscd,
            log: ApduLog::default(),
            counters: Vec::new(),
            dir,
            _serial: serial,
        }
    }

    pub(crate) fn slot(&self, index: usize) -> Slot {
        self.pcscd.slots()[index]
    }

    /// Holds a card to the first slot.
    pub(crate) fn insert(&self, label: &'static str, card: impl VirtualCard + 'static) -> Inserted {
        self.insert_at(0, label, card)
    }

    pub(crate) fn insert_at(
        &self,
        slot: usize,
        label: &'static str,
        card: impl VirtualCard + 'static,
    ) -> Inserted {
        let card = Logged::new(label, &self.log, card);
        self.slot(slot).insert(card).expect("the slot listens")
    }

    /// A My Number Card whose counters are checked when the stage ends.
    pub(crate) fn watched(&mut self, card: MyNumberCard) -> MyNumberCard {
        self.counters.push(card.counters());
        card
    }

    /// A resident's card.
    pub(crate) fn citizen(&mut self) -> MyNumberCard {
        self.watched(MyNumberCard::with(ap("SKM-000001")))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.pcscd.kill();
        if std::thread::panicking() {
            let said = std::fs::read_to_string(self.dir.join("pcscd.log"));
            eprintln!("pcscd said: {}", said.unwrap_or_default());
            eprintln!("commands: {:#?}", self.log.entries());
        }
        // A directory left in /tmp would be a nuisance and no wrong result.
        let _ = std::fs::remove_dir_all(&self.dir);
        if !std::thread::panicking() {
            assert_eq!(self.log.forbidden(), [], "forbidden commands were sent");
            assert!(self.counters.iter().all(Counters::untouched));
        }
    }
}

pub(crate) fn keys() -> TestOnly {
    TestOnly::for_demo(true).unwrap()
}

pub(crate) fn ap(id: &str) -> CitizenAp {
    let id = CitizenId::new(id).unwrap();
    CitizenAp::issue(keys().master_keys(), 1, [7; 8], id).unwrap()
}

pub(crate) fn citizen(id: &str) -> Credential {
    Credential::Citizen(CitizenId::new(id).unwrap())
}

pub(crate) fn config() -> ReaderConfig {
    config_with(Arc::new(keys()))
}

pub(crate) fn config_with(keys: Arc<dyn KeyProvider>) -> ReaderConfig {
    ReaderConfig {
        name_prefix: Some(READER_NAME.to_owned()),
        answer_limit: ANSWER_LIMIT,
        ..ReaderConfig::new(Admitted::reference(), keys)
    }
}

/// A running reader and everything it said.
pub(crate) struct Ear {
    pub(crate) reader: ReaderHandle,
    events: mpsc::Receiver<ReaderEvent>,
    heard: Vec<ReaderEvent>,
}

impl Ear {
    pub(crate) fn spawn(config: ReaderConfig) -> Self {
        let (tx, events) = mpsc::channel();
        // An ear that is gone hears nothing; the reader goes on.
        let reader = Reader::spawn(config, move |event| drop(tx.send(event)));
        Self {
            reader,
            events,
            heard: Vec::new(),
        }
    }

    /// A reader that says it is ready.
    pub(crate) fn ready() -> Self {
        let mut ear = Self::spawn(config());
        ear.until(|event| matches!(event, ReaderEvent::Ready { .. }));
        ear
    }

    /// The next event of that kind; what comes before it is kept as heard.
    pub(crate) fn until(&mut self, wanted: impl Fn(&ReaderEvent) -> bool) -> ReaderEvent {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!("waited in vain; heard so far: {:#?}", self.heard);
            };
            self.heard.push(event.clone());
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The next tap's result.
    pub(crate) fn result(&mut self) -> Result<Credential, CardProblem> {
        let result = self.until(|event| {
            matches!(
                event,
                ReaderEvent::CardRead { .. } | ReaderEvent::CardProblem { .. }
            )
        });
        match result {
            ReaderEvent::CardRead { credential, .. } => Ok(credential),
            ReaderEvent::CardProblem { problem, .. } => Err(problem),
            other => unreachable!("{other:?}"),
        }
    }

    pub(crate) fn removed(&mut self) -> TapId {
        match self.until(|event| matches!(event, ReaderEvent::Removed { .. })) {
            ReaderEvent::Removed { tap } => tap,
            other => unreachable!("{other:?}"),
        }
    }

    /// Ends the reader and checks what holds for every history: a tap is seen, has one
    /// result and one removal, in that order, and taps do not overlap.
    pub(crate) fn finish(mut self) -> Vec<ReaderEvent> {
        self.reader.join();
        self.heard.extend(self.events.try_iter());
        let mut stage: BTreeMap<TapId, u8> = BTreeMap::new();
        for event in &self.heard {
            let (tap, before, after) = match event {
                ReaderEvent::CardSeen { tap, .. } => (tap, 0, 1),
                ReaderEvent::CardRead { tap, .. } | ReaderEvent::CardProblem { tap, .. } => {
                    (tap, 1, 2)
                }
                ReaderEvent::Removed { tap } => (tap, 2, 3),
                _ => continue,
            };
            let stood = stage.insert(*tap, after).unwrap_or(0);
            assert_eq!(stood, before, "{event:?} out of order in {:#?}", self.heard);
            let open = stage.values().filter(|at| **at < 3).count();
            assert!(open <= 1, "two taps at once in {:#?}", self.heard);
        }
        self.heard
    }
}

pub(crate) fn is_gone(event: &ReaderEvent) -> bool {
    matches!(event, ReaderEvent::Gone { .. })
}

pub(crate) fn is_ready(event: &ReaderEvent) -> bool {
    matches!(event, ReaderEvent::Ready { .. })
}

/// Waits until the service sees that many cards.
pub(crate) fn wait_for_cards(count: usize) {
    let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let mut states: Vec<_> = context
            .list_readers_owned()
            .unwrap()
            .into_iter()
            .map(|name| pcsc::ReaderState::new(name, pcsc::State::UNAWARE))
            .collect();
        context
            .get_status_change(Duration::ZERO, &mut states)
            .unwrap();
        let present = |s: &&pcsc::ReaderState| s.event_state().contains(pcsc::State::PRESENT);
        if states.iter().filter(present).count() == count {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the service does not see the cards"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
