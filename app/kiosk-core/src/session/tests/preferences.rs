//! How a resident wants to be served: chosen once, held by a card, gone with its holder.

use machitap_domain::{
    FactBody, Incarnation, Quality,
    catalogue::Language,
    points::accounts::Standing,
    preferences::{Latest, Preference, Preferences, Preferred, TextSize},
};
use uuid::Uuid;

use super::{
    draw,
    own::{own, tell, who, word},
    town::{Kiosk, MORNING, VISIT, card, felica},
};
use crate::{
    input::{CardProblem, StoreTrouble, Touch},
    output::Tone,
    session::{LANGUAGE_MS, OWN_MS, READING_MS},
    view::{OwnPage, OwnTab, PreferenceSheet, View},
};

const EN: Preference = Preference::Language(Some(Language::En));
const LARGEST: Preference = Preference::Text(TextSize::Largest);
const SPOKEN: Preference = Preference::Voice(Some(true));
const STILL: Preference = Preference::Still(true);

fn all() -> Preferences {
    [EN, LARGEST, SPOKEN, STILL]
        .into_iter()
        .fold(Preferences::default(), Preferences::with)
}

/// What another kiosk's journal says of resident 1.
fn chosen_elsewhere(at_ms: i64, preferences: Preferences) -> Standing {
    Standing {
        preferred: Some(Latest { at_ms, preferences }),
        ..Standing::default()
    }
}

fn open_tab(kiosk: &mut Kiosk) {
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
}

/// Resident 1 at the tab.
fn at_tab() -> Kiosk {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    open_tab(&mut kiosk);
    kiosk
}

fn sheet(kiosk: &Kiosk) -> PreferenceSheet {
    match &own(kiosk).page {
        OwnPage::Preferences(sheet) => *sheet,
        other => panic!("the preferences expected, found {other:?}"),
    }
}

/// Language, size, voice and motion of the screen.
fn served(kiosk: &Kiosk) -> (Language, TextSize, bool, bool) {
    let screen = kiosk.screen();
    (screen.language, screen.text, screen.voice, screen.motion)
}

const AS_EVERYBODY: (Language, TextSize, bool, bool) =
    (Language::Ja, TextSize::Normal, false, true);
const AS_WANTED: (Language, TextSize, bool, bool) = (Language::En, TextSize::Largest, true, false);

fn chosen(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Preferred(_)))
}

#[test]
fn one_touch_is_on_disk_and_then_seen() {
    let mut kiosk = at_tab();
    assert_eq!(sheet(&kiosk).chosen, Preferences::default());
    assert_eq!(served(&kiosk), AS_EVERYBODY);
    for (touched, one) in (1..).zip([EN, LARGEST, SPOKEN, STILL]) {
        let before = sheet(&kiosk).chosen;
        kiosk.touch(Touch::Prefer(one));
        assert_eq!(chosen(&kiosk), touched);
        assert_eq!(sheet(&kiosk).chosen, before.with(one));
        assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    }
    assert_eq!(served(&kiosk), AS_WANTED);
    let last = kiosk.last(|b| matches!(b, FactBody::Preferred(_)));
    assert_eq!(last.subject, Some(who(1)));
    let FactBody::Preferred(Preferred { preferences, .. }) = last.body else {
        unreachable!("just found")
    };
    assert_eq!(preferences, all(), "all that holds, not only what changed");
    // What is chosen already is not chosen again.
    kiosk.touch(Touch::Prefer(STILL));
    assert_eq!(chosen(&kiosk), 4);
}

#[test]
fn what_is_not_put_on_disk_is_not_seen() {
    let mut kiosk = at_tab();
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.touch(Touch::Prefer(LARGEST));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
}

#[test]
fn only_the_tab_takes_choices() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.touch(Touch::Prefer(EN));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Prefer(EN));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Prefer(EN));
    assert_eq!((chosen(&kiosk), served(&kiosk)), (0, AS_EVERYBODY));
}

