//! Every word is translated, told apart and has its glyphs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::stage::{LANGUAGES, Stage, label_of};
use machitap_domain::catalogue::Language;
use machitap_kiosk_ui::{FACES, Face, gallery};

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of ours") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "slint") {
            into.push(path);
        }
    }
}

/// The text between the quotes at the start, with what stands escaped in it.
fn quoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(&inner[..end])
}

fn msgids() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"),
        &mut files,
    );
    assert!(files.len() > 30, "the screens are not where they were");
    let mut all = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file of ours");
        for call in text.split("@tr(").skip(1) {
            let id = quoted(call).unwrap_or_else(|| panic!("{file:?}: @tr({call:.40}"));
            all.insert(id.to_owned());
        }
    }
    all
}

/// The texts of a language by their msgids.
fn texts(code: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("lang")
        .join(code)
        .join("LC_MESSAGES/machitap-kiosk-ui.po");
    let po = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut all = BTreeMap::new();
    let mut id = None;
    for line in po.lines() {
        if let Some(text) = line.strip_prefix("msgid ") {
            id = quoted(text);
        } else if let Some(text) = line.strip_prefix("msgstr ") {
            let id = id.take().expect("a msgid before each msgstr");
            let text = quoted(text).expect("a quoted msgstr");
            if !id.is_empty() {
                let before = all.insert(id.to_owned(), text.to_owned());
                assert_eq!(before, None, "{code}: {id:?} twice");
            }
        }
    }
    all
}

/// The languages that have texts of their own: Japanese is the source.
fn translated() -> impl Iterator<Item = (&'static str, Language)> {
    LANGUAGES.into_iter().filter(|(_, l)| *l != Language::Ja)
}

/// What only a text that was forgotten has in that language.
fn is_foreign(language: Language, c: char) -> bool {
    let kana = ('\u{3040}'..='\u{30ff}').contains(&c);
    let han = ('\u{3400}'..='\u{9fff}').contains(&c);
    match language {
        Language::Ja => false,
        Language::Easy => han,
        Language::Zh => kana,
        Language::En | Language::Vi | Language::Pt => kana || han || c == '\u{3000}',
    }
}

fn holes(text: &str) -> Vec<&str> {
    let mut all: Vec<_> = text
        .match_indices('{')
        .filter_map(|(i, _)| text[i..].split_inclusive('}').next())
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn every_msgid_has_its_text_in_each_language_and_none_is_left_over() {
    let ids = msgids();
    for (code, language) in translated() {
        let po = texts(code);
        for id in &ids {
            let text = po.get(id).map_or("", String::as_str);
            assert!(!text.is_empty(), "{code}: untranslated: {id:?}");
            assert_eq!(
                holes(id),
                holes(text),
                "{code}: {id:?} and {text:?} differ in holes"
            );
            let foreign = text.chars().find(|c| is_foreign(language, *c));
            assert_eq!(foreign, None, "{code}: half translated: {text:?}");
        }
        for id in po.keys() {
            assert!(ids.contains(id), "{code}: nowhere on the screens: {id:?}");
        }
    }
}

#[test]
fn no_two_controls_of_a_screen_are_named_alike_and_none_is_nameless() {
    let stage = Stage::new();
    for (name, screen) in gallery::views() {
        for (code, language) in LANGUAGES {
            stage.show(&gallery::in_language(&screen, language));
            let mut seen = BTreeSet::new();
            for control in stage.controls() {
                let label = label_of(&control);
                assert!(
                    !label.trim().is_empty(),
                    "{name}.{code}: a control says nothing"
                );
                assert!(seen.insert(label.clone()), "{name}.{code}: {label:?} twice");
            }
        }
    }
}

/// The characters a face has in both weights, of those.
fn drawn_by(
    face: Face,
    characters: &BTreeSet<char>,
    collection: &mut fontique::Collection,
) -> BTreeSet<char> {
    let family = collection.family_by_name(face.family);
    let family = family.unwrap_or_else(|| panic!("{} is installed", face.package));
    let mut drawn = characters.clone();
    for weight in [400.0, 700.0] {
        let mut fonts = family.fonts().iter();
        let font = fonts
            .find(|f| f.weight().value() == weight)
            .expect("regular and bold");
        let data = font.load(None).expect("a readable font");
        let charmap = font
            .charmap_index()
            .charmap(data.as_ref())
            .expect("a font with characters");
        drawn.retain(|&c| charmap.map(c).is_some_and(|glyph| glyph != 0));
    }
    drawn
}

#[test]
fn every_character_has_a_glyph_in_both_weights() {
    let stage = Stage::new();
    let views = gallery::views();
    let mut collection = fontique::Collection::new(fontique::CollectionOptions::default());
    for (code, language) in LANGUAGES {
        let texts: Vec<String> = match language {
            Language::Ja => msgids().into_iter().collect(),
            _ => texts(code).into_values().collect(),
        };
        let mut words = BTreeSet::new();
        for text in texts {
            words.extend(text.replace("\\n", "").chars());
        }
        let face = machitap_kiosk_ui::tongues::face(language);
        let drawn = drawn_by(face, &words, &mut collection);
        let missing: String = words.difference(&drawn).collect();
        assert_eq!(missing, "", "{code}: not in {}", face.family);

        // Names of people and places may come from another face of the screens.
        let mut all = BTreeSet::new();
        for (_, screen) in &views {
            stage.show(&gallery::in_language(screen, language));
            for element in stage.accessible() {
                all.extend(label_of(&element).chars());
            }
        }
        all.retain(|c| !c.is_control());
        assert!(all.len() > 250, "{code}: only {} found", all.len());
        for face in FACES {
            let drawn = drawn_by(face, &all, &mut collection);
            all.retain(|c| !drawn.contains(c));
        }
        let missing: String = all.into_iter().collect();
        assert_eq!(missing, "", "{code}: in no face");
    }
    assert_eq!(machitap_kiosk_ui::check_fonts(), Ok(()));
}
