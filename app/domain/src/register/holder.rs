//! Who holds which card, as one journal knows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::{fact::FactId, ids::LeaseId, pseudonym::Pseudonym};

/// Claims of one resident that are remembered; nobody loses so many cards at one kiosk.
pub const CLAIMS_KEPT: usize = 16;

/// How many numbers of each lease were issued by this journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers(BTreeMap<LeaseId, u32>);

impl Numbers {
    /// None yet.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The place of the next number in that lease.
    pub fn next(&self, lease: &LeaseId) -> u32 {
        self.0.get(lease).copied().unwrap_or(0)
    }

    /// Notes that a place was used; one that was used stays used.
    pub(crate) fn take(&mut self, lease: &LeaseId, nth: u32) {
        let next = self.0.entry(lease.clone()).or_default();
        *next = (*next).max(nth.saturating_add(1));
    }
}

/// What a claim was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// A registration, from that place of a lease.
    Registered {
        /// The lease.
        lease: LeaseId,
        /// The place.
        nth: u32,
    },
    /// Another card took the place of the earlier ones.
    Relinked,
    /// The id was released.
    Released,
}

/// One claim about a resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMade {
    /// The fact.
    pub fact: FactId,
    /// Its place in the journal.
    pub seq: u64,
    /// The card that was held.
    pub card: Pseudonym,
    /// What.
    pub made: Made,
    /// What the city makes of it; `None` until it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// It was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
}

impl ClaimMade {
    fn stands(&self) -> bool {
        !self.undone && !self.answer.is_some_and(Answer::is_refused)
    }
}

/// What a card is to this journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// It opens the resident's account.
    Opens {
        /// The city has not sealed it yet.
        provisional: bool,
    },
    /// It opens nothing any more.
    Released,
}

/// The claims about one resident, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holder(Vec<ClaimMade>);

impl Holder {
    /// The claims, oldest first.
    pub fn claims(&self) -> &[ClaimMade] {
        &self.0
    }

    /// True when the id itself was released.
    pub fn is_released(&self) -> bool {
        self.0
            .iter()
            .any(|c| c.stands() && c.made == Made::Released)
    }

    /// The claim by which a card opens this resident's account: the last that stands.
    pub fn opening(&self) -> Option<&ClaimMade> {
        let mut links = self.0.iter().rev();
        links.find(|c| c.stands() && c.made != Made::Released)
    }

    /// What that card is; `None` where no claim that stands names it.
    pub fn card(&self, card: &Pseudonym) -> Option<CardState> {
        let named = |c: &&ClaimMade| c.stands() && c.card == *card;
        self.0.iter().find(named)?;
        match self.opening().filter(|_| !self.is_released()) {
            Some(open) if open.card == *card => Some(CardState::Opens {
                provisional: open.answer.is_none(),
            }),
            _ => Some(CardState::Released),
        }
    }

    /// True where a card this journal never saw with the resident opens nothing any more:
    /// another one took its place, or the id was released.
    pub fn bars_others(&self) -> bool {
        let relinked = self.opening().is_some_and(|c| c.made == Made::Relinked);
        relinked || self.is_released()
    }

    /// True while the city has not answered a claim that stands.
    pub fn waits(&self) -> bool {
        self.0.iter().any(|c| !c.undone && c.answer.is_none())
    }

    /// The place of the lease the id was issued from, where it was issued here.
    pub fn place(&self) -> Option<(&LeaseId, u32)> {
        self.0.iter().rev().find_map(|c| match &c.made {
            Made::Registered { lease, nth } => Some((lease, *nth)),
            Made::Relinked | Made::Released => None,
        })
    }

    pub(crate) fn claim(&mut self, claim: ClaimMade) {
        self.0.push(claim);
        if self.0.len() > CLAIMS_KEPT {
            self.0.remove(0);
        }
    }

    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        let claim = self.0.iter_mut().find(|c| c.fact == fact && !c.undone);
        claim.map(|c| c.undone = true).is_some()
    }

    pub(crate) fn answer(&mut self, fact: FactId, answer: Answer) -> bool {
        let claim = self.0.iter_mut().find(|c| c.fact == fact);
        claim.is_some_and(|c| c.answer.replace(answer) != Some(answer))
    }
}
