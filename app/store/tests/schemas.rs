//! Every schema that was ever released opens, migrates and is still the same journal.

mod common;

use common::{MORNING_MS, Place, id, subject, visit};
use machitap_domain::{attendance::Direction, fact::Fact, time::DayKey};
use machitap_store::SCHEMA;
use machitap_wire::document::DocumentName;
use rusqlite::Connection;

/// One dump for each released schema, oldest first.
const RELEASED: &[&str] = &[
    include_str!("schemas/v1.sql"),
    include_str!("schemas/v2.sql"),
];

#[test]
fn every_released_schema_has_its_dump() {
    assert_eq!(RELEASED.len() as i64, SCHEMA);
}

#[test]
fn every_released_schema_opens_and_is_the_same_journal() {
    for (index, dump) in RELEASED.iter().enumerate() {
        let place = Place::new();
        let conn = Connection::open(&place.path).unwrap();
        conn.execute_batch(dump).unwrap();
        drop(conn);

        let opened = place.open();
        let version = index + 1;
        assert_eq!(opened.report.quarantined, None, "schema {version}");
        assert!(!opened.report.created, "schema {version}");
        // Folds that remember more than they did are made anew from the facts, once.
        drop(opened);
        let opened = place.open();
        assert!(!opened.report.folds_rebuilt, "schema {version}");
        let mut journal = opened.journal;
        journal.verify().unwrap();
        assert_eq!(
            (journal.first_seq(), journal.last_seq(), journal.receipted()),
            (5, 7, 4)
        );
        let stored = journal.read(1, 10, 1 << 20).unwrap();
        let first: Fact = serde_json::from_str(&stored[0].text).unwrap();
        assert_eq!((first.key.seq, first.id), (5, id(90)));
        assert_eq!(journal.folds().account(&subject(1)).balance(), 10);
        let day = DayKey::Date(jiff::civil::date(2026, 4, 1));
        let last = journal.folds().child(&subject(3)).last_on(day).cloned();
        assert_eq!(last.map(|p| p.direction), Some(Direction::In));
        let notices = journal.document(&DocumentName::Notices).unwrap().unwrap();
        assert_eq!(
            (notices.version, notices.bytes.as_slice()),
            (7, &b"notices"[..])
        );
        assert_eq!(journal.clock_floor().unwrap(), Some(MORNING_MS));
        assert_eq!(
            journal.get_setting("staff.wrong-pins").unwrap().as_deref(),
            Some("2")
        );
        assert_eq!(journal.next_session_no().unwrap(), 2);
        journal.append(visit(9, 1)).unwrap();
        journal.verify().unwrap();
    }
}

/// A journal of that schema, as it was released.
fn released(version: usize) -> Place {
    let place = Place::new();
    let conn = Connection::open(&place.path).unwrap();
    conn.execute_batch(RELEASED[version - 1]).unwrap();
    place
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn an_older_journal_is_kept_as_it_was_until_its_facts_would_have_gone() {
    for version in 1..RELEASED.len() {
        let place = released(version);
        let opened = place.open();
        let migrated = opened.report.migrated.expect("it is older");
        assert_eq!(migrated.from, version as i64);
        let copy = migrated.kept.expect("there is room");
        let mut journal = opened.journal;
        journal.append(visit(9, 1)).unwrap();
        // The copy is whole, of its schema, and knows nothing of what came after.
        let conn = Connection::open(&copy).unwrap();
        let ask = |sql: &str| -> i64 { conn.query_row(sql, [], |r| r.get(0)).unwrap() };
        assert_eq!(ask("PRAGMA user_version"), version as i64);
        assert_eq!(ask("PRAGMA application_id"), 0x4D54_4150);
        assert_eq!(ask("SELECT max(seq) FROM fact"), 7);
        drop(conn);
        // A program that knew only that schema would open it: here, by migrating it again.
        let older = Place::new();
        std::fs::copy(&copy, &older.path).unwrap();
        assert_eq!(older.journal().last_seq(), 7);
        // The next start has nothing to migrate, and the copy stays as long as facts do.
        drop(journal);
        let opened = place.open();
        assert_eq!(opened.report.migrated, None);
        let mut journal = opened.journal;
        journal.prune(now_ms()).unwrap();
        assert!(copy.exists());
        let keep = i64::try_from(common::settings().keep_after_receipt_ms).unwrap();
        journal.prune(now_ms() + keep + 1_000).unwrap();
        assert!(!copy.exists());
    }
}

#[test]
fn a_copy_that_was_cut_short_is_made_anew_and_one_that_cannot_be_made_stops_nobody() {
    let place = released(1);
    let draft = place.dir().join("journal.db.schema-1.new");
    std::fs::write(&draft, "half of it").unwrap();
    let kept = place.open().report.migrated.unwrap().kept;
    assert!(kept.unwrap().exists() && !draft.exists());

    let place = released(1);
    // A directory in its place: as good as a disk that takes nothing.
    std::fs::create_dir(place.dir().join("journal.db.schema-1.new")).unwrap();
    let opened = place.open();
    assert!(opened.report.migrated.unwrap().kept.is_err());
    opened.journal.verify().unwrap();
}
