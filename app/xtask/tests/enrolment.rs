//! Enrolment from a stick: whole or not at all.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

const FILES: [&str; 6] = [
    "ca.pem",
    "enrolment.toml",
    "kiosk.key",
    "kiosk.pem",
    "seal.key",
    "sign.key",
];

fn folder(name: &str) -> (PathBuf, PathBuf) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    let (stick, etc) = (dir.join("stick"), dir.join("etc"));
    fs::create_dir_all(stick.join("enrolment")).unwrap();
    fs::create_dir_all(&etc).unwrap();
    for file in FILES {
        fs::write(stick.join("enrolment").join(file), file).unwrap();
    }
    fs::write(stick.join("card-keys.toml"), "keys").unwrap();
    fs::write(stick.join("kiosk.toml"), "state").unwrap();
    (stick, etc)
}

fn enrol(stick: &Path, etc: &Path) -> Option<i32> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systemd/image/libexec/enrol");
    let group = Command::new("id").arg("-gn").output().unwrap().stdout;
    Command::new("sh")
        .arg(script)
        .arg(stick)
        .env("MACHITAP_ETC", etc)
        .env("MACHITAP_GROUP", String::from_utf8(group).unwrap().trim())
        .output()
        .unwrap()
        .status
        .code()
}

fn mode(path: PathBuf) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_stick_enrols_with_modes_that_keep_keys() {
    let (stick, etc) = folder("enrols");
    assert_eq!(enrol(&stick, &etc), Some(0));
    for file in FILES {
        let there = etc.join("enrolment").join(file);
        assert_eq!(fs::read_to_string(&there).unwrap(), file);
        assert_eq!(mode(there), 0o640);
    }
    assert_eq!(mode(etc.join("enrolment")), 0o770);
    assert_eq!(mode(etc.join("card-keys.toml")), 0o600);
    assert_eq!(mode(etc.join("kiosk.toml")), 0o644);
}

#[test]
fn a_stick_without_an_enrolment_changes_nothing() {
    let (stick, etc) = folder("without");
    fs::remove_file(stick.join("enrolment/enrolment.toml")).unwrap();
    fs::remove_file(stick.join("kiosk.toml")).unwrap();
    assert_eq!(enrol(&stick, &etc), Some(66));
    assert_eq!(fs::read_dir(&etc).unwrap().count(), 0);
}

#[test]
fn a_stick_with_a_configuration_alone_configures() {
    let (stick, etc) = folder("configures");
    fs::remove_file(stick.join("enrolment/enrolment.toml")).unwrap();
    assert_eq!(enrol(&stick, &etc), Some(0));
    assert_eq!(mode(etc.join("kiosk.toml")), 0o644);
    assert!(!etc.join("enrolment").exists());
}

#[test]
fn what_cannot_be_read_leaves_the_kiosk_unenrolled() {
    let (stick, etc) = folder("unreadable");
    // A directory in the file's place: root reads whatever mode a file has.
    fs::remove_file(stick.join("enrolment/sign.key")).unwrap();
    fs::create_dir(stick.join("enrolment/sign.key")).unwrap();
    assert_ne!(enrol(&stick, &etc), Some(0));
    assert!(!etc.join("enrolment/enrolment.toml").exists());
}
