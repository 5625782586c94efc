use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::handoff::tests::note;

const TODAY: Option<Date> = Some(date(2026, 4, 1));
const TOMORROW: Option<Date> = Some(date(2026, 4, 2));
/// Of the pause, all of it.
const ALL: u32 = u32::MAX;

fn to(place: &str) -> Handoff {
    Handoff::FileDrop {
        directory: format!("/srv/{place}"),
    }
}

fn queue(notes: &[(u128, bool)]) -> Queue {
    let mut queue = Queue::default();
    for (id, withdrawn) in notes {
        queue.add(note(*id, *withdrawn), to("a"), 0);
    }
    queue
}

fn given(queue: &mut Queue, now: Millis) -> Option<(u128, bool)> {
    let job = queue.next(now, TODAY)?;
    Some((job.note.id.0.as_u128(), job.note.withdrawn))
}

#[test]
fn one_goes_at_a_time_in_the_order_they_came() {
    let mut queue = queue(&[(2, false), (1, false)]);
    assert_eq!(given(&mut queue, 0), Some((2, false)));
    assert_eq!((given(&mut queue, 0), queue.due()), (None, None));
    let taken = queue.answer(Ok(()), 5, 0).unwrap();
    assert_eq!(taken, name(&note(2, false)));
    assert_eq!(given(&mut queue, 5), Some((1, false)));
    queue.answer(Ok(()), 6, 0).unwrap();
    assert_eq!((given(&mut queue, 6), queue.due()), (None, None));
    assert_eq!(queue.answer(Ok(()), 7, 0), None, "nothing was under way");
}

#[test]
fn the_pause_doubles_to_a_minute_and_chance_takes_at_most_half() {
    for (chance, part) in [(0, 2), (ALL, 1)] {
        let mut queue = queue(&[(1, false)]);
        let mut now = 0;
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(given(&mut queue, now), Some((1, false)));
            assert!(queue.answer(Err(Class::Retry), now, chance).is_some());
            let due = now + pause * 1_000 / part;
            assert_eq!(queue.due(), Some(due));
            assert_eq!(given(&mut queue, due - 1), None);
            now = due;
        }
    }
}

#[test]
fn a_note_that_is_refused_holds_up_no_other() {
    let mut queue = queue(&[(1, false), (2, false)]);
    given(&mut queue, 0);
    queue.answer(Err(Class::Repair), 0, ALL);
    assert_eq!(given(&mut queue, 0), Some((2, false)));
}

#[test]
fn a_withdrawal_goes_after_its_note_or_alone() {
    let mut queue = queue(&[(1, false), (1, true), (2, true)]);
    assert_eq!(given(&mut queue, 0), Some((1, false)));
    queue.answer(Err(Class::Retry), 0, ALL);
    assert_eq!(given(&mut queue, 0), Some((2, true)));
    queue.answer(Ok(()), 0, 0);
    assert_eq!((given(&mut queue, 999), queue.due()), (None, Some(1_000)));
    assert_eq!(given(&mut queue, 1_000), Some((1, false)));
    queue.answer(Ok(()), 1_000, 0);
    assert_eq!(given(&mut queue, 1_000), Some((1, true)));
}

#[test]
fn the_newest_way_wins_for_both_notes_and_at_once() {
    let mut queue = queue(&[(1, false)]);
    given(&mut queue, 0);
    queue.answer(Err(Class::Repair), 0, ALL);
    queue.add(note(1, true), to("b"), 10);
    for withdrawn in [false, true] {
        let job = queue.next(10, TODAY).unwrap();
        assert_eq!((job.note, job.to), (note(1, withdrawn), to("b")));
        queue.answer(Ok(()), 10, 0).unwrap();
    }
}

#[test]
fn what_was_under_way_the_old_way_goes_again_the_new_one() {
    for answer in [Ok(()), Err(Class::Retry)] {
        let mut queue = queue(&[(1, false)]);
        given(&mut queue, 0);
        queue.add(note(1, false), to("b"), 1);
        assert_eq!(queue.answer(answer, 2, ALL), None);
        assert_eq!(queue.next(2, TODAY).unwrap().to, to("b"));
        assert!(queue.answer(Ok(()), 3, 0).is_some());
        assert_eq!(queue.due(), None);
    }
}

#[test]
fn the_same_word_again_changes_nothing_and_a_newer_one_replaces_it() {
    let mut queue = queue(&[(1, false)]);
    given(&mut queue, 0);
    queue.answer(Err(Class::Retry), 0, ALL);
    queue.add(note(1, false), to("a"), 1);
    assert_eq!(queue.due(), Some(1_000));
    let newer = HandOffNote {
        number: "OTHER".parse().unwrap(),
        ..note(1, false)
    };
    queue.add(newer.clone(), to("a"), 2);
    assert_eq!(queue.next(2, TODAY).unwrap().note, newer);
    queue.answer(Ok(()), 2, 0);
    assert_eq!(queue.due(), None);
}

