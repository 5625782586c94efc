use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const LIFE: Incarnation = Incarnation(Uuid::from_u128(1));

fn receipt(contiguous_seq: u64, missing: &[(u64, u64)]) -> Receipt {
    Receipt {
        incarnation: LIFE,
        contiguous_seq,
        missing: missing
            .iter()
            .map(|&(from, to)| SeqRange { from, to })
            .collect(),
        forked: false,
    }
}

/// Answers each `Publish` with a `Packed` of what fits, and lists what was published.
fn drain(
    sync: &mut Sync,
    mut outs: Vec<SyncOutput>,
    fits: u64,
    now: Millis,
) -> Vec<(Token, u64, u64)> {
    let mut sent = Vec::new();
    while let Some(at) = outs
        .iter()
        .position(|o| matches!(o, SyncOutput::Publish { .. }))
    {
        let SyncOutput::Publish { token, from, to } = outs[at] else {
            unreachable!()
        };
        let to = to.min(from + fits - 1);
        sent.push((token, from, to));
        outs = sync.handle(SyncInput::Packed { token, to }, now);
    }
    sent
}

fn up(last_seq: u64, receipted: u64) -> (Sync, Vec<(Token, u64, u64)>) {
    let mut sync = Sync::new(LIFE, last_seq, receipted);
    assert_eq!(sync.handle(SyncInput::Connected, 0), []);
    let outs = sync.handle(SyncInput::City { listening: true }, 0);
    let sent = drain(&mut sync, outs, 100, 0);
    (sync, sent)
}

#[test]
fn nothing_is_sent_while_the_city_does_not_listen() {
    let mut sync = Sync::new(LIFE, 10, 0);
    assert_eq!(sync.handle(SyncInput::Connected, 0), []);
    assert_eq!(sync.handle(SyncInput::Tick, 1_000_000), []);
}

#[test]
fn the_window_bounds_what_the_broker_holds() {
    let (mut sync, sent) = up(100_000, 0);
    assert_eq!(sent.len(), IN_FLIGHT_MAX);
    let outs = sync.handle(SyncInput::Acked(sent[0].0), 1);
    assert_eq!(drain(&mut sync, outs, 100, 1).len(), 1);
}

#[test]
fn an_acknowledgement_of_the_broker_is_no_receipt() {
    let (mut sync, sent) = up(50, 0);
    for (token, _, _) in sent {
        sync.handle(SyncInput::Acked(token), 1);
    }
    assert_eq!(sync.pending(), 50);
    sync.handle(SyncInput::Receipt(receipt(50, &[])), 2);
    assert_eq!(sync.pending(), 0);
}

#[test]
fn without_a_receipt_everything_is_sent_again() {
    let (mut sync, sent) = up(50, 0);
    sync.handle(SyncInput::Acked(sent[0].0), 1);
    assert_eq!(drain_tick(&mut sync, PATIENCE_MS - 1), []);
    assert_eq!(drain_tick(&mut sync, PATIENCE_MS)[0].1, 1);
    // And then with more patience.
    assert_eq!(drain_tick(&mut sync, 2 * PATIENCE_MS), []);
    assert_eq!(drain_tick(&mut sync, 3 * PATIENCE_MS)[0].1, 1);
}

fn drain_tick(sync: &mut Sync, now: Millis) -> Vec<(Token, u64, u64)> {
    let outs = sync.handle(SyncInput::Tick, now);
    drain(sync, outs, 100, now)
}

#[test]
fn a_reconnect_begins_behind_the_receipt() {
    let (mut sync, _) = up(500, 200);
    sync.handle(SyncInput::Disconnected, 5);
    sync.handle(SyncInput::Connected, 6);
    let outs = sync.handle(SyncInput::City { listening: true }, 7);
    assert_eq!(drain(&mut sync, outs, 100, 7)[0].1, 201);
}

#[test]
fn a_hole_the_city_names_is_filled_first() {
    let (mut sync, sent) = up(400, 0);
    for (token, _, _) in &sent {
        sync.handle(SyncInput::Acked(*token), 1);
    }
    let outs = sync.handle(SyncInput::Receipt(receipt(99, &[(100, 105)])), 2);
    assert_eq!(
        drain(&mut sync, outs, 100, 2)
            .iter()
            .map(|(_, f, t)| (*f, *t))
            .collect::<Vec<_>>(),
        [(100, 105)]
    );
}

#[test]
fn a_city_that_lost_what_it_had_receipted_gets_it_again() {
    let (mut sync, _) = up(400, 400);
    let outs = sync.handle(SyncInput::Receipt(receipt(300, &[(301, 400)])), 2);
    let sent = drain(&mut sync, outs, 100, 2);
    let runs: Vec<_> = sent.iter().map(|(_, f, t)| (*f, *t)).collect();
    assert_eq!(runs, [(301, 400)]);
    assert_eq!(sync.pending(), 0, "what may be pruned stays what it was");
}

