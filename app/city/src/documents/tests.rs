use super::*;
use crate::home::{Plan, init};

fn samples() -> (tempfile::TempDir, PathBuf, CityId) {
    let dir = tempfile::tempdir().unwrap();
    let city: CityId = "town".parse().unwrap();
    let plan = Plan {
        city: city.clone(),
        hosts: vec![],
        broker_port: 8883,
        broker_user: "mosquitto".to_owned(),
        web_port: 8080,
    };
    init(dir.path(), &plan).unwrap();
    let documents = dir.path().join("documents");
    (dir, documents, city)
}

fn spoil(dir: &Path, file: &str, from: &str, to: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {file}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_samples_are_sound() {
    let (_dir, documents, city) = samples();
    let read = read(&documents, &city).unwrap();
    assert_eq!(read.catalogue.facilities.len(), 3);
    assert_eq!(read.rosters.len(), 3);
    assert_eq!(
        read.rosters[&"nursery-1".parse().unwrap()].households.len(),
        2
    );
    assert_eq!(read.notices.items.len(), 2);
    assert_eq!(read.nicknames.len(), 1);
}

#[test]
fn each_slip_is_named_by_file_line_and_key() {
    for (file, from, to, said) in [
        (
            "catalogue.toml",
            "city = \"town\"",
            "city = \"village\"",
            "city",
        ),
        (
            "catalogue.toml",
            "done_ms = 8000",
            "done_ms = 8",
            "facilities.nursery-1.timing.done_ms",
        ),
        (
            "catalogue.toml",
            "base = 10,",
            "base = 99999,",
            "facilities.hall.service",
        ),
        (
            "rosters/nursery-1.toml",
            "mark = \"bear\"",
            "mark = \"wolf\"",
            "households.children#2.mark",
        ),
        (
            "rosters/hall.toml",
            "pin_hash = \"$argon2id",
            "pin_hash = \"$plain",
            "staff#1.pin_hash",
        ),
        (
            "rosters/hall.toml",
            "facility = \"hall\"",
            "facility = \"barn\"",
            "facility",
        ),
        ("nicknames.toml", "NGS-000001", "ngs", "nicknames.ngs"),
        (
            "notices.toml",
            "[[items]]\n",
            "[[items]]\nuntil = 2027-03-31\n",
            "items#1.until",
        ),
    ] {
        let (_dir, documents, city) = samples();
        spoil(&documents, file, from, to);
        let spoilt = fs::read_to_string(documents.join(file)).unwrap();
        let at = spoilt.find(to).unwrap() + to.trim_end().rfind('\n').map_or(0, |n| n + 1);
        let line = spoilt[..at].lines().count() + usize::from(spoilt[..at].ends_with('\n'));
        let name = documents.join(file);
        let said = format!("{}:{}: {said}: ", name.display(), line.max(1));
        let why = read(&documents, &city).unwrap_err().to_string();
        assert!(why.starts_with(&said), "{said} in: {why}");
    }
}

#[test]
fn a_card_twice_and_a_slip_elsewhere_are_both_told() {
    let (_dir, documents, city) = samples();
    spoil(
        &documents,
        "rosters/nursery-1.toml",
        "NGS-000002",
        "NGS-000001",
    );
    spoil(&documents, "notices.toml", "ja = ", "jp = ");
    let Err(Rejected::Flaws(flaws)) = read(&documents, &city) else {
        panic!("taken");
    };
    assert_eq!(flaws.len(), 2, "{flaws:?}");
    assert!(
        flaws.iter().any(|f| f.key == "households#2.id"),
        "{flaws:?}"
    );
}

#[test]
fn without_a_catalogue_there_is_nothing_to_publish() {
    let (_dir, documents, city) = samples();
    fs::remove_file(documents.join("catalogue.toml")).unwrap();
    assert!(matches!(
        read(&documents, &city),
        Err(Rejected::File { why, .. }) if why.kind() == io::ErrorKind::NotFound
    ));
}
