//! From checked parts to a running engine: opens the journal, whatever state it is in.

use std::{
    fs,
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use machitap_card::{Admitted, Reader, ReaderConfig};
use machitap_kiosk_core::{
    Screen, View,
    view::{OutOfService, OutReason},
};
use machitap_store::{Journal, OpenError, Opened};
use machitap_wire::bundle;

use super::{Checked, enrolling};
use crate::{
    clock::{self, Reading, Timekeeper, kernel},
    config::{Config, Sound},
    desk::Desk,
    documents::Documents,
    engine::{Display, Ended, Engine, Identity, Msg, Parts, Times, card_service::CardService},
    enrolment::born::mark_revoked,
    exit::{self, Failure},
    link::{self, Link},
    messages,
    sound::{self, Signal, Speaker, ToneLines},
    trace::Trace,
    update, watchdog,
};

/// An earlier run may need this long to let go of the journal.
const BUSY_FOR: Duration = Duration::from_secs(10);
/// A full disk is looked at again after this.
const FULL_PAUSE: Duration = Duration::from_secs(5);

/// What the engine is started from.
pub(super) struct Start {
    pub(super) config: Config,
    /// Where that was read.
    pub(super) config_file: PathBuf,
    /// `None` for a terminal without an enrolment.
    pub(super) checked: Option<Checked>,
    pub(super) trace: Trace,
    pub(super) started_ns: u64,
    pub(super) messages: Sender<Msg>,
    /// Tones are told in lines, too.
    pub(super) lines: bool,
}

impl Start {
    /// Runs until the end.
    pub(super) fn run(
        self,
        mut display: Box<dyn Display>,
        inbox: &Receiver<Msg>,
    ) -> Result<(), Failure> {
        let mut tickets = 0;
        let Self {
            config,
            config_file,
            checked,
            trace,
            started_ns,
            messages,
            lines,
        } = self;
        let checked = match checked {
            Some(checked) => checked,
            None => {
                let place = enrolling::Place {
                    config: &config,
                    file: &config_file,
                    messages: &messages,
                };
                let waited = enrolling::wait(place, &mut *display, inbox, &mut tickets)?;
                let Some(checked) = waited else {
                    return Ok(());
                };
                checked
            }
        };
        let public = &checked.enrolment.public;
        let Some(opened) = open(&config, public, &mut *display, inbox, &mut tickets)? else {
            return Ok(());
        };
        report(&opened);
        let Checked {
            enrolment,
            tls,
            floor,
            keys,
            lamps: _,
        } = checked;
        let (keeper, read) = clocks(&config)?;
        let public = enrolment.public;
        let enrolled_at = config.enrolment.clone();
        let mut engine = Engine::new(Parts {
            journal: opened.journal,
            replaced: opened.report.quarantined.map(|q| q.old),
            documents: Documents::new(
                public.city.clone(),
                public.kiosk.clone(),
                public.facility.clone(),
                public.city_key,
                enrolment.opener,
            ),
            identity: Identity {
                city: public.city,
                kiosk: public.kiosk.clone(),
                facility: public.facility,
                purposes: public.purposes,
                city_key: public.city_key,
                city_seal: public.city_seal,
                signer: enrolment.signer,
            },
            times: Times {
                keeper,
                read,
                floor,
            },
            display,
            signal: Box::new(signals(&config.sound, lines)),
            trace,
            started_ns,
            last_ticket: tickets,
        });
        if let Some(keys) = keys {
            let mut reader = ReaderConfig::new(Admitted::reference(), keys);
            reader.name_prefix.clone_from(&config.reader.prefix);
            let sink = messages.clone();
            engine.with_reader(Reader::spawn(reader, move |event| {
                // The engine outlives the reader; when it does not, nobody is left to tell.
                let _ = sink.send(Msg::Reader(event, kernel::monotonic_ns()));
            }));
            engine.with_card_service(CardService::of_the_unit());
        }
        engine.with_papers(config.papers_stick, messages.clone());
        engine.with_hand_offs(messages.clone());
        engine.with_updates(update::Setup {
            place: update::Place::new(&config.state, &config.update_machine),
            address: config.broker.enrol_address(),
            min_free_bytes: config.journal.min_free_bytes,
            messages: messages.clone(),
        });
        let _desk = Desk::listen(&config.state, messages.clone())
            .inspect_err(|error| {
                tracing::warn!(MESSAGE_ID = messages::NO_SOCKET, %error, "no socket for the command line");
            })
            .ok();
        let settings = link::Settings {
            host: config.broker.host,
            port: config.broker.port,
            keep_alive: Duration::from_secs(u64::from(config.broker.keep_alive_s)),
            client_id: public.kiosk.to_string(),
            filters: engine.filters(),
            tls: tls.into(),
        };
        engine.with_link(Link::start(
            settings,
            Box::new(move |event| {
                // As above.
                let _ = messages.send(Msg::Link(event));
            }),
        ));
        match engine.run(inbox) {
            Ended::Stopped => Ok(()),
            // The service manager starts the program again, and it asks for a code.
            Ended::Revoked => mark_revoked(&enrolled_at).map_err(|error| {
                Failure::new(exit::DISK, format!("{}: {error}", enrolled_at.display()))
            }),
        }
    }
}

/// Opens the journal; `None` when the program is told to stop meanwhile.
fn open(
    config: &Config,
    public: &bundle::Enrolment,
    display: &mut dyn Display,
    inbox: &Receiver<Msg>,
    tickets: &mut u64,
) -> Result<Option<Opened>, Failure> {
    let dir = &config.state;
    fs::create_dir_all(dir)
        .map_err(|error| Failure::new(exit::DISK, format!("{}: {error}", dir.display())))?;
    let path = dir.join("journal.db");
    let settings = store_settings(config, public);
    let begun = Instant::now();
    let mut said = false;
    loop {
        match Journal::open(&path, settings.clone()) {
            Ok(opened) => return Ok(Some(opened)),
            Err(OpenError::Busy) if begun.elapsed() < BUSY_FOR => {
                thread::sleep(Duration::from_millis(200));
            }
            Err(OpenError::Full(limit)) => {
                if !said {
                    said = true;
                    tracing::error!(MESSAGE_ID = messages::JOURNAL_FULL, "{limit}");
                    *tickets += 1;
                    display.show(Box::new(disk_full()), *tickets);
                }
                if !wait(inbox, FULL_PAUSE) {
                    return Ok(None);
                }
            }
            Err(error) => return Err(cannot_open(&path.display(), &error)),
        }
    }
}

pub(crate) type Clocks = (Timekeeper, Box<dyn FnMut() -> Reading + Send>);

/// The machine's clocks, or what stands in their place.
pub(crate) fn clocks(config: &Config) -> Result<Clocks, Failure> {
    #[cfg(feature = "offscreen")]
    if let Some(path) = &config.clock {
        let mut staged = clock::staged::Staged::open(path).map_err(|error| {
            Failure::new(exit::NO_INPUT, format!("{}: {error}", path.display()))
        })?;
        // A played day may lie before the day this program was built.
        let keeper = Timekeeper::new(staged.boot(), 0);
        return Ok((keeper, Box::new(move || staged.read())));
    }
    let boot = kernel::boot_id()
        .map_err(|error| Failure::new(exit::INTERNAL, format!("boot id: {error}")))?;
    let mut machine = if config.demo {
        kernel::Kernel::demo()
    } else {
        kernel::Kernel::appliance()
    };
    let keeper = Timekeeper::new(boot, clock::built_ms());
    Ok((keeper, Box::new(move || machine.read())))
}

/// What the journal needs to know.
pub(crate) fn store_settings(
    config: &Config,
    public: &bundle::Enrolment,
) -> machitap_store::Settings {
    machitap_store::Settings {
        kiosk: public.kiosk.clone(),
        facility: public.facility.clone(),
        zone: config.zone.clone(),
        max_bytes: config.journal.max_bytes,
        min_free_bytes: config.journal.min_free_bytes,
        keep_after_receipt_ms: config.journal.keep_ms(),
    }
}

/// Why the journal was not opened, for the operator.
pub(crate) fn cannot_open(path: &dyn std::fmt::Display, error: &OpenError) -> Failure {
    let code = match error {
        OpenError::Busy => exit::UNAVAILABLE,
        OpenError::NewerSchema { .. } => exit::NEWER_SCHEMA,
        OpenError::OtherKiosk { .. } => exit::CONFIG,
        OpenError::Full(_)
        | OpenError::Unreadable(_)
        | OpenError::Quarantine(_)
        | OpenError::Directory(_)
        | OpenError::Damaged(_) => exit::DISK,
    };
    Failure::new(code, format!("{path}: {error}"))
}

/// Waits without a journal: false when the end has come.
fn wait(inbox: &Receiver<Msg>, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    loop {
        match inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Msg::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Msg::Pulse) => watchdog::alive(),
            // A screen that says why is service enough not to be restarted for.
            Ok(Msg::Drawn { .. }) => watchdog::ready(),
            Ok(_) => {}
        }
    }
}