#[test]
fn a_receipt_of_another_life_or_from_the_future_is_ignored() {
    let (mut sync, _) = up(10, 0);
    let foreign = Receipt {
        incarnation: Incarnation(Uuid::from_u128(9)),
        ..receipt(10, &[])
    };
    assert!(
        !sync
            .handle(SyncInput::Receipt(foreign), 1)
            .iter()
            .any(|o| matches!(o, SyncOutput::Receipted(_)))
    );
    sync.handle(SyncInput::Receipt(receipt(11, &[])), 1);
    assert_eq!(sync.pending(), 10);
}

#[test]
fn a_fork_stops_the_sending() {
    let (mut sync, _) = up(10, 0);
    sync.handle(
        SyncInput::Receipt(Receipt {
            forked: true,
            ..receipt(3, &[])
        }),
        1,
    );
    assert!(sync.forked());
    assert_eq!(drain_tick(&mut sync, 10 * PATIENCE_MS), []);
}

#[derive(Debug, Clone)]
enum Step {
    Grow(u64),
    Cut,
    Heal,
    Deliver {
        lose: bool,
    },
    Receipt,
    Wait,
    /// The city stands on a backup that held no more than this.
    Restore {
        to: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1u64..300).prop_map(Step::Grow),
        Just(Step::Cut),
        Just(Step::Heal),
        any::<bool>().prop_map(|lose| Step::Deliver { lose }),
        Just(Step::Receipt),
        Just(Step::Wait),
        (0u64..3_000).prop_map(|to| Step::Restore { to }),
    ]
}

/// A lossy broker and a city that counts by key.
struct World {
    sync: Sync,
    now: Millis,
    last: u64,
    fits: u64,
    travelling: VecDeque<(Token, u64, u64)>,
    city: BTreeSet<u64>,
    /// What the kiosk said it has when it came.
    announced: u64,
}

impl World {
    fn contiguous(&self) -> u64 {
        (1..)
            .take_while(|n| self.city.contains(n))
            .last()
            .unwrap_or(0)
    }

    /// The first runs it lacks below `top`.
    fn missing(&self, top: u64) -> Vec<(u64, u64)> {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for n in (1..=top).filter(|n| !self.city.contains(n)) {
            match runs.last_mut() {
                Some((_, to)) if *to + 1 == n => *to = n,
                _ => runs.push((n, n)),
            }
        }
        runs.truncate(8);
        runs
    }

    fn step(&mut self, step: &Step) {
        let now = self.now;
        let outs = match step {
            Step::Grow(n) => {
                self.last += n;
                let last_seq = self.last;
                self.sync.handle(SyncInput::Grown { last_seq }, now)
            }
            Step::Cut => {
                self.travelling.clear();
                self.sync.handle(SyncInput::Disconnected, now)
            }
            Step::Heal => {
                self.travelling.clear();
                self.announced = self.last;
                self.sync.handle(SyncInput::Connected, now);
                self.sync.handle(SyncInput::City { listening: true }, now)
            }
            Step::Deliver { lose } => match self.travelling.pop_front() {
                None => Vec::new(),
                Some((token, from, to)) => {
                    if !lose {
                        self.city.extend(from..=to);
                    }
                    self.sync.handle(SyncInput::Acked(token), now)
                }
            },
            Step::Restore { to } => {
                self.city.retain(|n| n <= to);
                Vec::new()
            }
            Step::Receipt => {
                let contiguous = self.contiguous();
                let top = self.city.last().copied().unwrap_or(0).max(self.announced);
                let receipt = receipt(contiguous, &self.missing(top));
                self.sync.handle(SyncInput::Receipt(receipt), now)
            }
            Step::Wait => {
                self.now += PATIENCE_MAX_MS;
                self.sync.handle(SyncInput::Tick, self.now)
            }
        };
        let sent = drain(&mut self.sync, outs, self.fits, self.now);
        self.travelling.extend(sent);
        assert!(self.sync.in_flight.len() <= IN_FLIGHT_MAX);
        assert!(self.sync.pending() <= self.last);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever happens in between, once the link stays up everything is counted.
    #[test]
    fn everything_arrives_in_the_end(
        steps in prop::collection::vec(step(), 0..80),
        fits in 1u64..100,
    ) {
        let mut world = World {
            sync: Sync::new(LIFE, 0, 0),
            now: 0,
            last: 0,
            fits,
            travelling: VecDeque::new(),
            city: BTreeSet::new(),
            announced: 0,
        };
        for step in &steps {
            world.step(step);
        }
        world.step(&Step::Heal);
        for _ in 0..2_000 {
            if world.city.len() as u64 == world.last && world.sync.pending() == 0 {
                break;
            }
            world.step(&Step::Receipt);
            // Each round brings all that travels before anybody loses patience.
            while !world.travelling.is_empty() {
                for _ in 0..IN_FLIGHT_MAX {
                    world.step(&Step::Deliver { lose: false });
                }
                world.step(&Step::Receipt);
            }
            world.step(&Step::Wait);
        }
        prop_assert_eq!(world.city.len() as u64, world.last);
        prop_assert_eq!(world.sync.pending(), 0);
    }
}
