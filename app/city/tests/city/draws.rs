//! A draw from the officer's file to the proof, by the commands.

use std::fs;

use machitap_city::{config::Config, db::Db, ledger};
use machitap_domain::draw::{Deals, secret::commitment};
use machitap_wire::{DocumentName, Topic, seal::SealOpener};
use tokio::time::{Duration, Instant, sleep};

use crate::support::{City, PATIENCE};

/// The sample's table with its comment signs taken away, on days around `from`.
fn begin(city: &City, from: &str, until: &str) {
    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, table) = text.split_once("#[[draws]]").unwrap();
    let table: String = format!("#[[draws]]{table}")
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix('#').unwrap_or(line)))
        .collect();
    let table = table
        .replace("2026-12-01", from)
        .replace("2026-12-28", until);
    fs::write(&path, format!("{before}{table}")).unwrap();
}

/// 69 says that the documents were taken and wait for a broker.
fn publish(city: &City) -> (Option<i32>, String) {
    let out = city.run(&["publish", "--timeout", "1"]);
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn a_table_is_committed_to_kept_and_not_revealed_before_its_end() {
    let city = City::new();
    begin(&city, "2020-01-01", "2099-12-31");
    let kiosk = city.enrol("hall-1", "hall");
    let (exit, said) = publish(&city);
    assert_eq!(exit, Some(69), "{said}");

    let config = Config::load(&city.path("city.toml")).unwrap();
    let db = Db::reader(&config.database).unwrap();
    let catalogue = ledger::catalogue(&db).unwrap().unwrap();
    let table = &catalogue.draws[0];
    let hall = kiosk.enrolment.kiosk.clone();
    let secret = config.draw_key().unwrap().secret(&table.id, &hall);
    let promised = table.kiosks[&hall].commitment;
    assert_eq!(promised, Some(commitment(table, &hall, &secret)));

    let out = city.run(&["reveal", "winter"]);
    assert_eq!(out.status.code(), Some(65));
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("lasts until 2099-12-31"), "{said}");
    assert!(
        !said.contains(&String::from(secret)),
        "not even in the refusal"
    );
    assert_eq!(city.run(&["reveal", "spring"]).status.code(), Some(65));
    assert_eq!(
        city.done(&["verify-draws"]),
        "",
        "no life, nothing to recompute"
    );

    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("towel = 30", "towel = 99")).unwrap();
    let (exit, said) = publish(&city);
    assert_eq!(exit, Some(65));
    assert!(
        said.contains("table winter, to which the city has committed"),
        "{said}"
    );
    let word = "kiosks = { hall-1 = { commitment = \"00\", stock";
    fs::write(&path, text.replace("kiosks = { hall-1 = { stock", word)).unwrap();
    assert_eq!(publish(&city).0, Some(65), "no commitment but the city's");
}

#[test]
fn a_table_that_is_over_is_revealed() {
    let city = City::new();
    begin(&city, "2020-01-01", "2020-01-31");
    publish(&city);
    let said = city.done(&["reveal", "winter"]);
    let words: Vec<&str> = said.split_whitespace().collect();
    assert_eq!(words[..2], ["winter", "hall-1"]);
    assert_eq!(words[2].len(), 64);
    assert_eq!(
        said,
        city.done(&["reveal", "winter"]),
        "there is one secret"
    );
}

#[tokio::test]
async fn a_kiosk_that_was_never_heard_is_dealt_to_once_it_is_born() {
    let city = City::new();
    begin(&city, "2020-01-01", "2099-12-31");
    let kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    let _serve = city.serve();
    let own = Topic::Receipts(kiosk.id()).name(&city.id);
    let mut link = kiosk.connect(vec![own]).await;
    let born = Topic::KioskState(kiosk.id()).name(&city.id);
    link.publish(born, kiosk.birth(), true, 1);

    let name = DocumentName::Deals(kiosk.id());
    let seal = fs::read_to_string(kiosk.directory.join("seal.key")).unwrap();
    let opener = SealOpener::from_text(&seal).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let stored = loop {
        let dealt = Db::reader(&city.path("city.db"))
            .and_then(|db| db.document(&name))
            .unwrap();
        if let Some(stored) = dealt {
            break stored;
        }
        assert!(Instant::now() < deadline, "nothing was dealt");
        let waiting = link.next();
        tokio::select! {
            event = waiting => { event.unwrap(); }
            () = sleep(Duration::from_millis(200)) => {}
        }
    };
    let plain = opener
        .open(&stored.wire, &name.aad(stored.version))
        .unwrap();
    let deals: Deals = serde_json::from_slice(&plain).unwrap();
    let db = Db::reader(&city.path("city.db")).unwrap();
    let catalogue = ledger::catalogue(&db).unwrap().unwrap();
    let deal = deals.of(&catalogue.draws[0], &kiosk.id(), kiosk.life);
    assert!(deal.is_ok(), "{deal:?}");
}
