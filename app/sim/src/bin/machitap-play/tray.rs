//! With a display: the kiosks in windows, and a tray of cards beside them.

use std::{
    io::BufRead,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use machitap_card::virt::Inserted;
use machitap_sim::{
    stage::{Documents, Kiosk, Plan, Recipe, Stage, Surface},
    town,
};

/// How long a person holds a card.
const HELD: Duration = Duration::from_millis(1_500);
const LOOK: Duration = Duration::from_millis(100);
/// Places by the words the tray and the terminal use.
const PLACES: [(&str, &str); 2] = [("nursery", "保育園"), ("centre", "公民館")];

enum Word {
    /// Hold that card there.
    Tap(usize, String),
    /// Enough.
    End,
}

/// Runs until a window or the input says so; true, since there is nothing to differ.
pub(crate) fn run() -> Result<bool> {
    println!("── A town is founded; two kiosks and a tray of cards open in windows");
    let stage = Stage::build(&Documents::sample())?;
    let plan = || Plan {
        surface: Surface::Window,
        // Both and the tray side by side on a usual desktop.
        size: "800x500",
        ..Plan::default()
    };
    let mut kiosks = [
        stage.kiosk("nursery-1", "nursery", plan())?,
        stage.kiosk("centre-1", "community-centre", plan())?,
    ];
    for kiosk in &mut kiosks {
        kiosk.start()?;
    }
    let (say, said) = mpsc::channel();
    let _tray = open_tray(&stage, say.clone())?;
    listen(say);
    println!("   Press a card in the tray, or type: [nursery|centre] NUMBER; q ends.");
    for (n, sample) in town::samples().iter().enumerate() {
        println!("   {:>2}  {}", n + 1, sample.label);
    }
    println!("   The staff PIN is {}.", town::STAFF_PIN);
    let mut held: Option<(Inserted, Instant)> = None;
    while kiosks.iter_mut().all(is_open) {
        if held
            .as_ref()
            .is_some_and(|(_, since)| since.elapsed() > HELD)
        {
            held = None;
        }
        match said.recv_timeout(LOOK) {
            Ok(Word::Tap(place, card)) => {
                drop(held.take());
                let inserted = kiosks[place]
                    .insert_sample(&card)
                    .with_context(|| format!("the card {card}"))?;
                held = Some((inserted, Instant::now()));
            }
            Ok(Word::End) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    drop(held);
    for kiosk in &mut kiosks {
        kiosk.stop()?;
    }
    Ok(true)
}

fn is_open(kiosk: &mut Kiosk) -> bool {
    kiosk.process().is_some_and(|p| p.ended().is_none())
}

/// The tray, as a program of its own; its end ends the demonstration.
fn open_tray(stage: &Stage, say: Sender<Word>) -> Result<machitap_sim::stage::Process> {
    let program = stage.programs.kiosk.with_file_name("machitap-tray");
    let mut recipe = Recipe::new("tray", &program, stage.path());
    for (key, text) in PLACES {
        recipe = recipe.arg(format!("{key}={text}"));
    }
    recipe = recipe.arg("--");
    for sample in town::samples() {
        recipe = recipe.arg(format!("{}={}", sample.name, sample.label));
    }
    let (process, out) = recipe.start_and_listen()?;
    thread::spawn(move || {
        for line in std::io::BufReader::new(out).lines().map_while(Result::ok) {
            if let Some(word) = read(&line)
                && say.send(word).is_err()
            {
                return;
            }
        }
        // Nobody to tell: then it is over already.
        let _ = say.send(Word::End);
    });
    Ok(process)
}

/// The terminal; its end is not the demonstration's, since it may have none.
fn listen(say: Sender<Word>) {
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if let Some(word) = read(&line)
                && say.send(word).is_err()
            {
                return;
            }
        }
    });
}

fn read(line: &str) -> Option<Word> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (place, card) = match words[..] {
        ["q"] => return Some(Word::End),
        [card] => (0, card),
        [place, card] => (PLACES.iter().position(|(key, _)| *key == place)?, card),
        _ => return None,
    };
    let by_number = card.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let name = match by_number {
        Some(n) => &town::samples().get(n)?.name,
        None => &town::samples().iter().find(|s| s.name == card)?.name,
    };
    Some(Word::Tap(place, name.clone()))
}