#[test]
fn the_last_choice_is_taken_back_while_the_ring_runs_and_only_once() {
    let mut kiosk = at_tab();
    assert_eq!(sheet(&kiosk).undo, None);
    kiosk.touch(Touch::Prefer(LARGEST));
    kiosk.touch(Touch::Prefer(EN));
    assert!(sheet(&kiosk).undo.is_some());
    kiosk.touch(Touch::Undo);
    assert_eq!(
        (sheet(&kiosk).chosen, sheet(&kiosk).undo),
        (Preferences::default().with(LARGEST), None)
    );
    assert_eq!(kiosk.screen().language, Language::Ja);
    kiosk.touch(Touch::Undo);
    assert_eq!(sheet(&kiosk).chosen.text, TextSize::Largest);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 1);
    // Later it is only changed.
    kiosk.touch(Touch::Prefer(EN));
    let ring = sheet(&kiosk).undo.unwrap().left_ms;
    for _ in 0..2 {
        kiosk.wait(ring / 2);
        kiosk.touch(Touch::Tab(OwnTab::Preferences));
    }
    assert_eq!(sheet(&kiosk).undo, None);
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.screen().language, Language::En);
}

#[test]
fn a_card_is_served_as_its_holder_wants_and_the_next_one_as_everybody() {
    let mut kiosk = Kiosk::new(VISIT);
    tell(&mut kiosk, word(MORNING, chosen_elsewhere(MORNING, all())));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    assert_eq!(served(&kiosk), AS_WANTED);
    assert_eq!(kiosk.screen().header.facility, "Here");
    // Straight after, without the idle screen in between.
    kiosk.tap(card(2));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
    kiosk.tap(card(1));
    assert_eq!(served(&kiosk), AS_WANTED, "also by a tap that came again");
    kiosk.touch(Touch::Cancel);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
}

#[test]
fn nothing_of_a_resident_is_left_by_any_end_of_their_session() {
    let ends: [fn(&mut Kiosk); 6] = [
        |k| k.wait(10 * OWN_MS),
        |k| k.bad_tap(CardProblem::Unknown),
        |k| {
            k.seen();
            k.wait(READING_MS);
        },
        |k| k.tap(felica(90)),
        |k| k.tap(felica(77)),
        |k| {
            let (mono, wall) = (k.now.mono_ms, k.now.clock.wall_ms);
            k.restart(1, mono, wall, k.now.clock.quality);
        },
    ];
    for end in ends {
        let mut kiosk = at_tab();
        for one in [EN, LARGEST, SPOKEN, STILL] {
            kiosk.touch(Touch::Prefer(one));
        }
        assert_eq!(served(&kiosk), AS_WANTED);
        end(&mut kiosk);
        assert_eq!(served(&kiosk), AS_EVERYBODY, "{:?}", kiosk.view());
    }
}

#[test]
fn a_number_that_can_be_copied_is_told_nothing() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(50));
    open_tab(&mut kiosk);
    kiosk.touch(Touch::Prefer(LARGEST));
    kiosk.touch(Touch::Cancel);
    kiosk.tap(felica(50));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
}

#[test]
fn a_language_touched_at_the_kiosk_holds_for_that_session() {
    let mut kiosk = Kiosk::new(VISIT);
    let english = Preferences::default().with(EN).with(LARGEST);
    tell(
        &mut kiosk,
        word(MORNING, chosen_elsewhere(MORNING, english)),
    );
    // Before the card, and the card that follows is of the one who touched it.
    kiosk.touch(Touch::Language(Language::Ja));
    kiosk.tap(card(1));
    let seen = (kiosk.screen().language, kiosk.screen().text);
    assert_eq!(seen, (Language::Ja, TextSize::Largest));
    open_tab(&mut kiosk);
    kiosk.touch(Touch::Prefer(STILL));
    assert_eq!(kiosk.screen().language, Language::Ja);
    kiosk.touch(Touch::Cancel);
    kiosk.wait(LANGUAGE_MS);
    kiosk.tap(card(1));
    assert_eq!(kiosk.screen().language, Language::En, "another session");
    // After the card; and of two languages touched the last one is meant.
    kiosk.touch(Touch::Language(Language::Ja));
    open_tab(&mut kiosk);
    assert_eq!(kiosk.screen().language, Language::Ja);
    kiosk.touch(Touch::Prefer(EN));
    assert_eq!(kiosk.screen().language, Language::En);
    kiosk.touch(Touch::Language(Language::Ja));
    kiosk.tap(card(2));
    kiosk.touch(Touch::Language(Language::En));
    kiosk.tap(card(3));
    assert_eq!(kiosk.screen().language, Language::Ja, "not the one before");
}

