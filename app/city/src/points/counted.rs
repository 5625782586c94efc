//! A spend on its way from a journal to its answer.

use machitap_domain::{
    FactId, FactKey, Pseudonym,
    points::spend::{Spend, SpendVerdict},
};

/// A spend as it was counted.
#[derive(Debug, Clone)]
pub(crate) struct SpendCounted {
    pub(crate) journal: i64,
    pub(crate) who: Pseudonym,
    pub(crate) key: FactKey,
    pub(crate) fact: FactId,
    pub(crate) spend: Spend,
}

impl SpendCounted {
    /// Points this answer settles.
    pub(crate) fn settled(&self, verdict: SpendVerdict) -> u64 {
        match verdict {
            SpendVerdict::Settled => self.spend.points.into(),
            SpendVerdict::Declined => 0,
        }
    }
}
