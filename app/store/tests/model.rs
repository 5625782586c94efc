//! Random lives against a model too small to be wrong; everything verified after each step.

mod common;

use common::{MORNING_MS, Place, at, attendance, draft, id, receipt, subject, visit};
use machitap_domain::{
    attendance::Direction,
    credential::CredentialKind,
    draw::{Drawn, How, SpinsGiven, Ticket},
    fact::{Draft, Fact, FactBody, Hash},
    fare::{Ride, Why},
    fold::Folds,
    ids::{Incarnation, LeaseId, TableId},
    nursery::{
        alarm::{AlarmKind, AlarmReason},
        correction::{Correction, CorrectionReason, TruePassage},
        fee::{DayFee, Fee, Unsettled},
    },
    points::spend::{Spend, SpendFor, SpendVerdict},
    preferences::{Preference, Preferences, Preferred},
    register::{Answer, Registered, ReleasedId, Relinked, SealedLetter, WhyNot},
    time::{BootId, ClockSource, Quality, Stamp},
};
use machitap_store::{AppendError, DocumentError, Journal, ReceiptOutcome};
use machitap_wire::{document::DocumentName, receipt::Receipt};
use proptest::prelude::*;
use uuid::Uuid;

#[derive(Debug, Clone)]
enum Op {
    Visit(u8),
    Pass(u8, bool),
    Undo(u8, u64),
    /// A visit, its spin, what that drew, and perhaps that it was seen and handed over.
    Draw(u8, bool),
    UnsureVisit(u8),
    /// Points set aside, and perhaps the city's answer.
    Spend(u8, Option<SpendVerdict>),
    /// Rides of a holder, on a clock or on none; they count against a limit or they do not.
    Rides {
        who: u8,
        times: u8,
        counts: bool,
        clock: bool,
    },
    /// A fact of an event's door, of a reception or of the desk, on a clock or on none; likewise.
    Door {
        kind: u8,
        who: u8,
        cause: u64,
        clock: bool,
    },
    /// A choice of how to be served, on a clock or on none.
    Choose {
        who: u8,
        still: bool,
        clock: bool,
    },
    /// A fact of the nursery about that subject, caused by that name.
    Nursery(u8, u8, u64),
    CorrectClock,
    NameUsedTwice(u8),
    Receipt {
        seq: u64,
        forked: bool,
        other: bool,
    },
    Prune {
        after_s: i64,
    },
    Document {
        version: u64,
        bytes: Vec<u8>,
    },
    Setting(u8, String),
    Session,
    Reopen,
}

fn verdict() -> impl Strategy<Value = SpendVerdict> {
    prop_oneof![Just(SpendVerdict::Settled), Just(SpendVerdict::Declined)]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..4u8).prop_map(Op::Visit),
        4 => (0..4u8, any::<bool>()).prop_map(|(c, i)| Op::Pass(c, i)),
        2 => (0..4u8, 0..60u64).prop_map(|(s, n)| Op::Undo(s, n)),
        3 => (0..4u8, any::<bool>()).prop_map(|(s, seen)| Op::Draw(s, seen)),
        2 => (0..4u8).prop_map(Op::UnsureVisit),
        3 => (0..4u8, prop::option::of(verdict())).prop_map(|(s, v)| Op::Spend(s, v)),
        3 => (0..2u8, 1..12u8, any::<bool>(), any::<bool>()).prop_map(
            |(who, times, counts, clock)| Op::Rides { who, times, counts, clock }
        ),
        4 => (0..9u8, 0..4u8, 0..60u64).prop_map(|(kind, s, n)| Op::Nursery(kind, s, n)),
        9 => (0..11u8, 0..3u8, 0..60u64, any::<bool>()).prop_map(
            |(kind, who, cause, clock)| Op::Door { kind, who, cause, clock }
        ),
        3 => (0..3u8, any::<bool>(), any::<bool>())
            .prop_map(|(who, still, clock)| Op::Choose { who, still, clock }),
        1 => Just(Op::CorrectClock),
        1 => (0..4u8).prop_map(Op::NameUsedTwice),
        4 => (0..60u64, prop::bool::weighted(0.1), prop::bool::weighted(0.1))
            .prop_map(|(seq, forked, other)| Op::Receipt { seq, forked, other }),
        3 => (0..400i64).prop_map(|after_s| Op::Prune { after_s }),
        1 => (0..4u64, prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(version, bytes)| Op::Document { version, bytes }),
        1 => (0..3u8, "[a-z]{0,4}").prop_map(|(k, v)| Op::Setting(k, v)),
        1 => Just(Op::Session),
        2 => Just(Op::Reopen),
    ]
}

