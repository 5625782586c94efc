//! What is outside the machine: broker and city, the people with their cards, what was seen so far.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use machitap_card::virt::VirtualCard;
use machitap_domain::{CitizenId, FacilityId, KioskId};
use machitap_sim::{
    ledger::Counted,
    random::Random,
    stage::{Dir, Documents, Stage, trace::Line, wait},
};
use machitap_wire::enrol::Code;
use uuid::Uuid;

use crate::{
    disk,
    machine::{OUTSIDE, Place, Seen},
    update,
};

const KIOSK: &str = "centre-1";
const ETC: &str = "/etc/machitap";
const FIREWALL: &str = "/etc/machitap/firewall.d";
const ENROLMENT: &str = "/etc/machitap/enrolment";
/// Where /etc is changed on the data partition of an image: machitap-preinit.sh.in.
const UPPER: &str = "/overlay-etc/upper";
const CARD_KEYS: &str = "card-keys.toml";
const FACILITY: &str = "community-centre";
/// From a fact to the city's ledger, with a link that may have to be built anew.
const COUNT_LIMIT: Duration = Duration::from_secs(180);
/// A try, with the kiosk's 30 s and the way to the city.
const TOLD_LIMIT: Duration = Duration::from_secs(300);
/// The longest path of a socket (unix(7)) less our names.
const SHORT: usize = 70;

/// What the kiosk is, when its machine is switched on for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comes {
    /// Enrolled, on a Debian with the package.
    Enrolled,
    /// To be enrolled by a code.
    ForACode,
    /// Enrolled, on two roots as the image has them.
    AsAnImage,
    /// Enrolled, on a Debian that is shut in as the image is.
    ShutIn,
}

/// The town.
pub(crate) struct Town {
    /// Broker, city, cards.
    pub(crate) stage: Stage,
    /// The machine's files.
    pub(crate) place: Place,
    /// Chance, by the seed that was printed.
    pub(crate) random: Random,
    /// All that the kiosk said over all boots.
    pub(crate) trace: Vec<Line>,
    next: u32,
    /// Held as long as the machine's disk is ours to write to.
    _lock: fs::File,
}

impl Town {
    /// Broker and city run, the kiosk is enrolled or is to be by a code, its machine has never been
    /// switched on.
    ///
    /// # Errors
    /// What is missing or did not start.
    pub(crate) fn found(made: &Path, seed: u64, comes: Comes) -> Result<Self> {
        let lock = fs::File::create(made.join("lock"))?;
        lock.try_lock()
            .with_context(|| format!("another trial runs in {}: let it end", made.display()))?;
        let parent = if made.as_os_str().len() > SHORT {
            std::env::temp_dir()
        } else {
            made.to_owned()
        };
        let stage = Stage::build_reached(Dir::inside(&parent)?, &documents()?, Some(OUTSIDE))?;
        let place = Place {
            made: made.to_owned(),
            live: stage.path().join("live"),
        };
        fs::create_dir(&place.live)?;
        let town = Self {
            stage,
            place,
            random: Random::seeded(seed),
            trace: Vec::new(),
            next: 0,
            _lock: lock,
        };
        match comes {
            Comes::Enrolled => town.set_up_enrolled(&town.root(), ETC)?,
            Comes::ForACode => town.set_up_for_a_code()?,
            Comes::ShutIn => {
                let root = town.place.shut_in().join("root.img");
                town.set_up_enrolled(&root, ETC)?;
                disk::put(&root, FIREWALL, &[town.way_out()])?;
            }
            Comes::AsAnImage => {
                update::disks::make(&town.place)?;
                let etc = ETC.replacen("/etc", UPPER, 1);
                town.set_up_enrolled(&town.place.data(), &etc)?;
                return Ok(town);
            }
        }
        disk::make(&town.place.data())?;
        Ok(town)
    }

    /// As an operator does after the package was installed, with a directory from the city.
    fn set_up_enrolled(&self, disk: &Path, etc: &str) -> Result<()> {
        let city = &self.stage.city;
        let enrolment = city.enrol(&KioskId::new(KIOSK)?, &FacilityId::new(FACILITY)?, None)?;
        // The roster is sealed to each kiosk, so that there is one more to be sent.
        city.publish()?;
        let mut files = Vec::new();
        for entry in fs::read_dir(enrolment)? {
            let path = entry?.path();
            let name = path.file_name().context("a file")?;
            files.push((name.to_string_lossy().into_owned(), fs::read(&path)?));
        }
        disk::put(disk, &format!("{etc}/enrolment"), &files)?;
        let keys = (CARD_KEYS.to_owned(), card_keys().into_bytes());
        disk::put(disk, etc, &[self.configuration(), keys])
    }

    /// As the image comes: it knows the city's address and nothing else.
    fn set_up_for_a_code(&self) -> Result<()> {
        let root = self.root();
        for file in [
            "enrolment.toml",
            "kiosk.key",
            "sign.key",
            "seal.key",
            CARD_KEYS,
        ] {
            disk::forget(&root, &format!("{ENROLMENT}/{file}"))?;
        }
        disk::forget(&root, &format!("{ETC}/{CARD_KEYS}"))?;
        let flag = ("ask-for-code".to_owned(), b"\n".to_vec());
        disk::put(&root, ETC, &[self.configuration(), flag])?;
        // The city sends them along.
        self.stage.city.keep_card_keys(&card_keys())
    }

