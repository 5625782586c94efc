//! The program itself: help, checks, exit codes, the service manager's protocol.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use crate::common::{Kiosk, Manager, Place};

#[test]
fn help_documents_every_exit_code() {
    let said = Command::new(crate::common::PROGRAM)
        .arg("--help")
        .output()
        .unwrap();
    assert!(said.status.success());
    let help = String::from_utf8(said.stdout).unwrap();
    for code in [
        "  0 ", "  64 ", "  66 ", "  69 ", "  70 ", "  73 ", "  74 ", "  76 ", "  78 ",
    ] {
        assert!(help.contains(code), "{code} in {help}");
    }
}

#[test]
fn a_good_configuration_is_ok_and_a_bad_one_is_told_with_file_key_and_line() {
    let place = Place::new();
    let (code, out, _) = place.check();
    assert_eq!((code, out.trim()), (0, "OK"));
    place.config(|text| text.replace("port = ", "prot = "));
    let (code, _, err) = place.check();
    assert_eq!(code, 78);
    assert!(err.contains("kiosk.toml: line 8: broker.prot: "), "{err}");
}

#[test]
fn without_an_enrolment_it_waits_and_goes_on_once_one_is_there() {
    let place = Place::new();
    let (there, away) = (place.path("enrolment"), place.path("stick"));
    fs::rename(&there, &away).unwrap();
    let (code, _, said) = place.check();
    assert_eq!(code, 66, "{said}");
    assert!(said.contains("machitap-kiosk enrol"), "{said}");
    let kiosk = Kiosk::start(&place, &["--headless"]);
    kiosk.wait_for_record(machitap_kiosk::messages::UNENROLLED);
    fs::rename(&away, &there).unwrap();
    kiosk.wait_ready().stop();
}

#[test]
fn waiting_for_an_enrolment_it_begins_anew_with_another_configuration() {
    let place = Place::new();
    fs::remove_dir_all(place.path("enrolment")).unwrap();
    let mut kiosk = Kiosk::start(&place, &["--headless"]);
    kiosk.wait_for_record(machitap_kiosk::messages::UNENROLLED);
    place.config(|text| text.replace("127.0.0.1", "localhost"));
    assert!(kiosk.wait().success());
}

#[test]
fn a_code_without_a_city_says_what_is_missing() {
    let place = Place::new();
    fs::remove_dir_all(place.path("enrolment")).unwrap();
    let nobody = crate::common::free_port();
    place.config(|text| {
        text.replace(
            "keep_alive_s",
            &format!("enrol_port = {nobody}\nkeep_alive_s"),
        )
    });
    for (typed, code, said) in [
        ("", 64, "12 digits"),
        ("1234 5678 9012", 64, "mistyped"),
        ("4821 0937 1121", 69, "127.0.0.1"),
    ] {
        let mut command = Command::new(crate::common::PROGRAM);
        command
            .arg("enrol")
            .arg("--config")
            .arg(place.path("kiosk.toml"));
        let (ended, err) = crate::common::said_to(&mut command, typed);
        assert_eq!(ended, code, "{typed}: {err}");
        assert!(err.contains(said), "{typed}: {err}");
    }
}

#[test]
fn every_failure_to_start_has_its_code_and_names_its_cause() {
    type Spoil = fn(&Place);
    let cases: [(&str, Spoil, i32, &str); 8] = [
        (
            "no configuration",
            |p| fs::remove_file(p.path("kiosk.toml")).unwrap(),
            66,
            "kiosk.toml",
        ),
        (
            "no key",
            |p| fs::remove_file(p.path("enrolment/sign.key")).unwrap(),
            66,
            "sign.key",
        ),
        (
            "a bad key",
            |p| fs::write(p.path("enrolment/seal.key"), "beef").unwrap(),
            78,
            "seal.key",
        ),
        (
            "a bad certificate",
            |p| fs::write(p.path("enrolment/kiosk.pem"), "").unwrap(),
            78,
            "kiosk.pem",
        ),
        (
            "a bad enrolment",
            |p| fs::write(p.path("enrolment/enrolment.toml"), "city = 1").unwrap(),
            78,
            "line 1",
        ),
        (
            "keys missing",
            |p| {
                p.config(|t| {
                    t.replace("\"test-only\"", "\"sealed-file:none\"")
                        .replace("enabled = false", "enabled = true")
                })
            },
            66,
            "reader.keys",
        ),
        (
            "a state that is no directory",
            |p| fs::write(p.path("state"), "").unwrap(),
            74,
            "state",
        ),
        (
            "a journal that is a directory",
            |p| fs::create_dir_all(p.path("state/journal.db")).unwrap(),
            74,
            "journal.db",
        ),
    ];
    for (what, spoil, code, said) in cases {
        let place = Place::new();
        spoil(&place);
        let ended = place.command().arg("--headless").output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{what}: {err}");
        assert!(err.contains(said), "{what}: {err}");
        if code != 74 {
            let (checked, _, err) = place.check();
            assert_eq!(checked, code, "{what}: {err}");
            assert!(err.contains(said), "{what}: {err}");
        }
    }
}

