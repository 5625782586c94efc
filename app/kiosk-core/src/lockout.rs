//! The lock on the staff PIN. It survives restarts and jumps of the clock.

use machitap_domain::{Millis, Now, Stamp};
use serde::{Deserialize, Serialize};

/// Wrong PINs in a row before the panel locks.
pub const TRIES: u32 = 5;

/// How long it stays locked, milliseconds.
pub const LOCK_MS: Millis = 15 * 60_000;

/// Wrong tries so far and the lock, kept across restarts as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    wrong: u32,
    since: Option<Stamp>,
}

/// How a wrong PIN leaves the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// So many tries are left.
    TriesLeft(u32),
    /// Locked from now on.
    Locked,
}

impl Lockout {
    /// The key it is kept under.
    pub const KEY: &'static str = "staff-lockout";

    /// Reads what was kept; anything unreadable counts as locked from now, because a lock
    /// that a damaged byte opens is none.
    pub fn from_kept(text: Option<&str>, now: &Now) -> Self {
        match text {
            None => Self::default(),
            Some(text) => serde_json::from_str(text).unwrap_or(Self {
                wrong: TRIES,
                since: Some(now.stamp()),
            }),
        }
    }

    /// The text to keep.
    pub fn to_kept(&self) -> String {
        serde_json::to_string(self).expect("plain data")
    }

    /// Milliseconds until it opens; `None` when it is open. Only time that has certainly
    /// gone by counts.
    pub fn left_ms(&self, now: &Now) -> Option<Millis> {
        let gone = now.at_least_since(self.since.as_ref()?);
        LOCK_MS.checked_sub(gone).filter(|left| *left > 0)
    }

    /// A wrong PIN.
    pub fn wrong(&mut self, now: &Now) -> Verdict {
        if self.since.is_some() && self.left_ms(now).is_none() {
            *self = Self::default();
        }
        self.wrong += 1;
        if self.wrong >= TRIES {
            self.since = Some(now.stamp());
            Verdict::Locked
        } else {
            Verdict::TriesLeft(TRIES - self.wrong)
        }
    }

    /// The right PIN.
    pub fn right(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use machitap_domain::{BootId, Clock, Quality};
    use uuid::Uuid;

    use super::*;

    fn now(boot: u128, mono_ms: Millis, wall_ms: i64) -> Now {
        Now {
            mono_ms,
            boot: BootId(Uuid::from_u128(boot)),
            clock: Clock {
                wall_ms,
                quality: Quality::UNKNOWN,
            },
        }
    }

    #[test]
    fn five_wrong_ones_lock_and_neither_restart_nor_clock_opens() {
        let mut lock = Lockout::default();
        for left in (1..TRIES).rev() {
            assert_eq!(lock.wrong(&now(1, 0, 0)), Verdict::TriesLeft(left));
        }
        assert_eq!(lock.wrong(&now(1, 0, 0)), Verdict::Locked);
        let kept = lock.to_kept();
        let lock = Lockout::from_kept(Some(&kept), &now(1, 5, 0));
        assert!(lock.left_ms(&now(1, LOCK_MS - 1, i64::MAX)).is_some());
        assert_eq!(lock.left_ms(&now(1, LOCK_MS, 0)), None);
        assert!(
            lock.left_ms(&now(2, 1_000, i64::MAX)).is_some(),
            "another boot"
        );
    }

    #[test]
    fn a_damaged_lock_is_locked() {
        let lock = Lockout::from_kept(Some("{\"wrong\":"), &now(1, 0, 0));
        assert_eq!(lock.left_ms(&now(1, 0, 0)), Some(LOCK_MS));
        assert_eq!(
            Lockout::from_kept(None, &now(1, 0, 0)).left_ms(&now(1, 0, 0)),
            None
        );
    }

    #[test]
    fn after_the_lock_all_tries_are_back() {
        let mut lock = Lockout::default();
        for _ in 0..TRIES {
            lock.wrong(&now(1, 0, 0));
        }
        assert_eq!(
            lock.wrong(&now(1, LOCK_MS, 0)),
            Verdict::TriesLeft(TRIES - 1)
        );
    }
}
