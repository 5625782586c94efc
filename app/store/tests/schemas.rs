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
