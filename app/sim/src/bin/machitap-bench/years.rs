//! The hall, the bus and the ranking as the years go by: the same tap with a thousand facts
//! behind it and with a million, of 20,000 residents.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, ensure};
use machitap_domain::{
    CitizenId, Pseudonym, PurposeKey,
    fare::{Ride, Why},
};
use machitap_sim::{
    backlog::{Backlog, Deed},
    stage::{Dir, Documents, Kiosk, Plan, Stage, wait},
};

use crate::{
    Size,
    figures::{Figures, Samples, ms},
    place,
    tap::hold,
};

const SOON: Duration = Duration::from_secs(60);
/// A million facts on their way to the city.
const LATER: Duration = Duration::from_secs(600);
/// Taps before those that count.
const WARM: usize = 3;
/// Over so many days the past is spread, but for its end.
const DAYS: u32 = 60;
const DAY_MS: i64 = 86_400_000;
/// So many turns of the city are measured; it makes one every five seconds.
const TURNS: usize = 12;
/// More than this and the past weighs on the tap.
const FLAT: f64 = 1.2;

const CATALOGUE: &str = r#"
city = "town"
contact = "0880-00-0000"
name = { ja = "みほん市" }
[facilities.hall]
name = { ja = "みほん公民館" }
time_zone = "Asia/Tokyo"
service = { kind = "visit", points = { base = 10, visits_per_day = 1 } }
timing = { done_ms = 1000, message_ms = 1000, repeat_ms = 0 }
[facilities.bus]
name = { ja = "みほんバス" }
time_zone = "Asia/Tokyo"
timing = { message_ms = 1000, repeat_ms = 0 }
[facilities.bus.service]
kind = "fare"
default = "full"
classes = [
  { id = "full", name = { ja = "ふつう" }, colour = "grey", shape = "square", chime = "one" },
  { id = "free", name = { ja = "むりょう" }, colour = "green", shape = "star", chime = "up", limits = { year = 3000 } },
]
"#;

fn resident(n: usize) -> Result<CitizenId> {
    Ok(CitizenId::new(&format!("MHN-{:06}", 600_000 + n))?)
}

fn everybody(size: Size, key: &PurposeKey) -> Result<Vec<Pseudonym>> {
    (0..size.residents)
        .map(|n| Ok(key.pseudonym(&resident(n as usize)?)))
        .collect()
}

fn documents(size: Size) -> Result<Documents> {
    let mut fares = String::from("issued = \"2026-01-01\"\nexpires = \"2099-12-31\"\n");
    for n in 0..size.residents {
        let citizen = resident(n as usize)?;
        let citizen = citizen.reveal();
        writeln!(
            fares,
            "[[holders]]\ncitizen = \"{citizen}\"\nclass = \"free\""
        )?;
    }
    Ok(Documents {
        catalogue: CATALOGUE.into(),
        nicknames: String::new(),
        fares: Some(fares),
        rosters: Vec::new(),
        ..Documents::sample()
    })
}

/// A tap with so many facts behind it.
struct Past {
    facts: u64,
    samples: Samples,
}

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    let (mut visit, mut written) = (Vec::new(), Vec::new());
    let (mut fare, mut turn) = (Vec::new(), Vec::new());
    let [few, many] = size.past;
    // Each resident has been here at least once before the ranking has that many.
    let everybody_once = 2 * u64::from(size.residents);
    for facts in [few, everybody_once, many] {
        println!("── {facts} facts behind a tap");
        let stage = stage(size)?;
        let past = |samples| Past { facts, samples };
        if facts != everybody_once {
            let bus = bus(&stage, size, facts)?;
            fare.push(past(taps(size.year_taps, &bus)?.0));
        }
        let mut hall = hall(&stage, size, facts)?;
        if facts != everybody_once {
            let (drawn, disk) = taps(size.year_taps, &hall)?;
            visit.push(past(drawn));
            written.push(past(disk));
        }
        if facts != few {
            turn.push(past(turns(&stage, &hall, size)?));
        }
        hall.stop()?;
        ensure!(stage.wallet.forbidden().is_empty(), "a forbidden command");
    }
    report("visit: card noticed → committed → drawn", &visit, figures);
    report("· of it: read → committed", &written, figures);
    report(
        "fare: card noticed → committed → class drawn",
        &fare,
        figures,
    );
    let what = format!(
        "ranking and accounts of {} residents after one more tap",
        size.residents
    );
    report(&what, &turn, figures);
    Ok(())
}