    /// A code for the kiosk.
    ///
    /// # Errors
    /// When the city refuses.
    pub(crate) fn code(&self) -> Result<Code> {
        let (kiosk, facility) = (KioskId::new(KIOSK)?, FacilityId::new(FACILITY)?);
        self.stage.city.code(&kiosk, &facility, false)
    }

    fn root(&self) -> PathBuf {
        self.place.made.join("root.img")
    }

    fn configuration(&self) -> (String, Vec<u8>) {
        let (port, enrol_port) = (self.stage.broker.port(), self.stage.city.enrol_port());
        let text = format!(
            "enrolment = \"/etc/machitap/enrolment\"\nstate = \"/var/lib/machitap\"\n\
             time_zone = \"Asia/Tokyo\"\n\n[broker]\nhost = \"{OUTSIDE}\"\nport = {port}\n\
             enrol_port = {enrol_port}\n\n\
             [reader]\nkeys = \"sealed-file:/run/credentials/machitap-kiosk.service/card-keys\"\n"
        );
        ("kiosk.toml".to_owned(), text.into_bytes())
    }

    /// The trial's ports are not those of a city: the firewall is told of them as an operator tells it.
    fn way_out(&self) -> (String, Vec<u8>) {
        let (port, enrol_port) = (self.stage.broker.port(), self.stage.city.enrol_port());
        let text = format!("add element inet machitap city {{ {port}, {enrol_port} }}\n");
        ("town.nft".to_owned(), text.into_bytes())
    }

    /// The card of somebody who was not here yet.
    ///
    /// # Errors
    /// Never; ids and keys are the sample town's.
    pub(crate) fn somebody(&mut self) -> Result<Box<dyn VirtualCard>> {
        self.next += 1;
        let citizen = CitizenId::new(&format!("MHN-{}", 700_000 + self.next))?;
        self.stage.wallet.resident(citizen)
    }

    /// Keeps what a boot said.
    pub(crate) fn remember(&mut self, seen: &[Seen]) {
        self.trace.extend(seen.iter().map(|s| s.line.clone()));
    }

    /// What the city counted of that life of the kiosk's journal.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(crate) fn counted(&self, life: Uuid) -> Result<Counted> {
        let mut ledger = self.stage.city.ledger()?;
        let counted = ledger.journals.remove(&(KIOSK.to_owned(), life));
        Ok(counted.unwrap_or_default())
    }

    /// Waits until the city has counted what a screen confirmed, each fact once.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) fn wait_until_counted(&self, seen: &Seen) -> Result<()> {
        let (life, seqs) = confirmed(&seen.line).context("a screen that confirms")?;
        wait::for_some(COUNT_LIMIT, "the city to count a tap", || {
            match self.counted(life) {
                Ok(counted) => {
                    let there: Vec<u64> = counted.facts.iter().map(|(seq, ..)| *seq).collect();
                    let all = seqs.iter().all(|seq| there.contains(seq));
                    all.then_some(Ok(()))
                }
                Err(error) => Some(Err(error)),
            }
        })?
    }

    /// The city orders an update.
    ///
    /// # Errors
    /// When it refuses.
    pub(crate) fn order(&self, bundle: &Path) -> Result<()> {
        self.stage.city.update(&KioskId::new(KIOSK)?, bundle)
    }

    /// Waits until the city's list of kiosks ends so: what has become of an update.
    ///
    /// # Errors
    /// When it does not; with what it says.
    pub(crate) fn wait_until_told(&self, what: &str) -> Result<()> {
        let mut last = String::new();
        wait::until(TOLD_LIMIT, what, || {
            last = self.stage.city.kiosks().unwrap_or_else(|e| e.to_string());
            last.trim_end().ends_with(what)
        })
        .with_context(|| format!("the city says {last}"))
    }

    /// What nothing may have done to a card.
    ///
    /// # Errors
    /// What was.
    pub(crate) fn no_card_was_harmed(&self) -> Result<()> {
        let wallet = &self.stage.wallet;
        ensure!(wallet.forbidden().is_empty(), "a forbidden command");
        ensure!(wallet.harmed() == 0, "a PIN lost a try");
        Ok(())
    }
}

/// The keys the sample cards are issued under; on a city's machine they are secret.
fn card_keys() -> String {
    format!("[keys]\n\"1\" = \"{}\"\n", "01".repeat(16))
}

/// The sample town's, without its draw: the idle screen says when one can be turned, which comes
/// and goes.
fn documents() -> Result<Documents> {
    let mut documents = Documents::sample();
    let mut catalogue: toml::Table = documents.catalogue.parse()?;
    catalogue.remove("draws");
    documents.catalogue = toml::to_string(&catalogue)?;
    Ok(documents)
}

/// The kiosk of the trial.
pub(crate) const fn kiosk() -> &'static str {
    KIOSK
}

/// The facts a screen confirmed, and the life of their journal.
pub(crate) fn confirmed(line: &Line) -> Option<(Uuid, BTreeSet<u64>)> {
    match line {
        Line::Confirmed {
            seqs, incarnation, ..
        } => Some((incarnation.parse().ok()?, seqs.iter().copied().collect())),
        _ => None,
    }
}
