//! A machine that lacks the face is told so before anything is drawn blank.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use fontique::{Collection, CollectionOptions, SourceKind};
use machitap_kiosk_ui::{FAMILY, MissingFont, check_fonts};

/// Set in the child process, which sees another fontconfig than this one.
const CHILD: &str = "MACHITAP_FONT_TEST_CHILD";
const THIS: &str = "what_is_missing_is_named";

/// The files of the face, by weight.
fn files() -> Vec<(f32, PathBuf)> {
    let mut collection = Collection::new(CollectionOptions::default());
    let family = collection
        .family_by_name(FAMILY)
        .expect("fonts-morisawa-bizud-gothic is installed");
    let files = family.fonts().iter().map(|font| {
        let SourceKind::Path(path) = font.source().kind() else {
            panic!("a system font lies in a file");
        };
        (font.weight().value(), path.to_path_buf())
    });
    files.collect()
}

/// What a machine says that has those font files alone.
fn says(fonts: &[&Path]) -> String {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let shelf = dir.path().join("fonts");
    fs::create_dir(&shelf).expect("a folder");
    for font in fonts {
        let name = font.file_name().expect("a file");
        fs::copy(font, shelf.join(name)).expect("a readable font");
    }
    let conf = dir.path().join("fonts.conf");
    let (shelf, cache) = (shelf.display(), dir.path().join("cache"));
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>\
         <dir>{shelf}</dir><cachedir>{}</cachedir></fontconfig>",
        cache.display()
    );
    fs::write(&conf, text).expect("a file");
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", THIS, "--nocapture"])
        .env(CHILD, "1")
        .env("FONTCONFIG_FILE", &conf)
        .output()
        .expect("this test once more");
    String::from_utf8_lossy(&child.stdout)
        .lines()
        .find_map(|line| line.split_once("says: "))
        .map(|(_, said)| said.to_owned())
        .expect("the child says something")
}

#[test]
fn what_is_missing_is_named() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nsays: {:?}", check_fonts());
        return;
    }
    let files = files();
    let weight = |w: f32| {
        let found = files.iter().find(|(weight, _)| *weight == w);
        found.expect("both weights are installed").1.as_path()
    };
    let (regular, bold) = (weight(400.0), weight(700.0));
    let err = |e: MissingFont| format!("{:?}", Err::<(), _>(e));
    assert_eq!(says(&[]), err(MissingFont::NoFonts));
    assert_eq!(says(&[regular]), err(MissingFont::NoWeight(700)));
    assert_eq!(says(&[bold]), err(MissingFont::NoWeight(400)));
    assert_eq!(says(&[regular, bold]), "Ok(())");
    // Its sister without proportional kana is another family.
    let other = regular.with_file_name("BIZUDGothic-Regular.ttf");
    assert_eq!(says(&[&other]), err(MissingFont::NoFamily));
}

#[test]
fn the_message_says_what_to_install() {
    for missing in [
        MissingFont::NoFonts,
        MissingFont::NoFamily,
        MissingFont::NoWeight(700),
    ] {
        let text = missing.to_string();
        assert!(text.contains("fonts-morisawa-bizud-gothic"), "{text}");
    }
}
