//! A kiosk's life: how soon it is ready, what it holds after many taps.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use machitap_domain::CitizenId;
use machitap_sim::stage::{Dir, Kiosk, Plan, QuickService, Reader, Stage, trace::Line, wait};

use crate::{
    Size,
    figures::{Figures, Samples},
    place,
    tap::{documents, kiosk_at_rest},
};

/// Residents of the many taps.
const RESIDENTS: u64 = 400;

const SOON: Duration = Duration::from_secs(60);

pub(crate) fn measure(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── start, memory");
    let (stage, mut kiosk) = kiosk_at_rest(Plan::default())?;
    let mut starts = Samples::new();
    for nth in 1..=size.starts {
        if nth > 1 {
            kiosk.stop()?;
            kiosk.start()?;
        }
        let took = wait::for_some(SOON, "the first idle frame in the trace", || {
            let lines = kiosk.trace().ok()?;
            let mut idle = lines.iter().filter_map(|line| match line {
                Line::Idle { since_start_ms } => Some(*since_start_ms),
                _ => None,
            });
            idle.nth(nth - 1)
        })?;
        starts.add(Duration::from_millis(took));
    }
    figures.samples("start of the process → first idle frame", &starts, "");
    kiosk.stop()?;
    drop(stage);
    many_taps(size, figures)
}

/// Resident memory after many taps. The daemon that would take hours over them is stood in
/// for; everything in the kiosk's process is its own.
fn many_taps(size: Size, figures: &mut Figures) -> Result<()> {
    println!("── {} taps", size.long_taps);
    let stage = Stage::build_in(Dir::inside(&place())?, &documents())?;
    let service = QuickService::start(stage.path())?;
    let plan = Plan {
        reader: Reader::At(service.socket()),
        size: "800x480",
        ..Plan::default()
    };
    let mut kiosk = stage.kiosk("centre-1", "community-centre", plan)?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", SOON)?;
    let resident = |kiosk: &mut Kiosk| -> Result<u64> {
        let process = kiosk.process().context("the kiosk runs")?;
        Ok(process.resident().context("resident memory")? / 1024)
    };
    let fresh = resident(&mut kiosk)?;
    let mut trace = Tail::open(&kiosk)?;
    let began = Instant::now();
    let mut early = 0;
    for n in 1..=size.long_taps {
        let citizen = CitizenId::new(&format!("MHN-{:06}", 500_000 + n % RESIDENTS))?;
        service.insert(stage.wallet.resident(citizen)?);
        trace.wait_for_taps(n)?;
        service.remove();
        if n == size.long_taps / 10 {
            early = resident(&mut kiosk)?;
        }
    }
    let per_second = size.long_taps as f64 / began.elapsed().as_secs_f64();
    let late = resident(&mut kiosk)?;
    figures.row(
        &format!("resident memory after {} taps", size.long_taps),
        &format!("{:.1} MiB", late as f64 / 1024.0),
        "",
        &format!(
            "{:.1} MiB at rest after the start, {:.1} MiB after a tenth of the taps; {RESIDENTS} \
             residents, {per_second:.0} taps/s with a stand-in for pcscd",
            fresh as f64 / 1024.0,
            early as f64 / 1024.0
        ),
    );
    kiosk.stop()
}

/// Counts taps in a trace that grows.
struct Tail {
    file: BufReader<File>,
    line: String,
    taps: u64,
}

impl Tail {
    fn open(kiosk: &Kiosk) -> Result<Self> {
        Ok(Self {
            file: BufReader::new(File::open(kiosk.trace_path())?),
            line: String::new(),
            taps: 0,
        })
    }

    fn wait_for_taps(&mut self, wanted: u64) -> Result<()> {
        let until = Instant::now() + SOON;
        while self.taps < wanted {
            if self.file.read_line(&mut self.line)? == 0 || !self.line.ends_with('\n') {
                ensure!(
                    Instant::now() < until,
                    "tap {wanted} never came to the screen"
                );
                thread::sleep(Duration::from_micros(500));
                continue;
            }
            self.taps += u64::from(self.line.contains("\"ev\":\"tap\""));
            self.line.clear();
        }
        Ok(())
    }
}
