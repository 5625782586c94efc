//! Whose word is taken, and what becomes of the rest.

use super::*;

#[test]
fn what_is_not_a_kiosks_own_word_becomes_a_dead_letter() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let other = Kiosk::new("kiosk-2", 2, 2);
    let stranger = Kiosk::new("kiosk-9", 9, 2);
    let forger = Kiosk {
        signer: Signer::from_seed([5; 32]),
        ..Kiosk::new("kiosk-1", 1, 2)
    };
    let mut bent = kiosk.batch(1, 2);
    let last = bent.len() - 10;
    bent[last] ^= 1;
    for (on, payload, said) in [
        (&kiosk, other.batch(1, 2), "a message from \"kiosk-2\""),
        (&stranger, stranger.batch(1, 2), "no kiosk of that name"),
        (&kiosk, forger.batch(1, 2), "signature"),
        (&kiosk, bent, "a"),
        (&kiosk, b"not json".to_vec(), "not a message"),
        (&kiosk, vec![0xff; 300_000], "not a message"),
        (&kiosk, Vec::new(), "not a message"),
        (&kiosk, kiosk.state(1, true, 1), "kind"),
    ] {
        let mut ingest = ingest(&[&kiosk, &other]);
        let why = dead(ingest.take(&on.id, &payload, NOON).unwrap());
        assert!(why.contains(said), "{said}: {why}");
        let letters = ingest.db().latest_letters(9).unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].size, payload.len() as u64);
        assert_eq!(summed(&ingest).facts, 0);
        // The same again is counted, not kept again.
        ingest.take(&on.id, &payload, NOON).unwrap();
        assert_eq!(ingest.db().latest_letters(9).unwrap()[0].times, 2);
        // And nothing is blocked by it.
        let good = counted(ingest.take(&kiosk.id, &kiosk.batch(1, 2), NOON).unwrap());
        assert_eq!(good.new, 2);
    }
}

#[test]
fn an_entry_that_does_not_belong_is_set_aside_and_the_rest_is_counted() {
    let kiosk = Kiosk::new("kiosk-1", 1, 3);
    let other = Kiosk::new("kiosk-2", 2, 1);
    let older = Kiosk {
        life: life(77),
        ..Kiosk::new("kiosk-1", 1, 0)
    };
    let body = || FactBody::Started {
        software: "x".to_owned(),
    };
    let of_older = older.made(1, body(), Hash::GENESIS);
    let nowhere = kiosk.made(0, body(), Hash::GENESIS);
    let beyond = kiosk
        .made(1, body(), Hash::GENESIS)
        .replace("\"seq\":1,", "\"seq\":18446744073709551615,");
    let message = kiosk.sealed([
        kiosk.facts[0].as_str(),
        other.facts[0].as_str(),
        of_older.as_str(),
        nowhere.as_str(),
        beyond.as_str(),
        "{\"no\":\"fact\"}",
        kiosk.facts[1].as_str(),
    ]);
    let mut ingest = ingest(&[&kiosk, &other]);
    let count = counted(ingest.take(&kiosk.id, &message, NOON).unwrap());
    assert_eq!((count.new, count.dead), (2, 5));
    assert_eq!(ingest.db().dead_letters().unwrap(), 5);
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).contiguous_seq, 2);
}

/// A kiosk that was updated before its city: what it says is not counted as something it is not, and is
/// asked for until it can be read.
#[test]
fn a_fact_in_a_form_of_tomorrow_is_neither_counted_nor_lost() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let today = r#""reason":"visit""#;
    let tomorrow = kiosk.facts[1].replace(today, r#""reason":"moonlight""#);
    assert_ne!(tomorrow, kiosk.facts[1]);
    let message = kiosk.sealed([kiosk.facts[0].as_str(), tomorrow.as_str()]);
    let mut ingest = ingest(&[&kiosk]);
    let count = counted(ingest.take(&kiosk.id, &message, NOON).unwrap());
    assert_eq!((count.new, count.dead), (1, 1));
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).contiguous_seq, 1);
    // The city that can read it: nothing stands in its way.
    let count = counted(ingest.take(&kiosk.id, &kiosk.batch(2, 2), NOON).unwrap());
    assert_eq!(count.new, 1);
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).contiguous_seq, 2);
}

#[test]
fn a_kiosk_enrolled_anew_is_believed_by_its_new_key_only() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 1), NOON).unwrap();
    let anew = Kiosk {
        life: life(50),
        signer: Signer::from_seed([50; 32]),
        ..Kiosk::new("kiosk-1", 1, 0)
    };
    let mut anew = anew;
    anew.append(FactBody::JournalReplaced {
        old: Some(kiosk.life),
    });
    anew.enrol(ingest.db());
    dead(ingest.take(&kiosk.id, &kiosk.batch(2, 2), NOON).unwrap());
    let count = counted(ingest.take(&kiosk.id, &anew.batch(1, 1), NOON).unwrap());
    assert_eq!(count.new, 1);
    dead(ingest.take(&kiosk.id, &kiosk.batch(2, 2), NOON).unwrap());
    assert_eq!(summed(&ingest).journals.len(), 2);
}

#[test]
fn a_kiosk_that_was_revoked_is_believed_no_more_from_the_next_message_on() {
    let kiosk = Kiosk::new("kiosk-1", 1, 2);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 1), NOON).unwrap();
    ingest.db().revoke_kiosk(&kiosk.id, NOON).unwrap();
    dead(ingest.take(&kiosk.id, &kiosk.batch(2, 2), NOON).unwrap());
    kiosk.enrol(ingest.db());
    let count = counted(ingest.take(&kiosk.id, &kiosk.batch(2, 2), NOON).unwrap());
    assert_eq!(count.new, 1);
}

proptest! {
    #[test]
    fn no_bytes_make_the_ingest_fail(payload: Vec<u8>) {
        let kiosk = Kiosk::new("kiosk-1", 1, 0);
        let mut ingest = ingest(&[&kiosk]);
        prop_assert!(matches!(ingest.take(&kiosk.id, &payload, NOON), Ok(Taken::Dead(_))));
        let arrival = Arrival { kiosk: &kiosk.id, payload: &payload, received_ms: NOON };
        prop_assert!(matches!(ingest.hear(&arrival), Ok(Heard::Dead(_) | Heard::Stale)));
    }
}
