//! A terminal becomes a kiosk by a code typed on its screen, is taken back by the city, and becomes
//! one again, and obeys the city: real screens, a real city, a real broker that reads its list of revoked certificates.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use machitap_domain::{FacilityId, KioskId};
use machitap_sim::{
    oracle::{self, Witness},
    stage::{Documents, Kiosk, Plan, Stage, Status},
};
use machitap_wire::enrol::Code;

/// Nothing here takes so long on a machine that works.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_terminal_is_enrolled_revoked_and_enrolled_again() {
    let mut stage = Stage::build(&Documents::sample()).unwrap();
    if let Err(error) = drill(&mut stage) {
        panic!("{error:?}\n{}", stage.tails());
    }
}

fn terminal(stage: &Stage, name: &str) -> Result<Kiosk> {
    let plan = Plan {
        size: "800x480",
        enrolled: false,
        ..Plan::default()
    };
    stage.kiosk(name, "community-centre", plan)
}

fn drill(stage: &mut Stage) -> Result<()> {
    let (id, place): (KioskId, FacilityId) = ("centre-1".parse()?, "community-centre".parse()?);
    let mut kiosk = terminal(stage, "centre-1")?;
    kiosk.start()?;
    kiosk.control().wait_for("enrol:code", LIMIT)?;
    let code = stage.city.code(&id, &place, false)?;

    let wrong = another_of(&code);
    type_in(&kiosk, &wrong)?;
    wait_for_label(&kiosk, "登録コードが ちがいます")?;

    let begun = Instant::now();
    type_in(&kiosk, &code)?;
    kiosk.control().wait_for("enrol:done", LIMIT)?;
    kiosk.control().touch_within("はじめる", LIMIT)?;
    kiosk.control().wait_for("idle", LIMIT)?;
    println!(
        "from the code's first digit to the idle screen: {:.1} s",
        begun.elapsed().as_secs_f32()
    );
    kiosk.tap("manyo", LIMIT)?;
    kiosk.wait_until_counted(LIMIT)?;

    let mut late = terminal(stage, "centre-2")?;
    late.start()?;
    type_in(&late, &code)?;
    wait_for_label(&late, "この登録コードは もう つかわれました")?;
    late.stop()?;

    // What comes after the city's word waits for a new enrolment.
    stage.city.revoke(&id)?;
    kiosk.tap("minato", LIMIT)?;
    let waiting = kiosk.control().status()?.pending;
    ensure!(waiting > 0, "counted after the city had taken it back");
    stage.broker.reload()?;
    kiosk.stop()?;
    // It may be refused before it has a screen.
    kiosk.start_quickly()?;
    kiosk.wait_until_ended(LIMIT).context("it serves on")?;
    kiosk.start()?;
    kiosk.control().wait_for("enrol:code", LIMIT)?;
    wait_for_label(&kiosk, "市が 登録を 取り消しました")?;

    let code = stage.city.code(&id, &place, true)?;
    cut_while_asking(&mut kiosk, &code)?;
    kiosk.control().wait_for("idle", LIMIT)?;
    kiosk.wait_until_counted(LIMIT)?;

    stage.city.restart(&id)?;
    kiosk.wait_until_ended(LIMIT).context("not obeyed")?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", LIMIT)?;
    kiosk.wait_until_counted(LIMIT)?;
    let runs_on = kiosk.process().is_some_and(|p| p.ended().is_none());
    ensure!(runs_on, "the command was obeyed twice");
    reckon(stage, &mut kiosk)
}

/// The power goes at different moments of the question and the answer: where it was too early, the
/// code is typed again.
fn cut_while_asking(kiosk: &mut Kiosk, code: &Code) -> Result<()> {
    let mut cuts = 0;
    for ms in [0, 5, 20, 40, 80, 160] {
        if !asks(kiosk)? {
            break;
        }
        type_in(kiosk, code)?;
        thread::sleep(Duration::from_millis(ms));
        kiosk.kill();
        kiosk.start()?;
        cuts += 1;
    }
    println!("{cuts} cuts until it was enrolled");
    if asks(kiosk)? {
        type_in(kiosk, code)?;
        kiosk.control().wait_for("enrol:done", LIMIT)?;
        kiosk.control().touch_within("はじめる", LIMIT)?;
    }
    Ok(())
}

fn asks(kiosk: &Kiosk) -> Result<bool> {
    let drawn = |s: &Status| !s.view.is_empty() && s.view != "starting";
    let status = kiosk.control().wait_until(LIMIT, "a screen", drawn)?;
    Ok(status.view == "enrol:code")
}

fn type_in(kiosk: &Kiosk, code: &Code) -> Result<()> {
    for digit in code.plain().chars() {
        kiosk.control().touch_within(&digit.to_string(), LIMIT)?;
    }
    Ok(())
}

fn wait_for_label(kiosk: &Kiosk, with: &str) -> Result<()> {
    machitap_sim::stage::wait::for_some(LIMIT, with, || {
        let labels = kiosk.control().labels().ok()?;
        labels.iter().any(|l| l.starts_with(with)).then_some(())
    })
}

/// A whole code of the same ticket with another secret.
fn another_of(code: &Code) -> Code {
    let plain = code.plain();
    let number = |from: usize, to: usize| plain[from..to].parse::<u32>().unwrap_or(0);
    Code::new(number(0, 4), number(4, 11) + 1)
}

fn reckon(stage: &Stage, kiosk: &mut Kiosk) -> Result<()> {
    kiosk.stop()?;
    let witness = Witness::hear(kiosk)?;
    let verdict = oracle::judge(&[witness], &stage.city.ledger()?);
    println!("{verdict:#?}");
    // What it sent while it was nobody's kiosk was refused, and sent again.
    let others: Vec<_> = verdict
        .differences
        .iter()
        .filter(|d| !d.ends_with("dead letters"))
        .collect();
    ensure!(others.is_empty(), "{others:#?}");
    ensure!(verdict.journalled == verdict.counted, "not all is counted");
    ensure!(verdict.confirmed > 0, "nothing was confirmed");
    Ok(())
}
