//! What is broken is noticed, set aside whole, and never repaired in place.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{MORNING_MS, Place, receipt, settings, visit};
use machitap_domain::{fact::Class, ids::KioskId};
use machitap_store::{Damage, Journal, OpenError, Opened, Quarantine, SCHEMA, Stored};
use rusqlite::Connection;

/// A journal of twenty facts, the first four pruned, closed in peace.
fn filled() -> Place {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 1..=10 {
        journal.append(visit(n, (n % 3) as u8)).unwrap();
    }
    let some = receipt(&journal, 4);
    journal.apply_receipt(&some).unwrap();
    assert_eq!(journal.prune(MORNING_MS + 10_000_000).unwrap().facts, 4);
    place
}

fn tamper(place: &Place, sql: &str) {
    let conn = Connection::open(&place.path).unwrap();
    conn.execute_batch(sql).unwrap();
}

fn quarantined(opened: &Opened) -> &Quarantine {
    let set_aside = opened.report.quarantined.as_ref();
    set_aside.expect("the journal was set aside")
}

fn aside(place: &Place) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = fs::read_dir(place.dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    dirs
}

#[test]
fn every_kind_of_damage_is_named_and_set_aside() {
    let again = "json_set(bytes, '$.at.wall', 1)";
    let cases = [
        (
            "a row in the middle is gone",
            "DELETE FROM fact WHERE seq = 9".into(),
            Damage::Hole { seq: 9 },
        ),
        (
            "the first row is gone",
            "DELETE FROM fact WHERE seq = 5".into(),
            Damage::Hole { seq: 5 },
        ),
        (
            "the last row is gone",
            "DELETE FROM fact WHERE seq = 20".into(),
            Damage::Hole { seq: 20 },
        ),
        (
            "all rows are gone",
            "DELETE FROM fact".into(),
            Damage::Hole { seq: 5 },
        ),
        (
            "a fact was changed",
            format!("UPDATE fact SET bytes = {again} WHERE seq = 9"),
            Damage::Fact { seq: 9 },
        ),
        (
            "a hash was changed",
            "UPDATE fact SET hash = zeroblob(32) WHERE seq = 9".into(),
            Damage::Fact { seq: 9 },
        ),
        (
            "two facts changed places",
            "UPDATE fact SET seq = seq + 100 WHERE seq IN (9, 11);
             UPDATE fact SET seq = 120 - seq WHERE seq IN (109, 111);"
                .into(),
            Damage::Chain { seq: 9 },
        ),
        (
            "the journal's row is gone",
            "DELETE FROM journal".into(),
            Damage::Row,
        ),
        (
            "a receipt was made up",
            "UPDATE journal SET receipted = 20".into(),
            Damage::Row,
        ),
        (
            "numbers were set back",
            "UPDATE journal SET last_seq = 19".into(),
            Damage::Row,
        ),
        (
            "a base row is gone",
            "DELETE FROM base WHERE subject LIKE '%1'".into(),
            Damage::Base,
        ),
        (
            "a base row was changed",
            "UPDATE base SET value = replace(value, '\"balance\":5', '\"balance\":9')".into(),
            Damage::Base,
        ),
    ];
    for (what, sql, why) in cases {
        let place = filled();
        let old = place.journal().incarnation();
        tamper(&place, &sql);
        let opened = place.open();
        let set_aside = quarantined(&opened);
        assert_eq!(set_aside.why, why, "{what}");
        if why != Damage::Row {
            assert_eq!(set_aside.old, Some(old), "{what}");
        }
        assert!(set_aside.moved_to.join("journal.db").exists(), "{what}");
        let mut journal = opened.journal;
        assert!(
            journal.incarnation() != old && journal.last_seq() == 0,
            "{what}"
        );
        journal.append(visit(1, 1)).unwrap();
        journal.verify().unwrap();
        drop(journal);
        assert_eq!(place.open().report.quarantined, None, "{what}: only once");
    }
}

#[test]
fn a_missing_table_is_damage_and_no_disk_error() {
    for table in ["journal", "fact", "fold", "base"] {
        let place = filled();
        tamper(&place, &format!("DROP TABLE {table}"));
        let opened = place.open();
        assert!(
            matches!(&quarantined(&opened).why, Damage::Corrupt(_)),
            "{table}"
        );
    }
}

#[test]
fn damaged_folds_over_a_sound_chain_are_made_anew() {
    for sql in [
        "DELETE FROM fold",
        "UPDATE fold SET value = '{'",
        "UPDATE fold SET value = replace(value, '\"balance\":', '\"balance\":1')",
        "UPDATE fold SET kind = 'child'",
    ] {
        let place = filled();
        let journal = place.journal();
        let (before, incarnation) = (journal.folds().clone(), journal.incarnation());
        drop(journal);
        tamper(&place, sql);
        let Opened { journal, report } = place.open();
        assert!(report.folds_rebuilt, "{sql}");
        assert_eq!(report.quarantined, None, "{sql}");
        assert_eq!(
            (journal.folds(), journal.incarnation()),
            (&before, incarnation)
        );
        journal.verify().unwrap();
        drop(journal);
        assert!(!place.open().report.folds_rebuilt, "{sql}: only once");
    }
}

#[test]
fn files_of_others_and_no_database_at_all_are_set_aside() {
    let place = Place::new();
    fs::write(
        &place.path,
        "not a database, and longer than a header of SQLite's is, by far. ".repeat(20),
    )
    .unwrap();
    assert_eq!(quarantined(&place.open()).why, Damage::NotADatabase);

    let place = Place::new();
    tamper(&place, "CREATE TABLE birds (name TEXT)");
    assert_eq!(quarantined(&place.open()).why, Damage::NotOurs);
}

