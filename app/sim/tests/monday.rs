//! "One Monday": 120 children of 80 households in 6 classes on the running kiosk, with cards
//! in the real card stack, a broker that goes away, power cuts, and clocks that go wrong. The
//! register and the statement are compared, line by line, with tables written by hand.
//!
//! `MACHITAP_PICTURES=DIR` keeps pictures of the screens with a page to leaf through.

use std::{
    env,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use jiff::civil::{Date, date};
use machitap_sim::{
    album::Album,
    ledger,
    monday::{self, Monday, player::Player, script, tables},
    oracle::{self, Witness},
    stage::{Kiosk, Plan, Stage, StagedClock},
};

/// How long the last facts may take to be counted.
const LAST_LIMIT: Duration = Duration::from_secs(60);

/// The Monday.
const DAY: Date = date(2026, 11, 30);

#[test]
fn one_monday_is_what_the_tables_say() {
    let mut stage = Stage::build(&monday::documents()).unwrap();
    if let Err(error) = play(&mut stage) {
        panic!("{error:?}");
    }
}

fn play(stage: &mut Stage) -> Result<()> {
    let start = Instant::now();
    let people = Monday::read()?;
    let script = script::parse(monday::SCRIPT)?;
    let album = env::var_os("MACHITAP_PICTURES")
        .map(|dir| Album::new(Path::new(&dir)))
        .transpose()?;
    let early = DAY.at(6, 45, 0, 0);
    let clock = StagedClock::set(
        &stage.path().join("clock.json"),
        ledger::zone().to_timestamp(early)?,
    )?;
    let plan = Plan {
        clock: Some(clock.path().to_owned()),
        ..Plan::default()
    };
    let kiosk = stage.kiosk("nursery-1", monday::FACILITY, plan)?;
    let played = Player::new(stage, kiosk, clock, &people, album).play(&script)?;
    let (mut kiosk, cases) = (played.kiosk, played.cases);
    ensure!(
        cases.iter().copied().eq(1..=cases.len()),
        "the special cases are numbered {cases:?}"
    );
    ensure!(cases.len() >= 30, "{} special cases", cases.len());

    papers(&kiosk)?;
    kiosk.wait_until_counted(LAST_LIMIT)?;
    kiosk.stop()?;
    let witness = Witness::hear(&kiosk)?;
    tables::compare(
        "facts",
        tables::FACTS,
        &tables::facts(&witness.journal, tables::FACTS)?,
    )?;
    let verdict = oracle::judge(&[witness], &stage.city.ledger()?);
    println!(
        "{} cards held ({} again), {} special cases, {} facts journalled, {} counted, {} promised by a \
         screen, {} differences, {} commands to cards, {:.0} s",
        played.taps,
        played.again,
        cases.len(),
        verdict.journalled,
        verdict.counted,
        verdict.confirmed,
        verdict.differences.len(),
        stage.wallet.commands(),
        start.elapsed().as_secs_f64(),
    );
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    ensure!(verdict.confirmed > 0, "no screen promised anything");
    ensure!(
        stage.wallet.forbidden().is_empty() && stage.wallet.harmed() == 0,
        "a card was asked what it must not be: {:?}",
        stage.wallet.forbidden()
    );
    Ok(())
}

/// What the kiosk writes of the two months, against the tables written by hand.
fn papers(kiosk: &Kiosk) -> Result<()> {
    let out = kiosk.state().with_file_name("papers");
    for month in ["2026-11", "2026-12"] {
        kiosk
            .program("papers")
            .args(["papers", "--month", month, "--config"])
            .arg(kiosk.config())
            .arg("--out")
            .arg(&out)
            .run()?;
    }
    let november = out.join("machitap-2026-11");
    for (what, file, by_hand) in [
        ("register", november.join("register.csv"), tables::REGISTER),
        (
            "statement",
            november.join("statement.csv"),
            tables::STATEMENT,
        ),
        (
            "statement of December",
            out.join("machitap-2026-12/statement.csv"),
            tables::DECEMBER,
        ),
    ] {
        tables::compare(what, by_hand, &tables::columns(&file, by_hand)?)?;
    }
    Ok(())
}
