//! Registrations as the city sets them up: its key, leases, access.

use std::{fs, time::Duration};

use machitap_domain::{
    CardUid, Credential, FactBody, Technology,
    register::{Answer, Form, Leases, Letter, Registered},
    roster::Roster,
};
use machitap_wire::{DocumentName, letter, seal::SealOpener};
use serde::de::DeserializeOwned;

use crate::{
    broker::documents,
    support::{City, Kiosk, PATIENCE, at},
};

const UNTIL: &str = "2099-12-31";

fn lease<'a>(kiosk: &'a str, from: &'a str, until: &'a str) -> [&'a str; 8] {
    [
        "lease", kiosk, "--from", from, "--count", "100", "--until", until,
    ]
}

fn refused(city: &City, args: &[&str]) -> (Option<i32>, String) {
    let out = city.run(args);
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

/// Nobody listens: the documents are in force and wait.
fn publish(city: &City) {
    let exit = city.run(&["publish", "--timeout", "1"]).status.code();
    assert_eq!(exit, Some(69));
}

#[test]
fn a_kiosk_is_given_the_citys_sealing_key_and_a_range_once() {
    let city = City::new();
    let hall = city.enrol("hall-1", "hall");
    assert!(hall.enrolment.city_seal.is_some());
    let (exit, said) = refused(&city, &lease("hall-1", "NGS-700000", UNTIL));
    assert_eq!(exit, Some(65));
    assert!(said.contains("nothing was published yet"), "{said}");
    publish(&city);
    let said = city.done(&lease("hall-1", "NGS-700000", UNTIL));
    assert!(
        said.starts_with("lease-1: 100 ids leased to hall-1"),
        "{said}"
    );
    assert!(said.contains("once that kiosk was heard of"), "{said}");
    for (args, words) in [
        (
            lease("hall-1", "NGS-700050", UNTIL),
            "leased to hall-1 as lease-1",
        ),
        (
            lease("hall-9", "NGS-800000", UNTIL),
            "hall-9: is not enrolled",
        ),
        (
            lease("hall-1", "NGS-800000", "2020-01-01"),
            "2020-01-01 is over",
        ),
        (lease("hall-1", "SKM-800000", UNTIL), "NGS- and 6 digits"),
    ] {
        let (exit, said) = refused(&city, &args);
        assert_eq!(exit, Some(65), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let listed = city.done(&["leases"]);
    assert_eq!(
        listed,
        "lease-1 hall-1 from NGS-700000: 0 of 100 issued, until 2099-12-31\n"
    );
    assert_eq!(city.done(&["registrations"]), "");
}

#[test]
fn a_home_made_before_there_were_registrations_says_what_to_do() {
    let city = City::new();
    fs::remove_file(city.path("keys/letters.key")).unwrap();
    assert!(city.run(&["check-config"]).status.success());
    let hall = city.enrol("hall-1", "hall");
    assert!(hall.enrolment.city_seal.is_none());
    publish(&city);
    let (exit, said) = refused(&city, &lease("hall-1", "NGS-700000", UNTIL));
    assert_eq!(exit, Some(66));
    assert!(said.contains("keys/letters.key: is missing"), "{said}");
    assert!(said.contains("enrol … --again"), "{said}");
}

#[test]
fn a_slip_in_the_consent_is_named_at_its_place() {
    let city = City::new();
    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    let consent = "\n[registration]\n\
        consent = { id = \"points\", version = 1, text = { ja = \"使います\" } }\n";
    fs::write(&path, text + consent).unwrap();
    let (exit, said) = refused(&city, &["publish", "--check"]);
    assert_eq!(exit, Some(65));
    assert!(said.contains("consent.text"), "{said}");
}

#[test]
fn a_kiosk_reads_its_own_leases_only() {
    let acl = City::new().done(&["broker-config", "--acl"]);
    assert!(acl.contains("pattern read k/v1/town/doc/lease-%u/#"));
}

/// A document of a kiosk's own, once it says what is waited for.
async fn told<T: DeserializeOwned>(
    kiosk: &Kiosk,
    name: DocumentName,
    says: impl Fn(&T) -> bool,
) -> T {
    let seal = fs::read_to_string(kiosk.directory.join("seal.key")).unwrap();
    let opener = SealOpener::from_text(&seal).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let filters = vec![format!("k/v1/town/doc/{name}/#")];
        let mut link = kiosk.connect(filters).await;
        let wanted = [name.clone()];
        let mut got = documents(kiosk, &mut link, &wanted, &mut Vec::new()).await;
        let (manifest, wire) = got.remove(&name).unwrap();
        let plain = opener.open(&wire, &name.aad(manifest.version)).unwrap();
        let found: T = serde_json::from_slice(&plain).unwrap();
        if says(&found) {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{name} never says it"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_registration_is_sealed_and_the_other_hall_knows_the_card() {
    let city = City::new();
    let (mut hall, library) = (
        city.enrol("hall-1", "hall"),
        city.enrol("library-1", "library"),
    );
    let _broker = city.broker();
    city.done(&["publish"]);
    city.done(&lease("hall-1", "NGS-700000", UNTIL));
    let config = fs::read_to_string(city.path("city.toml")).unwrap();
    let quick = config.replace("every_s = 5", "every_s = 1");
    fs::write(city.path("city.toml"), quick).unwrap();
    let mut serve = city.serve();

    // The range waits until the kiosk has said which life of its journal it is for.
    let now = at(machitap_city::time::now_ms());
    let software = "test".to_owned();
    hall.write(None, now, None, FactBody::Started { software });
    hall.drain().await;
    let name = DocumentName::Lease(hall.id());
    let leases: Leases = told(&hall, name.clone(), |l: &Leases| !l.leases.is_empty()).await;
    assert_eq!(leases.leases[0].life, hall.life);

    let held = Credential::Uid(CardUid::new(Technology::Felica, &[7; 8]).unwrap());
    let key = hall.enrolment.purposes.visit.clone().unwrap();
    let citizen = leases.issued(&leases.leases[0].id, 0).unwrap();
    let written = Letter {
        citizen: citizen.clone(),
        credential: held.clone(),
        form: Some(Form::default()),
        consent: None,
        birth: None,
    };
    let city_seal = hall.enrolment.city_seal.clone().unwrap();
    let letter = letter::seal(&city_seal, &hall.id(), hall.next_id(), &written);
    let body = FactBody::Registered(Registered {
        card: key.card(&held),
        lease: leases.leases[0].id.clone(),
        nth: 0,
        letter,
        staff: None,
    });
    let claim = hall.write(Some(key.pseudonym(&citizen)), now, None, body);
    hall.drain().await;
    let leases: Leases = told(&hall, name, |l: &Leases| !l.answers.is_empty()).await;
    assert_eq!(leases.answers, [(claim, Answer::Accepted)].into());
    let name = DocumentName::Roster(library.id());
    let known = |r: &Roster| r.find(&held).is_some();
    let roster: Roster = told(&library, name, known).await;
    assert_eq!(
        roster
            .residents
            .iter()
            .filter(|r| r.citizen == citizen)
            .count(),
        1
    );

    assert_eq!(serve.terminate(), Some(0));
    let said = city.done(&["registrations"]);
    assert!(
        said.ends_with("hall-1 registered NGS-700000: accepted, not yet heard there\n"),
        "{said}"
    );
    assert!(city.done(&["leases"]).contains("1 of 100 issued"));
    assert_eq!(city.done(&["registrations", "--refused"]), "");
}
