//! Draws every view in every look, language and size into a directory, with a page to leaf
//! through: `screens --help`.

mod asked;
mod page;
#[path = "../../tests/ui/stage/mod.rs"]
#[allow(dead_code)]
mod stage;

use std::{
    error::Error,
    fs,
    io::{self, IsTerminal as _, Write as _},
    num::NonZero,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use clap::Parser as _;
use machitap_domain::{catalogue::Language, look::Look};
use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::gallery;

use asked::Asked;
use stage::{Stage, label_of};

/// One picture to be drawn.
struct Shot {
    view: &'static str,
    look: (&'static str, Arc<Look>),
    language: (&'static str, Language),
    size: (u32, u32),
    /// What is to be read on it; once it is drawn.
    words: String,
}

impl Shot {
    fn file(&self) -> String {
        let facets = self.facets().map(|(_, value)| value);
        format!("{}.{}.png", self.view, facets.join("."))
    }

    /// What one view is drawn in, by the page's names for it.
    fn facets(&self) -> [(&'static str, String); 3] {
        let (w, h) = self.size;
        [
            ("look", self.look.0.to_owned()),
            ("language", self.language.0.to_owned()),
            ("size", format!("{w}x{h}")),
        ]
    }

    fn screen(&self, screen: &Screen) -> Screen {
        let screen = gallery::in_look(screen, &self.look.1);
        gallery::in_language(&screen, self.language.1)
    }
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    match draw(&asked) {
        Ok(count) => {
            println!("{count} pictures, see {}/index.html", asked.dir.display());
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("screens: {e}");
            ExitCode::FAILURE
        }
    }
}

fn draw(asked: &Asked) -> Result<usize, Box<dyn Error>> {
    machitap_kiosk_ui::check_fonts()?;
    fs::create_dir_all(&asked.dir)?;
    let views: Vec<_> = gallery::views()
        .into_iter()
        .filter(|(name, _)| asked.wants(name))
        .collect();
    let next = AtomicUsize::new(0);
    let painters = thread::available_parallelism().map_or(1, NonZero::get);
    let mut drawn = thread::scope(|scope| {
        let all: Vec<_> = (0..painters.min(views.len()))
            .map(|_| scope.spawn(|| paint(asked, &views, &next)))
            .collect();
        let mut drawn = Vec::new();
        for painter in all {
            drawn.extend(painter.join().expect("a painter that does not panic")?);
        }
        io::Result::Ok(drawn)
    })?;
    drawn.sort_by_key(|(nth, _)| *nth);
    let drawn: Vec<Shot> = drawn.into_iter().flat_map(|(_, shots)| shots).collect();
    fs::write(asked.dir.join("index.html"), page::of(&drawn))?;
    Ok(drawn.len())
}

/// Takes view after view until there is none left; each with its place among them.
fn paint(
    asked: &Asked,
    views: &[(&'static str, Screen)],
    next: &AtomicUsize,
) -> io::Result<Vec<(usize, Vec<Shot>)>> {
    let stage = Stage::new();
    let mut drawn = Vec::new();
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        let Some((view, screen)) = views.get(nth) else {
            return Ok(drawn);
        };
        progress(nth + 1, views.len(), view)?;
        let mut shots = asked.shots(view);
        for shot in &mut shots {
            take(&stage, shot, screen, &asked.dir)?;
        }
        drawn.push((nth, shots));
    }
}

fn take(stage: &Stage, shot: &mut Shot, screen: &Screen, dir: &Path) -> io::Result<()> {
    stage.resize(shot.size.0, shot.size.1);
    stage.show(&shot.screen(screen));
    let words: Vec<_> = stage.texts().iter().map(label_of).collect();
    shot.words = words.join(" ");
    fs::write(dir.join(shot.file()), stage.picture().png())
}

/// One line that changes, or a line each where nobody watches.
fn progress(nth: usize, of: usize, view: &str) -> io::Result<()> {
    let mut err = io::stderr();
    if !err.is_terminal() {
        return writeln!(err, "{nth} of {of}: {view}");
    }
    let end = if nth == of { "\n" } else { "" };
    write!(err, "\r\x1b[K{nth} of {of}: {view}{end}")?;
    err.flush()
}
