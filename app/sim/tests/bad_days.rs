//! Days on which something outside is wrong, on the real programs: the kiosk says so,
//! records what it can, loses nothing, and all is counted when it is mended.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use anyhow::{Result, ensure};
use machitap_sim::{
    backlog::{self, Backlog, Deed},
    oracle::{self, Verdict, Witness},
    stage::{Documents, Kiosk, Plan, Recipe, Stage, free_port, wait},
};

/// A screen or a change of the link, on a busy machine.
const SOON: Duration = Duration::from_secs(60);
/// A long backlog.
const LATER: Duration = Duration::from_secs(180);
const CENTRE: &str = "community-centre";

fn plan() -> Plan {
    Plan {
        size: "480x320",
        ..Plan::default()
    }
}

fn on_stage(act: impl FnOnce(&mut Stage) -> Result<()>) {
    let mut stage = Stage::build(&Documents::sample()).unwrap();
    if let Err(error) = act(&mut stage) {
        panic!("{error:?}");
    }
}

fn visit(kiosk: &Kiosk, card: &str) -> Result<()> {
    let held = kiosk.insert_sample(card)?;
    kiosk.control().wait_for("visit-done", SOON)?;
    held.remove();
    kiosk.control().wait_for("idle", SOON)
}

/// Lets everything be counted and compares.
fn reckon(stage: &Stage, kiosk: &mut Kiosk, limit: Duration) -> Result<Verdict> {
    kiosk
        .control()
        .wait_until(limit, "everything to be counted", |s| {
            s.connected && s.pending == 0
        })?;
    kiosk.stop()?;
    let verdict = oracle::judge(&[Witness::hear(kiosk)?], &stage.city.ledger()?);
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    ensure!(stage.wallet.forbidden().is_empty(), "a forbidden command");
    Ok(verdict)
}

#[test]
fn three_weeks_without_a_network_are_counted_once() {
    on_stage(|stage| {
        const FACTS: u64 = 6_000;
        let mut kiosk = stage.kiosk("centre-1", CENTRE, plan())?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        kiosk.wait_until_counted(SOON)?;
        stage.broker.stop()?;
        kiosk.stop()?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        Backlog {
            kiosk: kiosk.id().clone(),
            facility: CENTRE.parse()?,
            facts: FACTS,
            deed: Deed::Visit,
            subjects: backlog::anybody(),
            days: 21,
            until_ms: i64::try_from(now.as_millis())?,
        }
        .append_to(&kiosk.state().join("journal.db"))?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        for card in ["hanako", "suica", "jiro"] {
            visit(&kiosk, card)?;
        }
        kiosk.kill();
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        visit(&kiosk, "manyo")?;
        let status = kiosk.control().status()?;
        ensure!(status.pending >= FACTS && !status.connected, "{status:?}");
        stage.broker.start()?;
        let verdict = reckon(stage, &mut kiosk, LATER)?;
        ensure!(verdict.counted > FACTS, "{verdict:?}");
        ensure!(
            kiosk.journal()?.base_seq == 0,
            "facts of the last 40 days were pruned"
        );
        Ok(())
    });
}

#[test]
fn a_full_disk_refuses_visibly_and_mends() {
    on_stage(|stage| {
        let mut kiosk = stage.kiosk("centre-1", CENTRE, plan())?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        visit(&kiosk, "hanako")?;
        kiosk.stop()?;
        let before = kiosk.journal()?.last_seq;
        let min_free = kiosk_min_free(&mut kiosk, 1 << 50)?;
        kiosk.start()?;
        kiosk.control().wait_for("out-of-service:disk-full", SOON)?;
        let held = kiosk.insert_sample("jiro")?;
        let control = kiosk.control();
        control.wait_until(SOON, "the tap", |s| s.taps > 0)?;
        control.wait_for("out-of-service:disk-full", SOON)?;
        held.remove();
        kiosk.stop()?;
        ensure!(kiosk.journal()?.last_seq == before, "a fact on a full disk");
        kiosk_min_free(&mut kiosk, min_free)?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        visit(&kiosk, "jiro")?;
        reckon(stage, &mut kiosk, SOON).map(|_| ())
    });
}

