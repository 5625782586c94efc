//! The main job under fire: a real PC/SC stack, a real broker with TLS, client
//! certificates and access list, the real programs. Two kiosks, 500 taps; the broker is
//! away for half of them; each kiosk and the city are killed at random moments. At the end
//! everything a screen promised is counted once, and every side knows the same.
//!
//! `MACHITAP_SEED=n` plays the same again, as far as two processors and a network allow.

mod driver;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use machitap_sim::{
    oracle::{self, Witness},
    random::Random,
    stage::{Documents, Kiosk, Plan, Stage},
    town,
};

/// Taps at each of the two kiosks.
const TAPS: u64 = 250;
/// Kills of each kiosk, and of the city.
const KILLS: usize = 22;
/// How long everything may take to be counted once nothing is broken any more.
const HEAL_LIMIT: Duration = Duration::from_secs(150);

#[test]
fn what_a_screen_promised_is_counted_once() {
    let seed = Random::seed();
    println!("MACHITAP_SEED={seed}");
    let mut stage = Stage::build(&Documents {
        catalogue: town::QUICK_CATALOGUE.into(),
        fares: None,
        ..Documents::sample()
    })
    .unwrap();
    if let Err(error) = run(&mut stage, seed) {
        panic!("seed {seed}: {error:?}");
    }
}

fn run(stage: &mut Stage, seed: u64) -> Result<()> {
    let start = Instant::now();
    let plan = || Plan {
        size: "480x320",
        ..Plan::default()
    };
    let mut nursery = stage.kiosk("nursery-1", "nursery", plan())?;
    let mut centre = stage.kiosk("centre-1", "community-centre", plan())?;
    let taps = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    let city_kills = thread::scope(|scope| -> Result<usize> {
        let drive = |kiosk, what, seed| {
            let taps = &taps;
            scope.spawn(move || driver::drive(kiosk, what, taps, Random::seeded(seed)))
        };
        let drivers = [
            drive(&mut nursery, driver::Crowd::Families, seed),
            drive(&mut centre, driver::Crowd::Visitors, seed ^ 1),
        ];
        let weather = scope.spawn({
            let (over, taps) = (&over, &taps);
            || weather(stage, taps, over, Random::seeded(seed ^ 2))
        });
        let driven: Vec<_> = drivers.into_iter().map(|d| d.join()).collect();
        over.store(true, Ordering::Relaxed);
        let kills = weather
            .join()
            .map_err(|_| anyhow::anyhow!("the weather panicked"))??;
        for driver in driven {
            let done = driver.map_err(|_| anyhow::anyhow!("a driver panicked"))??;
            anyhow::ensure!(done.kills >= 20, "only {} kills", done.kills);
            println!("{done:?}");
        }
        Ok(kills)
    })?;
    println!(
        "{} taps, the city killed {city_kills} times, {} s; now it heals",
        taps.load(Ordering::Relaxed),
        start.elapsed().as_secs()
    );
    for kiosk in [&nursery, &centre] {
        kiosk
            .wait_until_counted(HEAL_LIMIT)
            .with_context(|| format!("{}: {:?}", kiosk.id(), kiosk.control().status()))?;
    }
    reckon(stage, [&mut nursery, &mut centre])?;
    println!("{} s", start.elapsed().as_secs());
    Ok(())
}

/// Takes the broker away for the second and the last quarter of the taps, and kills the
/// city now and then. How often it did; leaves both running.
fn weather(
    stage: &mut Stage,
    taps: &AtomicU64,
    over: &AtomicBool,
    mut random: Random,
) -> Result<usize> {
    let mut kills = 0;
    let mut next = Instant::now() + random.within(8_000);
    let quarter = 2 * TAPS / 4;
    while !over.load(Ordering::Relaxed) || kills < KILLS {
        let now = taps.load(Ordering::Relaxed) / quarter;
        match now {
            _ if over.load(Ordering::Relaxed) => stage.broker.start()?,
            1 => stage.broker.stop()?,
            3 => stage.broker.kill(),
            _ => stage.broker.start()?,
        }
        if Instant::now() >= next {
            stage.city.kill();
            kills += 1;
            stage.city.start_quickly()?;
            // Once the taps are over the rest of the kills meet the catching up.
            let pause = if over.load(Ordering::Relaxed) {
                1_500
            } else {
                16_000
            };
            next = Instant::now() + random.within(pause);
        }
        thread::sleep(Duration::from_millis(20));
    }
    stage.broker.start()?;
    Ok(kills)
}

fn reckon(stage: &mut Stage, kiosks: [&mut Kiosk; 2]) -> Result<()> {
    let mut witnesses = Vec::new();
    for kiosk in kiosks {
        kiosk.stop()?;
        witnesses.push(Witness::hear(kiosk)?);
    }
    let ledger = stage.city.ledger()?;
    let verdict = oracle::judge(&witnesses, &ledger);
    println!("{verdict:#?}");
    anyhow::ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    anyhow::ensure!(
        witnesses.iter().all(|w| w.journal.base_seq == 0),
        "something was pruned"
    );
    // Killed so often, a run proves nothing unless most taps still reached their screen.
    anyhow::ensure!(
        verdict.confirmed > TAPS,
        "only {} facts confirmed",
        verdict.confirmed
    );
    anyhow::ensure!(verdict.points_there > 0, "nobody got points");
    let forbidden = stage.wallet.forbidden();
    anyhow::ensure!(forbidden.is_empty(), "{forbidden:#?}");
    anyhow::ensure!(stage.wallet.harmed() == 0, "a PIN lost a try");
    anyhow::ensure!(
        stage.wallet.commands() as u64 > TAPS,
        "cards were hardly asked"
    );
    Ok(())
}