fn disk_full() -> Screen {
    Screen::bare(View::OutOfService(OutOfService {
        why: OutReason::DiskFull,
        contact: String::new(),
    }))
}

fn report(opened: &Opened) {
    if let Some(quarantine) = &opened.report.quarantined {
        tracing::error!(
            MESSAGE_ID = messages::JOURNAL_REPLACED,
            why = %quarantine.why,
            moved_to = %quarantine.moved_to.display(),
            "a damaged journal was set aside and a new one begun"
        );
    }
    if let Some(migrated) = &opened.report.migrated {
        let from = migrated.from;
        match &migrated.kept {
            Ok(copy) => tracing::info!(
                MESSAGE_ID = messages::JOURNAL_MIGRATED,
                from,
                kept = %copy.display(),
                "the journal has a newer schema"
            ),
            Err(why) => tracing::warn!(
                MESSAGE_ID = messages::JOURNAL_MIGRATED,
                from,
                why,
                "the journal has a newer schema; as it was, it is not kept"
            ),
        }
    }
    if let Some(schema) = opened.report.newer {
        tracing::info!(
            MESSAGE_ID = messages::JOURNAL_MIGRATED,
            schema,
            "the journal has the schema of a later program, which this one can work with"
        );
    }
    if opened.report.folds_rebuilt {
        tracing::warn!(
            MESSAGE_ID = messages::JOURNAL_REBUILT,
            "derived tables were made anew from the facts"
        );
    }
}

fn signals(sound: &Sound, lines: bool) -> Vec<Box<dyn Signal>> {
    let mut signals: Vec<Box<dyn Signal>> = Vec::new();
    if lines {
        signals.push(Box::new(ToneLines(std::io::stdout())));
    }
    if sound.enabled {
        let packaged = PathBuf::from(sound::PACKAGED);
        let folders = sound.voice.clone().into_iter().chain([packaged]);
        signals.push(Box::new(Speaker::start(folders.collect())));
    }
    signals
}