/// All that was ever appended, folded from the beginning.
#[derive(Default)]
struct Model {
    texts: Vec<String>,
    folds: Folds,
    receipted: u64,
    forked: bool,
    pruned: u64,
    document: Option<(u64, Vec<u8>)>,
    settings: [Option<String>; 3],
    sessions: u64,
    next: u64,
}

impl Model {
    fn appended(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.texts.push(String::from_utf8(fact.to_bytes()).unwrap());
            self.folds.apply(fact, &common::settings().zone);
        }
    }

    fn last(&self) -> u64 {
        self.texts.len() as u64
    }

    fn name(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn receive(&mut self, seq: u64, forked: bool) -> ReceiptOutcome {
        if seq > self.last() {
            return ReceiptOutcome::Impossible {
                claimed: seq,
                last_seq: self.last(),
            };
        }
        let before = (self.receipted, self.forked);
        self.forked = forked || self.forked && seq < self.receipted;
        self.receipted = self.receipted.max(seq);
        if before == (self.receipted, self.forked) {
            return ReceiptOutcome::Known;
        }
        ReceiptOutcome::Applied {
            receipted: self.receipted,
            forked: self.forked,
        }
    }

    /// How many facts go: from the front, receipted, not the last, and either older than
    /// a minute or dated after now.
    fn prune(&mut self, now: i64) -> usize {
        if self.forked {
            return 0;
        }
        let may = self.receipted.min(self.last().saturating_sub(1));
        let before = self.pruned;
        while self.pruned < may {
            let fact: Fact = serde_json::from_str(&self.texts[self.pruned as usize]).unwrap();
            if (now - 60_000..=now).contains(&fact.at.wall_ms) {
                break;
            }
            self.pruned += 1;
        }
        (self.pruned - before) as usize
    }
}

/// One of each kind that the folds of a nursery take up.
fn nursery(kind: u8, cause: u64) -> FactBody {
    let today = Stamp::day(&at(0, ClockSource::Ntp), &common::settings().zone);
    match kind {
        0 => FactBody::Alarm {
            alarm: AlarmKind::NotReported,
            day: today,
        },
        1 => FactBody::AlarmSeen {
            found: AlarmReason::Handled,
            staff: None,
        },
        2 => FactBody::NoticeSeen {
            notice: "trip".parse().unwrap(),
        },
        3 => FactBody::Fee(DayFee {
            day: today,
            fee: Fee::Unsettled(Unsettled::Clock),
        }),
        4 => FactBody::HandedOver { staff: None },
        5 => FactBody::Corrected {
            correction: Correction {
                replaces: Some(id(cause)),
                truly: Some(TruePassage {
                    direction: Direction::Out,
                    at_ms: MORNING_MS,
                }),
                why: CorrectionReason::WrongWay,
            },
            staff: None,
        },
        6 => FactBody::EmergencyOpened,
        7 => FactBody::EmergencyTick { found: true },
        _ => FactBody::DayClosed { day: today },
    }
}

fn drawn(model: &mut Model, who: u8, seen: bool) -> Vec<Draft> {
    let mut drafts = visit(model.name(), who);
    let table: TableId = "autumn".parse().unwrap();
    let given = FactBody::SpinsGiven(SpinsGiven {
        table: table.clone(),
        spins: 2,
    });
    let turned = FactBody::Drawn(Drawn {
        table,
        counter: 1,
        ticket: Ticket::try_from(7).unwrap(),
        prize: "towel".parse().unwrap(),
        blank: false,
        how: How::Ticket,
        commitment: Hash::of(b"word"),
    });
    let mut cause = drafts[0].id;
    let mut caused = |cause, body| {
        let next = Draft {
            caused_by: Some(cause),
            ..draft(1_000 + model.name(), Some(subject(who)), body)
        };
        let id = next.id;
        drafts.push(next);
        id
    };
    for body in [given, turned] {
        cause = caused(cause, body);
    }
    if seen {
        caused(cause, FactBody::DrawSeen);
        caused(cause, FactBody::PrizeHanded { staff: None });
    }
    drafts
}

/// One of each kind that an event's door and a reception write.
fn door(kind: u8, folds: &Folds, at: &Stamp) -> FactBody {
    match kind {
        0 | 1 => FactBody::EventEntered {
            event: ["drill", "concert"][usize::from(kind)].parse().unwrap(),
            credential: CredentialKind::Citizen,
        },
        2 => FactBody::EventLeft,
        3 => FactBody::Announced {
            system: "clinic".parse().unwrap(),
            queue: folds.receptions().next(at.day(&common::settings().zone)),
        },
        4 | 5 => FactBody::HandedOff {
            withdrawn: kind == 4,
        },
        _ => claim(kind, folds),
    }
}

