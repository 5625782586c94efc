//! `machitap-kiosk support`: all that helps, and nobody in it.

use std::{
    collections::BTreeMap, fs, io::Read as _, os::unix::fs::PermissionsExt as _, process::Command,
};

use flate2::read::GzDecoder;

use crate::{
    common::{Kiosk, PROGRAM, Place},
    papers::nursery,
};

/// Code, stdout, stderr.
fn support(place: &Place, config: &str, out: &str) -> (i32, String, String) {
    let said = Command::new(PROGRAM)
        .arg("support")
        .arg("--config")
        .arg(place.path(config))
        .arg("--out")
        .arg(place.path(out))
        .output()
        .unwrap();
    (
        said.status.code().unwrap(),
        String::from_utf8(said.stdout).unwrap(),
        String::from_utf8(said.stderr).unwrap(),
    )
}

/// The files in the one bundle there is, by name.
fn unpacked(place: &Place, out: &str) -> BTreeMap<String, String> {
    let mut all = fs::read_dir(place.path(out)).unwrap();
    let path = all.next().expect("a bundle").unwrap().path();
    assert!(all.next().is_none());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(&path).unwrap()));
    let entries = archive.entries().unwrap().map(Result::unwrap);
    entries
        .map(|mut entry| {
            let path = entry.path().unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

#[test]
fn it_holds_what_helps_and_tells_of_nobody() {
    let place = nursery();
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    let (code, said, err) = support(&place, "kiosk.toml", "out");
    assert_eq!(code, 0, "{err}");
    assert!(said.contains(".tar.gz: README.txt, doctor.txt"), "{said}");
    let files = unpacked(&place, "out");
    assert!(files["doctor.txt"].contains("ok    kiosk"));
    assert!(files["doctor.json"].contains(r#""subject": "broker""#));
    assert!(files["kiosk.toml"].contains("[broker]"));
    assert!(files["version.txt"].contains("machitap-kiosk 0"));
    let listed = files["README.txt"].clone();
    for name in files.keys().filter(|name| *name != "README.txt") {
        assert!(listed.contains(name.as_str()), "{name} is not explained");
    }
    // The roster, the enrolment and the keys are there to be read, and are not in it.
    for (name, text) in &files {
        for secret in [
            "見本野",
            "はな",
            "SKM-",
            "H-1",
            &"02".repeat(16),
            "PRIVATE KEY",
        ] {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
    }
    kiosk.stop();
}

#[test]
fn a_broken_kiosk_gets_its_bundle_too_and_a_full_place_is_named() {
    let place = Place::new();
    place.config(|text| text.replace("[broker]", "[brooker]"));
    let (code, _, err) = support(&place, "kiosk.toml", "out");
    assert_eq!(code, 0, "{err}");
    assert!(unpacked(&place, "out")["doctor.txt"].contains("brooker"));
    fs::write(place.path("file"), "").unwrap();
    let (code, _, err) = support(&place, "kiosk.toml", "file");
    assert_eq!(code, 73);
    assert!(err.contains("--out"), "{err}");
    assert_eq!(support(&place, "away.toml", "out").0, 66);
}
