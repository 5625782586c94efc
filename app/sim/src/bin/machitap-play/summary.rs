//! The reckoning at the end of the day.

use std::time::Duration;

use anyhow::{Context, Result};
use machitap_sim::{
    album::Album,
    oracle::{self, Verdict, Witness},
    stage::{Kiosk, Stage},
};

/// How long the last facts may take to be counted.
const LAST_LIMIT: Duration = Duration::from_secs(120);

/// Waits for the city's receipts, ends the kiosks and compares.
pub(crate) fn judge(stage: &mut Stage, mut kiosks: [&mut Kiosk; 3]) -> Result<Verdict> {
    for kiosk in &mut kiosks {
        kiosk
            .wait_until_counted(LAST_LIMIT)
            .with_context(|| kiosk.id().to_string())?;
    }
    let mut witnesses = Vec::new();
    for kiosk in kiosks {
        kiosk.stop()?;
        witnesses.push(Witness::hear(kiosk)?);
    }
    let verdict = oracle::judge(&witnesses, &stage.city.ledger()?);
    stage.city.stop()?;
    stage.broker.stop()?;
    Ok(verdict)
}

/// Prints the summary; true when nothing differs.
pub(crate) fn print(stage: &Stage, v: &Verdict, album: &Album, took: Duration) -> bool {
    let forbidden = stage.wallet.forbidden();
    let harmed = stage.wallet.harmed();
    println!("── The day in numbers");
    println!(
        "   cards held to the readers             {:>6}",
        stage.wallet.held()
    );
    println!("   taps answered with a result           {:>6}", v.taps);
    println!(
        "   facts in the kiosks' journals         {:>6}",
        v.journalled
    );
    println!("   facts counted by the city             {:>6}", v.counted);
    println!(
        "   facts a screen said were done         {:>6}",
        v.confirmed
    );
    println!(
        "   points, at the kiosks / in the city   {:>6} / {}",
        v.points_here, v.points_there
    );
    println!(
        "   differences                           {:>6}",
        v.differences.len()
    );
    println!(
        "   commands to cards / forbidden ones    {:>6} / {}",
        stage.wallet.commands(),
        forbidden.len()
    );
    println!("   cards on which a PIN lost a try       {:>6}", harmed);
    println!(
        "   pictures                              {:>6}  {}",
        album.len(),
        album.index().display()
    );
    println!(
        "   time                                  {:>6} s",
        took.as_secs()
    );
    for difference in &v.differences {
        println!("   DIFFERENCE: {difference}");
    }
    for entry in &forbidden {
        println!("   FORBIDDEN: {entry:?}");
    }
    v.differences.is_empty() && forbidden.is_empty() && harmed == 0 && v.confirmed > 0
}
