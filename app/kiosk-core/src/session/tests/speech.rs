//! What is said aloud, to whom, and how often.

use jiff::{Timestamp, civil::Time, tz::TimeZone};
use machitap_domain::{
    Quality,
    catalogue::{Language, Service},
    nursery::tariff::minute,
    preferences::Preference,
    sound::{Loudness, QUIET_TONES, QuietHours, SoundRules, VoiceRule},
};
use proptest::prelude::*;

use super::{
    event::door,
    reception::{clinic, with_patients},
    town::{Kiosk, MORNING, NTP, VISIT, card, felica},
};
use crate::{
    input::{CardProblem, Input, StaffAct, StoreTrouble, Touch},
    spoken::Line,
    view::{OwnPage, OwnTab, View},
};

fn with(service: Service, sound: SoundRules) -> Kiosk {
    let mut kiosk = Kiosk::new(service);
    set(&mut kiosk, sound);
    kiosk
}

fn set(kiosk: &mut Kiosk, sound: SoundRules) {
    kiosk.catalogue(|c| {
        for facility in c.facilities.values_mut() {
            facility.sound = sound.clone();
        }
    });
}

fn rule(voice: VoiceRule) -> SoundRules {
    SoundRules {
        voice,
        ..SoundRules::default()
    }
}

/// A kiosk that speaks to everybody.
fn speaking(service: Service) -> Kiosk {
    with(service, rule(VoiceRule::On))
}

/// Lines since the last look, without the hushes.
fn lines(kiosk: &mut Kiosk) -> Vec<Line> {
    std::mem::take(&mut kiosk.said)
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn nobody_is_spoken_to_where_nothing_is_set() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.bad_tap(CardProblem::Unknown);
    assert_eq!(kiosk.said, []);
    assert_eq!(kiosk.loudness, Loudness::FULL);
}

/// What resident 1's own page says of the voice.
fn is_spoken(kiosk: &mut Kiosk) -> bool {
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    match kiosk.view() {
        View::Own(own) => match &own.page {
            OwnPage::Preferences(sheet) => sheet.spoken,
            other => panic!("the preferences expected, found {other:?}"),
        },
        other => panic!("the own page expected, found {other:?}"),
    }
}

#[test]
fn the_own_page_says_what_is_heard_so_that_one_touch_changes_it() {
    let mut kiosk = speaking(VISIT);
    assert!(is_spoken(&mut kiosk), "by the facility's rule");
    kiosk.touch(Touch::Prefer(Preference::Voice(Some(false))));
    kiosk.touch(Touch::Cancel);
    assert!(!is_spoken(&mut kiosk), "declined");
    let mut kiosk = with(VISIT, rule(VoiceRule::OnRequest));
    assert!(!is_spoken(&mut kiosk), "not asked for");
    kiosk.touch(Touch::Prefer(Preference::Voice(Some(true))));
    kiosk.touch(Touch::Cancel);
    assert!(is_spoken(&mut kiosk), "asked for");
    // A wish holds in the whole town: it can be made where nothing is said.
    let mut kiosk = with(VISIT, rule(VoiceRule::Off));
    assert!(!is_spoken(&mut kiosk));
    kiosk.touch(Touch::Prefer(Preference::Voice(Some(true))));
    kiosk.touch(Touch::Cancel);
    assert!(is_spoken(&mut kiosk));
}

#[test]
fn a_state_says_its_line_once_and_not_again_when_it_is_drawn_anew() {
    let mut kiosk = speaking(VISIT);
    kiosk.tap(card(1));
    assert_eq!(lines(&mut kiosk), [Line::Reading, Line::VisitPoints]);
    let drawn = kiosk.screens.len();
    kiosk.give(Input::Link(Default::default()));
    kiosk.give(Input::Tick);
    assert!(kiosk.screens.len() > drawn, "it was drawn again");
    assert_eq!(lines(&mut kiosk), []);
    kiosk.wait(120_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(kiosk.said, [], "what was begun may end");
}

#[test]
fn a_deed_that_sounds_again_is_said_again() {
    let mut kiosk = speaking(VISIT);
    for _ in 0..2 {
        kiosk.give(Input::TwoCards);
        assert_eq!(lines(&mut kiosk), [Line::TwoCards]);
    }
}

#[test]
fn nothing_is_said_before_it_is_on_disk() {
    let mut kiosk = speaking(VISIT);
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.tap(card(1));
    assert_eq!(lines(&mut kiosk), [Line::Reading, Line::OutOfService]);
}

#[test]
fn a_kiosk_that_fails_by_itself_does_not_talk_to_an_empty_hall() {
    let mut kiosk = speaking(VISIT);
    kiosk.give(Input::Reader { ready: false });
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    assert_eq!(kiosk.said, []);
}

#[test]
fn whoever_asked_is_spoken_to_and_the_next_one_is_not() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    assert_eq!(kiosk.said, []);
    kiosk.touch(Touch::Prefer(Preference::Voice(Some(true))));
    assert_eq!(lines(&mut kiosk), [Line::Chosen]);
    kiosk.touch(Touch::Tab(OwnTab::Overview));
    assert_eq!(lines(&mut kiosk), [Line::OwnPage]);
    kiosk.touch(Touch::Cancel);
    kiosk.tap(card(2));
    assert_eq!(lines(&mut kiosk), []);
    kiosk.wait(120_000);
    kiosk.tap(card(1));
    assert_eq!(lines(&mut kiosk), [Line::PointsToday]);
    // A facility that is silent is silent for all.
    set(&mut kiosk, rule(VoiceRule::Off));
    kiosk.wait(120_000);
    kiosk.tap(card(1));
    assert_eq!(lines(&mut kiosk), []);
}

