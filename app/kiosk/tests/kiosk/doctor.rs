//! `machitap-kiosk doctor`, beside a kiosk that runs and without one, with a real broker.

use std::{fs, process::Command};

use serde_json::Value;

use crate::common::{
    Kiosk, PROGRAM, Place,
    broker::Broker,
    pki::{Authority, NOW, PAST},
    wait_until,
};

/// What it found, and its exit code.
struct Said {
    code: i32,
    findings: Vec<Value>,
}

impl Said {
    fn of(&self, subject: &str) -> (&str, String) {
        let all = || self.findings.iter().filter(|f| f["subject"] == subject);
        let finding = all()
            .find(|f| f["state"] != "well")
            .or_else(|| all().next())
            .unwrap_or_else(|| panic!("no {subject} in {:?}", self.findings));
        let text = format!("{} → {}", finding["found"], finding["todo"]);
        (finding["state"].as_str().unwrap(), text)
    }
}

fn doctor(place: &Place) -> Said {
    let said = Command::new(PROGRAM)
        .args(["doctor", "--json", "--config"])
        .arg(place.path("kiosk.toml"))
        .output()
        .unwrap();
    Said {
        code: said.status.code().unwrap(),
        findings: serde_json::from_slice(&said.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&said.stderr));
        }),
    }
}

#[test]
fn a_kiosk_that_does_not_run_and_a_broker_that_is_not_there_are_ill() {
    let place = Place::new();
    fs::create_dir(place.path("state")).unwrap();
    let said = doctor(&place);
    assert_eq!(said.code, 69);
    assert_eq!(said.of("disk").0, "well");
    assert_eq!(said.of("enrolment").0, "well");
    let (state, text) = said.of("kiosk");
    assert_eq!(state, "ill");
    assert!(text.contains("systemctl start machitap-kiosk"), "{text}");
    let (state, text) = said.of("broker");
    assert_eq!(state, "ill");
    assert!(
        text.contains("cannot be reached") && text.contains("broker.port"),
        "{text}"
    );
    assert!(
        !place.path("state/journal.db").exists(),
        "it changes nothing"
    );
}

#[test]
fn a_kiosk_that_was_revoked_is_told_to_ask_for_a_code() {
    let place = Place::new();
    fs::write(place.path("enrolment/revoked"), "").unwrap();
    let said = doctor(&place);
    let (state, text) = said.of("enrolment");
    assert_eq!(state, "ill");
    assert!(text.contains("machitap-kiosk enrol"), "{text}");
}

#[test]
fn a_kiosk_that_serves_is_asked_and_keeps_its_link() {
    let place = Place::new();
    let _broker = Broker::start(&place);
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    kiosk.wait_for_record(machitap_kiosk::messages::LINK_UP);
    wait_until("the doctor hears of the link", || {
        doctor(&place).of("link").1.contains("the broker answers")
    });
    let said = doctor(&place);
    assert_eq!(said.of("broker").0, "well", "{:?}", said.findings);
    assert_eq!(said.of("journal").0, "well");
    let (state, text) = said.of("link");
    assert_eq!(state, "mind", "no city listens here");
    assert!(text.contains("machitap-city runs"), "{text}");
    let (state, text) = said.of("documents");
    assert_eq!(state, "ill");
    assert!(text.contains("catalogue has not come"), "{text}");
    let log = kiosk.stop();
    let lost = machitap_kiosk::messages::LINK_LOST;
    assert!(!log.contains(lost), "the link stood: {log}");
}

#[test]
fn each_broken_way_to_the_city_has_its_words() {
    let other = Authority::new("another town");
    let remedy = |place: &Place, pair, words: &str| {
        let _broker = Broker::with(place, &pair, place.port, "");
        let said = doctor(place);
        let (state, text) = said.of("broker");
        assert_eq!(state, "ill");
        assert!(text.contains(words), "{text}");
    };
    let place = Place::new();
    remedy(&place, other.server("127.0.0.1", NOW), "unknown authority");
    remedy(&place, place.authority.server("127.0.0.1", PAST), "expired");
    remedy(
        &place,
        place.authority.server("192.0.2.1", NOW),
        "another name",
    );
    // The broker does not know who signed the kiosk's certificate.
    let stranger = other.client("kiosk-1", NOW);
    fs::write(place.path("enrolment/kiosk.pem"), stranger.certificate).unwrap();
    fs::write(place.path("enrolment/kiosk.key"), stranger.key).unwrap();
    let server = place.authority.server("127.0.0.1", NOW);
    remedy(&place, server, "does not admit this kiosk");
}

#[test]
fn certificates_that_ended_and_missing_files_are_named() {
    let place = Place::new();
    let old = place.authority.client("kiosk-1", PAST);
    fs::write(place.path("enrolment/kiosk.pem"), old.certificate).unwrap();
    fs::write(place.path("enrolment/kiosk.key"), old.key).unwrap();
    let said = doctor(&place);
    let (state, text) = said.of("certificate");
    assert_eq!(state, "ill");
    assert!(
        text.contains("kiosk.pem ended on") && text.contains("enrol --again"),
        "{text}"
    );
    fs::remove_file(place.path("enrolment/seal.key")).unwrap();
    let said = doctor(&place);
    let (state, text) = said.of("enrolment");
    assert_eq!(state, "ill");
    assert!(text.contains("seal.key"), "{text}");
}

#[test]
fn keys_that_only_the_service_is_handed_are_not_missed_while_it_rests() {
    let place = Place::new();
    let _broker = Broker::start(&place);
    let handed = "sealed-file:/run/credentials/machitap-nowhere.service/card-keys";
    place.config(|text| {
        let text = text.replace("demo = true", "demo = false");
        text.replace("\"test-only\"\nenabled = false", &format!("\"{handed}\""))
    });
    let said = doctor(&place);
    let (state, text) = said.of("keys");
    assert_eq!(state, "mind", "{text}");
    assert!(text.contains("does not run"), "{text}");
    assert_eq!(said.of("broker").0, "well", "all else is looked at");
    // Anywhere else they are missed.
    place.config(|text| text.replace(handed, "sealed-file:card-keys.toml"));
    let said = doctor(&place);
    let (state, text) = said.of("keys");
    assert_eq!(state, "ill");
    assert!(text.contains("card-keys.toml"), "{text}");
    assert_eq!(said.of("certificate").0, "well", "all else is looked at");
}

#[test]
fn a_lamp_that_is_lit_stays_lit() {
    let place = Place::new();
    let led = place.path("leds/status");
    fs::create_dir_all(&led).unwrap();
    fs::write(led.join("brightness"), "255").unwrap();
    let class = place.path("leds");
    place.config(|text| format!("{text}[lamps]\nclass = {class:?}\nready = \"status\"\n"));
    doctor(&place);
    assert_eq!(fs::read_to_string(led.join("brightness")).unwrap(), "255");
}

#[test]
fn it_speaks_to_people_too_and_needs_a_configuration() {
    let place = Place::new();
    let run = |config: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["doctor", "--config"]).arg(place.path(config));
        command.output().unwrap()
    };
    let said = run("kiosk.toml");
    let text = String::from_utf8(said.stdout).unwrap();
    for line in ["ILL   disk", "systemd-tmpfiles --create", " ill\n"] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    let said = run("away.toml");
    assert_eq!(said.status.code(), Some(66));
    assert!(String::from_utf8_lossy(&said.stderr).contains("away.toml"));
}
