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
    path::Path,
    process::ExitCode,
    sync::Arc,
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
    let stage = Stage::new();
    let views: Vec<_> = gallery::views()
        .into_iter()
        .filter(|(name, _)| asked.wants(name))
        .collect();
    let mut drawn = Vec::new();
    for (nth, (view, screen)) in views.iter().enumerate() {
        progress(nth + 1, views.len(), view)?;
        for mut shot in asked.shots(view) {
            take(&stage, &mut shot, screen, &asked.dir)?;
            drawn.push(shot);
        }
    }
    fs::write(asked.dir.join("index.html"), page::of(&drawn))?;
    Ok(drawn.len())
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
