//! Which card is which: from what the readers show to what is to be done. Pure.
//!
//! PC/SC counts insertions and removals in each reader. The same count is the same
//! card lying there, however often the state is reported; another count is another
//! presence, even when both ends of the gap were missed.

use std::ffi::CString;

use super::TapId;

/// What one reader shows now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) reader: CString,
    pub(super) card: bool,
    pub(super) events: u32,
}

/// A card that lies in a reader and was dealt with, or is being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lodged {
    pub(super) reader: CString,
    pub(super) events: u32,
    pub(super) tap: TapId,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The tap's card is no longer where it was.
    Left(TapId),
    /// A single new card.
    Read(Shown),
    /// More than one card.
    Crowd,
}

/// The state between two looks.
#[derive(Debug, Default)]
pub(super) struct Field {
    crowded: bool,
}

impl Field {
    pub(super) fn look(&mut self, lodged: Option<&Lodged>, shown: &[Shown]) -> Vec<Act> {
        let mut acts = Vec::new();
        let cards: Vec<&Shown> = shown.iter().filter(|s| s.card).collect();
        let mut occupied = false;
        if let Some(lodged) = lodged {
            occupied = cards
                .iter()
                .any(|s| s.reader == lodged.reader && s.events == lodged.events);
            if !occupied {
                acts.push(Act::Left(lodged.tap));
            }
        }
        match cards[..] {
            [] => self.crowded = false,
            [one] => {
                self.crowded = false;
                if !occupied {
                    acts.push(Act::Read(one.clone()));
                }
            }
            _ if !self.crowded => {
                self.crowded = true;
                acts.push(Act::Crowd);
            }
            _ => {}
        }
        acts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(reader: &str, card: bool, events: u32) -> Shown {
        Shown {
            reader: CString::new(reader).unwrap(),
            card,
            events,
        }
    }

    fn lodged(reader: &str, events: u32, tap: u64) -> Lodged {
        Lodged {
            reader: CString::new(reader).unwrap(),
            events,
            tap: TapId(tap),
        }
    }

    #[test]
    fn a_card_that_lies_there_is_read_once() {
        let mut field = Field::default();
        let look = [shown("a", true, 1)];
        assert_eq!(field.look(None, &look), [Act::Read(look[0].clone())]);
        assert_eq!(field.look(Some(&lodged("a", 1, 1)), &look), []);
    }

    #[test]
    fn a_swap_between_two_looks_is_seen_by_the_count() {
        let mut field = Field::default();
        let look = [shown("a", true, 3)];
        assert_eq!(
            field.look(Some(&lodged("a", 1, 1)), &look),
            [Act::Left(TapId(1)), Act::Read(look[0].clone())]
        );
    }

    #[test]
    fn two_cards_are_told_once_and_the_one_left_over_is_read() {
        let mut field = Field::default();
        let both = [shown("a", true, 1), shown("b", true, 1)];
        assert_eq!(field.look(None, &both), [Act::Crowd]);
        assert_eq!(field.look(None, &both), []);
        let one = [shown("a", false, 2), shown("b", true, 1)];
        assert_eq!(field.look(None, &one), [Act::Read(one[1].clone())]);
    }

    #[test]
    fn a_card_that_joins_a_read_one_is_not_read_and_the_read_one_not_again() {
        let mut field = Field::default();
        let both = [shown("a", true, 1), shown("b", true, 1)];
        let first = lodged("a", 1, 7);
        assert_eq!(field.look(Some(&first), &both), [Act::Crowd]);
        let back = [shown("a", true, 1), shown("b", false, 2)];
        assert_eq!(field.look(Some(&first), &back), []);
    }

    #[test]
    fn a_reader_that_is_gone_takes_its_card_along() {
        let mut field = Field::default();
        assert_eq!(
            field.look(Some(&lodged("a", 1, 4)), &[]),
            [Act::Left(TapId(4))]
        );
    }

    proptest! {
        /// Over any history of two slots: a presence is read at most once, nothing is
        /// read beside another card, and every read tap leaves before the next.
        #[test]
        fn no_presence_is_read_twice(steps in prop::collection::vec((0usize..2, 1u32..4, any::<bool>()), 0..60)) {
            let mut field = Field::default();
            let mut slots = [shown("a", false, 0), shown("b", false, 0)];
            let mut current: Option<Lodged> = None;
            let mut read = Vec::new();
            for (slot, changes, look) in steps {
                slots[slot].events += changes;
                slots[slot].card ^= changes % 2 == 1;
                for _ in 0..if look { 2 } else { 0 } {
                    for act in field.look(current.as_ref(), &slots) {
                        match act {
                            Act::Left(tap) => {
                                prop_assert_eq!(current.take().unwrap().tap, tap);
                            }
                            Act::Read(seen) => {
                                prop_assert!(current.is_none());
                                prop_assert_eq!(slots.iter().filter(|s| s.card).count(), 1);
                                let key = (seen.reader.clone(), seen.events);
                                prop_assert!(!read.contains(&key), "read twice");
                                read.push(key);
                                current = Some(Lodged { reader: seen.reader, events: seen.events, tap: TapId(read.len() as u64) });
                            }
                            Act::Crowd => prop_assert_eq!(slots.iter().filter(|s| s.card).count(), 2),
                        }
                    }
                }
            }
        }
    }
}
