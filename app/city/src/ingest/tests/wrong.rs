//! A journal that was tampered with, and a database that was: it shows.

use super::*;

#[test]
fn another_fact_under_the_same_key_is_a_fork() {
    let kiosk = Kiosk::new("kiosk-1", 1, 4);
    let clone = Kiosk {
        facts: vec![kiosk.made(
            1,
            FactBody::Started {
                software: "clone".to_owned(),
            },
            Hash::GENESIS,
        )],
        ..Kiosk::new("kiosk-1", 1, 0)
    };
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 4), NOON).unwrap();
    for _ in 0..2 {
        let count = counted(ingest.take(&kiosk.id, &clone.batch(1, 1), NOON).unwrap());
        assert_eq!((count.new, count.again, count.forked), (0, 0, 1));
    }
    assert!(receipt(&mut ingest, &kiosk, Reach::Seen).forked);
    let sums = summed(&ingest);
    assert_eq!((sums.facts, sums.journals[0].quarantined), (4, 1));
    assert!(sums.journals[0].forked);
}

#[test]
fn a_chain_that_does_not_close_is_noticed_whichever_end_comes_last() {
    for order in [[1, 2], [2, 1]] {
        let mut kiosk = Kiosk::new("kiosk-1", 1, 2);
        let body = FactBody::visit(CredentialKind::Citizen);
        kiosk.facts.push(kiosk.made(3, body, Hash::of(b"another")));
        let mut ingest = ingest(&[&kiosk]);
        for part in order {
            let message = if part == 1 {
                kiosk.batch(1, 2)
            } else {
                kiosk.batch(3, 3)
            };
            ingest.take(&kiosk.id, &message, NOON).unwrap();
        }
        let told = receipt(&mut ingest, &kiosk, Reach::Seen);
        assert!(told.forked, "{order:?}");
        let sums = summed(&ingest);
        assert!(!sums.journals[0].chain_ok, "{order:?}");
        assert_eq!(sums.facts, 3, "counted and shown, not dropped");
    }
}

#[test]
fn a_first_fact_that_is_not_the_first_of_its_chain_is_noticed() {
    let mut kiosk = Kiosk::new("kiosk-1", 1, 0);
    let body = FactBody::Started {
        software: "x".to_owned(),
    };
    kiosk.facts.push(kiosk.made(1, body, Hash::of(b"older")));
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 1), NOON).unwrap();
    assert!(receipt(&mut ingest, &kiosk, Reach::Seen).forked);
}

/// Sabotage: without the unique index nothing is counted at all, rather than twice.
#[test]
fn without_the_unique_index_nothing_is_taken() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let mut running = ingest(&[&kiosk]);
    running
        .db()
        .conn
        .execute_batch("DROP INDEX fact_once")
        .unwrap();
    assert!(running.take(&kiosk.id, &kiosk.batch(1, 2), NOON).is_err());
    assert_eq!(summed(&running).facts, 0);

    let db = Db::in_memory().unwrap();
    db.conn.execute_batch("DROP INDEX fact_once").unwrap();
    assert!(matches!(Ingest::new(db, city()), Err(DbError::Unguarded)));
}

/// Sabotage: the totals see it when something else counted twice.
#[test]
fn facts_counted_twice_behind_our_back_show_in_the_totals() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 2), NOON).unwrap();
    ingest
        .db()
        .conn
        .execute_batch(
            "DROP INDEX fact_once; INSERT INTO fact (journal, seq, hash, prev, facility, \
             shown_ms, quality, received_ms, bytes) SELECT journal, seq, hash, prev, facility, \
             shown_ms, quality, received_ms, bytes FROM fact",
        )
        .unwrap();
    assert_eq!(summed(&ingest).doubled, 2);
}

/// Sabotage: the totals see it when a stored fact was changed.
#[test]
fn a_changed_row_shows_in_the_totals() {
    let kiosk = Kiosk::new("kiosk-1", 1, 4);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 4), NOON).unwrap();
    assert!(summed(&ingest).journals[0].chain_ok);
    ingest
        .db()
        .conn
        .execute_batch(
            "UPDATE fact SET bytes = replace(bytes, '\"points\":10', '\"points\":99') WHERE seq = 2",
        )
        .unwrap();
    assert!(!summed(&ingest).journals[0].chain_ok);
}
