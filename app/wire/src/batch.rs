//! Batches of facts, with the facts' bytes kept as they were hashed.

use machitap_domain::{
    Incarnation,
    fact::{Fact, Hash},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A batch holds at most this many facts …
pub const FACTS_MAX: usize = 100;
/// … and stops growing at this many bytes of facts.
pub const BYTES_MAX: usize = 48 * 1024;

/// Facts in the order of their sequence. Holes between batches are allowed: the city
/// asks for what it lacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// The life of the journal.
    pub incarnation: Incarnation,
    facts: Vec<Box<RawValue>>,
}

/// One fact out of a batch: its meaning, its bytes, its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub fact: Fact,
    /// The bytes as the kiosk stored and hashed them.
    pub bytes: String,
    /// Their hash.
    pub hash: Hash,
}

impl Batch {
    /// Packs stored facts; takes as many as fit and says how many.
    ///
    /// # Panics
    /// When a stored fact is not JSON: the journal checks its chain before it hands any out.
    pub fn pack<'a>(
        incarnation: Incarnation,
        stored: impl IntoIterator<Item = &'a str>,
    ) -> (Self, usize) {
        let mut facts = Vec::new();
        let mut bytes = 0;
        for text in stored {
            if facts.len() == FACTS_MAX || (!facts.is_empty() && bytes + text.len() > BYTES_MAX) {
                break;
            }
            bytes += text.len();
            facts
                .push(RawValue::from_string(text.to_owned()).expect("the journal holds only JSON"));
        }
        let taken = facts.len();
        (Self { incarnation, facts }, taken)
    }

    /// How many facts.
    pub const fn len(&self) -> usize {
        self.facts.len()
    }

    /// True for a batch without facts.
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Reads the facts; those that are none come back as their raw text with the reason,
    /// to be kept and shown.
    pub fn links(&self) -> Vec<Result<Link, (String, serde_json::Error)>> {
        self.facts
            .iter()
            .map(|raw| {
                let bytes = raw.get().to_owned();
                match serde_json::from_str(&bytes) {
                    Ok(fact) => Ok(Link {
                        fact,
                        hash: Hash::of(bytes.as_bytes()),
                        bytes,
                    }),
                    Err(why) => Err((bytes, why)),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn bytes_are_kept_to_the_letter() {
        let odd = r#"{"a" : 1.0,   "b":"é"}"#;
        let inc = Incarnation(Uuid::from_u128(1));
        let (batch, taken) = Batch::pack(inc, [odd]);
        assert_eq!(taken, 1);
        let read: Batch = serde_json::from_slice(&serde_json::to_vec(&batch).unwrap()).unwrap();
        let (text, _) = read.links().remove(0).unwrap_err();
        assert_eq!(text, odd);
    }

    #[test]
    fn a_batch_ends_at_its_limits() {
        let inc = Incarnation(Uuid::from_u128(1));
        let small = vec!["{}"; FACTS_MAX + 5];
        assert_eq!(Batch::pack(inc, small).1, FACTS_MAX);
        let large = format!("\"{}\"", "x".repeat(BYTES_MAX / 2));
        assert_eq!(Batch::pack(inc, [large.as_str(); 4]).1, 1);
        let giant = format!("\"{}\"", "x".repeat(BYTES_MAX * 2));
        assert_eq!(
            Batch::pack(inc, [giant.as_str()]).1,
            1,
            "one fact always fits"
        );
    }
}
