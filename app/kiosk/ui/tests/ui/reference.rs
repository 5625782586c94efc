//! The looks of a few screens, held against the pictures of the README: whoever changes a token
//! changes these, and sees it. Edges of letters may differ, a word or a colour may not.
//!
//! To take the new looks: `MACHITAP_ACCEPT=1 cargo test -p machitap-kiosk-ui --test ui reference`.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use crate::stage::{Picture, Stage};
use machitap_domain::catalogue::Language;
use machitap_kiosk_ui::gallery;

const PICTURES: [(&str, &str, Language, &str); 17] = [
    ("idle", "nursery-idle", Language::Ja, "house"),
    ("household", "household-in", Language::Ja, "house"),
    ("nursery-done", "nursery-done-in", Language::Ja, "house"),
    ("price", "price-soon", Language::Ja, "house"),
    ("staff-board", "staff-board", Language::Ja, "house"),
    ("visit-done", "visit-done-own", Language::Ja, "house"),
    ("visit-bonus", "visit-done-bonus", Language::Ja, "house"),
    ("visit-vi", "visit-done-bonus", Language::Vi, "house"),
    ("draw", "draw-ready", Language::Ja, "house"),
    ("fare", "fare-free", Language::Ja, "house"),
    ("own", "own", Language::Ja, "house"),
    ("own-zh", "own", Language::Zh, "house"),
    ("gift", "own-gift-chosen", Language::Ja, "house"),
    ("event", "event-done", Language::Ja, "house"),
    ("languages", "languages", Language::Ja, "house"),
    ("look-idle", "visit-idle", Language::Ja, "sea"),
    ("look-done", "visit-done-draw", Language::Ja, "sea"),
];

/// Squares of so many pixels are compared as one: the edge of a letter is less.
const SQUARE: u32 = 8;
/// Two squares look the same up to here, of 255.
const NOTICED: f64 = 6.0;
/// So many squares of a thousand may differ.
const TOLERATED: f64 = 2.0;

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/pictures")
}

/// The mean colours of the picture's squares, row by row.
fn squares(picture: &Picture) -> Vec<[f64; 3]> {
    let (width, height) = picture.size();
    let mut all = Vec::new();
    for y in (0..height).step_by(SQUARE as usize) {
        for x in (0..width).step_by(SQUARE as usize) {
            let mut sum = [0.0; 3];
            let mut count = 0.0;
            for (x, y) in (y..(y + SQUARE).min(height))
                .flat_map(|y| (x..(x + SQUARE).min(width)).map(move |x| (x, y)))
            {
                for (sum, c) in sum.iter_mut().zip(picture.colour(x, y)) {
                    *sum += f64::from(c);
                }
                count += 1.0;
            }
            all.push(sum.map(|s| s / count));
        }
    }
    all
}

/// Of a thousand squares, those that look another way.
fn differ(a: &Picture, b: &Picture) -> f64 {
    assert_eq!(a.size(), b.size());
    let pairs: Vec<_> = squares(a).into_iter().zip(squares(b)).collect();
    let noticed =
        |(a, b): &&([f64; 3], [f64; 3])| a.iter().zip(b).any(|(a, b)| (a - b).abs() > NOTICED);
    let other = pairs.iter().filter(noticed).count();
    other as f64 * 1000.0 / pairs.len() as f64
}

#[test]
fn the_screens_look_as_they_did() {
    let stage = Stage::new();
    let views: BTreeMap<_, _> = gallery::views().into_iter().collect();
    let looks = BTreeMap::from(gallery::looks());
    let accept = env::var_os("MACHITAP_ACCEPT").is_some();
    let mut wrong = Vec::new();
    for (file, view, language, look) in PICTURES {
        let screen = views.get(view).unwrap_or_else(|| panic!("no view {view}"));
        let screen = gallery::in_look(screen, &looks[look]);
        stage.show(&gallery::in_language(&screen, language));
        let now = stage.picture();
        let path = shelf().join(format!("{file}.png"));
        if accept {
            fs::write(&path, now.png()).expect("a folder of ours");
            continue;
        }
        let then = Picture::open(&path);
        let part = differ(&now, &then);
        if part > TOLERATED {
            let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{file}.png"));
            fs::write(&new, now.png()).expect("a folder of cargo's");
            wrong.push(format!(
                "{view}: {part:.1} ‰ of it look another way; before {}, now {}",
                path.display(),
                new.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_word_that_changed_is_seen() {
    let stage = Stage::new();
    let views: BTreeMap<_, _> = gallery::views().into_iter().collect();
    let [a, b] = ["visit-done", "visit-done-today"].map(|view| {
        stage.show(&views[view]);
        stage.picture()
    });
    assert_eq!(differ(&a, &a), 0.0);
    assert!(differ(&a, &b) > TOLERATED);
}
