//! A kiosk's life: how soon it is ready, what it holds after many taps, what it does when
//! nothing happens.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use machitap_sim::stage::{Plan, trace::Line};

use crate::{
    Size,
    figures::{Figures, Samples, ms},
    tap::kiosk_at_rest,
};

const SOON: Duration = Duration::from_secs(60);

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── start, memory, rest");
    let (stage, mut kiosk) = kiosk_at_rest(Plan::default())?;
    for _ in 1..size.starts {
        kiosk.stop()?;
        kiosk.start()?;
        kiosk.control().wait_for("idle", SOON)?;
    }
    let mut starts = Samples::new();
    for line in kiosk.trace()? {
        if let Line::Idle { since_start_ms } = line {
            starts.add(Duration::from_millis(since_start_ms));
        }
    }
    figures.samples("start of the process → first idle frame", &starts, "");

    let process = kiosk.process().context("the kiosk runs")?;
    let before = process.processor_time().context("processor time")?;
    // The measurement is the time itself.
    let rest = Duration::from_secs(size.idle_s);
    thread::sleep(rest);
    let used = process
        .processor_time()
        .context("processor time")?
        .saturating_sub(before);
    let share = used.as_secs_f64() / rest.as_secs_f64() * 100.0;
    figures.row(
        &format!("processor while idle for {} s", size.idle_s),
        &format!("{share:.2} %"),
        "",
        &format!("{} of one processor", ms(used)),
    );
    drop(stage);
    Ok(())
}
