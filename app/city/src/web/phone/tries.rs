//! How often codes are brought, from wherever: a secret cannot be guessed, and whoever tries
//! is not to keep the disk busy.

/// Codes that are looked up in a minute at most. A town's phones bring a few.
const PER_MINUTE: u32 = 60;

const MINUTE_MS: i64 = 60_000;

/// The tries of the minute that runs.
#[derive(Debug, Default)]
pub(super) struct Tries {
    since_ms: i64,
    count: u32,
}

impl Tries {
    /// Counts a try; false when there were too many.
    pub(super) const fn admits(&mut self, now_ms: i64) -> bool {
        // A clock that was set back begins a new minute, too.
        if now_ms < self.since_ms || now_ms.saturating_sub(self.since_ms) >= MINUTE_MS {
            self.since_ms = now_ms;
            self.count = 0;
        }
        if self.count >= PER_MINUTE {
            return false;
        }
        self.count += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_admits_so_many_and_the_next_as_many_again() {
        let mut tries = Tries::default();
        let mut admitted = |now_ms| (0..100).filter(|_| tries.admits(now_ms)).count();
        let noon = 1_795_489_200_000;
        assert_eq!(admitted(noon), 60);
        assert_eq!(admitted(noon + MINUTE_MS - 1), 0);
        assert_eq!(admitted(noon + MINUTE_MS), 60);
        assert_eq!(admitted(noon - 1), 60);
    }
}