#[test]
fn a_language_touched_before_a_card_that_was_not_read_still_holds() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.touch(Touch::Language(Language::En));
    kiosk.bad_tap(CardProblem::HoldStill);
    assert_eq!(kiosk.screen().language, Language::En);
    kiosk.tap(card(1));
    assert_eq!(kiosk.screen().language, Language::En);
}

#[test]
fn what_was_chosen_here_and_elsewhere_is_the_latest_of_both() {
    for (elsewhere_ms, wanted) in [
        (MORNING - 1, TextSize::Large),
        (MORNING + 86_400_000, TextSize::Largest),
    ] {
        let mut kiosk = at_tab();
        kiosk.touch(Touch::Prefer(Preference::Text(TextSize::Large)));
        kiosk.touch(Touch::Cancel);
        let other = Preferences::default().with(LARGEST);
        tell(
            &mut kiosk,
            word(MORNING, chosen_elsewhere(elsewhere_ms, other)),
        );
        kiosk.tap(card(1));
        assert_eq!(kiosk.screen().text, wanted);
        // With it before one's eyes a change always counts, also without a clock.
        kiosk.now.clock.quality = Quality::UNKNOWN;
        open_tab(&mut kiosk);
        kiosk.touch(Touch::Prefer(Preference::Text(TextSize::Normal)));
        assert_eq!(kiosk.screen().text, TextSize::Normal);
        kiosk.touch(Touch::Undo);
        assert_eq!(kiosk.screen().text, wanted);
    }
}

#[test]
fn the_citys_word_that_comes_meanwhile_moves_nothing_under_a_finger() {
    let mut kiosk = at_tab();
    tell(&mut kiosk, word(MORNING, chosen_elsewhere(MORNING, all())));
    kiosk.touch(Touch::Tab(OwnTab::History));
    assert_eq!(served(&kiosk), AS_EVERYBODY);
    kiosk.tap(card(1));
    assert_eq!(served(&kiosk), AS_WANTED);
}

#[test]
fn what_another_life_of_the_journal_was_told_still_holds() {
    let mut kiosk = Kiosk::new(VISIT);
    let mut told = word(MORNING, chosen_elsewhere(MORNING, all()));
    told.life = Some(Incarnation(Uuid::from_u128(99)));
    tell(&mut kiosk, told);
    kiosk.tap(card(1));
    assert_eq!(served(&kiosk), AS_WANTED);
}

#[test]
fn the_machine_stands_still_for_whoever_wants_it_so() {
    let mut kiosk = Kiosk::in_city(VISIT, draw::city());
    kiosk.tap(card(1));
    open_tab(&mut kiosk);
    kiosk.touch(Touch::Prefer(STILL));
    kiosk.touch(Touch::Cancel);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Spin);
    assert!(matches!(kiosk.view(), View::Draw(_)), "{:?}", kiosk.view());
    assert!(!kiosk.screen().motion);
    // A prize nobody has seen is shown after a restart to nobody known.
    let (mono, wall) = (kiosk.now.mono_ms, kiosk.now.clock.wall_ms);
    kiosk.restart(1, mono, wall, kiosk.now.clock.quality);
    assert!(matches!(kiosk.view(), View::Draw(_)));
    assert!(kiosk.screen().motion);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::Draw(_) | View::VisitDone(_)));
    assert!(!kiosk.screen().motion);
}

#[test]
fn what_the_kiosk_holds_says_what_was_chosen() {
    let mut kiosk = at_tab();
    let held = |kiosk: &Kiosk| match &own(kiosk).page {
        OwnPage::Held(held) => held.preferences,
        other => panic!("what is held expected, found {other:?}"),
    };
    kiosk.touch(Touch::Tab(OwnTab::Held));
    assert_eq!(held(&kiosk), None);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    kiosk.touch(Touch::Prefer(LARGEST));
    kiosk.touch(Touch::Tab(OwnTab::Held));
    assert_eq!(held(&kiosk), Some(Preferences::default().with(LARGEST)));
    tell(&mut kiosk, word(MORNING, chosen_elsewhere(i64::MAX, all())));
    assert_eq!(held(&kiosk), Some(all()), "also by the city's word");
}
