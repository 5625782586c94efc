//! From what the synthesiser says to a line: fewer samples, no silence at its ends, one loudness.

use std::f64::consts::PI;

use anyhow::{Result, bail};

/// Below this part of the loudest sample it is silence.
const SILENCE: f64 = 0.01;
/// So much of the silence stays at each end, seconds: a line cut at its first sound would click.
const MARGIN_S: f64 = 0.04;
/// Half the length of the low-pass, in samples of what is written.
const REACH: usize = 16;

/// The line: `from` samples a second become `to`, the loudest of them `peak` of the loudest
/// there is.
pub(super) fn line(samples: &[i16], from: u32, to: u32, peak: f64) -> Result<Vec<i16>> {
    if !from.is_multiple_of(to) {
        bail!("{from} samples a second do not become {to}");
    }
    let slower = slower(samples, (from / to) as usize);
    let loudest = slower.iter().fold(0.0_f64, |most, s| most.max(s.abs()));
    if loudest < 1.0 {
        bail!("it is silent");
    }
    let kept = trimmed(
        &slower,
        loudest * SILENCE,
        (f64::from(to) * MARGIN_S) as usize,
    );
    let gain = peak * f64::from(i16::MAX) / loudest;
    Ok(kept.iter().map(|s| (s * gain).round() as i16).collect())
}

/// Every so many samples one, after what that could not hold is taken out (a windowed sinc).
fn slower(samples: &[i16], factor: usize) -> Vec<f64> {
    if factor == 1 {
        return samples.iter().map(|s| f64::from(*s)).collect();
    }
    let half = (REACH * factor) as isize;
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let at = n as f64 / factor as f64;
            let sinc = if n == 0 {
                1.0
            } else {
                (PI * at).sin() / (PI * at)
            };
            let window = 0.54 + 0.46 * (PI * n as f64 / half as f64).cos();
            sinc * window
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    (0..samples.len())
        .step_by(factor)
        .map(|centre| {
            let parts = taps.iter().zip(-half..).map(|(tap, n)| {
                let at = centre.checked_add_signed(n);
                let sample = at.and_then(|at| samples.get(at)).copied();
                tap * f64::from(sample.unwrap_or(0))
            });
            parts.sum::<f64>() / sum
        })
        .collect()
}

fn trimmed(samples: &[f64], silence: f64, margin: usize) -> &[f64] {
    let heard = |s: &f64| s.abs() >= silence;
    let first = samples.iter().position(heard).unwrap_or(0);
    let last = samples.iter().rposition(heard).unwrap_or(0);
    let from = first.saturating_sub(margin);
    let until = (last + 1 + margin).min(samples.len());
    &samples[from..until]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f64, rate: u32, seconds: f64, amplitude: f64) -> Vec<i16> {
        let count = (f64::from(rate) * seconds) as u32;
        let at = |n: u32| 2.0 * PI * hertz * f64::from(n) / f64::from(rate);
        (0..count)
            .map(|n| (amplitude * at(n).sin()) as i16)
            .collect()
    }

    #[test]
    fn what_can_be_held_stays_and_what_cannot_goes() {
        let loudest = |hertz| {
            let made = slower(&tone(hertz, 48_000, 0.5, 10_000.0), 3);
            made[1_000..7_000]
                .iter()
                .fold(0.0_f64, |m, s| m.max(s.abs()))
        };
        assert!((loudest(1_000.0) - 10_000.0).abs() < 200.0);
        assert!(loudest(12_000.0) < 50.0, "it would come back as 4 kHz");
    }

    #[test]
    fn silence_goes_and_the_loudest_sample_is_where_it_is_to_be() {
        let mut samples = vec![0; 48_000];
        samples.extend(tone(500.0, 48_000, 1.0, 3_000.0));
        samples.extend(vec![0; 48_000]);
        let made = line(&samples, 48_000, 16_000, 0.6).unwrap();
        let seconds = made.len() as f64 / 16_000.0;
        assert!((1.0..1.1).contains(&seconds), "{seconds}");
        let loudest = made.iter().map(|s| s.unsigned_abs()).max().unwrap();
        assert_eq!(loudest, (0.6 * f64::from(i16::MAX)).round() as u16);
        assert!(made[0].abs() < 100, "it does not click");
    }

    #[test]
    fn a_silent_line_and_an_odd_rate_are_refused() {
        assert!(line(&[0; 100], 48_000, 16_000, 0.6).is_err());
        assert!(line(&[9; 100], 44_100, 16_000, 0.6).is_err());
    }
}