fn claim(kind: u8, folds: &Folds) -> FactBody {
    let (letter, staff) = (SealedLetter::new(b"sealed"), None);
    let card = |n: u8| subject(200 + n);
    let lease: LeaseId = "winter".parse().unwrap();
    match kind {
        6 => FactBody::Registered(Registered {
            card: card(0),
            nth: folds.numbers().next(&lease),
            lease,
            letter,
            staff,
        }),
        7 => FactBody::Relinked(Relinked {
            card: card(1),
            letter,
            staff,
        }),
        8 => FactBody::ReleasedId(ReleasedId {
            card: card(0),
            letter,
            staff,
        }),
        9 => FactBody::RegistrationAnswered {
            answer: Answer::Accepted,
        },
        _ => FactBody::RegistrationAnswered {
            answer: Answer::Refused {
                why: WhyNot::CardTaken,
            },
        },
    }
}

fn spent(model: &mut Model, who: u8, verdict: Option<SpendVerdict>) -> Vec<Draft> {
    let spend = FactBody::Spend(Spend {
        what: SpendFor::PrizeEntry("rice".parse().unwrap()),
        points: 3,
    });
    // Named as visits are: an undo finds it.
    let n = 2 * model.name();
    let made = draft(n, Some(subject(who)), spend);
    let answered = verdict.map(|verdict| Draft {
        caused_by: Some(made.id),
        ..draft(
            n + 1,
            Some(subject(who)),
            FactBody::SpendAnswered { verdict },
        )
    });
    [made].into_iter().chain(answered).collect()
}

fn ride(name: u64, who: u8, counts: bool) -> Draft {
    let ride = Ride {
        class: "half".parse().unwrap(),
        why: Why::Listed,
        counts,
        list: Some(3),
    };
    draft(name, Some(subject(who)), FactBody::Ride(ride))
}

fn unsure(mut drafts: Vec<Draft>, boot: u128) -> Vec<Draft> {
    for draft in &mut drafts {
        draft.at.quality = Quality::UNKNOWN;
        draft.at.boot = BootId(Uuid::from_u128(boot));
    }
    drafts
}

fn append(journal: &mut Journal, model: &mut Model, drafts: Vec<Draft>) {
    let facts = journal.append(drafts).unwrap();
    model.appended(&facts);
}

