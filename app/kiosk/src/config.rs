//! The configuration file: every fault is found in one go, with its key and its line.

mod section;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use machitap_kiosk_ui::Mounting;
use section::{Document, Section};

use crate::lamps::{Lamp, Wiring};

/// The configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of the enrolment.
    pub enrolment: PathBuf,
    /// The directory of the journal.
    pub state: PathBuf,
    /// The zone of the facility, until its catalogue says so itself.
    pub zone: TimeZone,
    /// A demonstration: publicly known card keys are allowed, and the machine's clock is
    /// believed without a time server.
    pub demo: bool,
    /// A file that stands in the place of the machine's clocks, for a played day.
    pub clock: Option<PathBuf>,
    /// The broker.
    pub broker: Broker,
    /// The card reader.
    pub reader: Reader,
    /// The journal's limits.
    pub journal: Journal,
    /// The display.
    pub screen: Screen,
    /// Tones and lines.
    pub sound: Sound,
    /// Lamps, mostly of a kiosk without a display.
    pub lamps: Option<Wiring>,
    /// Where staff have the month's papers written to: a directory a stick is mounted at.
    pub papers_stick: Option<PathBuf>,
    /// Where the machine says how an update stands; a machine without this directory is not updated
    /// by bundles.
    pub update_machine: PathBuf,
}

/// The broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its name or address, as its certificate has it.
    pub host: String,
    /// Its TLS port.
    pub port: u16,
    /// A silent link is probed after this, seconds.
    pub keep_alive_s: u16,
    /// The port of the same host where a new terminal brings its code.
    pub enrol_port: u16,
}

/// The card reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// How its PC/SC name begins; `None` takes any.
    pub prefix: Option<String>,
    /// The master keys.
    pub keys: Keys,
    /// False: this kiosk has none.
    pub enabled: bool,
}

/// Where the master keys of the citizen AP are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// In a file, as systemd hands one over.
    SealedFile(PathBuf),
    /// The publicly known ones, for a demonstration.
    TestOnly,
}

/// The journal's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journal {
    /// The database grows to this many bytes.
    pub max_bytes: u64,
    /// The disk keeps this many bytes free.
    pub min_free_bytes: u64,
    /// Receipted facts are kept for this long, days. The papers of a month are made from
    /// them: a nursery's kiosk needs [`Journal::PAPERS_DAYS`] at least.
    pub keep_days: u32,
}

/// The display.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Width of a window or of the picture in memory, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// The window covers everything.
    pub fullscreen: bool,
    /// Nothing moves but what counts time.
    pub reduced_motion: bool,
    /// How it hangs.
    pub mounting: Mounting,
}

/// Tones and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// They are played.
    pub enabled: bool,
    /// A folder of recorded lines, which win over the packaged ones.
    pub voice: Option<PathBuf>,
}

/// Where the image says how an update stands.
const UPDATE_MACHINE: &str = "/var/lib/machitap-update";

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

impl Journal {
    /// The last month and this one, and some days to print the last one in.
    pub const PAPERS_DAYS: u32 = 70;

    /// How long receipted facts are kept, milliseconds.
    pub fn keep_ms(&self) -> u64 {
        u64::from(self.keep_days) * DAY_MS
    }
}

/// One fault of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1; `None` for what is missing altogether.
    pub line: Option<usize>,
    /// The key, with its table; empty for a text that is no TOML.
    pub key: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is wrong; every fault, in the order of the file.
    #[error("{}", listed(path, faults))]
    Faults {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        faults: Vec<Fault>,
    },
}

fn listed(path: &Path, faults: &[Fault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {fault}", path.display()))
        .collect();
    lines.join("\n")
}

impl Broker {
    /// Where a new terminal brings its code, as an address has it (RFC 3986 §3.2.2).
    pub fn enrol_address(&self) -> String {
        let (host, port) = (&self.host, self.enrol_port);
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Io {
            path: path.to_owned(),
            source,
        })?;
        let base = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, base).map_err(|faults| ConfigError::Faults {
            path: path.to_owned(),
            faults,
        })
    }

    /// Checks a text; relative paths count from `base`.
    ///
    /// # Errors
    /// Every fault, in the order of the file.
    pub fn parse(text: &str, base: &Path) -> Result<Self, Vec<Fault>> {
        let doc = Document::parse(text)?;
        let mut root = doc.root();
        let at = |path: String| base.join(path);
        let enrolment = root.required("enrolment", Section::path).map(at);
        let state = root.required("state", Section::path).map(at);
        let zone = root.or("time_zone", TimeZone::UTC, Section::zone);
        let zone_named = root.has("time_zone");
        if !zone_named {
            root.missing(
                "time_zone",
                "the IANA name of the zone, as in \"Asia/Tokyo\"",
            );
        }
        let demo = root.or("demo", false, Section::flag);
        let clock = staged_clock(&mut root, demo, base);
        let broker = broker(&mut root);
        let reader = reader(&mut root, demo, base);
        let journal = journal(&mut root);
        let screen = screen(&mut root);
        let sound = sound(&mut root, base);
        let lamps = lamps(&mut root, base);
        let mut papers = root.table("papers");
        let papers_stick = papers.optional("stick", Section::mount).map(PathBuf::from);
        root.absorb(papers);
        let mut update = root.table("update");
        let machine = update.or("machine", UPDATE_MACHINE.to_owned(), Section::path);
        root.absorb(update);
        root.finish();
        doc.into_result(|| {
            Some(Self {
                enrolment: enrolment?,
                state: state?,
                zone,
                demo,
                clock,
                broker: broker?,
                reader: reader?,
                journal,
                screen,
                sound,
                lamps,
                papers_stick,
                update_machine: at(machine),
            })
        })
    }
}