#[test]
fn nothing_goes_once_its_day_is_over() {
    let without_a_day = HandOffNote {
        day: None,
        ..note(1, false)
    };
    for (note, today, now, goes) in [
        (note(1, false), TODAY, DAY_MS, true),
        (note(1, false), TOMORROW, 1, false),
        (note(1, false), None, DAY_MS - 1, true),
        (note(1, false), None, DAY_MS, false),
        (without_a_day.clone(), TOMORROW, DAY_MS - 1, true),
        (without_a_day, TOMORROW, DAY_MS, false),
    ] {
        let mut queue = Queue::default();
        queue.add(note, to("a"), 0);
        assert_eq!(queue.next(now, today).is_some(), goes);
        assert!(queue.due().is_none(), "forgotten, or under way");
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Add { id: u128, withdrawn: bool, way: u8 },
    Pass(Millis),
    Answer { taken: bool, chance: u32 },
    Midnight,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..5_u128, any::<bool>(), 0..2_u8)
            .prop_map(|(id, withdrawn, way)| Deed::Add { id, withdrawn, way }),
        4 => (0..90_000_u64).prop_map(Deed::Pass),
        8 => (any::<bool>(), any::<u32>()).prop_map(|(taken, chance)| Deed::Answer { taken, chance }),
        1 => Just(Deed::Midnight),
    ]
}

/// What the property knows of each note: its newest way, whether it was given that way.
#[derive(Default)]
struct Stage {
    queue: Queue,
    now: Millis,
    midnight: bool,
    wanted: BTreeMap<NoteOf, Handoff>,
    given: Option<(NoteOf, Handoff)>,
    reported: usize,
}

impl Stage {
    fn add(&mut self, id: u128, withdrawn: bool, way: u8) {
        let note = note(id, withdrawn);
        let to = to(&way.to_string());
        for (other, old) in &mut self.wanted {
            if other.announcement == note.id {
                old.clone_from(&to);
            }
        }
        self.wanted.insert(name(&note), to.clone());
        self.queue.add(note, to, self.now);
    }

    fn give(&mut self) {
        let today = if self.midnight { TOMORROW } else { TODAY };
        let Some(job) = self.queue.next(self.now, today) else {
            return;
        };
        assert!(self.given.is_none(), "one at a time");
        assert!(!self.midnight, "nothing after the day is over");
        let which = name(&job.note);
        assert_eq!(self.wanted.get(&which), Some(&job.to), "the newest way");
        let before = NoteOf {
            withdrawn: false,
            ..which
        };
        assert!(
            !which.withdrawn || !self.wanted.contains_key(&before),
            "a withdrawal after its note"
        );
        self.given = Some((which, job.to));
    }

    fn answer(&mut self, taken: bool, chance: u32) {
        let Some((which, way)) = self.given.take() else {
            return;
        };
        let answer = if taken { Ok(()) } else { Err(Class::Retry) };
        let counts = self.queue.answer(answer, self.now, chance);
        if self.wanted.get(&which) == Some(&way) {
            if counts.is_none() {
                // It was led another way and back again: it goes once more.
                return;
            }
            assert_eq!(counts, Some(which));
            if taken {
                self.wanted.remove(&which).expect("taken once");
                self.reported += 1;
            }
        } else {
            assert_eq!(counts, None, "the old way does not count");
        }
    }
}

proptest! {
    #[test]
    fn every_note_goes_and_is_reported_once(deeds in prop::collection::vec(deed(), 0..80)) {
        let mut stage = Stage::default();
        for deed in deeds {
            match deed {
                Deed::Add { id, withdrawn, way } => stage.add(id, withdrawn, way),
                Deed::Pass(ms) => stage.now += ms,
                Deed::Answer { taken, chance } => stage.answer(taken, chance),
                Deed::Midnight => stage.midnight = true,
            }
            stage.give();
        }
        stage.answer(false, 0);
        let (waiting, before) = (stage.wanted.len(), stage.reported);
        // A system that takes all, and time.
        for _ in 0..waiting {
            stage.now += PAUSE_LAST_MS;
            stage.give();
            stage.answer(true, 0);
        }
        stage.give();
        prop_assert!(stage.queue.due().is_none());
        if stage.midnight {
            prop_assert_eq!(stage.reported, before);
            prop_assert!(stage.queue.waiting.is_empty());
        } else {
            prop_assert!(stage.wanted.is_empty());
            prop_assert_eq!(stage.reported, before + waiting);
        }
    }
}
