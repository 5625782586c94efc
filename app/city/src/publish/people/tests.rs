use std::fs;

use machitap_domain::{
    CitizenId, Hash, Pseudonym, PurposeKey,
    points::caps::{Age, Person},
    ranking::GroupKind,
};

use crate::{
    db::Db,
    documents,
    home::{Plan, init},
    publish::{Keys, OldMonths, stage},
};

const GROUPS: &str = r#"
[[areas]]
id = "harbour"
name = { ja = "港" }
members = ["NGS-000001", "NGS-000003"]
[[teams]]
id = "walk"
name = { ja = "さんぽ会" }
members = ["NGS-000003"]
"#;

#[test]
fn what_is_known_of_residents_is_kept_by_pseudonym_and_goes_when_it_is_taken_out() {
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
    let path = |name: &str| dir.path().join("documents").join(name);
    let cards = "cards = [{ uid = \"felica:1123456789abcdef\" }]\n";
    let plain = fs::read_to_string(path("rosters/hall.toml")).unwrap();
    let say = |text: &str| {
        let text = plain.replace(cards, &format!("{cards}{text}\n"));
        fs::write(path("rosters/hall.toml"), text).unwrap();
    };
    let key = PurposeKey::new([3; 32]);
    let who = |citizen: &str| -> Pseudonym {
        let citizen: CitizenId = citizen.parse().unwrap();
        key.pseudonym(&citizen)
    };
    let mut db = Db::in_memory().unwrap();
    let mut publish = |visit| {
        let documents = documents::read(&dir.path().join("documents"), &plan.city).unwrap();
        let keys = Keys {
            visit,
            ..Keys::default()
        };
        stage(&mut db, &documents, keys, OldMonths::Keep, 1).unwrap();
        let groups = db.groups().unwrap();
        (db.people().unwrap(), groups, db.publication().unwrap())
    };

    say("age = \"child\"\nbirth_month = 5");
    fs::write(path("groups.toml"), GROUPS).unwrap();
    // A city whose kiosks give no points has no such key, and keeps nothing.
    assert_eq!(publish(None), ([].into(), vec![], 1));
    let (people, groups, publication) = publish(Some(&key));
    let child = Person {
        age: Some(Age::Child),
        birth_month: Some(5),
    };
    assert_eq!(people, [(who("NGS-000003"), child)].into());
    let kept: Vec<_> = groups.iter().map(|g| (g.kind, &g.members[..])).collect();
    let (one, three) = (who("NGS-000001"), who("NGS-000003"));
    assert_eq!(
        kept,
        [
            (GroupKind::Area, &[one, three][..]),
            (GroupKind::Team, &[three][..])
        ]
    );
    assert_eq!(publication, 2);

    say("");
    fs::remove_file(path("groups.toml")).unwrap();
    assert_eq!(publish(Some(&key)), ([].into(), vec![], 3));
}

#[test]
fn a_released_id_loses_its_phones_and_nobody_else_does() {
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
    // The sample's nursery names NGS-000066 as released.
    let documents = documents::read(&dir.path().join("documents"), &plan.city).unwrap();
    let key = PurposeKey::new([3; 32]);
    let mut db = Db::in_memory().unwrap();
    let phone = |n: u8| Hash([n; 32]);
    for (n, citizen) in [(1, "NGS-000066"), (2, "NGS-000001")] {
        let citizen: CitizenId = citizen.parse().unwrap();
        db.put_phone(phone(n), &key.pseudonym(&citizen), phone(n), 5)
            .unwrap();
    }
    let keys = Keys {
        visit: Some(&key),
        ..Keys::default()
    };
    stage(&mut db, &documents, keys, OldMonths::Keep, 9).unwrap();
    assert_eq!(db.phone(phone(1), 0).unwrap(), None);
    assert!(db.phone(phone(2), 0).unwrap().is_some());
}
