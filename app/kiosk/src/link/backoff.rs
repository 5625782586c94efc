//! How long to wait before the next try: doubling, jittered, forgiven after a good minute.

use std::time::Duration;

/// The first wait.
pub const BACKOFF_FIRST: Duration = Duration::from_millis(500);
/// The longest wait.
pub const BACKOFF_LAST: Duration = Duration::from_secs(60);
/// A connection that stood this long was a good one.
pub const STEADY: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self(BACKOFF_FIRST)
    }

    /// The connection before stood for so long.
    pub(super) fn stood(&mut self, long: Duration) {
        if long >= STEADY {
            self.0 = BACKOFF_FIRST;
        }
    }

    /// The next wait: between half and all of the step, so that a town of kiosks does not
    /// come back in one wave.
    pub(crate) fn next(&mut self, chance: u32) -> Duration {
        let step = self.0;
        self.0 = (step * 2).min(BACKOFF_LAST);
        let half = step / 2;
        half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
    }
}

/// Any number.
pub(crate) fn chance() -> u32 {
    let mut bytes = [0; 4];
    // Without randomness the waits are merely all alike.
    let _ = getrandom::fill(&mut bytes);
    u32::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_last_and_stay_in_their_half() {
        for chance in [0, 1, u32::MAX / 2, u32::MAX] {
            let mut backoff = Backoff::new();
            let mut step = BACKOFF_FIRST;
            for _ in 0..12 {
                let wait = backoff.next(chance);
                assert!(wait >= step / 2 && wait <= step, "{wait:?} of {step:?}");
                step = (step * 2).min(BACKOFF_LAST);
            }
            assert_eq!(step, BACKOFF_LAST);
        }
    }

    #[test]
    fn only_a_good_minute_forgives() {
        let mut backoff = Backoff::new();
        for _ in 0..12 {
            backoff.next(0);
        }
        backoff.stood(STEADY - Duration::from_millis(1));
        assert_eq!(backoff.next(u32::MAX), BACKOFF_LAST);
        backoff.stood(STEADY);
        assert_eq!(backoff.next(u32::MAX), BACKOFF_FIRST);
    }
}
