//! What a tap means, case by case.

use super::sample::*;
use crate::{credential::CredentialKind, event::rules::LEAVING_MIN, fact::FactBody};

#[test]
fn the_door_opens_and_closes_on_the_minute() {
    let door = Door::new();
    for (hour, minute, means) in [
        (13, 29, "no event"),
        (13, 30, "enters and earns"),
        (15, 59, "enters and earns"),
        (16, 0, "enters"), // the concert's door
        (17, 59, "enters"),
        (18, 0, "no event"),
    ] {
        assert_eq!(
            door.ask(1, TODAY.at(hour, minute, 0, 0)),
            means,
            "{hour}:{minute}"
        );
    }
}

#[test]
fn the_next_and_the_latest_event_are_found() {
    let rules = rules();
    let named = |found: Option<&crate::event::Event>| found.map(|e| e.id.to_string());
    for (hour, minute, next, latest) in [
        (13, 29, Some("drill"), None),
        (13, 30, Some("concert"), Some("drill")),
        (15, 59, Some("concert"), Some("drill")),
        (16, 0, None, Some("concert")),
        (23, 0, None, Some("concert")),
    ] {
        let moment = TODAY.at(hour, minute, 0, 0);
        assert_eq!(named(rules.next_after(moment)).as_deref(), next);
        assert_eq!(named(rules.latest_at(moment)).as_deref(), latest);
    }
}

#[test]
fn a_second_tap_leaves_and_a_third_comes_back_without_a_second_place() {
    let mut door = Door::new();
    door.tap(1, on(14, 0));
    assert_eq!(door.counts("drill"), (1, 1));
    assert_eq!(door.ask(1, TODAY.at(14, 30, 0, 0)), "leaves");
    door.tap(1, on(14, 30));
    assert_eq!(door.counts("drill"), (1, 0));
    assert_eq!(door.ask(1, TODAY.at(14, 40, 0, 0)), "enters");
    door.tap(1, on(14, 40));
    assert_eq!(door.counts("drill"), (1, 1));
    assert_eq!(door.balance(1), 50, "once a person and event");
}

#[test]
fn without_an_exit_a_second_tap_changes_nothing() {
    let mut door = Door::new();
    door.tap(1, on(16, 40));
    assert_eq!(door.ask(1, TODAY.at(17, 0, 0, 0)), "is inside");
    assert_eq!(door.tap(1, on(17, 0)), None);
    assert_eq!(door.counts("concert"), (1, 1));
}

#[test]
fn who_goes_after_the_end_leaves_and_later_comes_to_the_next() {
    let mut door = Door::new();
    door.tap(1, on(15, 0));
    let last = i8::try_from(LEAVING_MIN).unwrap();
    assert_eq!(last, 60);
    for (hour, minute, means) in [(16, 0, "leaves"), (16, 59, "leaves"), (17, 0, "enters")] {
        assert_eq!(
            door.ask(1, TODAY.at(hour, minute, 0, 0)),
            means,
            "{hour}:{minute}"
        );
    }
}

#[test]
fn a_full_event_lets_back_in_who_has_a_place() {
    let mut door = Door::new();
    for person in 1..=3 {
        door.tap(person, on(14, 0));
    }
    assert_eq!(door.ask(4, TODAY.at(14, 1, 0, 0)), "full");
    door.tap(3, on(14, 10));
    assert_eq!(
        door.ask(4, TODAY.at(14, 11, 0, 0)),
        "full",
        "a place is a person's"
    );
    assert_eq!(door.ask(3, TODAY.at(14, 11, 0, 0)), "enters");
}

#[test]
fn an_undo_gives_the_place_and_the_points_back() {
    let mut door = Door::new();
    let entries: Vec<_> = (1..=3).map(|p| door.tap(p, on(14, 0)).unwrap()).collect();
    for _ in 0..2 {
        door.undo(2, on(14, 1), entries[1]);
        assert_eq!(door.counts("drill"), (2, 2));
        assert_eq!(door.balance(2), 0);
    }
    assert_eq!(door.ask(4, TODAY.at(14, 2, 0, 0)), "enters and earns");
    assert_eq!(door.ask(2, TODAY.at(14, 2, 0, 0)), "enters and earns");
    let left = door.tap(1, on(14, 30)).unwrap();
    assert_eq!(door.counts("drill"), (2, 1));
    door.undo(1, on(14, 31), left);
    assert_eq!(door.counts("drill"), (2, 2));
    assert_eq!(door.balance(1), 50, "the entry stands");
}

/// Facts that no kiosk writes: a visit is not left as an event is, nor the other way round.
#[test]
fn a_leaving_is_of_an_entry_and_of_nothing_else() {
    let mut door = Door::new();
    let visit = FactBody::visit(CredentialKind::Citizen);
    let visit = door.record(Some(1), on(9, 0), None, visit);
    let entry = door.tap(1, on(14, 0)).unwrap();
    door.record(Some(1), on(14, 1), Some(visit), FactBody::EventLeft);
    door.record(Some(1), on(14, 1), Some(entry), FactBody::VisitEnded);
    door.record(Some(2), on(14, 1), Some(entry), FactBody::EventLeft);
    door.record(Some(1), on(14, 1), None, FactBody::EventLeft);
    assert_eq!(door.counts("drill"), (1, 1));
    let account = door.folds.account(&who(1));
    assert!(account.standing().all(|v| v.ended.is_none()));
}

#[test]
fn only_who_is_on_the_list_comes_in() {
    let mut door = Door::new();
    assert_eq!(door.ask(2, TODAY.at(17, 0, 0, 0)), "not listed");
    assert_eq!(door.ask(1, TODAY.at(17, 0, 0, 0)), "enters");
    door.roster.attending.clear();
    assert_eq!(door.ask(1, TODAY.at(17, 0, 0, 0)), "not listed");
    // The list of one event says nothing about another.
    assert_eq!(door.ask(2, TODAY.at(14, 0, 0, 0)), "enters and earns");
}
