//! Which sequence numbers are there, as runs.

use std::collections::BTreeMap;

use machitap_wire::SeqRange;

/// A set of sequence numbers from 1 up; small while it has few holes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs(BTreeMap<u64, u64>);

impl Runs {
    /// The numbers `1 ..= contiguous` and these runs above.
    pub fn new(contiguous: u64, above: &[SeqRange]) -> Self {
        let mut runs = Self::default();
        if contiguous > 0 {
            runs.0.insert(1, contiguous);
        }
        for run in above {
            runs.add(*run);
        }
        runs
    }

    /// True when that number is there.
    pub fn contains(&self, seq: u64) -> bool {
        self.0
            .range(..=seq)
            .next_back()
            .is_some_and(|(_, to)| seq <= *to)
    }

    /// Puts one number in.
    pub fn insert(&mut self, seq: u64) {
        self.add(SeqRange { from: seq, to: seq });
    }

    fn add(&mut self, run: SeqRange) {
        let (mut from, mut to) = (run.from, run.to);
        // Whatever it overlaps or touches becomes part of it.
        while let Some((&f, &t)) = self
            .0
            .range(..=to.saturating_add(1))
            .next_back()
            .filter(|(_, t)| t.saturating_add(1) >= from)
        {
            self.0.remove(&f);
            from = from.min(f);
            to = to.max(t);
        }
        self.0.insert(from, to);
    }

    /// Everything up to and including this number is there.
    pub fn contiguous(&self) -> u64 {
        match self.0.first_key_value() {
            Some((1, to)) => *to,
            _ => 0,
        }
    }

    /// The highest number that is there, 0 for none.
    pub fn top(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(_, to)| *to)
    }

    /// The runs that are not there, up to and including `upto`, the first `limit` of them.
    pub fn missing(&self, upto: u64, limit: usize) -> Vec<SeqRange> {
        let mut out = Vec::new();
        let mut before = 0;
        for (&from, &to) in &self.0 {
            if out.len() == limit || from > upto {
                break;
            }
            if from > before + 1 {
                out.push(SeqRange {
                    from: before + 1,
                    to: from - 1,
                });
            }
            before = to;
        }
        if out.len() < limit && before < upto {
            out.push(SeqRange {
                from: before + 1,
                to: upto,
            });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_the_set_they_stand_for(seqs in prop::collection::vec(1u64..40, 0..60), upto in 0u64..45) {
            let mut runs = Runs::default();
            let mut set = BTreeSet::new();
            for seq in seqs {
                runs.insert(seq);
                set.insert(seq);
                prop_assert!((0..45).all(|n| runs.contains(n) == set.contains(&n)));
            }
            let contiguous = (1..).take_while(|n| set.contains(n)).last().unwrap_or(0);
            prop_assert_eq!(runs.contiguous(), contiguous);
            prop_assert_eq!(runs.top(), set.last().copied().unwrap_or(0));
            let missing: Vec<u64> = runs.missing(upto, 99).iter().flat_map(|r| r.from..=r.to).collect();
            let expected: Vec<u64> = (1..=upto).filter(|n| !set.contains(n)).collect();
            prop_assert_eq!(missing, expected);
            prop_assert!(runs.missing(upto, 2).len() <= 2);
            // Read back from the database it is the same set.
            let above: Vec<SeqRange> = runs.0.iter().filter(|(f, _)| **f > contiguous)
                .map(|(f, t)| SeqRange { from: *f, to: *t }).collect();
            prop_assert_eq!(Runs::new(contiguous, &above), runs);
        }
    }

    #[test]
    fn the_ends_of_the_numbers_do_not_overflow() {
        let mut runs = Runs::default();
        runs.insert(u64::MAX);
        assert_eq!(
            runs.missing(u64::MAX, 9),
            [SeqRange {
                from: 1,
                to: u64::MAX - 1
            }]
        );
        assert_eq!(runs.contiguous(), 0);
    }
}
