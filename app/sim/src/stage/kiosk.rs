//! A kiosk with its own PC/SC service, enrolment and state.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use machitap_card::virt::{Inserted, PrivatePcscd, VirtualCard};
use machitap_domain::{FacilityId, KioskId};

use super::{Control, Process, READY_LIMIT, Recipe, Stage, trace, wait};
use crate::{journal::Local, town::Wallet};

/// What the screens are drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Memory; with a control socket.
    Offscreen,
    /// Nothing at all.
    Headless,
    /// A window of the desktop.
    Window,
}

/// Where a kiosk's cards are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// A pcscd of its own with a virtual reader.
    Private,
    /// A service somebody else runs behind this socket.
    At(PathBuf),
    /// None.
    Without,
}

/// How a kiosk is set up.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the screens are drawn on.
    pub surface: Surface,
    /// Width and height, pixels, as `1280x800`.
    pub size: &'static str,
    /// Seconds between pings.
    pub keep_alive_s: u32,
    /// The journal's bound, bytes.
    pub max_bytes: u64,
    /// Facts are refused below so much free space, bytes.
    pub min_free_bytes: u64,
    /// The broker's port, where it is another than the stage's.
    pub broker_port: Option<u16>,
    /// Where cards are read.
    pub reader: Reader,
    /// The day its certificate ends, as `2025-06-01`; the city's own rule if absent.
    pub certificate_until: Option<&'static str>,
    /// False: it comes without an enrolment and asks for a code.
    pub enrolled: bool,
    /// The file of a [`super::StagedClock`], where it does not go by the machine's clocks.
    pub clock: Option<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            surface: Surface::Offscreen,
            size: "1280x800",
            keep_alive_s: 5,
            max_bytes: 2 << 30,
            min_free_bytes: 64 << 20,
            broker_port: None,
            reader: Reader::Private,
            certificate_until: None,
            enrolled: true,
            clock: None,
        }
    }
}

/// A kiosk of the stage.
#[derive(Debug)]
pub struct Kiosk {
    id: KioskId,
    dir: PathBuf,
    enrolment: PathBuf,
    plan: Plan,
    program: PathBuf,
    broker_port: u16,
    enrol_port: u16,
    pcscd: Option<PrivatePcscd>,
    wallet: Arc<Wallet>,
    process: Option<Process>,
}

impl Kiosk {
    pub(super) fn new(
        stage: &Stage,
        id: KioskId,
        facility: FacilityId,
        plan: Plan,
    ) -> Result<Self> {
        let dir = stage.path().join(id.as_str());
        fs::create_dir_all(dir.join("state"))?;
        let pcscd = (plan.reader == Reader::Private)
            .then(|| PrivatePcscd::start(&dir.join("pc")))
            .transpose()?;
        let enrolment = if plan.enrolled {
            let enrolment = stage.city.enrol(&id, &facility, plan.certificate_until)?;
            // The roster is sealed to each kiosk, so that there is one more to be sent.
            stage.city.publish()?;
            enrolment
        } else {
            dir.join("enrolment")
        };
        let kiosk = Self {
            enrolment,
            id,
            dir,
            program: stage.programs.kiosk.clone(),
            enrol_port: stage.city.enrol_port(),
            broker_port: plan.broker_port.unwrap_or_else(|| stage.broker.port()),
            plan,
            pcscd,
            wallet: Arc::clone(&stage.wallet),
            process: None,
        };
        kiosk.configure()?;
        Ok(kiosk)
    }

