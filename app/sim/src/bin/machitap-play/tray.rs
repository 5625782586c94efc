//! With a display: the kiosk in a window, and a tray of cards in the terminal.

use std::io::{BufRead, Write};

use anyhow::Result;
use machitap_card::virt::Inserted;
use machitap_sim::{
    stage::{Documents, Kiosk, Plan, Stage, Surface},
    town,
};

/// Runs until the input ends; true, since there is nothing to differ.
pub(crate) fn run() -> Result<bool> {
    println!("── A town is founded; two kiosks open in windows");
    let stage = Stage::build(&Documents::sample())?;
    let plan = || Plan {
        surface: Surface::Window,
        ..Plan::default()
    };
    let mut kiosks = [
        stage.kiosk("nursery-1", "nursery", plan())?,
        stage.kiosk("centre-1", "community-centre", plan())?,
    ];
    for kiosk in &mut kiosks {
        kiosk.start()?;
    }
    serve(&mut kiosks)?;
    for kiosk in &mut kiosks {
        kiosk.stop()?;
    }
    Ok(true)
}

fn serve(kiosks: &mut [Kiosk; 2]) -> Result<()> {
    for (n, sample) in town::samples().iter().enumerate() {
        println!("   {:>2}  {}", n + 1, sample.label);
    }
    println!("   n number: tap that card at the nursery;  c number: at the community centre;");
    println!(
        "   the card is taken away at the next line; q: end.  Staff PIN: {}",
        town::STAFF_PIN
    );
    let mut held: Option<Inserted> = None;
    let mut lines = std::io::stdin().lock().lines();
    loop {
        print!("> ");
        std::io::stdout().flush()?;
        let Some(line) = lines.next().transpose()? else {
            break;
        };
        drop(held.take());
        let words: Vec<&str> = line.split_whitespace().collect();
        let (place, number) = match words[..] {
            ["q"] => break,
            [number] => (0, number),
            ["n", number] => (0, number),
            ["c", number] => (1, number),
            _ => continue,
        };
        let sample = number
            .parse::<usize>()
            .ok()
            .and_then(|n| town::samples().get(n.checked_sub(1)?));
        match sample {
            Some(sample) => held = Some(kiosks[place].insert_sample(&sample.name)?),
            None => println!("   there is no card {number}"),
        }
    }
    Ok(())
}
