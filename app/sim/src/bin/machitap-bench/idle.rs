//! What a kiosk does while nothing happens: its processor time, and how often its threads
//! wake.

use std::{collections::BTreeMap, fs, thread, time::Duration};

use anyhow::{Context, Result};
use machitap_sim::stage::Plan;

use crate::{
    Size,
    figures::{Figures, ms},
    tap::kiosk_at_rest,
};

/// What a start leaves behind is done by then: upkeep, receipts, the log's copy.
const SETTLE: Duration = Duration::from_secs(5);

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── nothing happens");
    let (_stage, mut kiosk) = kiosk_at_rest(Plan::default())?;
    kiosk.wait_until_counted(Duration::from_secs(60))?;
    // The measurement is the time itself.
    thread::sleep(SETTLE);
    let process = kiosk.process().context("the kiosk runs")?;
    let before = process.processor_time().context("processor time")?;
    let woken_before = wakes(process.pid())?;
    let rest = Duration::from_secs(size.idle_s);
    thread::sleep(rest);
    let woken = wakes(process.pid())?;
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
    let per_second = |thread: &String, times: u64| {
        let times = times - woken_before.get(thread).copied().unwrap_or(0);
        (times > 0).then(|| format!("{thread} {:.1}", times as f64 / rest.as_secs_f64()))
    };
    let each: Vec<_> = woken
        .iter()
        .filter_map(|(t, n)| per_second(t, *n))
        .collect();
    let total = woken.values().sum::<u64>() - woken_before.values().sum::<u64>();
    figures.row(
        "· its threads wake, times a second",
        &format!("{:.1}", total as f64 / rest.as_secs_f64()),
        "",
        &each.join(", "),
    );
    kiosk.stop()
}

/// How often each thread has waited for something, by its name (proc_pid_status(5)).
fn wakes(pid: u32) -> Result<BTreeMap<String, u64>> {
    let mut all = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = fs::read_to_string(task?.path().join("status"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name))?;
            Some(line.trim().to_owned())
        };
        let name = field("Name:").context("a thread's name")?;
        let waited = field("voluntary_ctxt_switches:").context("how often it waited")?;
        *all.entry(name).or_default() += waited.parse::<u64>()?;
    }
    Ok(all)
}
