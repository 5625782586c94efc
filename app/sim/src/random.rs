//! Randomness that a seed brings back.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood, 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From this seed.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of `MACHITAP_SEED`, or a new one.
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    pub fn seed() -> u64 {
        std::env::var("MACHITAP_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| getrandom::u64().expect("the system gives randomness"))
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is at least 1.
    pub const fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True so many times in a hundred.
    pub const fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A time below `ms` milliseconds.
    pub const fn within(&mut self, ms: u64) -> Duration {
        Duration::from_millis(self.below(ms))
    }

    /// `n` different numbers below `of`.
    pub fn choose(&mut self, n: usize, of: u64) -> std::collections::BTreeSet<u64> {
        let mut chosen = std::collections::BTreeSet::new();
        while chosen.len() < n {
            chosen.insert(self.below(of));
        }
        chosen
    }
}
