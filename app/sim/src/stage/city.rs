//! The city: its home, its documents, its ingest, its ledger.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use machitap_domain::{FacilityId, KioskId, PurposeKey};
use machitap_wire::enrol::Code;
use rusqlite::{Connection, OpenFlags};

use super::{Process, Programs, READY_LIMIT, Recipe, ports, wait};
use crate::{ledger::Ledger, town};

/// The city's id.
pub(super) const CITY: &str = "town";

/// What the city publishes: TOML as people write it.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The catalogue.
    pub catalogue: String,
    /// The notices.
    pub notices: String,
    /// The nicknames of the ranking.
    pub nicknames: String,
    /// Who rides in which class, where there is a bus.
    pub fares: Option<String>,
    /// A roster per facility.
    pub rosters: Vec<(String, String)>,
    /// Absence notices per facility.
    pub absences: Vec<(String, String)>,
}

impl Documents {
    /// The sample town's.
    pub fn sample() -> Self {
        Self {
            catalogue: town::CATALOGUE.into(),
            notices: town::NOTICES.into(),
            nicknames: town::NICKNAMES.into(),
            fares: Some(town::FARES.into()),
            rosters: vec![
                ("nursery".into(), town::NURSERY.into()),
                ("community-centre".into(), town::COMMUNITY_CENTRE.into()),
            ],
            absences: Vec::new(),
        }
    }
}

/// The city.
#[derive(Debug)]
pub struct City {
    program: PathBuf,
    home: PathBuf,
    dir: PathBuf,
    broker_port: u16,
    web_port: u16,
    enrol_port: u16,
    says_more: bool,
    process: Option<Process>,
}

impl City {
    /// `reached` is a further name or address that kiosks reach the broker by.
    pub(super) fn found(
        programs: &Programs,
        dir: &Path,
        documents: &Documents,
        reached: Option<&str>,
    ) -> Result<Self> {
        let city = Self {
            program: programs.city.clone(),
            home: dir.join("city"),
            dir: dir.to_owned(),
            broker_port: ports::free()?,
            web_port: ports::free()?,
            enrol_port: ports::free()?,
            says_more: false,
            process: None,
        };
        // Run by root, the broker must be able to read what only root may.
        // SAFETY: geteuid(2) has no arguments and cannot fail.
        let user = if unsafe { libc::geteuid() } == 0 {
            "root"
        } else {
            "nobody"
        };
        let hosts = reached.map(|host| ["--host", "localhost", "--host", host]);
        city.recipe("init")
            .args(["init", "--dir"])
            .arg(&city.home)
            .args(hosts.into_iter().flatten())
            .args(["--city", CITY, "--broker-user", user])
            .args(["--broker-port", &city.broker_port.to_string()])
            .args(["--web-port", &city.web_port.to_string()])
            .args(["--enrol-port", &city.enrol_port.to_string()])
            .run()?;
        city.stay_private()?;
        city.write_documents(documents)?;
        Ok(city)
    }

    /// A broker that others reach listens to everybody, and so does the port for codes; whoever is
    /// on a stage comes through this machine's own address.
    fn stay_private(&self) -> Result<()> {
        let path = self.broker_config();
        let text = fs::read_to_string(&path)?;
        fs::write(path, text.replace(" 0.0.0.0\n", " 127.0.0.1\n"))?;
        let path = self.home.join("city.toml");
        let text = fs::read_to_string(&path)?;
        Ok(fs::write(path, text.replace("\"0.0.0.0:", "\"127.0.0.1:"))?)
    }

