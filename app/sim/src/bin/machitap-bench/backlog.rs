//! A backlog to the city's receipts, against a bridge that carries the same.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use machitap_sim::{
    backlog::{self, Backlog, Deed},
    oracle::{self, Witness},
    stage::{Kiosk, Plan, Stage, wait},
};
use machitap_wire::{
    Batch, Signer,
    batch::FACTS_MAX,
    envelope::{self, Kind},
};
use uuid::Uuid;

use crate::{
    Size, bridge,
    figures::{Figures, ms},
    keeper::Keep,
    tap::kiosk_at_rest,
};

const LATER: Duration = Duration::from_secs(300);

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── a backlog of {} facts", size.facts);
    let (mut stage, mut kiosk) = kiosk_at_rest(Plan::default())?;
    kiosk.wait_until_counted(LATER)?;
    kiosk.stop()?;
    stage.broker.stop()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Backlog {
        kiosk: kiosk.id().clone(),
        facility: "community-centre".parse()?,
        facts: size.facts,
        deed: Deed::Visit,
        subjects: backlog::anybody(),
        days: 21,
        until_ms: i64::try_from(now.as_millis())?,
    }
    .append_to(&kiosk.state().join("journal.db"))?;
    let (batches, facts) = payloads(&kiosk)?;

    let ours = drain(&mut stage, &mut kiosk, size.facts)?;
    stage.city.stop()?;
    stage.broker.stop()?;
    let mut peers = Vec::new();
    for (what, payloads, keep, wanted, words) in [
        (
            "one message a fact, each stored once under its key",
            &facts,
            Keep::Facts,
            facts.len(),
            "no signature, no chain, no receipt back",
        ),
        (
            "the same batches, opened, each fact stored once under its key",
            &batches,
            Keep::Facts,
            facts.len(),
            "no signature, no chain, no receipt back",
        ),
        (
            "the same batches, stored unopened",
            &batches,
            Keep::Messages,
            batches.len(),
            "nothing is counted: one that comes twice lies there twice",
        ),
        (
            "one message a fact, thrown away",
            &facts,
            Keep::Nothing,
            facts.len(),
            "nobody reads or keeps them: not the same work",
        ),
        (
            "the same batches, thrown away",
            &batches,
            Keep::Nothing,
            batches.len(),
            "nobody reads or keeps them: not the same work",
        ),
    ] {
        let crossing = bridge::cross(&stage, &kiosk, payloads, keep, wanted).context(what)?;
        peers.push((what, crossing, words));
    }

    let rate = |took: Duration| format!("{:.0}/s", size.facts as f64 / took.as_secs_f64());
    figures.row(
        &format!("{} facts: link up → last receipt", size.facts),
        &ms(ours.counted),
        "",
        &format!(
            "{}; TLS, ACL, signatures, hash chain, two FULL disks",
            rate(ours.counted)
        ),
    );
    figures.row(
        "· from the broker's return to the last receipt",
        &ms(ours.back),
        "",
        "with the wait before the next try to connect",
    );
    figures.row(
        "· the broker's, the city's, the kiosk's processor time",
        &format!(
            "{} + {} + {}",
            ms(ours.broker),
            ms(ours.city),
            ms(ours.kiosk)
        ),
        "",
        "",
    );
    for (what, crossing, words) in peers {
        figures.row(
            &format!("mosquitto bridge: {what}"),
            &ms(crossing.took),
            "",
            &format!(
                "ours {:.2} ×; {}; {} messages; {words}",
                ours.counted.as_secs_f64() / crossing.took.as_secs_f64(),
                rate(crossing.took),
                crossing.messages
            ),
        );
    }
    Ok(())
}

type Messages = Vec<Vec<u8>>;

struct Drained {
    counted: Duration,
    back: Duration,
    broker: Duration,
    city: Duration,
    kiosk: Duration,
}

fn drain(stage: &mut Stage, kiosk: &mut Kiosk, facts: u64) -> Result<Drained> {
    kiosk.start()?;
    let control = kiosk.control();
    control.wait_for("idle", LATER)?;
    let before = kiosk
        .process()
        .and_then(|p| p.processor_time())
        .unwrap_or_default();
    let city = stage.city.processor_time().unwrap_or_default();
    let pending = control.status()?.pending;
    ensure!(pending >= facts, "only {pending} facts wait");
    stage.broker.start()?;
    let back = Instant::now();
    let mut first = None;
    wait::until(LATER, "the last receipt", || {
        let Ok(status) = control.status() else {
            return false;
        };
        if status.connected && first.is_none() {
            first = Some(Instant::now());
        }
        status.pending == 0
    })?;
    let end = Instant::now();
    let since =
        |then: Duration, now: Option<Duration>| now.unwrap_or_default().saturating_sub(then);
    let kiosk_time = kiosk.process().and_then(|p| p.processor_time());
    let drained = Drained {
        counted: end - first.context("the link never came up")?,
        back: end - back,
        broker: stage.broker.processor_time().unwrap_or_default(),
        city: since(city, stage.city.processor_time()),
        kiosk: since(before, kiosk_time),
    };
    kiosk.stop()?;
    let verdict = oracle::judge(&[Witness::hear(kiosk)?], &stage.city.ledger()?);
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    Ok(drained)
}

/// What the kiosk will send: its batches as they go over the wire, and the facts singly.
fn payloads(kiosk: &Kiosk) -> Result<(Messages, Messages)> {
    let journal = kiosk.journal()?;
    let facts: Vec<Vec<u8>> = journal.facts.iter().map(|f| f.fact.to_bytes()).collect();
    let texts: Vec<&str> = facts
        .iter()
        .map(|f| str::from_utf8(f))
        .collect::<Result<_, _>>()?;
    let signer = Signer::from_seed([1; 32]);
    let life = machitap_domain::Incarnation(journal.incarnation);
    let mut batches = Vec::new();
    let mut rest = &texts[..];
    while !rest.is_empty() {
        let (batch, taken) = Batch::pack(life, rest.iter().take(FACTS_MAX).copied());
        let id = Uuid::now_v7();
        let kiosk = kiosk.id().as_str();
        batches.push(envelope::seal(Kind::Facts, id, kiosk, &batch, &signer));
        rest = &rest[taken..];
    }
    Ok((batches, facts))
}