fn step(place: &Place, journal: Journal, model: &mut Model, op: Op) -> Journal {
    let mut journal = journal;
    match op {
        Op::Nursery(kind, who, cause) => {
            let n = model.name();
            let fact = Draft {
                caused_by: Some(id(cause)),
                ..draft(1_000 + n, Some(subject(who)), nursery(kind, cause))
            };
            append(&mut journal, model, vec![fact]);
        }
        Op::Door {
            kind,
            who,
            cause,
            clock,
        } => {
            let n = 2 * model.name();
            let nothing = draft(n, Some(subject(who)), FactBody::EventLeft);
            let mut drafts = vec![nothing];
            if !clock {
                drafts = unsure(drafts, 8);
            }
            drafts[0].body = door(kind, &model.folds, &drafts[0].at);
            drafts[0].caused_by = Some(id(cause));
            append(&mut journal, model, drafts);
        }
        Op::Draw(who, seen) => {
            let drafts = drawn(model, who, seen);
            append(&mut journal, model, drafts);
        }
        Op::Spend(who, verdict) => {
            let drafts = spent(model, who, verdict);
            append(&mut journal, model, drafts);
        }
        Op::Visit(who) => {
            let n = model.name();
            append(&mut journal, model, visit(n, who));
        }
        Op::Pass(child, inward) => {
            let direction = if inward {
                Direction::In
            } else {
                Direction::Out
            };
            let n = 2 * model.name();
            append(&mut journal, model, vec![attendance(n, child, direction)]);
        }
        Op::Undo(who, n) => {
            let undo = FactBody::Undone { fact: id(n) };
            let n = 2 * model.name();
            append(
                &mut journal,
                model,
                vec![draft(n, Some(subject(who)), undo)],
            );
        }
        Op::UnsureVisit(who) => {
            let n = model.name();
            append(&mut journal, model, unsure(visit(n, who), 8));
        }
        Op::Rides {
            who,
            times,
            counts,
            clock,
        } => {
            let drafts = (0..times)
                .map(|_| ride(2 * model.name(), who, counts))
                .collect();
            let drafts = if clock { drafts } else { unsure(drafts, 8) };
            append(&mut journal, model, drafts);
        }
        Op::Choose { who, still, clock } => {
            let before = model.folds.chosen(&subject(who)).latest();
            let wanted = Preferences::default().with(Preference::Still(still));
            let body = FactBody::Preferred(Preferred::over(before, wanted));
            let drafts = vec![draft(2 * model.name(), Some(subject(who)), body)];
            let drafts = if clock { drafts } else { unsure(drafts, 8) };
            append(&mut journal, model, drafts);
        }
        Op::CorrectClock => {
            let n = 2 * model.name();
            let body = FactBody::ClockCorrected {
                boot: BootId(Uuid::from_u128(8)),
                boot_wall_ms: MORNING_MS + 86_400_000,
                quality: at(0, ClockSource::Ntp).quality,
            };
            append(&mut journal, model, vec![draft(n, None, body)]);
        }
        Op::NameUsedTwice(who) => {
            let n = model.name();
            let mut drafts = visit(n, who);
            drafts.push(drafts[0].clone());
            let error = journal.append(drafts).unwrap_err();
            assert!(matches!(error, AppendError::Duplicate { .. }), "{error}");
        }
        Op::Receipt { seq, forked, other } => {
            let receipt = Receipt {
                forked,
                ..receipt(&journal, seq)
            };
            if other {
                let receipt = Receipt {
                    incarnation: Incarnation(Uuid::from_u128(1)),
                    ..receipt
                };
                let outcome = journal.apply_receipt(&receipt).unwrap();
                assert_eq!(outcome, ReceiptOutcome::OtherLife);
            } else {
                let outcome = journal.apply_receipt(&receipt).unwrap();
                assert_eq!(outcome, model.receive(seq, forked));
            }
        }
        Op::Prune { after_s } => {
            let now = MORNING_MS + after_s * 1_000;
            assert_eq!(journal.prune(now).unwrap().facts, model.prune(now));
        }
        Op::Document { version, bytes } => {
            let held = model.document.clone();
            match journal.put_document(&DocumentName::Ranking, version, &bytes, 7) {
                Ok(()) => model.document = Some((version, bytes)),
                Err(DocumentError::Older { held: h, .. }) => {
                    assert!(held.is_some_and(|(v, _)| v == h && version < v));
                }
                Err(DocumentError::Changed { .. }) => {
                    assert!(held.is_some_and(|(v, b)| v == version && b != bytes));
                }
                Err(error) => panic!("{error}"),
            }
        }
        Op::Setting(key, value) => {
            journal.set_setting(&format!("k{key}"), &value).unwrap();
            model.settings[usize::from(key)] = Some(value);
        }
        Op::Session => {
            model.sessions += 1;
            assert_eq!(journal.next_session_no().unwrap(), model.sessions);
        }
        Op::Reopen => {
            let incarnation = journal.incarnation();
            drop(journal);
            let opened = place.open();
            assert!(!opened.report.created && !opened.report.folds_rebuilt);
            assert_eq!(opened.report.quarantined, None);
            journal = opened.journal;
            assert_eq!(journal.incarnation(), incarnation);
        }
    }
    journal
}

fn agree(journal: &Journal, model: &Model) {
    journal.verify().unwrap();
    assert_eq!(journal.last_seq(), model.last());
    assert_eq!(journal.first_seq(), model.pruned + 1);
    assert_eq!(journal.receipted(), model.receipted);
    assert_eq!(journal.forked(), model.forked);
    assert_eq!(journal.folds(), &model.folds, "live folds");
    assert_eq!(journal.rebuild().unwrap(), model.folds, "rebuilt folds");
    let stored = journal.read(1, usize::MAX, usize::MAX).unwrap();
    let texts: Vec<&str> = stored.iter().map(|s| s.text.as_str()).collect();
    assert_eq!(texts, &model.texts[model.pruned as usize..]);
    let document = journal.document(&DocumentName::Ranking).unwrap();
    assert_eq!(document.map(|d| (d.version, d.bytes)), model.document);
    for (key, value) in model.settings.iter().enumerate() {
        assert_eq!(&journal.get_setting(&format!("k{key}")).unwrap(), value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn the_journal_is_what_the_model_says(ops in prop::collection::vec(op(), 1..50)) {
        let place = Place::new();
        let mut journal = place.journal();
        let mut model = Model::default();
        for op in ops {
            journal = step(&place, journal, &mut model, op);
            agree(&journal, &model);
        }
    }
}
