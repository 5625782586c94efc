//! The packages on a machine, played from the power switch to the city: `cargo xtask boot`.

mod code;
mod cuts;
mod disk;
mod first;
mod idle;
mod machine;
mod picture;
mod qmp;
mod reader;
mod shut_in;
mod town;
mod troubles;
mod update;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use machitap_sim::summary::{Summary, step, trial};

use cuts::Cuts;
use machine::{How, Machine};
use town::{Comes, Town};

#[derive(Parser)]
#[command(name = "machitap-boot", version, about)]
struct Cli {
    /// What `cargo xtask boot` made
    #[arg(long, value_name = "DIR")]
    machine: PathBuf,
    /// Only these parts, after a boot
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// How often the power is cut
    #[arg(long, default_value_t = 50)]
    cuts: u32,
    /// At how many more moments of each life between two cuts the disk is looked at as if the
    /// power had gone then
    #[arg(long, default_value_t = 4)]
    moments: u32,
    /// Only these of the updates
    #[arg(long, value_enum)]
    updates: Vec<update::Update>,
    /// How often the power is cut while a release is updated
    #[arg(long, default_value_t = 6)]
    update_cuts: u32,
    /// Plays the same taps and cuts again, as far as processors allow; else MACHITAP_SEED, or chance
    #[arg(long)]
    seed: Option<u64>,
    /// Takes the idle screen and the notice for those to compare with from now on
    #[arg(long)]
    accept: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// A machine without an enrolment: the code, typed with a finger
    Code,
    /// A tap, a touch, the reader unplugged and plugged in, also while its service is deaf
    Morning,
    /// A full disk
    Full,
    /// A boot in 1970 without network
    Clock,
    /// Power cuts
    Cuts,
    /// Two releases as the image has them: updates that are kept, gone back from, refused, cut
    Update,
    /// What shuts the image in: USB devices, keys, the firewall; and a town's time server
    ShutIn,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    trial(cli.seed, |seed, summary| parts(&cli, seed, summary))
}

fn parts(cli: &Cli, seed: u64, summary: &mut Summary) -> Result<()> {
    let only = |part| cli.only.is_empty() || cli.only.contains(&part);
    if only(Part::Code) {
        step("broker, city and a kiosk that nobody has enrolled");
        let town = Town::found(&cli.machine, seed, Comes::ForACode)?;
        in_town(town, |town| code::play(town, summary))?;
    }
    if only(Part::ShutIn) {
        step("broker, city and an enrolled kiosk that is shut in");
        let town = Town::found(&cli.machine, seed, Comes::ShutIn)?;
        in_town(town, |town| shut_in::play(town, summary))?;
    }
    let alone = [Part::Code, Part::ShutIn, Part::Update];
    if !cli.only.is_empty() && cli.only.iter().all(|part| alone.contains(part)) {
        return updates(cli, seed, summary);
    }
    step("broker, city and an enrolled kiosk");
    let town = Town::found(&cli.machine, seed, Comes::Enrolled)?;
    in_town(town, |town| act(cli, town, summary))?;
    updates(cli, seed, summary)
}

/// The part of the two releases, on disks of its own.
fn updates(cli: &Cli, seed: u64, summary: &mut Summary) -> Result<()> {
    if !cli.only.is_empty() && !cli.only.contains(&Part::Update) {
        return Ok(());
    }
    step("broker, city and an enrolled kiosk with two releases");
    let town = Town::found(&cli.machine, seed, Comes::AsAnImage)?;
    in_town(town, |town| {
        update::play(town, &cli.updates, cli.update_cuts, cli.accept, summary)
    })
}

/// Says what the town's programs said where it did not go well.
fn in_town(mut town: Town, play: impl FnOnce(&mut Town) -> Result<()>) -> Result<()> {
    play(&mut town).inspect_err(|_| eprintln!("{}", town.stage.tails()))
}

fn act(cli: &Cli, town: &mut Town, summary: &mut Summary) -> Result<()> {
    step("switching the machine on");
    let mut machine = Machine::start(&town.place, How::default())?;
    summary.seconds(
        "switched on until the first screen",
        machine.wait_until_it_serves()?,
    );
    let idle = idle::compare(&mut machine, cli.accept, summary)?;
    let wanted = |part| cli.only.is_empty() || cli.only.contains(&part);
    if wanted(Part::Morning) {
        first::morning(town, &mut machine, &idle, summary)?;
    }
    if wanted(Part::Full) {
        troubles::full_disk(town, &mut machine, &idle, summary)?;
    }
    town.remember(&machine.power_off()?);
    if wanted(Part::Clock) {
        troubles::no_clock(town, summary)?;
    }
    if wanted(Part::Cuts) {
        let mut cuts = Cuts::new(cli.cuts, cli.moments);
        let cut = cuts.all(town, &idle);
        cuts.tell(summary);
        cut?;
    }
    cuts::reckon(town, &idle, summary)
}
