//! An update was tried and gone back from: this program meets the journal that a later one wrote.

mod common;

use common::{MORNING_MS, Place, receipt, settings, subject, visit};
use machitap_domain::fact::{Fact, FactBody, Hash};
use machitap_store::{Journal, OpenError, SCHEMA};
use rusqlite::{Connection, params};

/// What `user_version` says of a schema that can be read from an earlier one on.
const fn version(schema: i64, readable_from: i64) -> i64 {
    readable_from << 16 | schema
}

fn filled() -> Place {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 1..=5 {
        journal.append(visit(n, 1)).unwrap();
    }
    let some = receipt(&journal, 4);
    journal.apply_receipt(&some).unwrap();
    assert_eq!(journal.prune(MORNING_MS + 10_000_000).unwrap().facts, 4);
    place
}

/// The schema after this one: more columns, a table of its own, and this far back to be read.
fn expand(place: &Place, readable_from: i64) {
    let conn = Connection::open(&place.path).unwrap();
    let tables = ["journal", "fact", "fold", "base", "document", "setting"];
    for table in tables {
        let sql = format!("ALTER TABLE {table} ADD COLUMN later INTEGER NOT NULL DEFAULT 7");
        conn.execute_batch(&sql).unwrap();
    }
    conn.execute_batch("CREATE TABLE later (a INTEGER PRIMARY KEY) STRICT")
        .unwrap();
    conn.pragma_update(None, "user_version", version(SCHEMA + 1, readable_from))
        .unwrap();
}

/// Appends facts with these bodies as a program would that knows them, and a fold of its own to the base.
fn append_as_a_later_one(place: &Place, bodies: &[&str]) {
    let conn = Connection::open(&place.path).unwrap();
    let text: String = conn
        .query_row("SELECT bytes FROM fact ORDER BY seq DESC", [], |r| r.get(0))
        .unwrap();
    let mut last: Fact = serde_json::from_str(&text).unwrap();
    let mut head = Hash::of(text.as_bytes());
    for (n, body) in (0..).zip(bodies) {
        last.key.seq += 1;
        last.id = common::id(1_000 + n);
        last.prev = head;
        last.body = FactBody::VisitEnded;
        let known = serde_json::to_string(&last.body).unwrap();
        let text = String::from_utf8(last.to_bytes())
            .unwrap()
            .replace(&known, body);
        head = Hash::of(text.as_bytes());
        conn.execute(
            "INSERT INTO fact (seq, id, hash, at_wall, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                last.key.seq as i64,
                last.id.0.as_bytes(),
                head.0,
                last.at.wall_ms,
                text
            ],
        )
        .unwrap();
    }
    let (kind, who, value) = ("tickets", "-", "{}");
    conn.execute(
        "INSERT INTO base (kind, subject, value, sum) VALUES (?1, ?2, ?3, ?4)",
        params![
            kind,
            who,
            value,
            Hash::of(format!("{kind}\n{who}\n{value}").as_bytes()).0
        ],
    )
    .unwrap();
    let (base_seq, base_hash, entries, receipted): (i64, [u8; 32], i64, i64) = conn
        .query_row(
            "SELECT base_seq, base_hash, base_entries + 1, receipted FROM journal",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)),
        )
        .unwrap();
    let Fact { key, .. } = &last;
    let sum = Hash::of(
        format!(
            "{}\n{}\n{}\n{head}\n{base_seq}\n{}\n{entries}\n{receipted}\nfalse",
            key.incarnation,
            key.kiosk,
            key.seq,
            Hash(base_hash)
        )
        .as_bytes(),
    );
    conn.execute(
        "UPDATE journal SET last_seq = ?1, head = ?2, base_entries = ?3, sum = ?4",
        params![key.seq as i64, head.0, entries, sum.0],
    )
    .unwrap();
}

#[test]
fn what_a_later_program_wrote_is_carried_on_with_and_is_no_damage() {
    let place = filled();
    expand(&place, SCHEMA);
    append_as_a_later_one(
        &place,
        &[
            r#"{"kind":"a-kind-of-tomorrow","with":[1,2]}"#,
            r#"{"kind":"refused","why":"a-reason-of-tomorrow"}"#,
        ],
    );

    let opened = place.open();
    assert_eq!(opened.report.quarantined, None);
    assert_eq!(opened.report.migrated, None);
    assert_eq!(opened.report.newer, Some(SCHEMA + 1));
    let mut journal = opened.journal;
    journal.verify().unwrap();
    assert_eq!(journal.last_seq(), 12);
    assert_eq!(journal.folds().account(&subject(1)).balance(), 25);
    journal.append(visit(9, 1)).unwrap();
    journal.set_setting("a", "b").unwrap();
    // Facts of tomorrow go to the city to the letter, and to the base as all do.
    let sent = journal.read(11, 2, 1 << 20).unwrap();
    assert!(sent[0].text.contains("a-kind-of-tomorrow"));
    assert!(sent[1].text.contains("a-reason-of-tomorrow"));
    let all = receipt(&journal, journal.last_seq());
    journal.apply_receipt(&all).unwrap();
    assert!(journal.prune(MORNING_MS + 10_000_000).unwrap().facts > 4);
    journal.verify().unwrap();
    drop(journal);

    // And on, and what only the later program can read is still there for it.
    let opened = place.open();
    assert!(!opened.report.folds_rebuilt);
    assert_eq!(opened.report.newer, Some(SCHEMA + 1));
    assert_eq!(opened.journal.folds().account(&subject(1)).balance(), 30);
    drop(opened);
    let conn = Connection::open(&place.path).unwrap();
    let ask = |sql: &str| -> i64 { conn.query_row(sql, [], |r| r.get(0)).unwrap() };
    assert_eq!(ask("PRAGMA user_version"), version(SCHEMA + 1, SCHEMA));
    assert_eq!(ask("SELECT count(*) FROM base WHERE kind = 'tickets'"), 1);
    assert_eq!(ask("SELECT later FROM journal"), 7);
}

#[test]
fn a_rotten_row_of_an_unknown_kind_is_damage_all_the_same() {
    let place = filled();
    append_as_a_later_one(&place, &[]);
    let conn = Connection::open(&place.path).unwrap();
    conn.execute("UPDATE base SET value = '[]' WHERE kind = 'tickets'", [])
        .unwrap();
    drop(conn);
    assert!(place.open().report.quarantined.is_some());
}

#[test]
fn a_schema_that_needs_its_own_program_stops_this_one_and_moves_nothing() {
    let place = filled();
    expand(&place, SCHEMA + 1);
    let error = Journal::open(&place.path, settings()).unwrap_err();
    assert!(
        matches!(error, OpenError::NewerSchema { found, .. } if found == SCHEMA + 1),
        "{error}"
    );
    assert!(place.path.exists());
}

#[test]
fn the_copy_that_a_later_program_made_goes_when_its_facts_would_have_gone() {
    let place = filled();
    let copy = place.dir().join(format!("journal.db.schema-{SCHEMA}"));
    std::fs::copy(&place.path, &copy).unwrap();
    expand(&place, SCHEMA);
    let mut journal = place.journal();
    let keep = i64::try_from(settings().keep_after_receipt_ms).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    journal.prune(now).unwrap();
    assert!(copy.exists());
    journal.prune(now + keep + 60_000).unwrap();
    assert!(!copy.exists());
}
