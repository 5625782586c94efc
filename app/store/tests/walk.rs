//! Walking the kept facts while the journal goes on.

mod common;

use common::{Place, attendance, receipt, subject};
use machitap_domain::{
    attendance::{Depth, Direction},
    fold::Folds,
};
use machitap_store::{Damage, Journal, Stored, Walk};

const CHILD: u8 = 1;

/// So many passages, in and out in turn.
fn filled(passages: u64) -> (Place, Journal) {
    let place = Place::new();
    let mut journal = place.journal();
    for n in 0..passages {
        let way = if n % 2 == 0 {
            Direction::In
        } else {
            Direction::Out
        };
        journal.append(vec![attendance(n, CHILD, way)]).unwrap();
    }
    (place, journal)
}

/// In slices of 7, as one who has other things to do.
fn walk(journal: &Journal, mut walk: Walk) -> Folds {
    while walk.next_seq() <= walk.last_seq() {
        let left = usize::try_from(walk.last_seq() + 1 - walk.next_seq()).unwrap();
        for stored in journal.read(walk.next_seq(), left.min(7), 1 << 20).unwrap() {
            walk.take(&stored).unwrap();
        }
    }
    walk.finish().unwrap()
}

#[test]
fn a_walk_makes_what_the_door_knows_and_more_when_it_is_asked_to() {
    let (_place, journal) = filled(60);
    let door = walk(&journal, journal.walk(Depth::DOOR).unwrap());
    assert_eq!(&door, journal.folds());
    let papers = walk(&journal, journal.walk(Depth::PAPERS).unwrap());
    assert_eq!(papers.child(&subject(CHILD)).passages().len(), 60);
    assert!(door.child(&subject(CHILD)).passages().len() < 60);
}

#[test]
fn what_was_pruned_is_in_it_as_far_as_the_door_needed_it() {
    let (_place, mut journal) = filled(60);
    let upto = receipt(&journal, 50);
    journal.apply_receipt(&upto).unwrap();
    while journal.prune(i64::MAX).unwrap().more {}
    let begun = journal.walk(Depth::PAPERS).unwrap();
    assert_eq!((begun.next_seq(), begun.last_seq()), (51, 60));
    let folds = walk(&journal, begun);
    let kept = Depth::DOOR.passages + 10;
    assert_eq!(folds.child(&subject(CHILD)).passages().len(), kept);
}

#[test]
fn facts_of_later_do_not_disturb_it() {
    let (_place, mut journal) = filled(10);
    let begun = journal.walk(Depth::PAPERS).unwrap();
    journal
        .append(vec![attendance(10, CHILD, Direction::In)])
        .unwrap();
    let folds = walk(&journal, begun);
    assert_eq!(folds.child(&subject(CHILD)).passages().len(), 10);
}

#[test]
fn a_fact_that_is_missing_changed_or_out_of_place_stops_it() {
    let (_place, journal) = filled(5);
    let facts = journal.read(1, 5, 1 << 20).unwrap();
    let begun = || journal.walk(Depth::PAPERS).unwrap();

    assert_eq!(begun().take(&facts[1]), Err(Damage::Hole { seq: 1 }));

    let mut changed = begun();
    let text = facts[0].text.replace("\"in\"", "\"out\"");
    assert_ne!(text, facts[0].text);
    let lie = Stored {
        text,
        ..facts[0].clone()
    };
    assert_eq!(changed.take(&lie), Err(Damage::Fact { seq: 1 }));

    let mut moved = begun();
    moved.take(&facts[0]).unwrap();
    let other = Stored {
        seq: 2,
        ..facts[3].clone()
    };
    assert_eq!(moved.take(&other), Err(Damage::Chain { seq: 2 }));

    let mut short = begun();
    for fact in &facts[..4] {
        short.take(fact).unwrap();
    }
    assert_eq!(short.finish(), Err(Damage::Hole { seq: 5 }));
}