fn kiosk_min_free(kiosk: &mut Kiosk, bytes: u64) -> Result<u64> {
    let mut before = 0;
    kiosk.replan(|p| before = std::mem::replace(&mut p.min_free_bytes, bytes))?;
    Ok(before)
}

#[test]
fn a_kiosk_without_a_catalogue_says_so_and_records_no_visit() {
    on_stage(|stage| {
        let mut kiosk = stage.kiosk("centre-1", CENTRE, plan())?;
        stage.broker.stop()?;
        kiosk.start()?;
        let control = kiosk.control();
        control.wait_for("out-of-service:no-catalogue", SOON)?;
        let held = kiosk.insert_sample("hanako")?;
        control.wait_until(SOON, "the tap", |s| s.taps > 0)?;
        control.wait_for("out-of-service:no-catalogue", SOON)?;
        held.remove();
        ensure!(control.status()?.points == 0, "points without a rule");
        stage.broker.start()?;
        control.wait_for("idle", SOON)?;
        visit(&kiosk, "hanako")?;
        let verdict = reckon(stage, &mut kiosk, SOON)?;
        ensure!(verdict.points_there == 10, "{verdict:?}");
        Ok(())
    });
}

#[test]
fn a_broker_of_another_authority_learns_nothing() {
    on_stage(|stage| {
        let port = free_port()?;
        let other = stage.path().join("other");
        Recipe::new("other-city", &stage.programs.city, stage.path())
            .args(["init", "--dir"])
            .arg(&other)
            .args(["--city", "town", "--broker-user", "root"])
            .args(["--broker-port", &port.to_string()])
            .run()?;
        let stranger = Recipe::new("stranger", &stage.programs.broker, stage.path())
            .arg("-c")
            .arg(other.join("broker/mosquitto.conf"));
        let running = stranger.start()?;
        let mut kiosk = stage.kiosk("centre-1", CENTRE, plan())?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
        kiosk.stop()?;

        let right = stage.broker.port();
        kiosk.replan(|p| p.broker_port = Some(port))?;
        kiosk.start()?;
        wait_for_log(&kiosk, "unknown authority")?;
        visit(&kiosk, "hanako")?;
        let status = kiosk.control().status()?;
        ensure!(!status.connected && status.pending > 0, "{status:?}");
        kiosk.stop()?;
        running.kill();

        kiosk.replan(|p| p.broker_port = Some(right))?;
        kiosk.start()?;
        reckon(stage, &mut kiosk, SOON).map(|_| ())
    });
}

#[test]
fn an_expired_certificate_is_named_and_nothing_is_lost() {
    on_stage(|stage| {
        let expired = Plan {
            certificate_until: Some("2026-01-01"),
            ..plan()
        };
        let mut kiosk = stage.kiosk("centre-1", CENTRE, expired)?;
        kiosk.start()?;
        wait_for_log(&kiosk, "expired")?;
        let status = kiosk.control().status()?;
        ensure!(!status.connected, "{status:?}");
        let here = status.last_seq;
        ensure!(here > 0, "the start is a fact");
        kiosk.stop()?;
        ensure!(kiosk.journal()?.last_seq >= here, "something was lost");
        ensure!(stage.city.ledger()?.facts() == 0, "the city took it in");
        Ok(())
    });
}

/// Waits for a word an operator would look for.
fn wait_for_log(kiosk: &Kiosk, word: &str) -> Result<()> {
    let log = kiosk.recipe().log;
    wait::until(SOON, &format!("{word:?} in the kiosk's log"), || {
        fs::read_to_string(&log).is_ok_and(|text| text.to_lowercase().contains(word))
    })
}
