//! From a volume of 0 to 100 to samples.

/// Decibels between two steps of the volume. Ears hear ratios: equal steps of decibels are equal
/// steps of loudness, where equal steps of the samples would all lie at the quiet end. 100 is as
/// loud as the sound was made, 50 is 15 dB below it (about a third as loud to an ear), 1 is
/// 29.7 dB below, 0 is silence.
const STEP_DB: f64 = 0.3;

/// The loudest volume.
const MAX: u32 = machitap_domain::sound::MAX_VOLUME;

/// What a sample is multiplied by.
fn gain(volume: u32) -> f64 {
    if volume == 0 {
        return 0.0;
    }
    let below = f64::from(MAX.saturating_sub(volume)) * STEP_DB;
    10_f64.powf(-below / 20.0)
}

/// The samples at that volume, little-endian. Nothing is ever louder than it was made, so that
/// nothing clips.
pub(super) fn bytes(samples: &[i16], volume: u32) -> Vec<u8> {
    let gain = gain(volume);
    samples
        .iter()
        .flat_map(|s| ((f64::from(*s) * gain).round() as i16).to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(bytes: &[u8]) -> Vec<i16> {
        let pairs = bytes.chunks_exact(2);
        pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
    }

    #[test]
    fn full_is_as_it_was_made_and_none_is_silence() {
        let made = [0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(samples(&bytes(&made, 100)), made);
        assert_eq!(samples(&bytes(&made, 0)), [0; 5]);
    }

    #[test]
    fn each_step_is_the_same_to_an_ear() {
        let db = |volume: u32| 20.0 * gain(volume).log10();
        for volume in 1..100 {
            let step = db(volume + 1) - db(volume);
            assert!((step - STEP_DB).abs() < 1e-9, "{volume}: {step}");
        }
        assert!((db(50) + 15.0).abs() < 1e-9);
        assert_eq!(samples(&bytes(&[10_000], 50)), [1_778]);
    }
}