fn staged_clock(root: &mut Section<'_>, demo: bool, base: &Path) -> Option<PathBuf> {
    let path = root.optional("clock", Section::path)?;
    if !demo {
        root.wrong("clock", "is for a played day: it needs demo = true");
    } else if !cfg!(feature = "offscreen") {
        root.wrong("clock", "needs a build with the feature offscreen");
    }
    Some(base.join(path))
}

fn broker(root: &mut Section<'_>) -> Option<Broker> {
    let mut table = root.table("broker");
    let host = table.required("host", Section::host);
    let port = table.or("port", 8883, |s, k| s.number(k, 1, u16::MAX));
    // Below 5 s the client library refuses, above an hour nobody notices a dead link.
    let keep_alive_s = table.or("keep_alive_s", 15, |s, k| s.number(k, 5, 3_600));
    let enrol_port = table.or("enrol_port", 8884, |s, k| s.number(k, 1, u16::MAX));
    root.absorb(table);
    Some(Broker {
        host: host?,
        port,
        keep_alive_s,
        enrol_port,
    })
}

fn reader(root: &mut Section<'_>, demo: bool, base: &Path) -> Option<Reader> {
    let mut table = root.table("reader");
    let prefix = table.or("prefix", String::new(), Section::text);
    let enabled = table.or("enabled", true, Section::flag);
    let keys = match table.optional("keys", Section::text) {
        Some(text) if text == "test-only" && demo => Some(Keys::TestOnly),
        Some(text) if text == "test-only" => {
            table.wrong(
                "keys",
                "\"test-only\" is for a demonstration: it needs demo = true",
            );
            None
        }
        Some(text) => match text.strip_prefix("sealed-file:") {
            Some(path) if !path.is_empty() => Some(Keys::SealedFile(base.join(path))),
            _ => {
                table.wrong("keys", "must be \"sealed-file:PATH\" or \"test-only\"");
                None
            }
        },
        // A kiosk without a reader needs no keys.
        None if !enabled => Some(Keys::SealedFile(PathBuf::new())),
        None => {
            if !table.has("keys") {
                table.missing("keys", "\"sealed-file:PATH\"");
            }
            None
        }
    };
    root.absorb(table);
    Some(Reader {
        prefix: (!prefix.is_empty()).then_some(prefix),
        keys: keys?,
        enabled,
    })
}

/// The least a journal may be bound to: room for its own tables and a day of facts.
const LEAST_JOURNAL_BYTES: u64 = 4 << 20;

fn journal(root: &mut Section<'_>) -> Journal {
    let mut table = root.table("journal");
    let most = u64::MAX >> 1;
    let journal = Journal {
        max_bytes: table.or("max_bytes", 2 << 30, |s, k| {
            s.number(k, LEAST_JOURNAL_BYTES, most)
        }),
        min_free_bytes: table.or("min_free_bytes", 64 << 20, |s, k| s.number(k, 0, most)),
        keep_days: table.or("keep_days", Journal::PAPERS_DAYS, |s, k| {
            s.number(k, 0, 3_650)
        }),
    };
    root.absorb(table);
    journal
}

fn lamps(root: &mut Section<'_>, base: &Path) -> Option<Wiring> {
    let mut table = root.table("lamps");
    let class = table.or("class", Wiring::CLASS.to_owned(), Section::path);
    let names = Lamp::ALL.into_iter().filter_map(|(key, lamp)| {
        let name = table.optional(key, Section::led)?;
        Some((lamp, name))
    });
    let names: BTreeMap<_, _> = names.collect();
    root.absorb(table);
    (!names.is_empty()).then(|| Wiring {
        class: base.join(class),
        names,
    })
}

fn sound(root: &mut Section<'_>, base: &Path) -> Sound {
    let mut table = root.table("sound");
    let sound = Sound {
        enabled: table.or("enabled", true, Section::flag),
        voice: table.optional("voice", Section::path).map(|p| base.join(p)),
    };
    root.absorb(table);
    sound
}

/// The panels a screen may have, inches of their diagonal.
const INCHES: (f32, f32) = (5.0, 60.0);

/// No picture begins higher than this above the floor, millimetres.
const HIGHEST_FLOOR: u32 = 2_000;

fn screen(root: &mut Section<'_>) -> Screen {
    let mut table = root.table("screen");
    let (width, height) = table.or("size", (1_280, 800), Section::size);
    let fullscreen = table.or("fullscreen", false, Section::flag);
    let reduced_motion = table.or("reduced_motion", false, Section::flag);
    let usual = Mounting::default();
    let (least, most) = INCHES;
    let mounting = Mounting {
        inches: table.or("inches", usual.inches, |s, k| s.decimal(k, least, most)),
        floor_mm: table.optional("floor", |s, k| s.number(k, 0, HIGHEST_FLOOR)),
    };
    root.absorb(table);
    Screen {
        width,
        height,
        fullscreen,
        reduced_motion,
        mounting,
    }
}
