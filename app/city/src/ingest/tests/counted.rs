//! Each fact once, whatever way it comes.

use super::*;

#[test]
fn a_batch_sent_twice_is_counted_once() {
    let kiosk = Kiosk::new("kiosk-1", 1, 10);
    let mut ingest = ingest(&[&kiosk]);
    let message = kiosk.batch(1, 10);
    let first = counted(ingest.take(&kiosk.id, &message, NOON).unwrap());
    assert_eq!((first.new, first.again), (10, 0));
    let second = counted(ingest.take(&kiosk.id, &message, NOON).unwrap());
    assert_eq!((second.new, second.again), (0, 10));
    let sums = summed(&ingest);
    assert_eq!((sums.facts, sums.doubled), (10, 0));
    assert_eq!(sums.points, 5 * i64::from(POINTS));
    assert!(sums.journals[0].chain_ok && !sums.journals[0].forked);
}

#[test]
fn holes_are_named_and_closed_in_any_order() {
    let kiosk = Kiosk::new("kiosk-1", 1, 12);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(10, 12), NOON).unwrap();
    ingest.take(&kiosk.id, &kiosk.batch(4, 6), NOON).unwrap();
    let named = receipt(&mut ingest, &kiosk, Reach::Seen);
    assert_eq!(named.contiguous_seq, 0);
    assert_eq!(
        named.missing,
        [SeqRange { from: 1, to: 3 }, SeqRange { from: 7, to: 9 }]
    );
    ingest.take(&kiosk.id, &kiosk.batch(7, 9), NOON).unwrap();
    ingest.take(&kiosk.id, &kiosk.batch(1, 3), NOON).unwrap();
    let whole = receipt(&mut ingest, &kiosk, Reach::Seen);
    assert_eq!((whole.contiguous_seq, whole.forked), (12, false));
    assert_eq!(whole.missing, []);
}

#[test]
fn a_birth_makes_the_city_ask_for_what_it_lacks() {
    let kiosk = Kiosk::new("kiosk-1", 1, 4);
    let mut ingest = ingest(&[&kiosk]);
    let birth = kiosk.state(3, true, 9);
    let hear = |ingest: &mut Ingest, payload: &[u8]| {
        ingest
            .hear(&Arrival {
                kiosk: &kiosk.id,
                payload,
                received_ms: NOON,
            })
            .unwrap()
    };
    assert_eq!(hear(&mut ingest, &birth), Heard::Born(kiosk.life));
    ingest.take(&kiosk.id, &kiosk.batch(1, 4), NOON).unwrap();
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).missing, []);
    assert_eq!(
        receipt(&mut ingest, &kiosk, Reach::Announced).missing,
        [SeqRange { from: 5, to: 9 }]
    );
    // A late death does not bury a newer birth; its own does.
    assert_eq!(hear(&mut ingest, &kiosk.state(2, false, 9)), Heard::Stale);
    assert!(ingest.db().page_kiosks().unwrap()[0].online);
    assert_eq!(hear(&mut ingest, &kiosk.state(3, false, 9)), Heard::Gone);
    assert!(!ingest.db().page_kiosks().unwrap()[0].online);
    assert_eq!(hear(&mut ingest, b""), Heard::Stale);
}

#[test]
fn what_a_kiosk_says_of_an_update_stays_until_it_says_another() {
    let kiosk = Kiosk::new("kiosk-1", 1, 1);
    let mut ingest = ingest(&[&kiosk]);
    let mut hear = |session_no, online, stage| {
        let update = Some(Update { number: 7, stage });
        ingest
            .hear(&Arrival {
                kiosk: &kiosk.id,
                payload: &kiosk.state_updating(session_no, online, 1, update),
                received_ms: 9,
            })
            .unwrap();
        let kiosks = ingest.db().page_kiosks().unwrap();
        kiosks[0].update.clone().map(|u| u.stage)
    };
    let writing = Some(Stage::Writing);
    assert_eq!(hear(3, true, Stage::Writing), writing);
    // A death was signed at the birth; of a connection before, nothing is heard.
    assert_eq!(hear(3, false, Stage::Kept), writing);
    assert_eq!(hear(2, true, Stage::Kept), writing);
    assert_eq!(hear(4, true, Stage::WentBack), Some(Stage::WentBack));
}

