//! The nursery's door: the tap that opens a household and the one that confirms it, each
//! against its floor measured beside it.

use std::{fmt::Write as _, time::Duration};

use anyhow::Result;
use machitap_card::virt::VirtualCard;
use machitap_domain::CitizenId;
use machitap_sim::{
    stage::{Dir, Documents, Kiosk, Plan, Stage},
    town::Wallet,
};

use crate::{
    Size,
    bare_card::BareReader,
    bare_commit::BareCommits,
    bare_render::BareRenderer,
    figures::{Figures, Samples},
    place,
    tap::{Tapped, hold},
};

const SOON: Duration = Duration::from_secs(60);
/// Households before those that count.
const WARM: usize = 2;
/// Households of two children on the roster: a nursery of 120.
const HOUSEHOLDS: usize = 60;
/// Facts of one confirmation: two children, each with its fee.
const FACTS: usize = 4;

/// Whatever the hour, a coming costs something: the price is part of what is measured.
const CATALOGUE: &str = r#"
city = "town"
contact = "0880-00-0000"
name = { ja = "みほん市" }
[facilities.nursery]
name = { ja = "みほん保育園" }
time_zone = "Asia/Tokyo"
timing = { confirm_ms = 60000, done_ms = 1000, message_ms = 1000, repeat_ms = 0 }
[facilities.nursery.service]
kind = "nursery"
hours = { from = "00:00", until = "23:59" }
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
[[facilities.nursery.service.tariffs]]
from = "2020-01-01"
[facilities.nursery.service.tariffs.standard]
core = { from = "23:57", until = "23:58" }
bands = [{ from = "00:00", until = "23:57", unit_min = 30, yen = 10 }]
[facilities.nursery.service.tariffs.short]
core = { from = "23:57", until = "23:58" }
"#;

fn guardian(n: usize) -> String {
    format!("MHN-{:06}", 700_000 + n)
}

fn roster() -> Result<String> {
    let mut text = String::from("facility = \"nursery\"\n");
    for n in 0..HOUSEHOLDS {
        write!(text, "[[households]]\nid = \"H-{n:03}\"\n")?;
        for child in 0..2 {
            write!(
                text,
                "[[households.children]]\ncitizen = \"MHN-{:06}\"\nname = \"見本 {n}\"\n\
                 kana = \"みほん\"\nclass = \"さくら組\"\nmark = \"cherry\"\n",
                710_000 + 2 * n + child,
            )?;
        }
        write!(
            text,
            "[[households.people]]\ncitizen = \"{}\"\nname = \"見本 {n}\"\n",
            guardian(n)
        )?;
    }
    Ok(text)
}

fn card(wallet: &Wallet, n: usize) -> Result<Box<dyn VirtualCard>> {
    wallet.resident(CitizenId::new(&guardian(n))?)
}

/// The tap that opens the household, and the one that says yes.
fn drop_off(kiosk: &Kiosk, n: usize) -> Result<(Tapped, Tapped)> {
    let opened = hold(kiosk, card(kiosk.wallet(), n)?)?;
    kiosk.control().wait_for("household", SOON)?;
    let confirmed = hold(kiosk, card(kiosk.wallet(), n)?)?;
    kiosk.control().wait_for("idle", SOON)?;
    Ok((opened, confirmed))
}

struct Beside {
    name: &'static str,
    tap: Samples,
    floor: Samples,
}

impl Beside {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            tap: Samples::new(),
            floor: Samples::new(),
        }
    }

    fn add(&mut self, tap: Duration, floor: Duration) {
        self.tap.add(tap);
        self.floor.add(floor);
    }

    fn report(&self, figures: &mut Figures) {
        figures.samples(self.name, &self.tap, "");
        figures.samples("· its floor", &self.floor, "");
        let ratio = self.tap.median().as_secs_f64() / self.floor.median().as_secs_f64();
        figures.row("· against the floor", &format!("{ratio:.2} ×"), "", "");
    }
}

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── the nursery's door");
    let mut documents = Documents::sample();
    documents.catalogue = CATALOGUE.into();
    documents.fares = None;
    documents.rosters = vec![("nursery".into(), roster()?)];
    let stage = Stage::build_in(Dir::inside(&place())?, &documents)?;
    let mut kiosk = stage.kiosk("nursery-1", "nursery", Plan::default())?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;
    for n in 0..WARM {
        drop_off(&kiosk, n)?;
    }
    kiosk.stop()?;
    let journal = kiosk.journal()?;
    let facts = journal.facts.iter().rev().take(FACTS);
    let facts = facts.map(|f| String::from_utf8(f.fact.to_bytes()));
    let facts = facts.collect::<Result<Vec<_>, _>>()?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;

    let mut reader = BareReader::start(stage.path())?;
    let mut commits = BareCommits::open(&stage.path().join("floor.db"), facts)?;
    let mut household = BareRenderer::start("household")?;
    let mut done = BareRenderer::start("nursery-done")?;
    let mut opening = Beside::new("nursery: card noticed → household of two drawn, with its price");
    let mut confirming =
        Beside::new("nursery: second tap noticed → two children and fees committed → drawn");
    let mut written = Samples::new();
    for n in 0..(size.taps / 2).min(HOUSEHOLDS - WARM) {
        let (opened, confirmed) = drop_off(&kiosk, WARM + n)?;
        let bare_card = reader.tap(card(kiosk.wallet(), n)?)?;
        opening.add(opened.drawn, bare_card + household.render()?);
        let bare_commit = commits.commit()?;
        confirming.add(confirmed.drawn, bare_card + bare_commit + done.render()?);
        written.add(confirmed.written());
    }
    opening.report(figures);
    confirming.report(figures);
    figures.samples("· of it: read → committed", &written, "");
    anyhow::ensure!(stage.wallet.forbidden().is_empty(), "a forbidden command");
    kiosk.stop()
}
