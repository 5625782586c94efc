//! A machine that lacks the face is told so before anything is drawn blank.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use fontique::{Collection, CollectionOptions, SourceKind};
use machitap_kiosk_ui::{FACES, Face, GOTHIC, MARKED, MissingFont, SIMPLIFIED, check_fonts};

/// Set in the child process, which sees another fontconfig than this one.
const CHILD: &str = "MACHITAP_FONT_TEST_CHILD";
const THIS: &str = "fonts::what_is_missing_is_named";

/// A face's file of that weight.
fn file(face: Face, weight: f32) -> PathBuf {
    let mut collection = Collection::new(CollectionOptions::default());
    let family = collection.family_by_name(face.family);
    let family = family.unwrap_or_else(|| panic!("{} is installed", face.package));
    let mut fonts = family.fonts().iter();
    let font = fonts
        .find(|font| font.weight().value() == weight)
        .expect("both weights are installed");
    let SourceKind::Path(path) = font.source().kind() else {
        panic!("a system font lies in a file");
    };
    path.to_path_buf()
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
    let err = |e: MissingFont| format!("{:?}", Err::<(), _>(e));
    let [regular, bold] = [400.0, 700.0].map(|w| file(GOTHIC, w));
    let [han, han_bold] = [400.0, 700.0].map(|w| file(SIMPLIFIED, w));
    let [marked, marked_bold] = [400.0, 700.0].map(|w| file(MARKED, w));
    assert_eq!(says(&[]), err(MissingFont::NoFonts));
    let lacks = |face, weight| err(MissingFont::NoWeight { face, weight });
    assert_eq!(says(&[&regular]), lacks(GOTHIC, 700));
    assert_eq!(says(&[&bold]), lacks(GOTHIC, 400));
    let mut there = vec![regular.as_path(), &bold];
    assert_eq!(says(&there), err(MissingFont::NoFamily(SIMPLIFIED)));
    there.push(&han);
    assert_eq!(says(&there), lacks(SIMPLIFIED, 700));
    there.push(&han_bold);
    assert_eq!(says(&there), err(MissingFont::NoFamily(MARKED)));
    there.extend([marked.as_path(), &marked_bold]);
    assert_eq!(says(&there), "Ok(())");
    // Its sister without proportional kana is another family.
    let other = regular.with_file_name("BIZUDGothic-Regular.ttf");
    assert_eq!(says(&[&other]), err(MissingFont::NoFamily(GOTHIC)));
}

#[test]
fn the_message_says_what_to_install() {
    for face in FACES {
        for missing in [
            MissingFont::NoFonts,
            MissingFont::NoFamily(face),
            MissingFont::NoWeight { face, weight: 700 },
        ] {
            let text = missing.to_string();
            assert!(text.contains(face.package), "{text}");
        }
    }
}
