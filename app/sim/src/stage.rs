//! A world of real parts in one directory: the city, its broker, kiosks with their own
//! PC/SC service. Nothing of it outlives the process.

mod broker;
mod city;
mod clock;
mod control;
mod dir;
mod keeper;
mod kiosk;
pub mod ports;
mod process;
mod programs;
mod quick_service;
pub mod trace;
pub mod wait;

use std::{fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use machitap_domain::{FacilityId, KioskId};

pub use broker::Broker;
pub use city::{City, Documents};
pub use clock::{StagedClock, Vouched};
pub use control::{Control, Status};
pub use dir::Dir;
pub use kiosk::{Kiosk, Plan, Reader, Surface};
pub use ports::free as free_port;
pub use process::{Process, Recipe};
pub use programs::Programs;
pub use quick_service::QuickService;

use crate::town::Wallet;

/// How long a part may take to be ready; a busy machine is slow.
pub const READY_LIMIT: Duration = Duration::from_secs(40);

/// The stage.
#[derive(Debug)]
pub struct Stage {
    /// Our and Debian's programs.
    pub programs: Programs,
    /// The broker.
    pub broker: Broker,
    /// The city.
    pub city: City,
    /// The cards.
    pub wallet: Arc<Wallet>,
    // Last: what lives in it has ended when it is removed.
    dir: Dir,
}

impl Stage {
    /// Builds the city's home, starts broker and city, publishes the documents.
    ///
    /// # Errors
    /// What is missing or did not start, with the end of its log.
    pub fn build(documents: &Documents) -> Result<Self> {
        Self::build_in(Dir::temporary()?, documents)
    }

    /// [`Stage::build`] in a directory of one's own.
    ///
    /// # Errors
    /// As [`Stage::build`].
    pub fn build_in(dir: Dir, documents: &Documents) -> Result<Self> {
        Self::build_reached(dir, documents, None)
    }

    /// [`Stage::build_in`] with a broker whose certificate names this host too: kiosks in a
    /// machine of their own reach it by another name than `localhost`.
    ///
    /// # Errors
    /// As [`Stage::build`].
    pub fn build_reached(dir: Dir, documents: &Documents, reached: Option<&str>) -> Result<Self> {
        let programs = Programs::find()?;
        let city = City::found(&programs, dir.path(), documents, reached)?;
        let broker = Broker::new(&programs, &city, dir.path());
        let mut stage = Self {
            programs,
            broker,
            city,
            wallet: Arc::new(Wallet::new()?),
            dir,
        };
        stage
            .open()
            .with_context(|| format!("the stage did not open\n{}", stage.tails()))?;
        Ok(stage)
    }

    fn open(&mut self) -> Result<()> {
        self.broker.start()?;
        self.city.publish()?;
        self.city.start()
    }

    /// A kiosk, enrolled and with its own PC/SC service; not started yet.
    ///
    /// # Errors
    /// When the city refuses or pcscd does not start.
    pub fn kiosk(&self, name: &str, facility: &str, plan: Plan) -> Result<Kiosk> {
        let id = KioskId::new(name)?;
        let facility = FacilityId::new(facility)?;
        Kiosk::new(self, id, facility, plan)
    }

    /// Where everything is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The ends of all logs.
    pub fn tails(&self) -> String {
        tails(self.dir.path())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.tails());
        }
    }
}

fn tails(dir: &Path) -> String {
    let Ok(entries) = fs::read_dir(dir) else {
        return String::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        if path.extension().is_some_and(|e| e == "log") {
            out.push(process::tail(&path));
        } else if path.is_dir() {
            out.push(tails(&path));
        }
    }
    out.retain(|text| !text.is_empty());
    out.join("\n")
}
