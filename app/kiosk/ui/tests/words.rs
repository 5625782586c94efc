//! Every word is translated, told apart and has its glyphs.

#[allow(dead_code)]
mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use machitap_kiosk_ui::gallery;
use stage::{LANGUAGES, Stage, label_of};

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

fn english() -> BTreeMap<String, String> {
    let po = include_str!("../lang/en/LC_MESSAGES/machitap-kiosk-ui.po");
    let mut all = BTreeMap::new();
    let mut id = None;
    for line in po.lines() {
        if let Some(text) = line.strip_prefix("msgid ") {
            id = quoted(text);
        } else if let Some(text) = line.strip_prefix("msgstr ") {
            let id = id.take().expect("a msgid before each msgstr");
            let text = quoted(text).expect("a quoted msgstr");
            if !id.is_empty() {
                assert_eq!(all.insert(id.to_owned(), text.to_owned()), None, "{id:?}");
            }
        }
    }
    all
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
fn every_msgid_has_its_english_and_no_english_is_left_over() {
    let (ids, po) = (msgids(), english());
    for id in &ids {
        let text = po.get(id).unwrap_or_else(|| panic!("untranslated: {id:?}"));
        assert!(!text.is_empty(), "untranslated: {id:?}");
        assert_eq!(
            holes(id),
            holes(text),
            "{id:?} and {text:?} differ in holes"
        );
        let foreign = text.chars().find(|c| ('\u{3000}'..='\u{9fff}').contains(c));
        assert_eq!(foreign, None, "half translated: {text:?}");
    }
    for id in po.keys() {
        assert!(ids.contains(id), "nowhere on the screens: {id:?}");
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

#[test]
fn every_character_has_a_glyph_in_both_weights() {
    let stage = Stage::new();
    let mut characters: BTreeSet<char> = BTreeSet::new();
    for (id, text) in english() {
        characters.extend(id.replace("\\n", "").chars());
        characters.extend(text.replace("\\n", "").chars());
    }
    for (_, screen) in gallery::views() {
        for (_, language) in LANGUAGES {
            stage.show(&gallery::in_language(&screen, language));
            for element in stage.accessible() {
                characters.extend(label_of(&element).chars());
            }
        }
    }
    characters.retain(|c| !c.is_control());
    assert!(characters.len() > 250, "only {} found", characters.len());

    let mut collection = fontique::Collection::new(fontique::CollectionOptions::default());
    let family = collection
        .family_by_name(machitap_kiosk_ui::FAMILY)
        .expect("fonts-morisawa-bizud-gothic is installed");
    let weights = family.fonts().iter().filter(|f| f.index() == 0);
    let mut count = 0;
    for font in weights {
        let data = font.load(None).expect("a readable font");
        let charmap = font
            .charmap_index()
            .charmap(data.as_ref())
            .expect("a font with characters");
        let missing: String = characters
            .iter()
            .filter(|&&c| charmap.map(c).is_none_or(|glyph| glyph == 0))
            .collect();
        assert_eq!(missing, "", "no glyphs in weight {}", font.weight());
        count += 1;
    }
    assert!(count >= 2, "regular and bold");
    assert_eq!(machitap_kiosk_ui::check_fonts(), Ok(()));
}
