//! Keeps a stranger from filling the log.

use std::collections::BTreeMap;

use machitap_domain::Millis;

/// The same record is written again after this.
const AGAIN_MS: Millis = 60_000;
/// So many different records are remembered.
const KEPT: usize = 64;

/// Lets each kind of record through once a minute and counts the rest.
#[derive(Debug, Default)]
pub struct Limit {
    seen: BTreeMap<String, (Millis, u64)>,
}

impl Limit {
    /// `Some(suppressed)` when a record of this kind may be written now, with how many
    /// were left out since the last one.
    pub fn pass(&mut self, kind: &str, now: Millis) -> Option<u64> {
        if let Some((last, suppressed)) = self.seen.get_mut(kind) {
            if now < *last + AGAIN_MS {
                *suppressed += 1;
                return None;
            }
            *last = now;
            return Some(std::mem::take(suppressed));
        }
        if self.seen.len() == KEPT {
            self.seen.retain(|_, (last, _)| now < *last + AGAIN_MS);
        }
        // More kinds than that within a minute: the log has seen enough.
        if self.seen.len() == KEPT {
            return None;
        }
        self.seen.insert(kind.to_owned(), (now, 0));
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_again_is_counted_not_written() {
        let mut limit = Limit::default();
        assert_eq!(limit.pass("a", 0), Some(0));
        assert_eq!(limit.pass("a", 10), None);
        assert_eq!(limit.pass("b", 10), Some(0));
        assert_eq!(limit.pass("a", 20), None);
        assert_eq!(limit.pass("a", AGAIN_MS), Some(2));
        assert_eq!(limit.pass("a", AGAIN_MS + 1), None);
    }

    #[test]
    fn a_flood_of_kinds_ends() {
        let mut limit = Limit::default();
        let passed = (0..1_000)
            .filter(|n| limit.pass(&n.to_string(), 5).is_some())
            .count();
        assert_eq!(passed, KEPT);
        assert_eq!(limit.pass("later", 5 + AGAIN_MS), Some(0));
    }
}
