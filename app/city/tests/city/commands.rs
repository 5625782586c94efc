//! The commands' manners: exit codes and what they say.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::support::City;

fn code(city: &City, args: &[&str]) -> (Option<i32>, String) {
    let out = city.run(args);
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn each_failure_has_its_exit_code_and_words() {
    let city = City::new();
    assert_eq!(code(&city, &["dance"]).0, Some(64));
    assert_eq!(code(&city, &["--help"]).0, Some(0));
    assert_eq!(code(&city, &["check-config"]).0, Some(0));

    let out = city.path("k");
    let out = out.to_str().unwrap();
    let (exit, said) = code(
        &city,
        &["enrol", "hall-1", "--facility", "barn", "--out", out],
    );
    assert_eq!(exit, Some(65));
    assert!(said.contains("no facility barn"), "{said}");
    let (exit, said) = code(&city, &["enrol", "doc", "--facility", "hall", "--out", out]);
    assert_eq!(exit, Some(65));
    assert!(said.contains("word of the protocol"), "{said}");
    city.enrol("hall-1", "hall");
    let (exit, said) = code(
        &city,
        &["enrol", "hall-1", "--facility", "hall", "--out", out],
    );
    assert_eq!(exit, Some(65));
    assert!(said.contains("--again"), "{said}");
    assert_eq!(
        code(
            &city,
            &[
                "enrol",
                "hall-1",
                "--facility",
                "hall",
                "--again",
                "--out",
                out
            ]
        )
        .0,
        Some(0)
    );

    // No broker: the documents wait, and the exit code says so.
    let (exit, said) = code(&city, &["publish", "--timeout", "1"]);
    assert_eq!(exit, Some(69));
    assert!(said.contains("wait in the database"), "{said}");
    assert_eq!(code(&city, &["publish", "--check"]).0, Some(0));
    let (exit, _) = code(
        &city,
        &["publish", "--check", "--documents", "/nonexistent"],
    );
    assert_eq!(exit, Some(66));

    let config = city.path("city.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("port = ", "prot = ")).unwrap();
    let (exit, said) = code(&city, &["serve"]);
    assert_eq!(exit, Some(78));
    assert!(
        said.contains("city.toml:") && said.contains("broker.prot"),
        "{said}"
    );
    fs::remove_file(&config).unwrap();
    assert_eq!(code(&city, &["serve"]).0, Some(66));
}

#[test]
fn a_damaged_or_newer_database_is_refused_with_words() {
    let city = City::new();
    fs::write(city.path("city.db"), vec![7; 8192]).unwrap();
    let (exit, said) = code(&city, &["serve"]);
    assert_eq!(exit, Some(74));
    assert!(said.contains("database"), "{said}");
}

#[test]
fn a_second_init_leaves_the_first_city_alone() {
    let city = City::new();
    let before = fs::read_to_string(city.path("keys/sign.key")).unwrap();
    let again = Command::new(env!("CARGO_BIN_EXE_machitap-city"))
        .args(["init", "--city", "town", "--dir"])
        .arg(city.path(""))
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(65));
    assert_eq!(
        fs::read_to_string(city.path("keys/sign.key")).unwrap(),
        before
    );
}

#[test]
fn a_pin_is_hashed_from_standard_input_and_never_echoed() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_machitap-city"))
        .arg("pin-hash")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"739150\n").unwrap();
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success());
    assert!(said.starts_with("$argon2id$v=19$m=8192,t=3,p=1$"));
    assert!(!said.contains("739150"));
}

#[test]
fn the_brokers_files_are_printed_for_another_place() {
    let city = City::new();
    let text = city.done(&[
        "broker-config",
        "--dir",
        "/etc/machitap/broker",
        "--bind",
        "0.0.0.0",
    ]);
    for line in [
        "certfile /etc/machitap/broker/server.pem",
        "require_certificate true",
        "use_identity_as_username true",
    ] {
        assert!(text.contains(line), "{line}");
    }
    let acl = city.done(&["broker-config", "--acl"]);
    assert!(acl.contains("pattern read k/v1/town/doc/roster-%u/#"));
    assert!(acl.contains("pattern read k/v1/town/doc/deals-%u/#"));
}
