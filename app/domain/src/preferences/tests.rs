mod any_order;
mod sample;

use super::*;
use crate::fact::FactId;
use sample::{MORNING, Town, large};

const EN: Preference = Preference::Language(Some(Language::En));

#[test]
fn a_touch_changes_one_thing() {
    let all = [
        EN,
        Preference::Text(TextSize::Large),
        Preference::Voice(Some(true)),
        Preference::Still(true),
    ];
    let chosen = all
        .into_iter()
        .fold(Preferences::default(), Preferences::with);
    assert_eq!(
        chosen,
        Preferences {
            language: Some(Language::En),
            text: TextSize::Large,
            voice: Some(true),
            still: true,
        }
    );
    let back = chosen.with(Preference::Language(None));
    assert_eq!((back.language, back.text), (None, TextSize::Large));
}

#[test]
fn what_is_not_said_is_not_written_and_what_is_missing_is_the_default() {
    let none = Preferences::default();
    assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
    assert_eq!(serde_json::from_str::<Preferences>("{}").unwrap(), none);
    let text = r#"{"text":"large","hologram":true}"#;
    assert_eq!(serde_json::from_str::<Preferences>(text).unwrap(), large());
}

#[test]
fn the_later_choice_of_two_kiosks_holds() {
    let mut town = Town::new(2);
    town.kiosks[0].clock_ms = MORNING + 1;
    town.choose(0, Preference::Text(TextSize::Large));
    town.choose(1, EN);
    town.settle();
    assert_eq!(town.everywhere(), Some(large()));
}

#[test]
fn a_kiosk_without_a_clock_changes_what_it_shows_and_nothing_it_did_not() {
    let mut town = Town::new(2);
    town.choose(0, EN);
    town.kiosks[1].trusted = false;
    // It had not heard of the other, and nobody vouches for when this was.
    town.choose(1, Preference::Still(true));
    town.settle();
    assert_eq!(
        town.everywhere(),
        Some(Preferences::default().with(EN)),
        "the one with a time"
    );
    // It has heard now, and whoever stands there sees what they change.
    town.choose(1, Preference::Text(TextSize::Large));
    town.settle();
    assert_eq!(town.everywhere(), Some(large().with(EN)));
}

#[test]
fn a_clock_that_is_found_puts_a_choice_where_it_belongs() {
    let mut town = Town::new(2);
    town.choose(0, EN);
    town.kiosks[1].trusted = false;
    town.kiosks[1].clock_ms = MORNING + 1;
    town.choose(1, Preference::Text(TextSize::Large));
    town.correct(1);
    town.settle();
    assert_eq!(town.everywhere(), Some(large()));
}

#[test]
fn a_clock_that_ran_ahead_does_not_hold_a_choice_for_ever() {
    let mut town = Town::new(2);
    town.kiosks[0].clock_ms = 2 * MORNING;
    town.choose(0, EN);
    town.settle();
    town.choose(1, Preference::Language(None));
    assert_eq!(town.at(1), Some(Preferences::default()));
    town.choose(1, Preference::Text(TextSize::Large));
    assert_eq!(town.at(1), Some(large()));
}

#[test]
fn what_is_taken_back_is_as_if_it_had_never_been() {
    let mut town = Town::new(2);
    let first = town.choose(0, EN);
    town.settle();
    let second = town.choose(1, Preference::Still(true));
    town.settle();
    town.undo(1, second);
    assert_eq!(town.at(1), Some(Preferences::default().with(EN)));
    town.settle();
    assert_eq!(town.everywhere(), Some(Preferences::default().with(EN)));
    town.undo(0, first);
    town.settle();
    assert_eq!(town.everywhere(), None);
}

#[test]
fn a_resident_takes_up_no_more_than_a_few_choices() {
    let mut town = Town::new(1);
    let facts: Vec<FactId> = (0..50)
        .map(|n| town.choose(0, Preference::Still(n % 2 == 0)))
        .collect();
    let chosen = town.kiosks[0].folds.chosen(&sample::who());
    let kept = facts.iter().filter(|f| chosen.clone().undo(**f)).count();
    assert_eq!(kept, CHOICES_KEPT);
    assert!(chosen.is_last(facts[49]) && !chosen.is_last(facts[48]));
}