    /// Changes the plan; counts from the next start.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn replan(&mut self, change: impl FnOnce(&mut Plan)) -> Result<()> {
        change(&mut self.plan);
        if let Some(port) = self.plan.broker_port {
            self.broker_port = port;
        }
        self.configure()
    }

    fn configure(&self) -> Result<()> {
        let plan = &self.plan;
        let clock = plan.clock.as_ref().map_or_else(String::new, |path| {
            format!("clock = {:?}\n", path.display().to_string())
        });
        let text = format!(
            "{clock}enrolment = {enrolment:?}\nstate = {state:?}\ntime_zone = \"Asia/Tokyo\"\ndemo = true\n\
             [broker]\nhost = \"localhost\"\nport = {port}\nenrol_port = {enrol_port}\n\
             keep_alive_s = {keep_alive}\n\
             [reader]\nkeys = \"test-only\"\nenabled = {reader}\n\
             [journal]\nmax_bytes = {max}\nmin_free_bytes = {min}\nkeep_days = 70\n\
             [screen]\nsize = {size:?}\nfullscreen = false\n\
             [sound]\nenabled = false\n\
             [update]\nmachine = {machine:?}\n",
            enrolment = self.enrolment.display().to_string(),
            state = self.state().display().to_string(),
            port = self.broker_port,
            enrol_port = self.enrol_port,
            keep_alive = plan.keep_alive_s,
            reader = plan.reader != Reader::Without,
            max = plan.max_bytes,
            min = plan.min_free_bytes,
            size = plan.size,
            machine = self.update_machine().display().to_string(),
        );
        Ok(fs::write(self.config(), text)?)
    }

    /// Holds a sample card until there is a fact of it.
    ///
    /// # Errors
    /// When there is none within `limit`.
    pub fn tap(&self, card: &str, limit: Duration) -> Result<()> {
        let before = self.control().status()?.last_seq;
        let held = self.insert_sample(card)?;
        self.control()
            .wait_until(limit, "a fact", |s| s.last_seq > before)?;
        drop(held);
        Ok(())
    }

    /// How it is started.
    pub fn recipe(&self) -> Recipe {
        let mut recipe = Recipe::new(self.id.as_str(), &self.program, &self.dir)
            .arg("--config")
            .arg(self.config())
            .arg("--trace")
            .arg(self.trace_path());
        recipe = match self.plan.surface {
            Surface::Offscreen => recipe
                .arg("--offscreen")
                .arg("--control")
                .arg(self.socket()),
            Surface::Headless => recipe.arg("--headless"),
            Surface::Window => recipe,
        };
        let service = match &self.plan.reader {
            Reader::Private => self.pcscd.as_ref().map(PrivatePcscd::socket),
            Reader::At(socket) => Some(socket.clone()),
            Reader::Without => None,
        };
        match service {
            Some(socket) => recipe.env("PCSCLITE_CSOCK_NAME", socket),
            None => recipe,
        }
    }

    /// Where its machine says how an update stands, if it is updated at all.
    pub fn update_machine(&self) -> PathBuf {
        self.dir.join("machine")
    }

    /// Its program, for another command than to be a kiosk.
    pub fn program(&self, name: &str) -> Recipe {
        Recipe::new(&format!("{}-{name}", self.id), &self.program, &self.dir)
    }

    /// Starts it and waits for nothing.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_quickly(&mut self) -> Result<()> {
        if self.process.is_none() {
            // What a killed one left behind.
            let _ = fs::remove_file(self.socket());
            self.process = Some(self.recipe().start()?);
        }
        Ok(())
    }

    /// Starts it and waits until it answers (off-screen) or is there.
    ///
    /// # Errors
    /// When it ends at once or does not answer; with the end of its log.
    pub fn start(&mut self) -> Result<()> {
        self.start_quickly()?;
        if self.plan.surface != Surface::Offscreen {
            return Ok(());
        }
        let control = self.control();
        let recipe = self.recipe();
        let process = self.process.as_mut().context("just started")?;
        wait::for_some(READY_LIMIT, "the kiosk's control socket", || {
            if let Some(status) = process.ended() {
                return Some(Err(anyhow::anyhow!("the kiosk ended with {status}")));
            }
            control.status().ok().map(|_| Ok(()))
        })
        .and_then(|r| r)
        .with_context(|| recipe.tail())
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
    /// When it does not end, or not well.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            let status = process.stop()?;
            anyhow::ensure!(
                status.success(),
                "{} ended with {status}\n{}",
                self.id,
                self.recipe().tail()
            );
        }
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it does not, or not well.
    pub fn wait_until_ended(&mut self, limit: Duration) -> Result<()> {
        let process = self.process.as_mut().context("it does not run")?;
        let status = wait::for_some(limit, "the kiosk's end", || process.ended())?;
        self.process = None;
        anyhow::ensure!(
            status.success(),
            "ended with {status}\n{}",
            self.recipe().tail()
        );
        Ok(())
    }

    /// The running process.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Holds a card to the reader.
    ///
    /// # Errors
    /// When the reader's service is away, or the kiosk has no reader.
    pub fn insert(&self, card: Box<dyn VirtualCard>) -> Result<Inserted> {
        self.insert_into(0, card)
    }

    /// Holds a card to one of the reader's two slots.
    ///
    /// # Errors
    /// As [`Kiosk::insert`].
    pub fn insert_into(&self, slot: usize, card: Box<dyn VirtualCard>) -> Result<Inserted> {
        let pcscd = self.pcscd.as_ref().context("this kiosk has no reader")?;
        self.wallet.count_held();
        Ok(pcscd.slots()[slot].insert(card)?)
    }

    /// Holds a sample card to the reader.
    ///
    /// # Errors
    /// As [`Kiosk::insert`].
    pub fn insert_sample(&self, name: &str) -> Result<Inserted> {
        self.insert(self.wallet.sample(name)?)
    }

    /// Its PC/SC service.
    pub fn pcscd(&mut self) -> Option<&mut PrivatePcscd> {
        self.pcscd.as_mut()
    }

    /// The cards.
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// Asks it.
    pub fn control(&self) -> Control {
        Control::new(&self.socket())
    }

    /// Its id.
    pub const fn id(&self) -> &KioskId {
        &self.id
    }

    /// Where its journal lives.
    pub fn state(&self) -> PathBuf {
        self.dir.join("state")
    }

    /// Its enrolment.
    pub fn enrolment(&self) -> &Path {
        &self.enrolment
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.dir.join("kiosk.toml")
    }

    fn socket(&self) -> PathBuf {
        self.dir.join("c")
    }

    /// Where its trace goes.
    pub fn trace_path(&self) -> PathBuf {
        self.dir.join("trace")
    }

    /// What it claims to have shown, over all its starts.
    ///
    /// # Errors
    /// When the trace is damaged.
    pub fn trace(&self) -> Result<Vec<trace::Line>> {
        trace::read(&self.trace_path())
    }

    /// Its journal as it lies on the disk; it must not run.
    ///
    /// # Errors
    /// When it runs, or the journal cannot be read.
    pub fn journal(&self) -> Result<Local> {
        anyhow::ensure!(self.process.is_none(), "{} still runs", self.id);
        Local::read(&self.state().join("journal.db"))
    }

    /// Waits until the city has receipted everything.
    ///
    /// # Errors
    /// When it has not within `limit`.
    pub fn wait_until_counted(&self, limit: Duration) -> Result<()> {
        self.control()
            .wait_until(limit, "the city's receipt for everything", |s| {
                s.pending == 0
            })
            .map(|_| ())
    }
}