#[test]
fn whoever_declined_is_not_spoken_to() {
    let mut kiosk = speaking(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    assert_eq!(kiosk.said.last(), Some(&None), "what was being said ends");
    lines(&mut kiosk);
    kiosk.touch(Touch::Prefer(Preference::Voice(Some(false))));
    kiosk.touch(Touch::Tab(OwnTab::Overview));
    assert_eq!(lines(&mut kiosk), []);
}

#[test]
fn there_is_no_voice_over_a_screen_in_another_language() {
    let mut kiosk = speaking(VISIT);
    kiosk.touch(Touch::Language(Language::En));
    kiosk.bad_tap(CardProblem::HoldStill);
    assert_eq!(kiosk.screen().language, Language::En);
    assert_eq!(kiosk.said, []);
}

#[test]
fn the_ring_of_an_undo_that_runs_out_says_nothing() {
    let mut kiosk = speaking(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    kiosk.touch(Touch::Prefer(Preference::Still(true)));
    lines(&mut kiosk);
    kiosk.wait(120_000);
    assert_eq!(lines(&mut kiosk), []);
}

#[test]
fn families_hear_the_way_their_children_went() {
    let mut kiosk = speaking(Service::nursery());
    kiosk.tap(card(11));
    assert_eq!(lines(&mut kiosk), [Line::Reading, Line::Household]);
    kiosk.touch(Touch::Confirm);
    assert_eq!(lines(&mut kiosk), [Line::CheckedIn]);
    kiosk.touch(Touch::Undo);
    assert_eq!(lines(&mut kiosk), [Line::Undone]);
}

#[test]
fn a_patient_and_a_guest_hear_where_to_look() {
    let mut kiosk = speaking(clinic());
    with_patients(&mut kiosk);
    kiosk.tap(card(50));
    assert_eq!(lines(&mut kiosk).last(), Some(&Line::Announced));
    kiosk.tap(card(77));
    assert_eq!(lines(&mut kiosk).last(), Some(&Line::ToTheDesk));
    let mut kiosk = speaking(door());
    kiosk.tap(card(1));
    assert!(lines(&mut kiosk).len() > 1);
}

#[test]
fn staff_are_not_spoken_to_and_what_was_being_said_ends() {
    let mut kiosk = speaking(Service::nursery());
    let tap = kiosk.seen();
    assert_eq!(kiosk.said, [Some(Line::Reading)]);
    kiosk.give(Input::CardRead(tap, felica(90)));
    assert_eq!(kiosk.said, [Some(Line::Reading), None]);
    kiosk.said.clear();
    for digit in [2, 4, 6, 8, 1, 0] {
        kiosk.touch(Touch::Digit(digit));
    }
    for act in [
        StaffAct::Alarms,
        StaffAct::Tasks,
        StaffAct::Papers,
        StaffAct::Emergency,
    ] {
        kiosk.act(act);
        kiosk.touch(Touch::Cancel);
    }
    assert_eq!(kiosk.said, []);
}

#[test]
fn loudness_follows_the_clock_and_comes_before_the_sound() {
    // MORNING is 08:55.
    let mut kiosk = with(
        VISIT,
        SoundRules {
            quiet: vec![QuietHours {
                from: Time::constant(9, 0, 0, 0),
                until: Time::constant(8, 0, 0, 0),
            }],
            voice: VoiceRule::On,
            ..SoundRules::default()
        },
    );
    assert_eq!(kiosk.loudness, Loudness::FULL);
    kiosk.wait(300_000);
    let quiet = Loudness {
        tones: QUIET_TONES,
        voice: 0,
    };
    assert_eq!(kiosk.loudness, quiet);
    lines(&mut kiosk);
    kiosk.tap(card(1));
    assert_eq!(lines(&mut kiosk), []);
    // Nobody vouches for the time any more.
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.tap(card(2));
    assert_eq!(kiosk.loudness, Loudness::FULL);
    assert!(!lines(&mut kiosk).is_empty());
}

const ZONES: [&str; 6] = [
    "Asia/Tokyo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Europe/London",
    "America/St_Johns",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Quiet hours are the facility's, in any zone, over midnight or not, on any day.
    #[test]
    fn quiet_hours_are_those_of_the_facilitys_clock(
        zone in 0..ZONES.len(),
        from in 0u32..1_440,
        length in 1u32..1_440,
        day in 0i64..400,
        at in 0i64..86_400,
    ) {
        let zone = ZONES[zone];
        let time = |minute: u32| {
            let part = |n: u32| i8::try_from(n).unwrap();
            Time::constant(part(minute / 60 % 24), part(minute % 60), 0, 0)
        };
        let wall_ms = MORNING + (day * 86_400 + at) * 1_000;
        let mut kiosk = Kiosk::new(VISIT);
        let mono_ms = kiosk.now.mono_ms;
        kiosk.restart(2, mono_ms, wall_ms, NTP);
        kiosk.catalogue(|c| for facility in c.facilities.values_mut() {
            facility.time_zone = zone.to_owned();
            facility.sound = SoundRules {
                quiet: vec![QuietHours { from: time(from), until: time(from + length) }],
                quiet_volume: Some(7),
                ..SoundRules::default()
            };
        });
        let there = TimeZone::get(zone).unwrap();
        let local = there.to_datetime(Timestamp::from_millisecond(wall_ms).unwrap()).time();
        // Counted in minutes since they began, no midnight is crossed.
        let since = (minute(local) + 1_440 - from) % 1_440;
        let quiet = since < length;
        prop_assert_eq!(kiosk.loudness.voice, if quiet { 7 } else { 100 });
    }
}
