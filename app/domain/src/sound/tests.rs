use proptest::prelude::*;

use super::*;

fn at(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}

fn night() -> SoundRules {
    SoundRules {
        volume: 80,
        quiet: vec![QuietHours {
            from: at(20, 0),
            until: at(7, 0),
        }],
        ..SoundRules::default()
    }
}

#[test]
fn nothing_set_is_loud_and_speaks_on_request() {
    let none: SoundRules = serde_json::from_str("{}").unwrap();
    assert!(none.is_default());
    assert_eq!(none.loudness(Some(at(3, 0))), Loudness::FULL);
    assert_eq!(none.voice, VoiceRule::OnRequest);
}

#[test]
fn a_night_crosses_midnight() {
    let rules = night();
    let full = Loudness {
        tones: 80,
        voice: 80,
    };
    let soft = Loudness {
        tones: QUIET_TONES,
        voice: 0,
    };
    for (time, said) in [
        (at(19, 59), full),
        (at(20, 0), soft),
        (at(23, 59), soft),
        (at(0, 0), soft),
        (at(6, 59), soft),
        (at(7, 0), full),
    ] {
        assert_eq!(rules.loudness(Some(time)), said, "{time}");
    }
}

#[test]
fn without_a_clock_it_is_not_quiet() {
    assert_eq!(night().loudness(None).voice, 80);
}

#[test]
fn a_quiet_volume_holds_for_tones_and_voice_and_soft_is_never_louder() {
    let mut rules = night();
    rules.quiet_volume = Some(10);
    assert_eq!(rules.loudness(Some(at(2, 0))), Loudness::all(10));
    rules.quiet_volume = None;
    rules.volume = 15;
    assert_eq!(rules.loudness(Some(at(2, 0))).tones, 15);
}

#[test]
fn whom_it_speaks_to() {
    let wishes = [Some(true), Some(false), None];
    for (rule, speaks) in [
        (VoiceRule::On, [true, false, true]),
        (VoiceRule::Off, [false, false, false]),
        (VoiceRule::OnRequest, [true, false, false]),
    ] {
        assert_eq!(wishes.map(|w| rule.speaks_to(w)), speaks, "{rule:?}");
    }
}

#[test]
fn each_slip_is_named() {
    let slip = |change: fn(&mut SoundRules)| {
        let mut rules = night();
        change(&mut rules);
        let why = rules.check().unwrap_err();
        (why.key(), why.to_string())
    };
    let (key, said) = slip(|r| r.volume = 101);
    assert_eq!(key, "volume");
    assert!(said.contains("volume is 101"), "{said}");
    let (key, said) = slip(|r| r.quiet_volume = Some(81));
    assert_eq!(key, "quiet_volume");
    assert!(said.contains("81, above the volume of 80"), "{said}");
    let (key, said) = slip(|r| r.quiet[0].until = r.quiet[0].from);
    assert_eq!(key, "quiet");
    assert!(said.contains("begin and end at 20:00"), "{said}");
    let (key, _) = slip(|r| r.quiet = vec![r.quiet[0]; MAX_QUIET + 1]);
    assert_eq!(key, "quiet");
    assert_eq!(night().check(), Ok(()));
}

#[test]
fn an_unknown_key_is_refused() {
    assert!(serde_json::from_str::<SoundRules>(r#"{"volum":5}"#).is_err());
    assert!(serde_json::from_str::<SoundRules>(r#"{"voice":"always"}"#).is_err());
}

fn time() -> impl Strategy<Value = Time> {
    (0i8..24, 0i8..60).prop_map(|(h, m)| at(h, m))
}

proptest! {
    /// Hours and their complement share a day between them, whichever crosses midnight.
    #[test]
    fn every_time_is_inside_or_outside(from in time(), until in time(), now in time()) {
        prop_assume!(from != until);
        let hours = QuietHours { from, until };
        let others = QuietHours { from: until, until: from };
        prop_assert!(hours.contains(from) && !hours.contains(until));
        prop_assert_ne!(hours.contains(now), others.contains(now));
    }

    /// Quiet is never louder.
    #[test]
    fn quiet_is_never_louder(
        volume in 0..=MAX_VOLUME,
        quiet_volume in proptest::option::of(0..=MAX_VOLUME),
        from in time(),
        until in time(),
        now in time(),
    ) {
        let rules = SoundRules {
            volume,
            quiet: vec![QuietHours { from, until }],
            quiet_volume,
            voice: VoiceRule::On,
        };
        prop_assume!(rules.check().is_ok());
        let loudness = rules.loudness(Some(now));
        prop_assert!(loudness.tones <= volume && loudness.voice <= volume);
    }
}
