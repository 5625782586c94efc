//! When receipts go out: soon, not for every batch, and always one at the end.

use std::collections::BTreeMap;

use machitap_domain::{Incarnation, KioskId, Millis};

/// At most one receipt per journal in this time.
pub const RECEIPT_EVERY_MS: Millis = 50;

/// A journal that was silent for so long and announced more than came is told what is
/// missing. Not sooner: what is under way would be sent twice.
pub const QUIET_MS: Millis = 2_000;

/// How far a receipt looks for holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Below the highest fact that came.
    Seen,
    /// Up to what the kiosk said it has.
    Announced,
}

/// A kiosk and the life of its journal.
pub type Whose = (KioskId, Incarnation);

#[derive(Debug, Default)]
struct Entry {
    due: bool,
    sent: Option<Millis>,
    quiet_at: Option<Millis>,
}

/// Keeps the pace of all journals.
#[derive(Debug, Default)]
pub struct Pace(BTreeMap<Whose, Entry>);

impl Pace {
    /// Something of that journal was committed at the monotonic instant `now`.
    pub fn mark(&mut self, whose: Whose, now: Millis) {
        let entry = self.0.entry(whose).or_default();
        entry.due = true;
        entry.quiet_at = Some(now + QUIET_MS);
    }

    /// The receipts to send now.
    pub fn ready(&mut self, now: Millis) -> Vec<(Whose, Reach)> {
        let mut out = Vec::new();
        for (whose, entry) in &mut self.0 {
            if entry.due && entry.sent.is_none_or(|at| now >= at + RECEIPT_EVERY_MS) {
                entry.due = false;
                entry.sent = Some(now);
                out.push((whose.clone(), Reach::Seen));
            } else if entry.quiet_at.is_some_and(|at| now >= at) {
                entry.quiet_at = None;
                out.push((whose.clone(), Reach::Announced));
            }
        }
        out
    }

    /// Everything that is due, whatever the pace: the end.
    pub fn flush(&mut self) -> Vec<Whose> {
        self.0
            .iter_mut()
            .filter_map(|(whose, e)| std::mem::take(&mut e.due).then(|| whose.clone()))
            .collect()
    }

    /// The next instant at which [`Self::ready`] has something.
    pub fn wake(&self) -> Option<Millis> {
        self.0
            .values()
            .filter_map(|e| {
                let due = e.due.then(|| e.sent.map_or(0, |at| at + RECEIPT_EVERY_MS));
                [due, e.quiet_at].into_iter().flatten().min()
            })
            .min()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn whose() -> Whose {
        ("kiosk-1".parse().unwrap(), Incarnation(Uuid::from_u128(1)))
    }

    #[test]
    fn the_first_goes_at_once_the_next_waits_and_the_last_always_goes() {
        let mut pace = Pace::default();
        pace.mark(whose(), 1_000);
        assert_eq!(pace.ready(1_000).len(), 1);
        for now in 1_001..1_040 {
            pace.mark(whose(), now);
            assert_eq!(pace.ready(now), []);
        }
        assert_eq!(pace.wake(), Some(1_050));
        assert_eq!(pace.ready(1_050).len(), 1);
        assert_eq!(pace.ready(1_100), []);
    }

    #[test]
    fn silence_asks_once_for_what_was_announced() {
        let mut pace = Pace::default();
        pace.mark(whose(), 0);
        assert_eq!(pace.ready(0), [(whose(), Reach::Seen)]);
        assert_eq!(pace.wake(), Some(QUIET_MS));
        assert_eq!(pace.ready(QUIET_MS), [(whose(), Reach::Announced)]);
        assert_eq!(pace.wake(), None);
        assert_eq!(pace.ready(10 * QUIET_MS), []);
    }

    #[test]
    fn the_end_sends_what_is_due() {
        let mut pace = Pace::default();
        pace.mark(whose(), 0);
        assert_eq!(pace.flush(), [whose()]);
        assert_eq!(pace.flush(), []);
    }
}
