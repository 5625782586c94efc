//! What a kiosk's roster carries of the numbers residents have in other houses' systems.

use std::fs;

use machitap_domain::roster::Roster;
use machitap_wire::{DocumentName, Signer, seal::SealOpener};

use crate::{
    db::{Db, Enrolled},
    documents,
    home::{Plan, init, random_hex},
    publish::{Keys, OldMonths, stage},
};

/// Two clinics, as somebody adds them to the samples.
const CLINICS: &str = r#"
[facilities.clinic]
time_zone = "Asia/Tokyo"
name = { ja = "町の診療所" }
service = { kind = "reception", system = "clinic", handoff = { file-drop = { directory = "/srv/in" } } }
[facilities.dentist]
time_zone = "Asia/Tokyo"
name = { ja = "町の歯科" }
service = { kind = "reception", system = "dentist", handoff = { http = { url = "http://127.0.0.1:8080/" } } }
"#;

/// The same person, as an officer copies them from list to list.
const PATIENT: &str = r#"
[[residents]]
citizen = "NGS-000077"
links = { clinic = "CLINIC-0077", dentist = "DENTIST-0077" }
"#;

struct Town {
    dir: tempfile::TempDir,
    db: Db,
    opener: SealOpener,
}

impl Town {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            city: "town".parse().unwrap(),
            hosts: vec![],
            broker_port: 8883,
            broker_user: "mosquitto".to_owned(),
            web_port: 8080,
            enrol_port: 8884,
        };
        init(dir.path(), &plan).unwrap();
        let town = Self {
            dir,
            db: Db::in_memory().unwrap(),
            opener: SealOpener::from_text(&random_hex()).unwrap(),
        };
        town.add("catalogue.toml", "", CLINICS);
        town.add("rosters/hall.toml", "", PATIENT);
        for name in ["clinic", "dentist"] {
            let file = format!("rosters/{name}.toml");
            town.add(&file, &format!("facility = \"{name}\"\n"), PATIENT);
        }
        town
    }

    fn add(&self, file: &str, first: &str, more: &str) {
        let path = self.dir.path().join("documents").join(file);
        let before = fs::read_to_string(&path).unwrap_or_else(|_| first.to_owned());
        fs::write(path, before + more).unwrap();
    }

    /// The roster of a kiosk that stands there, as it opens it, and its bytes.
    fn roster_at(&mut self, facility: &str) -> (Roster, String) {
        let enrolled = Enrolled {
            kiosk: "kiosk-1".parse().unwrap(),
            facility: facility.parse().unwrap(),
            verifier: Signer::from_seed([1; 32]).verifier(),
            seal_to: self.opener.public(),
        };
        self.db.enrol(&enrolled, 1).unwrap();
        let dir = self.dir.path().join("documents");
        let documents = documents::read(&dir, &"town".parse().unwrap()).unwrap();
        stage(
            &mut self.db,
            &documents,
            Keys::default(),
            OldMonths::Keep,
            1,
        )
        .unwrap();
        let name = DocumentName::Roster(enrolled.kiosk);
        let stored = self.db.document(&name).unwrap().unwrap();
        assert_eq!(self.db.plain_document(&name).unwrap(), None, "only sealed");
        let aad = name.aad(stored.version);
        let plain = self.opener.open(&stored.wire, &aad).unwrap();
        let roster = serde_json::from_slice(&plain).unwrap();
        (roster, String::from_utf8(plain).unwrap())
    }
}

#[test]
fn a_clinic_gets_its_own_numbers_and_a_hall_gets_none() {
    let mut town = Town::new();
    // One kiosk, carried from house to house: nothing stays behind.
    for (facility, carries) in [
        ("clinic", Some("CLINIC-0077")),
        ("dentist", Some("DENTIST-0077")),
        ("hall", None),
        ("clinic", Some("CLINIC-0077")),
    ] {
        let (roster, bytes) = town.roster_at(facility);
        assert!(bytes.contains("NGS-000077"), "the resident is known there");
        let links: Vec<&str> = roster
            .residents
            .iter()
            .flat_map(|r| r.links.values())
            .map(machitap_domain::ids::LinkNumber::reveal)
            .collect();
        assert_eq!(links, Vec::from_iter(carries), "{facility}");
        assert_eq!(bytes.matches("-0077\"").count(), links.len(), "{facility}");
    }
}