fn report(what: &str, pasts: &[Past], figures: &mut Figures) {
    for past in pasts {
        let what = format!("{what}, {} facts before", past.facts);
        figures.samples(&what, &past.samples, "");
    }
    if let [few, many] = pasts {
        let [few, many] = [few, many].map(|past| past.samples.median());
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        let words = format!(
            "goal: ≤ {FLAT} × at the median; {} more",
            ms(many.saturating_sub(few))
        );
        figures.row("· as facts grow", &format!("{ratio:.2} ×"), "", &words);
    }
}

fn stage(size: Size) -> Result<Stage> {
    let mut stage = Stage::build_in(Dir::inside(&place())?, &documents(size)?)?;
    stage.city.stop()?;
    stage.city.say_more();
    stage.city.start()?;
    Ok(stage)
}

fn bus(stage: &Stage, size: Size, facts: u64) -> Result<Kiosk> {
    let ride = Ride {
        class: "free".parse()?,
        why: Why::Listed,
        counts: true,
        list: Some(1),
    };
    let people = everybody(size, &stage.city.transport_key()?)?;
    with_facts(stage, ["bus-1", "bus"], facts, &Deed::Ride(ride), &people)
}

fn hall(stage: &Stage, size: Size, facts: u64) -> Result<Kiosk> {
    let people = everybody(size, &stage.city.visit_key()?)?;
    with_facts(stage, ["hall-1", "hall"], facts, &Deed::Visit, &people)
}

/// How long the city is at it when one more visit has come.
fn turns(stage: &Stage, hall: &Kiosk, size: Size) -> Result<Samples> {
    let mut took = Samples::new();
    for n in 0..TURNS.min(size.year_taps) {
        let before = stage.city.turns()?.len();
        tap(hall, WARM + size.year_taps + n)?;
        took.add(wait::for_some(SOON, "a turn of the city", || {
            stage.city.turns().ok()?.get(before).copied()
        })?);
        hall.wait_until_counted(SOON)?;
    }
    Ok(took)
}

/// A kiosk with that many facts in its journal, all of them counted by the city.
fn with_facts(
    stage: &Stage,
    [id, facility]: [&str; 2],
    facts: u64,
    deed: &Deed,
    subjects: &[Pseudonym],
) -> Result<Kiosk> {
    let mut kiosk = stage.kiosk(id, facility, Plan::default())?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    // Yesterday: who taps now has not been here today.
    let yesterday = i64::try_from(now.as_millis())? - DAY_MS;
    // Everybody was here yesterday, whatever was before: else a longer past would also be
    // fuller boards.
    let last = facts.min(2 * subjects.len() as u64);
    for (facts, days, until_ms) in [
        (facts - last, DAYS, yesterday - DAY_MS),
        (last, 1, yesterday),
    ] {
        Backlog {
            kiosk: kiosk.id().clone(),
            facility: facility.parse()?,
            facts,
            deed: deed.clone(),
            subjects: subjects.to_vec(),
            days,
            until_ms,
        }
        .append_to(&kiosk.state().join("journal.db"))?;
    }
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;
    kiosk
        .wait_until_counted(LATER)
        .context("the past is counted")?;
    Ok(kiosk)
}

/// From the card noticed to the frame; and from the card read to the disk.
fn taps(count: usize, kiosk: &Kiosk) -> Result<(Samples, Samples)> {
    let (mut drawn, mut written) = (Samples::new(), Samples::new());
    for n in 0..WARM + count {
        let tapped = tap(kiosk, n)?;
        if n >= WARM {
            drawn.add(tapped.drawn);
            written.add(tapped.written());
        }
    }
    Ok((drawn, written))
}

fn tap(kiosk: &Kiosk, n: usize) -> Result<crate::tap::Tapped> {
    let tapped = hold(kiosk, kiosk.wallet().resident(resident(n)?)?)?;
    kiosk.control().wait_for("idle", SOON)?;
    Ok(tapped)
}