#[test]
fn truncated_files_are_set_aside() {
    let len = fs::metadata(&filled().path).unwrap().len();
    for keep in [100, 1_000, 4_096, len / 2, len - 4_096] {
        let place = filled();
        let old = place.journal().incarnation();
        fs::OpenOptions::new()
            .write(true)
            .open(&place.path)
            .unwrap()
            .set_len(keep)
            .unwrap();
        let opened = place.open();
        assert!(
            matches!(quarantined(&opened).why, Damage::Corrupt(_)),
            "{keep} bytes"
        );
        assert_ne!(opened.journal.incarnation(), old, "{keep} bytes");
    }
}

#[test]
fn an_empty_file_is_a_new_life() {
    let place = filled();
    let old = place.journal().incarnation();
    fs::write(&place.path, "").unwrap();
    let opened = place.open();
    assert!(opened.report.created);
    assert_ne!(opened.journal.incarnation(), old);
}

fn all(journal: &Journal) -> Vec<Stored> {
    journal.read(1, usize::MAX, usize::MAX).unwrap()
}

/// One bit, anywhere: the facts are whole, or the journal is set aside, or opening says
/// what to repair. Never other facts.
#[test]
fn a_flipped_bit_never_makes_other_facts() {
    let (mut set_aside, mut harmless) = (0, 0);
    let sample = filled();
    let bytes = fs::read(&sample.path).unwrap();
    let journal = sample.journal();
    let (facts, folds, receipted) = (all(&journal), journal.folds().clone(), journal.receipted());
    drop(journal);
    // A step that shares no factor with the size reaches every page at every offset.
    for i in 0..600_usize {
        let place = Place::new();
        let at = i * 7_919 % bytes.len();
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (i % 8);
        fs::write(&place.path, flipped).unwrap();
        match Journal::open(&place.path, settings()) {
            Ok(opened) if opened.report.quarantined.is_some() => set_aside += 1,
            Ok(opened) => {
                harmless += 1;
                assert_eq!(all(&opened.journal), facts, "bit {} of byte {at}", i % 8);
                assert_eq!(opened.journal.folds(), &folds, "bit {} of byte {at}", i % 8);
                assert_eq!(opened.journal.receipted(), receipted);
            }
            Err(error) => assert_eq!(error.class(), Class::Repair, "{error}"),
        }
    }
    assert!(
        set_aside > 50 && harmless > 50,
        "{set_aside} and {harmless}"
    );
}

#[test]
fn a_second_quarantine_leaves_the_first_alone() {
    let place = filled();
    for n in 1..=3 {
        tamper(&place, "UPDATE journal SET receipted = 1");
        quarantined(&place.open());
        assert_eq!(aside(&place).len(), n);
    }
    for dir in aside(&place) {
        assert!(dir.join("journal.db").exists(), "{}", dir.display());
    }
}

#[test]
fn what_was_set_aside_can_still_be_read() {
    let place = filled();
    tamper(&place, "DELETE FROM fact WHERE seq = 9");
    let moved_to = quarantined(&place.open()).moved_to.clone();
    let conn = Connection::open(moved_to.join("journal.db")).unwrap();
    let left: i64 = conn
        .query_row("SELECT count(*) FROM fact", [], |r| r.get(0))
        .unwrap();
    assert_eq!(left, 15);
}

#[test]
fn a_log_without_its_database_is_never_replayed_into_a_new_one() {
    let place = Place::new();
    let mut journal = place.journal();
    journal.append(visit(1, 1)).unwrap();
    let log = place.path.with_extension("db-wal");
    let copy = fs::read(&log).unwrap();
    assert!(!copy.is_empty());
    drop(journal);
    fs::remove_file(&place.path).unwrap();
    fs::write(&log, copy).unwrap();

    let opened = place.open();
    assert_eq!(quarantined(&opened).why, Damage::Orphan);
    assert_eq!(opened.journal.last_seq(), 0);
    assert!(aside(&place)[0].join("journal.db-wal").exists());
}

#[test]
fn a_newer_schema_stops_with_both_numbers_and_moves_nothing() {
    let place = filled();
    tamper(&place, "PRAGMA user_version = 99");
    let before = fs::read(&place.path).unwrap();
    let error = Journal::open(&place.path, settings()).unwrap_err();
    assert!(matches!(
        error,
        OpenError::NewerSchema {
            found: 99,
            known: SCHEMA
        }
    ));
    assert_eq!(error.class(), Class::Repair);
    let said = error.to_string();
    assert!(
        said.contains("99") && said.contains(&SCHEMA.to_string()),
        "{said}"
    );
    assert_eq!(fs::read(&place.path).unwrap(), before);
    assert!(aside(&place).is_empty());
}

#[test]
fn another_kiosks_journal_is_refused_and_stays() {
    let place = filled();
    let mut other = settings();
    other.kiosk = KioskId::new("kiosk-2").unwrap();
    let error = Journal::open(&place.path, other).unwrap_err();
    assert!(matches!(error, OpenError::OtherKiosk { .. }), "{error}");
    assert_eq!(error.class(), Class::Repair);
    assert_eq!(place.open().report.quarantined, None);
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_damage() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    let nowhere = place.dir().join("missing").join("journal.db");
    for path in [place.path.as_path(), Path::new(&nowhere)] {
        let error = Journal::open(path, settings()).unwrap_err();
        assert!(matches!(error, OpenError::Unreadable(_)), "{error}");
        assert_eq!(error.class(), Class::Repair);
    }
    assert!(place.path.is_dir(), "nothing was moved");
}