#[test]
fn a_wrong_command_line_is_64() {
    for args in [
        &["--no-such"][..],
        &[],
        &["--config", "x", "--headless", "--offscreen"],
    ] {
        let ended = Command::new(crate::common::PROGRAM)
            .args(args)
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(64), "{args:?}");
    }
}

#[test]
fn a_journal_of_a_newer_program_is_76_and_is_left_alone() {
    let place = Place::new();
    Kiosk::start(&place, &["--headless"]).wait_ready().stop();
    let path = place.path("state/journal.db");
    // SQLite's user_version (fileformat2 §1.3.14): big-endian at offset 60.
    let mut bytes = fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&999_i32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let ended = place.command().arg("--headless").output().unwrap();
    assert_eq!(ended.status.code(), Some(76));
    assert!(
        String::from_utf8(ended.stderr)
            .unwrap()
            .contains("newer program")
    );
    let after = fs::read(&path).unwrap();
    assert_eq!(after[60..64], 999_i32.to_be_bytes());
}

#[test]
fn a_journal_held_by_another_is_69() {
    let place = Place::new();
    let first = Kiosk::start(&place, &["--headless"]).wait_ready();
    let second = place.command().arg("--headless").output().unwrap();
    assert_eq!(second.status.code(), Some(69));
    first.stop();
}

#[test]
fn a_damaged_journal_is_set_aside_and_the_kiosk_serves() {
    let place = Place::new();
    Kiosk::start(&place, &["--headless"]).wait_ready().stop();
    fs::write(place.path("state/journal.db"), vec![0x5A; 8_192]).unwrap();
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    let said = kiosk.stop();
    assert!(
        said.contains(machitap_kiosk::messages::JOURNAL_REPLACED),
        "{said}"
    );
    let aside = fs::read_dir(place.path("state")).unwrap();
    let names: Vec<String> = aside
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        names.iter().any(|n| n.starts_with("journal.db.damaged-")),
        "{names:?}"
    );
}

#[test]
fn a_disk_that_is_full_at_the_start_is_a_screen_not_an_end() {
    let place = Place::new();
    place.config(|text| text + "[journal]\nmin_free_bytes = 9000000000000000000\n");
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    let said = kiosk.stop();
    assert!(
        said.contains(machitap_kiosk::messages::JOURNAL_FULL),
        "{said}"
    );
}

#[test]
fn the_service_manager_hears_ready_alive_and_stopping() {
    let place = Place::new();
    let manager = Manager::listen(&place);
    let kiosk = Kiosk::start_with(&place, &["--headless"], |command| {
        command
            .env("NOTIFY_SOCKET", manager.path())
            .env("WATCHDOG_USEC", "300000");
    });
    manager.wait_for("READY=1");
    for _ in 0..3 {
        manager.wait_for("WATCHDOG=1");
    }
    kiosk.stop();
    manager.wait_for("STOPPING=1");
}

#[test]
fn without_a_catalogue_it_waits_and_without_a_broker_it_says_so_once() {
    let place = Place::new();
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    kiosk.wait_for_record(machitap_kiosk::messages::LINK_REFUSED);
    let said = kiosk.stop();
    assert_eq!(
        said.matches(machitap_kiosk::messages::LINK_REFUSED).count(),
        1,
        "{said}"
    );
    let trace = fs::read_to_string(place.path("trace")).unwrap();
    assert_eq!(trace.matches(r#""ev":"idle""#).count(), 1);
}

#[test]
fn a_key_file_open_to_others_is_refused() {
    let place = Place::new();
    let keys = place.path("keys.toml");
    fs::write(&keys, format!("[keys]\n\"1\" = \"{}\"\n", "01".repeat(16))).unwrap();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    place.config(|text| {
        text.replace("\"test-only\"", "\"sealed-file:keys.toml\"")
            .replace("enabled = false", "enabled = true")
    });
    let (code, _, err) = place.check();
    assert_eq!(code, 78);
    assert!(err.contains("mode must end in 0"), "{err}");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(place.check().0, 0);
}

#[test]
fn recorded_lines_that_are_not_there_are_told_and_stop_no_kiosk() {
    let place = Place::new();
    place.config(|text| format!("{text}voice = \"recorded\"\n"));
    let (code, _, err) = place.check();
    assert_eq!(code, 66);
    assert!(err.contains("sound.voice: "), "{err}");
    assert!(err.contains("recorded/ja: "), "{err}");
    Kiosk::start(&place, &["--headless"]).wait_ready().stop();
    fs::create_dir_all(place.path("recorded/ja")).unwrap();
    assert_eq!(place.check().0, 0);
}
