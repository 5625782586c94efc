use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Hash, Pseudonym, Quality, Stamp,
    credential::CredentialKind,
    points::{Award, AwardReason},
};
use machitap_wire::{
    SeqRange, Signer,
    seal::SealOpener,
    update::{Stage, Update},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    db::Enrolled,
    ledger::{Totals, Zones, totals},
};

const NOON: i64 = 1_775_012_400_000;
const POINTS: u32 = 10;

fn city() -> CityId {
    "town".parse().unwrap()
}

fn life(n: u128) -> Incarnation {
    Incarnation(Uuid::from_u128(n))
}

fn who(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

/// A kiosk with a journal of visits, each followed by its award.
struct Kiosk {
    id: KioskId,
    signer: Signer,
    life: Incarnation,
    facts: Vec<String>,
}

impl Kiosk {
    fn new(name: &str, seed: u8, facts: u64) -> Self {
        let mut kiosk = Self {
            id: name.parse().unwrap(),
            signer: Signer::from_seed([seed; 32]),
            life: life(u128::from(seed)),
            facts: Vec::new(),
        };
        for n in 1..=facts {
            let body = if n % 2 == 1 {
                FactBody::visit(CredentialKind::Citizen)
            } else {
                FactBody::Award(Award {
                    points: POINTS,
                    reason: AwardReason::Visit,
                })
            };
            kiosk.append(body);
        }
        kiosk
    }

    fn append(&mut self, body: FactBody) {
        let seq = self.facts.len() as u64 + 1;
        let prev = self
            .facts
            .last()
            .map_or(Hash::GENESIS, |f| Hash::of(f.as_bytes()));
        let text = self.made(seq, body, prev);
        self.facts.push(text);
    }

    fn made(&self, seq: u64, body: FactBody, prev: Hash) -> String {
        let caused_by = matches!(body, FactBody::Award(_)).then(|| self.fact_id(seq - 1));
        let fact = Fact::place(
            Draft {
                id: self.fact_id(seq),
                subject: Some(who(u8::try_from(seq.div_ceil(2) % 3).unwrap())),
                at: Stamp {
                    wall_ms: NOON + i64::try_from(seq).unwrap() * 1_000,
                    boot: BootId(Uuid::from_u128(7)),
                    mono_ms: seq * 1_000,
                    quality: Quality {
                        source: ClockSource::Ntp,
                        uncertainty_ms: Some(50),
                    },
                },
                caused_by,
                body,
            },
            FactKey {
                kiosk: self.id.clone(),
                incarnation: self.life,
                seq,
            },
            "hall".parse().unwrap(),
            prev,
        );
        String::from_utf8(fact.to_bytes()).unwrap()
    }

    fn fact_id(&self, seq: u64) -> FactId {
        FactId(Uuid::from_u128(
            self.life.0.as_u128() << 64 | u128::from(seq),
        ))
    }

    fn sealed<'a>(&self, facts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let (batch, _) = Batch::pack(self.life, facts);
        envelope::seal(
            Kind::Facts,
            Uuid::from_u128(1),
            self.id.as_str(),
            &batch,
            &self.signer,
        )
    }

    /// The facts `from ..= to` as a message.
    fn batch(&self, from: usize, to: usize) -> Vec<u8> {
        self.sealed(self.facts[from - 1..to].iter().map(String::as_str))
    }

    fn state(&self, session_no: u64, online: bool, last_seq: u64) -> Vec<u8> {
        self.state_updating(session_no, online, last_seq, None)
    }

    fn state_updating(
        &self,
        session_no: u64,
        online: bool,
        last_seq: u64,
        update: Option<Update>,
    ) -> Vec<u8> {
        let state = KioskState {
            session_no,
            online,
            incarnation: self.life,
            last_seq,
            clock: Quality::UNKNOWN,
            software: "0.1.0".to_owned(),
            update,
        };
        envelope::seal(
            Kind::KioskState,
            Uuid::from_u128(1),
            self.id.as_str(),
            &state,
            &self.signer,
        )
    }

    fn enrol(&self, db: &Db) {
        let enrolled = Enrolled {
            kiosk: self.id.clone(),
            facility: "hall".parse().unwrap(),
            verifier: self.signer.verifier(),
            seal_to: SealOpener::from_text(&"11".repeat(32)).unwrap().public(),
        };
        db.enrol(&enrolled, 1).unwrap();
    }
}

fn ingest(kiosks: &[&Kiosk]) -> Ingest {
    let db = Db::in_memory().unwrap();
    for kiosk in kiosks {
        kiosk.enrol(&db);
    }
    Ingest::new(db, city()).unwrap()
}

fn summed(ingest: &Ingest) -> Totals {
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    totals(ingest.db(), Zones::of_city(zone)).unwrap()
}

fn counted(taken: Taken) -> Count {
    match taken {
        Taken::Counted(count) => count,
        Taken::Dead(why) => panic!("a dead letter: {why}"),
    }
}

fn dead(taken: Taken) -> String {
    match taken {
        Taken::Dead(why) => why,
        Taken::Counted(count) => panic!("counted: {count:?}"),
    }
}

fn receipt(ingest: &mut Ingest, kiosk: &Kiosk, reach: Reach) -> Receipt {
    ingest
        .receipt(&kiosk.id, kiosk.life, reach)
        .unwrap()
        .unwrap()
}

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

    #[test]
    fn no_bytes_make_the_ingest_fail(payload: Vec<u8>) {
        let kiosk = Kiosk::new("kiosk-1", 1, 0);
        let mut ingest = ingest(&[&kiosk]);
        prop_assert!(matches!(ingest.take(&kiosk.id, &payload, NOON), Ok(Taken::Dead(_))));
        let arrival = Arrival { kiosk: &kiosk.id, payload: &payload, received_ms: NOON };
        prop_assert!(matches!(ingest.hear(&arrival), Ok(Heard::Dead(_) | Heard::Stale)));
    }
}
