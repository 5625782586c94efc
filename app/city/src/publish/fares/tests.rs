use std::{fs, path::Path};

use machitap_domain::{PurposeKey, fare::FareList, pseudonym::Pseudonym};
use machitap_wire::{DocumentName, Signer, seal::SealOpener};

use crate::{
    db::{Db, Enrolled},
    documents::{self, Documents},
    home::{Plan, init, random_hex},
    publish::{Keys, OldMonths, PublishError, stage},
};

/// A bus, as somebody adds it to the samples.
const BUS: &str = r#"
[facilities.bus]
time_zone = "Asia/Tokyo"
name = { ja = "まちのバス" }
[facilities.bus.service]
kind = "fare"
default = "usual"
honoured_days = 7
[[facilities.bus.service.classes]]
id = "usual"
name = { ja = "ふつう" }
colour = "grey"
shape = "bar"
chime = "one"
[[facilities.bus.service.classes]]
id = "half"
name = { ja = "はんがく" }
colour = "blue"
shape = "circle"
chime = "two"
limits = { day = 2, year = 70 }
"#;

const LIST: &str = r#"
issued = "2026-11-01"
expires = "2026-11-30"
[[holders]]
citizen = "NGS-000001"
class = "half"
[[holders]]
citizen = "NGS-000002"
class = "half"
until = "2027-03-31"
"#;

struct Town {
    dir: tempfile::TempDir,
    db: Db,
    opener: SealOpener,
}

fn key() -> PurposeKey {
    PurposeKey::new([3; 32])
}

impl Town {
    /// A town with one bus, in which one kiosk stands.
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
        let catalogue = town.path("catalogue.toml");
        let text = fs::read_to_string(&catalogue).unwrap();
        fs::write(catalogue, text + BUS).unwrap();
        town.write(LIST);
        town.stands_at("bus");
        town
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.dir.path().join("documents").join(file)
    }

    fn write(&self, list: &str) {
        fs::write(self.path("fares.toml"), list).unwrap();
    }

    fn stands_at(&self, facility: &str) {
        let enrolled = Enrolled {
            kiosk: "bus-1".parse().unwrap(),
            facility: facility.parse().unwrap(),
            verifier: Signer::from_seed([1; 32]).verifier(),
            seal_to: self.opener.public(),
        };
        self.db.enrol(&enrolled, 1).unwrap();
    }

    fn read(&self) -> Result<Documents, documents::Rejected> {
        let dir: &Path = &self.dir.path().join("documents");
        documents::read(dir, &"town".parse().unwrap())
    }

    fn publish(&mut self) -> Result<(), PublishError> {
        self.publish_with(Some(&key()))
    }

    fn publish_with(&mut self, transport: Option<&PurposeKey>) -> Result<(), PublishError> {
        let keys = Keys {
            transport,
            ..Keys::default()
        };
        let documents = self.read().unwrap();
        stage(&mut self.db, &documents, keys, OldMonths::Keep, 1).map(drop)
    }

    /// The list in force, as the kiosk opens it.
    fn list(&self) -> Option<FareList> {
        let name = DocumentName::Fares("bus-1".parse().unwrap());
        let stored = self.db.document(&name).unwrap()?;
        assert_eq!(self.db.plain_document(&name).unwrap(), None, "only sealed");
        let plain = self
            .opener
            .open(&stored.wire, &name.aad(stored.version))
            .unwrap();
        let list: FareList = serde_json::from_slice(&plain).unwrap();
        assert_eq!(list.version, stored.version);
        Some(list)
    }

    fn holders(&self) -> Vec<Pseudonym> {
        self.list().unwrap().entries.into_keys().collect()
    }
}

fn named(ids: &[&str]) -> Vec<Pseudonym> {
    let mut all: Vec<_> = ids
        .iter()
        .map(|id| key().pseudonym(&id.parse().unwrap()))
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn a_bus_gets_the_list_by_pseudonym_and_only_a_change_makes_a_new_one() {
    let mut town = Town::new();
    town.publish().unwrap();
    assert_eq!(town.holders(), named(&["NGS-000001", "NGS-000002"]));
    town.publish().unwrap();
    assert_eq!(town.list().unwrap().version, 1);
    town.write(&LIST.replace("NGS-000002", "NGS-000003"));
    town.publish().unwrap();
    assert_eq!(town.list().unwrap().version, 2);
    assert_eq!(town.holders(), named(&["NGS-000001", "NGS-000003"]));
}

#[test]
fn no_holder_stays_behind() {
    // The town has no list any more.
    let mut town = Town::new();
    town.publish().unwrap();
    fs::remove_file(town.path("fares.toml")).unwrap();
    for _ in 0..2 {
        town.publish().unwrap();
        assert_eq!((town.list().unwrap().version, town.holders()), (2, vec![]));
    }
    // The kiosk stands in another place.
    let mut town = Town::new();
    town.publish().unwrap();
    town.stands_at("hall");
    town.publish().unwrap();
    assert_eq!(town.holders(), []);
    // One that never stood in a bus gets none.
    let mut town = Town::new();
    town.stands_at("hall");
    town.publish().unwrap();
    assert_eq!(town.list(), None);
}

#[test]
fn holders_without_a_key_to_name_them_by_are_not_published() {
    let mut town = Town::new();
    let refused = town.publish_with(None);
    assert!(matches!(refused, Err(PublishError::NoTransportKey)));
    assert_eq!(town.list(), None);
}

#[test]
fn each_slip_is_named_by_file_line_and_key() {
    for (file, from, to, said) in [
        (
            "fares.toml",
            "2026-11-30",
            "2026-10-31",
            "fares.toml:3: expires: ",
        ),
        (
            "fares.toml",
            "NGS-000002",
            "NGS-000001",
            "fares.toml:8: holders#2.citizen: ",
        ),
        (
            "fares.toml",
            "class = \"half\"",
            "class = \"gold\"",
            "fares.toml:6: holders#1.class: ",
        ),
        (
            "fares.toml",
            "until",
            "untill",
            "fares.toml:10: holders#2.untill: ",
        ),
        (
            "catalogue.toml",
            "year = 70",
            "year = 1",
            "facilities.bus.service: bus: fares: class half: limits must be",
        ),
        (
            "catalogue.toml",
            "shape = \"bar\"",
            "shape = \"bear\"",
            "facilities.bus.service.classes#1.shape: ",
        ),
    ] {
        let town = Town::new();
        let text = fs::read_to_string(town.path(file)).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(town.path(file), text.replacen(from, to, 1)).unwrap();
        let flaw = town.read().unwrap_err().to_string();
        assert!(flaw.contains(said), "{flaw}");
    }
}
