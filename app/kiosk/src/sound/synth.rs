//! The tones as samples: one short high note, a rising third, two low notes; and a chime for
//! each class of fares. They differ in number, length and direction, so that pitch need not be
//! told.

use std::f64::consts::TAU;

use machitap_domain::fare::rules::Chime;
use machitap_kiosk_core::Tone;

use super::player::Pcm;

/// Samples a second.
const RATE: u32 = 44_100;

/// Every tone there is.
pub(super) const ALL: [Tone; 9] = [
    Tone::Read,
    Tone::Done,
    Tone::Ask,
    Tone::Fare(Chime::One),
    Tone::Fare(Chime::Two),
    Tone::Fare(Chime::Three),
    Tone::Fare(Chime::Up),
    Tone::Fare(Chime::Down),
    Tone::Fare(Chime::Long),
];

const AMPLITUDE: f64 = 0.6 * i16::MAX as f64;
/// Fading in and out over this long keeps a note from clicking, milliseconds.
const FADE_MS: u32 = 6;

/// Notes of a tone: frequency in hertz (0 is silence), length in milliseconds.
pub(crate) const fn notes(tone: Tone) -> &'static [(f64, u32)] {
    match tone {
        Tone::Read => &[(1_760.0, 60)],
        Tone::Done => &[(1_046.5, 110), (0.0, 15), (1_318.5, 240)],
        Tone::Ask => &[(440.0, 190), (0.0, 90), (349.2, 320)],
        Tone::Fare(Chime::One) => &[(1_174.7, 180)],
        Tone::Fare(Chime::Two) => &[(1_174.7, 110), (0.0, 70), (1_174.7, 110)],
        Tone::Fare(Chime::Three) => &[
            (1_174.7, 90),
            (0.0, 60),
            (1_174.7, 90),
            (0.0, 60),
            (1_174.7, 90),
        ],
        Tone::Fare(Chime::Up) => &[(880.0, 160), (1_568.0, 260)],
        Tone::Fare(Chime::Down) => &[(1_568.0, 260), (880.0, 160)],
        Tone::Fare(Chime::Long) => &[(880.0, 700)],
    }
}

/// The tone as samples.
pub(super) fn pcm(tone: Tone) -> Pcm {
    let samples = notes(tone).iter().flat_map(|&(hertz, ms)| note(hertz, ms));
    Pcm {
        rate: RATE,
        samples: samples.collect(),
    }
}

fn note(hertz: f64, ms: u32) -> impl Iterator<Item = i16> {
    let total = RATE * ms / 1_000;
    let fade = f64::from(RATE * FADE_MS / 1_000);
    (0..total).map(move |n| {
        let edge = f64::from(n.min(total - n)) / fade;
        let at = f64::from(n) / f64::from(RATE);
        (AMPLITUDE * edge.min(1.0) * (TAU * hertz * at).sin()) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tones_are_alike_and_none_clicks() {
        let tones = ALL.map(|tone| pcm(tone).samples);
        assert!(tones[0].len() * 3 < tones[1].len() && tones[1].len() * 3 < tones[2].len() * 2);
        for (n, samples) in tones.iter().enumerate() {
            assert!(
                tones[..n].iter().all(|other| other != samples),
                "{:?}",
                ALL[n]
            );
            assert!(samples.len() < RATE as usize, "a fare stands one second");
            assert!(samples[0].abs() < 300 && samples[samples.len() - 1].abs() < 300);
            assert!(samples.iter().any(|s| s.abs() > 15_000), "it can be heard");
            assert!(
                samples
                    .windows(2)
                    .all(|w| (i32::from(w[0]) - i32::from(w[1])).abs() < 6_000),
                "no jump"
            );
        }
    }
}