    /// Puts these documents in the place of those before; [`City::publish`] sends them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_documents(&self, documents: &Documents) -> Result<()> {
        let to = self.home.join("documents");
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(to.join("rosters"))?;
        fs::create_dir_all(to.join("absences"))?;
        let pin = self.pin_hash()?;
        fs::write(to.join("catalogue.toml"), &documents.catalogue)?;
        fs::write(to.join("notices.toml"), &documents.notices)?;
        fs::write(to.join("nicknames.toml"), &documents.nicknames)?;
        if let Some(fares) = &documents.fares {
            fs::write(to.join("fares.toml"), fares)?;
        }
        for (facility, roster) in &documents.rosters {
            let roster = roster.replace(town::PIN_PLACE, &pin);
            fs::write(to.join(format!("rosters/{facility}.toml")), roster)?;
        }
        for (facility, absences) in &documents.absences {
            fs::write(to.join(format!("absences/{facility}.toml")), absences)?;
        }
        Ok(())
    }

    fn recipe(&self, name: &str) -> Recipe {
        Recipe::new(&format!("city-{name}"), &self.program, &self.dir)
    }

    fn command(&self, name: &str) -> Recipe {
        self.recipe(name)
            .arg("--config")
            .arg(self.home.join("city.toml"))
            .arg(name)
    }

    fn pin_hash(&self) -> Result<String> {
        let said = self
            .recipe("pin-hash")
            .arg("pin-hash")
            .run_with(&format!("{}\n", town::STAFF_PIN))?;
        Ok(said.trim().to_owned())
    }

    /// Publishes the documents.
    ///
    /// # Errors
    /// When a document is refused or the broker is away.
    pub fn publish(&self) -> Result<()> {
        self.command("publish").run().map(|_| ())
    }

    /// Leases a range of ids to a kiosk.
    ///
    /// # Errors
    /// When the city refuses.
    pub fn lease(&self, kiosk: &KioskId, from: &str, count: u32) -> Result<()> {
        self.command("lease")
            .arg(kiosk.as_str())
            .args(["--from", from])
            .args(["--count", &count.to_string()])
            .args(["--until", "2099-12-31"])
            .run()
            .map(|_| ())
    }

    /// Enrols a kiosk and gives back the directory it is to be given.
    ///
    /// # Errors
    /// When the city refuses.
    pub fn enrol(
        &self,
        kiosk: &KioskId,
        facility: &FacilityId,
        until: Option<&str>,
    ) -> Result<PathBuf> {
        let out = self.dir.join(format!("enrolment-{kiosk}"));
        let mut recipe = self
            .command("enrol")
            .arg(kiosk.as_str())
            .args(["--facility", facility.as_str()])
            .arg("--out")
            .arg(&out);
        if let Some(until) = until {
            recipe = recipe.args(["--not-after", until]);
        }
        recipe.run()?;
        Ok(out)
    }

    /// A code that enrols a kiosk once.
    ///
    /// # Errors
    /// When the city refuses.
    pub fn code(&self, kiosk: &KioskId, facility: &FacilityId, again: bool) -> Result<Code> {
        let recipe = self
            .command("enrol")
            .arg(kiosk.as_str())
            .args(["--facility", facility.as_str()])
            .args(again.then_some("--again"));
        let said = recipe.run()?;
        let first = said.lines().next().unwrap_or_default();
        first.parse().with_context(|| format!("no code: {said}"))
    }

    /// Takes a kiosk's enrolment back; the broker is to be told ([`super::Broker::reload`]).
    ///
    /// # Errors
    /// When the city refuses.
    pub fn revoke(&self, kiosk: &KioskId) -> Result<()> {
        self.command("revoke").arg(kiosk.as_str()).run().map(|_| ())
    }

    /// Has it send these keys with each enrolment by a code.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep_card_keys(&self, text: &str) -> Result<()> {
        Ok(fs::write(self.home.join("keys/card-keys.toml"), text)?)
    }

    /// Has a kiosk start anew, by a command.
    ///
    /// # Errors
    /// When the city refuses.
    pub fn restart(&self, kiosk: &KioskId) -> Result<()> {
        self.command("restart")
            .arg(kiosk.as_str())
            .run()
            .map(|_| ())
    }

    /// Has a kiosk's machine updated, by a command.
    ///
    /// # Errors
    /// When the city refuses.
    pub fn update(&self, kiosk: &KioskId, bundle: &Path) -> Result<()> {
        self.command("update")
            .arg(kiosk.as_str())
            .arg("--bundle")
            .arg(bundle)
            .run()
            .map(|_| ())
    }

    /// What the city says of its kiosks, for an operator.
    ///
    /// # Errors
    /// When it says nothing.
    pub fn kiosks(&self) -> Result<String> {
        self.command("kiosks").run()
    }

    /// Where terminals bring their codes.
    pub const fn enrol_port(&self) -> u16 {
        self.enrol_port
    }

    /// Starts the ingest, and waits until it serves its page.
    ///
    /// # Errors
    /// When it ends at once or is not there in time.
    pub fn start(&mut self) -> Result<()> {
        self.start_quickly()?;
        let port = self.web_port;
        let process = self.process.as_mut().context("just started")?;
        wait::for_some(READY_LIMIT, "the city", || {
            if let Some(status) = process.ended() {
                return Some(Err(anyhow::anyhow!("the city ended with {status}")));
            }
            let there = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            there.then_some(Ok(()))
        })
        .and_then(|r| r)
        .with_context(|| self.command("serve").tail())
    }

    /// Starts the ingest and waits for nothing.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_quickly(&mut self) -> Result<()> {
        if self.process.is_none() {
            let mut recipe = self.command("serve");
            if self.says_more {
                recipe = recipe.env("RUST_LOG", "info,machitap_city=debug");
            }
            self.process = Some(recipe.start()?);
        }
        Ok(())
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// SIGTERM and the end.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.stop()?;
        }
        Ok(())
    }

    /// What it counted.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn ledger(&self) -> Result<Ledger> {
        Ledger::read(&self.home.join("city.db"))
    }

    /// What it says it counted: `ledger --json`.
    ///
    /// # Errors
    /// When it refuses.
    pub fn totals(&self) -> Result<serde_json::Value> {
        let said = self.command("ledger").arg("--json").run()?;
        Ok(serde_json::from_str(&said)?)
    }

    /// What every draw comes to when it is computed again: `verify-draws`, a line each journal.
    ///
    /// # Errors
    /// When one does not agree with what was committed to.
    pub fn verify_draws(&self) -> Result<String> {
        self.command("verify-draws").run()
    }

    /// The residents' pseudonyms at halls.
    ///
    /// # Errors
    /// When its key cannot be read.
    pub fn visit_key(&self) -> Result<PurposeKey> {
        self.purpose_key("visit")
    }

    /// The residents' pseudonyms in buses.
    ///
    /// # Errors
    /// When its key cannot be read.
    pub fn transport_key(&self) -> Result<PurposeKey> {
        self.purpose_key("transport")
    }

    fn purpose_key(&self, purpose: &str) -> Result<PurposeKey> {
        let text = fs::read_to_string(self.home.join(format!("keys/{purpose}.key")))?;
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key)?;
        Ok(PurposeKey::new(key))
    }

    /// How long each turn took in which facts were judged and the boards were made anew, in
    /// the order of the log; needs [`City::say_more`].
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn turns(&self) -> Result<Vec<Duration>> {
        let log = fs::read_to_string(self.command("serve").log)?;
        let took = |line: &str| {
            let words = "judged grew=true ranking=true";
            let (_, us) = line
                .contains(words)
                .then_some(line)?
                .split_once("took_us=")?;
            let us = us.split(' ').next()?.parse().ok()?;
            Some(Duration::from_micros(us))
        };
        Ok(log.lines().filter_map(took).collect())
    }

    /// From its next start on the log tells more.
    pub const fn say_more(&mut self) {
        self.says_more = true;
    }

    /// What a document that is not sealed says.
    ///
    /// # Errors
    /// When it was not published, or the database cannot be read.
    pub fn document(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.home.join("city.db");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.busy_timeout(Duration::from_secs(10))?;
        db.query_row("SELECT plain FROM document WHERE name = ?1", [name], |r| {
            r.get(0)
        })
        .with_context(|| format!("no document {name}"))
    }

    /// Its home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The broker's configuration.
    pub fn broker_config(&self) -> PathBuf {
        self.home.join("broker/mosquitto.conf")
    }

    /// The broker's port.
    pub const fn broker_port(&self) -> u16 {
        self.broker_port
    }

    /// Processor time its ingest used so far.
    pub fn processor_time(&self) -> Option<Duration> {
        self.process.as_ref()?.processor_time()
    }
}
