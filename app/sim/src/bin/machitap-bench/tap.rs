//! A tap, from the card to the frame, against the floor measured beside it.

use std::time::Duration;

use anyhow::Result;
use machitap_domain::CitizenId;
use machitap_sim::{
    stage::{Dir, Documents, Kiosk, Plan, Stage, trace::Line, wait},
    town::Wallet,
};

use crate::{
    Size,
    bare_card::BareReader,
    bare_commit::BareCommits,
    bare_render::BareRenderer,
    figures::{Figures, Samples, ms},
    place,
};

const SOON: Duration = Duration::from_secs(60);
/// Taps before those that count.
const WARM: usize = 3;

/// No repeat guard, and short screens: each tap is a visit.
pub(crate) const CATALOGUE: &str = r#"
city = "town"
contact = "0880-00-0000"
name = { ja = "みほん市" }
[facilities.community-centre]
name = { ja = "みほん公民館" }
time_zone = "Asia/Tokyo"
service = { kind = "visit", points = { base = 10, visits_per_day = 1 } }
timing = { done_ms = 1000, message_ms = 1000, repeat_ms = 0 }
"#;

/// The documents of a measurement.
pub(crate) fn documents() -> Documents {
    let mut documents = Documents::sample();
    documents.catalogue = CATALOGUE.into();
    documents.fares = None;
    documents
        .rosters
        .retain(|(facility, _)| facility == "community-centre");
    documents
}

/// A stage with one kiosk at rest.
pub(crate) fn kiosk_at_rest(plan: Plan) -> Result<(Stage, Kiosk)> {
    let stage = Stage::build_in(Dir::inside(&place())?, &documents())?;
    let mut kiosk = stage.kiosk("centre-1", "community-centre", plan)?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;
    Ok((stage, kiosk))
}

/// A resident who has not been here: her first visit of the day, which earns points.
fn visitor(wallet: &Wallet, n: usize) -> Result<Box<dyn machitap_card::virt::VirtualCard>> {
    wallet.resident(CitizenId::new(&format!("MHN-{:06}", 500_000 + n))?)
}

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── a tap");
    let (stage, mut kiosk) = kiosk_at_rest(Plan::default())?;
    for n in 0..WARM {
        tap(&kiosk, n)?;
    }
    kiosk.stop()?;
    // The bytes of one visit and the points for it.
    let journal = kiosk.journal()?;
    let facts = journal.facts.iter().rev().take(2);
    let facts = facts.map(|f| String::from_utf8(f.fact.to_bytes()));
    let facts = facts.collect::<Result<Vec<_>, _>>()?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;

    let mut reader = BareReader::start(stage.path())?;
    let mut renderer = BareRenderer::start("visit-done")?;
    let mut commits = BareCommits::open(&stage.path().join("floor.db"), facts)?;
    let (mut total, mut floor, mut own) = (Samples::new(), Samples::new(), Samples::new());
    let (mut card, mut commit, mut render) = (Samples::new(), Samples::new(), Samples::new());
    let (mut read, mut written, mut shown) = (Samples::new(), Samples::new(), Samples::new());
    for n in 0..size.taps {
        let took = tap(&kiosk, WARM + n)?;
        let bare_render = renderer.render()?;
        let bare_card = reader.tap(visitor(kiosk.wallet(), n)?)?;
        let bare_commit = commits.commit()?;
        let least = bare_card + bare_commit + bare_render;
        total.add(took.drawn);
        read.add(took.read);
        written.add(took.written());
        shown.add(took.drawn - took.read - took.written());
        floor.add(least);
        let undisked = took.drawn - took.written();
        own.add(undisked.saturating_sub(bare_card + bare_render));
        card.add(bare_card);
        commit.add(bare_commit);
        render.add(bare_render);
    }
    figures.samples("tap: card noticed → committed → frame drawn", &total, "");
    figures.samples("· card noticed → read", &read, "");
    figures.samples("· read → committed", &written, "");
    figures.samples("· committed → frame drawn", &shown, "");
    figures.samples("floor: the three below together", &floor, "");
    figures.samples("· the same APDUs on the bare pcsc crate", &card, "");
    figures.samples(
        "· one bare SQLite FULL commit of the same bytes",
        &commit,
        "",
    );
    figures.samples("· one bare render of the same screen", &render, "");
    let ratio = total.median().as_secs_f64() / floor.median().as_secs_f64();
    figures.row(
        "tap against the floor",
        &format!("{ratio:.2} ×"),
        "",
        "goal: ≤ 1.3 × at the median",
    );
    // The disk's own bad moments hit a tap and the floor beside it at different times, so
    // that its part is compared at the median.
    let commit_share = written.median().saturating_sub(commit.median());
    figures.row(
        "the software's own share",
        &ms(own.median() + commit_share),
        &ms(own.p99() + commit_share),
        "each tap less the card and the frame of the floor measured right after it, and the \
         commit at its median; goal: ≤ 20 ms at the 99th percentile",
    );
    anyhow::ensure!(stage.wallet.forbidden().is_empty(), "a forbidden command");
    kiosk.stop()
}

/// One tap by the kiosk's own trace: from the notice of the card.
#[derive(Clone, Copy)]
pub(crate) struct Tapped {
    pub(crate) read: Duration,
    pub(crate) committed: Option<Duration>,
    pub(crate) drawn: Duration,
}

impl Tapped {
    /// From the card read to the facts on the disk; nothing for a tap that wrote none.
    pub(crate) fn written(&self) -> Duration {
        self.committed
            .map_or(Duration::ZERO, |at| at.saturating_sub(self.read))
    }
}

/// One visit.
fn tap(kiosk: &Kiosk, n: usize) -> Result<Tapped> {
    let last = hold(kiosk, visitor(kiosk.wallet(), n)?)?;
    kiosk.control().wait_for("idle", SOON)?;
    Ok(last)
}

/// One card held until the kiosk has answered on the screen, and taken away.
pub(crate) fn hold(
    kiosk: &Kiosk,
    card: Box<dyn machitap_card::virt::VirtualCard>,
) -> Result<Tapped> {
    let before = taps(kiosk)?.len();
    let held = kiosk.insert(card)?;
    let last = wait::for_some(SOON, "the tap in the trace", || {
        taps(kiosk).ok()?.get(before).copied()
    })?;
    held.remove();
    Ok(last)
}

fn taps(kiosk: &Kiosk) -> Result<Vec<Tapped>> {
    let lines = kiosk.trace()?;
    let taps = lines.iter().filter_map(|line| {
        let Line::Tap {
            seen_ns,
            read_ns,
            committed_ns,
            drawn_ns,
            ..
        } = line
        else {
            return None;
        };
        let since = |ns: u64| Duration::from_nanos(ns.saturating_sub(*seen_ns));
        Some(Tapped {
            read: since((*read_ns)?),
            committed: committed_ns.map(since),
            drawn: since((*drawn_ns)?),
        })
    });
    Ok(taps.collect())
}
