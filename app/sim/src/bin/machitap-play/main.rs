//! The demonstration: a morning at a nursery, an afternoon at a community centre and the bus
//! home, on a real PC/SC stack, a real broker and the real programs.

mod afternoon;
mod bus;
mod desk;
mod morning;
mod player;
mod summary;
mod tray;

use std::{env, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::Result;
use clap::Parser;
use machitap_sim::{
    album::Album,
    stage::{Documents, Plan, Stage, StagedClock},
};

use player::{Player, say};

#[derive(Parser)]
#[command(name = "machitap-play", version, about)]
struct Cli {
    /// Play off-screen even where there is a display.
    #[arg(long)]
    offscreen: bool,
    /// Where pictures and index.html go.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|v| env::var_os(v).is_some_and(|v| !v.is_empty()));
    let done = if has_display && !cli.offscreen {
        tray::run()
    } else {
        play(cli.out.unwrap_or_else(default_out))
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the demonstration stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `demo` beside the profile's directory this program lies in: `target/demo`.
fn default_out() -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    let target = here
        .ancestors()
        .nth(2)
        .map_or_else(PathBuf::new, PathBuf::from);
    target.join("demo")
}

/// True when nothing differs at the end.
fn play(out: PathBuf) -> Result<bool> {
    let start = Instant::now();
    let mut album = Album::new(&out)?;
    say("A town is founded: keys, certificates, documents; a broker and the city start.");
    let mut stage = Stage::build(&Documents::sample())?;
    let played = act(&mut stage, &mut album);
    // What was seen so far is worth keeping, also when something went wrong.
    album.finish()?;
    let verdict = played.inspect_err(|_| eprintln!("{}", stage.tails()))?;
    let well = summary::print(&stage, &verdict, &album, start.elapsed());
    Ok(well)
}

fn act(stage: &mut Stage, album: &mut Album) -> Result<machitap_sim::oracle::Verdict> {
    // Made while the broker is away, so that the first screen is that of a kiosk nobody
    // has told anything yet.
    let mut clock = StagedClock::set(
        &stage.path().join("clock.json"),
        morning::today(morning::BEGINS)?,
    )?;
    let plan = Plan {
        clock: Some(clock.path().to_owned()),
        ..Plan::default()
    };
    let nursery = stage.kiosk("nursery-1", "nursery", plan)?;
    let centre = stage.kiosk("centre-1", "community-centre", Plan::default())?;
    let plan = Plan {
        size: "800x480",
        ..Plan::default()
    };
    let bus = stage.kiosk("bus-1", "bus", plan)?;
    let mut nursery = Player::new(nursery, album, "保育園");
    morning::play(stage, &mut clock, &mut nursery)?;
    let mut nursery = nursery.into_kiosk();
    let mut centre = Player::new(centre, album, "公民館");
    afternoon::play(stage, &mut centre)?;
    let mut centre = centre.into_kiosk();
    let mut bus = Player::new(bus, album, "バス");
    bus::play(stage, &mut bus)?;
    let mut bus = bus.into_kiosk();
    summary::judge(stage, [&mut nursery, &mut centre, &mut bus])
}