#[test]
fn a_corrected_clock_moves_what_was_unsure_and_what_comes_later() {
    let mut kiosk = Kiosk::new("kiosk-1", 1, 3);
    let unsure = |text: &String| {
        text.replace(
            "\"quality\":{\"source\":\"ntp\",\"uncertainty_ms\":50}",
            "\"quality\":{\"source\":\"unknown\",\"uncertainty_ms\":null}",
        )
    };
    // The chain breaks by this; only the times matter here.
    kiosk.facts = kiosk.facts.iter().map(unsure).collect();
    kiosk.append(FactBody::ClockCorrected {
        boot: BootId(Uuid::from_u128(7)),
        boot_wall_ms: NOON,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(50),
        },
    });
    let mut ingest = ingest(&[&kiosk]);
    let arrived = NOON + 86_400_000;
    let shown = |ingest: &Ingest| -> Vec<(i64, i64, i64)> {
        let facts = ingest.db().page_facts("hall", 0, i64::MAX, 9).unwrap();
        let mut rows: Vec<_> = facts
            .iter()
            .map(|f| (f.seq, f.shown_ms, f.quality))
            .collect();
        rows.sort_unstable();
        rows
    };
    ingest.take(&kiosk.id, &kiosk.batch(1, 2), arrived).unwrap();
    assert_eq!(shown(&ingest), [(1, arrived, 0), (2, arrived, 0)]);
    ingest.take(&kiosk.id, &kiosk.batch(4, 4), arrived).unwrap();
    ingest.take(&kiosk.id, &kiosk.batch(3, 3), arrived).unwrap();
    assert_eq!(
        shown(&ingest)[..3],
        [
            (1, NOON + 1_000, 2),
            (2, NOON + 2_000, 2),
            (3, NOON + 3_000, 2)
        ]
    );
}

#[test]
fn a_transaction_that_failed_is_forgotten_whole() {
    let kiosk = Kiosk::new("kiosk-1", 1, 6);
    let mut ingest = ingest(&[&kiosk]);
    ingest.take(&kiosk.id, &kiosk.batch(1, 2), NOON).unwrap();
    let trip = "CREATE TRIGGER trip BEFORE INSERT ON fact WHEN NEW.seq = 4 \
                BEGIN SELECT RAISE(ABORT, 'trip'); END";
    ingest.db().conn.execute_batch(trip).unwrap();
    assert!(ingest.take(&kiosk.id, &kiosk.batch(3, 6), NOON).is_err());
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).contiguous_seq, 2);
    ingest.db().conn.execute_batch("DROP TRIGGER trip").unwrap();
    let count = counted(ingest.take(&kiosk.id, &kiosk.batch(3, 6), NOON).unwrap());
    assert_eq!(count.new, 4);
    assert_eq!(receipt(&mut ingest, &kiosk, Reach::Seen).contiguous_seq, 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Any order, doubling, batching and grouping of two kiosks' facts, with the ingest
    /// restarted in between, gives the ledger of the undisturbed facts.
    #[test]
    fn whatever_way_facts_come_they_are_counted_once(
        cuts in prop::collection::vec((any::<bool>(), 1usize..40, 1usize..12, any::<bool>()), 1..40),
        order in any::<u64>(),
        group in 1usize..6,
    ) {
        const FACTS: usize = 40;
        let kiosks = [Kiosk::new("kiosk-1", 1, FACTS as u64), Kiosk::new("kiosk-2", 2, FACTS as u64)];
        let all = [&kiosks[0], &kiosks[1]];
        let mut plain = ingest(&all);
        for kiosk in &all {
            plain.take(&kiosk.id, &kiosk.batch(1, FACTS), NOON).unwrap();
        }
        // Whatever the cuts leave out comes at the end, in two batches.
        let mut messages: Vec<(usize, Vec<u8>, bool)> = cuts.iter().map(|(which, from, len, restart)| {
            let which = usize::from(*which);
            (which, kiosks[which].batch(*from, (*from + *len).min(FACTS)), *restart)
        }).collect();
        let turn = (order as usize) % messages.len();
        messages.rotate_left(turn);
        for which in [0, 1] {
            messages.push((which, kiosks[which].batch(FACTS / 2, FACTS), false));
            messages.push((which, kiosks[which].batch(1, FACTS / 2), true));
        }
        let mut tested = ingest(&all);
        for chunk in messages.chunks(group) {
            let arrivals: Vec<Arrival<'_>> = chunk.iter().map(|(which, payload, _)| Arrival {
                kiosk: &kiosks[*which].id, payload, received_ms: NOON,
            }).collect();
            tested.take_all(&arrivals).unwrap();
            if chunk.iter().any(|(_, _, restart)| *restart) {
                tested = Ingest::new(tested.db, city()).unwrap();
            }
        }
        let sort = |mut sums: Totals| {
            sums.journals.sort_by(|a, b| a.kiosk.cmp(&b.kiosk));
            sums
        };
        prop_assert_eq!(sort(summed(&tested)), sort(summed(&plain)));
        prop_assert_eq!(summed(&tested).facts, 2 * FACTS as u64);
        prop_assert_eq!(summed(&tested).points, 2 * (FACTS as i64 / 2) * i64::from(POINTS));
    }
}
