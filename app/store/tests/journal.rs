//! What the journal promises, one promise a test.

mod common;

use common::{MORNING_MS, Place, attendance, draft, id, receipt, settings, subject, visit};
use machitap_domain::{
    attendance::Direction,
    fact::{Class, Fact, FactBody, Hash},
    fold::Folds,
    ids::Incarnation,
};
use machitap_store::{
    AppendError, DocumentError, Journal, Limit, OpenError, PRUNE_STEP, Pruned, ReceiptOutcome,
};
use machitap_wire::{document::DocumentName, receipt::Receipt};
use uuid::Uuid;

#[test]
fn facts_are_numbered_chained_and_there_after_a_restart() {
    let place = Place::new();
    let mut journal = place.journal();
    let first = journal.append(visit(1, 1)).unwrap();
    let second = journal.append(visit(2, 2)).unwrap();
    assert_eq!(
        [first, second]
            .concat()
            .iter()
            .map(|f| f.key.seq)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    let (head, incarnation, folds) = (
        journal.head(),
        journal.incarnation(),
        journal.folds().clone(),
    );
    drop(journal);

    let opened = place.open();
    assert!(!opened.report.created && !opened.report.folds_rebuilt);
    assert_eq!(opened.report.quarantined, None);
    let journal = opened.journal;
    assert_eq!((journal.last_seq(), journal.head()), (4, head));
    assert_eq!(journal.incarnation(), incarnation);
    assert_eq!(journal.folds(), &folds);
    assert_eq!(journal.folds().account(&subject(1)).balance(), 5);
    journal.verify().unwrap();
}

#[test]
fn what_is_read_is_what_was_hashed() {
    let place = Place::new();
    let mut journal = place.journal();
    let facts = journal.append(visit(1, 1)).unwrap();
    let stored = journal.read(1, 100, 1 << 20).unwrap();
    let mut prev = Hash::GENESIS;
    for (fact, row) in facts.iter().zip(&stored) {
        assert_eq!(row.text.as_bytes(), fact.to_bytes());
        assert_eq!(row.hash, Hash::of(row.text.as_bytes()));
        let read: Fact = serde_json::from_str(&row.text).unwrap();
        assert_eq!(read.prev, prev);
        prev = row.hash;
    }
    assert_eq!(prev, journal.head());
}

#[test]
fn reading_keeps_to_its_bounds_and_always_gets_on() {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 1..=5 {
        journal.append(visit(n, 1)).unwrap();
    }
    let seqs = |from, facts, bytes| -> Vec<u64> {
        let read = journal.read(from, facts, bytes).unwrap();
        read.iter().map(|s| s.seq).collect()
    };
    assert_eq!(seqs(1, 3, 1 << 20), [1, 2, 3]);
    assert_eq!(seqs(9, 100, 1 << 20), [9, 10]);
    assert_eq!(seqs(4, 100, 1), [4], "one fact always fits");
    assert!(seqs(11, 100, 1 << 20).is_empty());
    assert!(seqs(u64::MAX, 100, 1 << 20).is_empty());
}

#[test]
fn a_name_used_twice_appends_nothing_at_all() {
    let place = Place::new();
    let mut journal = place.journal();
    journal.append(visit(1, 1)).unwrap();
    let (head, folds) = (journal.head(), journal.folds().clone());
    let mut twice = visit(9, 3);
    twice.push(attendance(2, 4, Direction::In));
    let error = journal.append(twice).unwrap_err();
    assert!(
        matches!(error, AppendError::Duplicate { id: used } if used == id(2)),
        "{error}"
    );
    assert_eq!(error.class(), Class::Refuse);
    assert_eq!((journal.last_seq(), journal.head()), (2, head));
    assert_eq!(journal.folds(), &folds);
    journal.verify().unwrap();
    journal.append(visit(9, 3)).unwrap();
    assert_eq!(journal.last_seq(), 4);
}

#[test]
fn no_second_program_opens_it() {
    let place = Place::new();
    let _journal = place.journal();
    let error = Journal::open(&place.path, settings()).unwrap_err();
    assert!(matches!(error, OpenError::Busy), "{error}");
    assert_eq!(error.class(), Class::Retry);
}

#[test]
fn a_full_journal_refuses_visibly_and_works_again_once_receipts_come() {
    let place = Place::new();
    let small = || {
        let mut settings = settings();
        settings.max_bytes = 256 << 10;
        settings
    };
    let mut journal = Journal::open(&place.path, small()).unwrap().journal;
    let mut n = 0;
    let error = loop {
        n += 1;
        if let Err(error) = journal.append(visit(n, (n % 50) as u8)) {
            break error;
        }
        assert!(n < 10_000, "it must be full some day");
    };
    assert!(matches!(error, AppendError::Full(Limit::Size)), "{error}");
    assert_eq!(error.class(), Class::Refuse);
    let last = journal.last_seq();
    assert_eq!(last, 2 * (n - 1), "nothing half-written, nothing dropped");
    journal.verify().unwrap();

    drop(journal);
    let mut journal = Journal::open(&place.path, small()).unwrap().journal;
    assert!(
        journal.append(visit(n, 1)).is_err(),
        "a restart makes no room"
    );
    let half = receipt(&journal, last / 2);
    assert!(matches!(
        journal.apply_receipt(&half),
        Ok(ReceiptOutcome::Applied { .. })
    ));
    journal.append(visit(n, 1)).unwrap();
    assert_eq!(journal.last_seq(), last + 2);
    assert!(journal.first_seq() > 1, "receipted facts gave way");
    journal.verify().unwrap();
}

#[test]
fn more_than_the_reserve_in_one_go_is_refused_as_a_whole() {
    let place = Place::new();
    let mut few = settings();
    few.max_bytes = 128 << 10;
    let mut journal = Journal::open(&place.path, few).unwrap().journal;
    journal.append(visit(1, 1)).unwrap();
    let (head, folds) = (journal.head(), journal.folds().clone());
    let flood = (10..2_000)
        .flat_map(|n| visit(n, (n % 200) as u8))
        .collect();
    let error = journal.append(flood).unwrap_err();
    assert!(matches!(error, AppendError::Full(_)), "{error}");
    assert_eq!((journal.last_seq(), journal.head()), (2, head));
    assert_eq!(journal.folds(), &folds);
    journal.verify().unwrap();
    journal.append(visit(2, 1)).unwrap();
}

#[test]
fn a_disk_with_too_little_left_refuses_facts_but_takes_receipts() {
    let place = Place::new();
    place.journal().append(visit(1, 1)).unwrap();
    let mut greedy = settings();
    greedy.min_free_bytes = u64::MAX;
    let mut journal = Journal::open(&place.path, greedy).unwrap().journal;
    let error = journal.append(visit(2, 1)).unwrap_err();
    assert!(matches!(error, AppendError::Full(Limit::Disk)), "{error}");
    let all = receipt(&journal, 2);
    journal.apply_receipt(&all).unwrap();
    assert_eq!(journal.receipted(), 2);
    drop(journal);
    assert_eq!(place.journal().append(visit(2, 1)).unwrap().len(), 2);
}

#[test]
fn receipts_come_late_twice_and_wrong() {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 1..=3 {
        journal.append(visit(n, 1)).unwrap();
    }
    let of = |seq, forked| Receipt {
        forked,
        ..receipt(&journal, seq)
    };
    let other = Receipt {
        incarnation: Incarnation(Uuid::from_u128(1)),
        ..of(2, false)
    };
    let applied = |receipted, forked| ReceiptOutcome::Applied { receipted, forked };
    let steps = [
        ("first", of(2, false), applied(2, false)),
        ("again", of(2, false), ReceiptOutcome::Known),
        ("late", of(1, false), ReceiptOutcome::Known),
        ("another life", other, ReceiptOutcome::OtherLife),
        (
            "never written",
            of(7, false),
            ReceiptOutcome::Impossible {
                claimed: 7,
                last_seq: 6,
            },
        ),
        ("fork", of(4, true), applied(4, true)),
        (
            "an old one does not heal it",
            of(3, false),
            ReceiptOutcome::Known,
        ),
        ("a new one does", of(4, false), applied(4, false)),
    ];
    for (what, receipt, outcome) in steps {
        assert_eq!(journal.apply_receipt(&receipt).unwrap(), outcome, "{what}");
    }
    let fork = Receipt {
        forked: true,
        ..receipt(&journal, 5)
    };
    journal.apply_receipt(&fork).unwrap();
    drop(journal);
    let mut journal = place.journal();
    assert_eq!((journal.receipted(), journal.forked()), (5, true));
    assert_eq!(
        journal.prune(i64::MAX).unwrap().facts,
        0,
        "a fork prunes nothing"
    );
}

#[test]
fn only_old_receipted_facts_go_and_the_last_one_stays() {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 1..=10 {
        journal.append(visit(n, (n % 3) as u8)).unwrap();
    }
    let before = journal.folds().clone();
    // Fact n happened at n seconds; they are kept for sixty.
    let at = |s: i64| MORNING_MS + s * 1_000;
    let none = Pruned {
        facts: 0,
        more: false,
    };
    assert_eq!(journal.prune(at(1_000)).unwrap(), none, "not receipted");
    let some = receipt(&journal, 8);
    journal.apply_receipt(&some).unwrap();
    assert_eq!(journal.prune(at(62)).unwrap(), none, "too young");
    assert_eq!(
        journal.prune(at(65)).unwrap().facts,
        3,
        "facts 2, 3 and 4 seconds old"
    );
    assert_eq!(
        journal.prune(at(1_000)).unwrap().facts,
        5,
        "up to the receipt"
    );
    assert_eq!(journal.first_seq(), 9);
    journal.verify().unwrap();
    let all = receipt(&journal, 20);
    journal.apply_receipt(&all).unwrap();
    journal.prune(at(1_000)).unwrap();
    assert_eq!(
        journal.read(1, 100, 1 << 20).unwrap()[0].seq,
        20,
        "the head stays"
    );
    assert_eq!(journal.rebuild().unwrap(), before);
    drop(journal);
    let mut journal = place.journal();
    assert_eq!(journal.folds(), &before);
    assert_eq!(journal.append(visit(11, 1)).unwrap()[0].key.seq, 21);
    journal.verify().unwrap();
}

#[test]
fn pruning_takes_bounded_steps() {
    let place = Place::new();
    let mut journal = place.journal();
    let many = (1..=200).flat_map(|n| visit(n, 1)).collect();
    journal.append(many).unwrap();
    let all = receipt(&journal, 400);
    journal.apply_receipt(&all).unwrap();
    let late = MORNING_MS + 10_000_000;
    assert_eq!(
        journal.prune(late).unwrap(),
        Pruned {
            facts: PRUNE_STEP,
            more: true
        }
    );
    assert_eq!(journal.prune(late).unwrap().facts, 149);
    journal.verify().unwrap();
}

#[test]
fn an_undo_reaches_a_visit_that_was_pruned() {
    let place = Place::new();
    let mut journal = place.journal();
    journal.append(visit(1, 1)).unwrap();
    journal.append(visit(2, 2)).unwrap();
    let all = receipt(&journal, 4);
    journal.apply_receipt(&all).unwrap();
    assert_eq!(journal.prune(i64::MAX).unwrap().facts, 3);
    let undo = draft(90, Some(subject(1)), FactBody::Undone { fact: id(2) });
    journal.append(vec![undo]).unwrap();
    assert_eq!(journal.folds().account(&subject(1)).balance(), 0);
    journal.verify().unwrap();
}

#[test]
fn documents_never_go_back() {
    let place = Place::new();
    let mut journal = place.journal();
    let name = DocumentName::Catalogue;
    assert_eq!(journal.document(&name).unwrap(), None);
    journal.put_document(&name, 3, b"three", 30).unwrap();
    journal.put_document(&name, 3, b"three", 30).unwrap();
    let refused = [
        journal.put_document(&name, 2, b"two", 20),
        journal.put_document(&name, 3, b"other", 30),
        journal.put_document(&name, u64::MAX, b"absurd", 30),
    ];
    for (answer, what) in refused.into_iter().zip(["older", "changed", "absurd"]) {
        assert_eq!(answer.unwrap_err().class(), Class::Refuse, "{what}");
    }
    journal.put_document(&name, 4, b"four", 40).unwrap();
    drop(journal);
    let journal = place.journal();
    let held = journal.document(&name).unwrap().unwrap();
    assert_eq!(
        (held.version, held.issued_ms, held.bytes),
        (4, 40, b"four".to_vec())
    );
    assert_eq!(journal.document(&DocumentName::Ranking).unwrap(), None);
}

#[test]
fn a_document_that_does_not_fit_leaves_the_one_before() {
    let place = Place::new();
    let mut few = settings();
    few.max_bytes = 128 << 10;
    let mut journal = Journal::open(&place.path, few).unwrap().journal;
    let name = DocumentName::Notices;
    journal.put_document(&name, 1, b"small", 1).unwrap();
    let error = journal
        .put_document(&name, 2, &[7; 1 << 20], 2)
        .unwrap_err();
    assert!(matches!(error, DocumentError::Store(_)), "{error}");
    assert_eq!(error.class(), Class::Refuse);
    assert_eq!(journal.document(&name).unwrap().unwrap().version, 1);
}

#[test]
fn small_things_survive_a_restart() {
    let place = Place::new();
    let mut journal = place.journal();
    assert_eq!(journal.clock_floor().unwrap(), None);
    assert_eq!(journal.next_session_no().unwrap(), 1);
    assert_eq!(journal.next_session_no().unwrap(), 2);
    journal.set_clock_floor(MORNING_MS).unwrap();
    journal.set_setting("staff.wrong-pins", "1").unwrap();
    journal.set_setting("staff.wrong-pins", "2").unwrap();
    drop(journal);
    let mut journal = place.journal();
    assert_eq!(journal.next_session_no().unwrap(), 3);
    assert_eq!(journal.clock_floor().unwrap(), Some(MORNING_MS));
    assert_eq!(
        journal.get_setting("staff.wrong-pins").unwrap().as_deref(),
        Some("2")
    );
    assert_eq!(journal.get_setting("other").unwrap(), None);
}

#[test]
fn appending_nothing_changes_nothing() {
    let place = Place::new();
    let mut journal = place.journal();
    assert!(journal.append(vec![]).unwrap().is_empty());
    assert_eq!((journal.last_seq(), journal.head()), (0, Hash::GENESIS));
    assert_eq!(journal.folds(), &Folds::default());
    journal.verify().unwrap();
}

#[test]
fn two_journals_are_two_lives() {
    assert_ne!(
        Place::new().journal().incarnation(),
        Place::new().journal().incarnation()
    );
}
