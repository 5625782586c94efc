//! What stands of all claims: a function of the set, whatever the order they came in.
//!
//! Claims are taken in the order of the kiosks' clocks, and by their keys where these agree: a
//! kiosk claims nothing on a clock nobody vouches for. So the earlier of two registrations of one
//! card stands, also where its kiosk was off the line and the city had answered the later one;
//! the answer then changes, and the journal of that kiosk says so.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, WhyNot, form::Form, letter::Consent};
use crate::{
    credential::Credential,
    fact::{FactId, FactKey},
    ids::CitizenId,
};
use jiff::civil::Date;

/// What a claim says, once its letter was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A card was registered.
    Register {
        /// The id.
        citizen: CitizenId,
        /// The card.
        credential: Credential,
        /// What the resident said of themselves.
        form: Form,
        /// What they agreed to.
        consent: Option<Consent>,
        /// The id is one that kiosk was leased, issued before the lease was over.
        leased: bool,
    },
    /// Another card for a resident.
    Relink {
        /// The id.
        citizen: CitizenId,
        /// The card.
        credential: Credential,
        /// The date of birth that was said.
        birth: Option<Date>,
    },
    /// The id is given up.
    Release {
        /// The id.
        citizen: CitizenId,
        /// The card that was held.
        credential: Credential,
    },
    /// The letter cannot be opened, or gainsays its fact.
    Unreadable,
}

/// A claim that was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The fact.
    pub fact: FactId,
    /// When, by the kiosk's clock, milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// What it says.
    pub said: Said,
}

/// Whom the town knows without any claim, from its rosters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Whose cards.
    pub cards: BTreeMap<Credential, CitizenId>,
    /// The residents.
    pub citizens: BTreeSet<CitizenId>,
    /// Cards and ids that open nothing.
    pub released: BTreeSet<Credential>,
}

/// One resident by the claims that stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resident {
    /// The card in force; `None` once the id was released.
    pub card: Option<Credential>,
    /// The form; `None` for one the town's rosters knew.
    pub form: Option<Form>,
    /// What was agreed to.
    pub consent: Option<Consent>,
    /// The id was released.
    pub released: bool,
}

/// What stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// The residents claims are about.
    pub residents: BTreeMap<CitizenId, Resident>,
    /// Cards that were replaced or released, and ids that were released.
    pub released: BTreeSet<Credential>,
    /// The answer to each claim.
    pub answers: BTreeMap<FactKey, Answer>,
    /// Who holds which card: those the rosters know and those of the claims.
    cards: BTreeMap<Credential, CitizenId>,
}

/// Says what stands of these claims.
pub fn judge(claims: &BTreeMap<FactKey, Claim>, known: &Known) -> Registry {
    let mut order: Vec<(&FactKey, &Claim)> = claims.iter().collect();
    order.sort_by_key(|(key, claim)| (claim.at_ms, *key));
    let mut registry = Registry {
        cards: known.cards.clone(),
        ..Registry::default()
    };
    for (key, claim) in order {
        let answer = match registry.take(&claim.said, known) {
            Ok(()) => Answer::Accepted,
            Err(why) => Answer::Refused { why },
        };
        registry.answers.insert(key.clone(), answer);
    }
    registry
}

impl Registry {
    /// Who holds that card, or held it last.
    pub fn holder_of(&self, credential: &Credential) -> Option<&CitizenId> {
        self.cards.get(credential)
    }

    fn take(&mut self, said: &Said, known: &Known) -> Result<(), WhyNot> {
        match said {
            Said::Register {
                citizen,
                credential,
                form,
                consent,
                leased,
            } => {
                if !leased {
                    return Err(WhyNot::OutsideLease);
                }
                if self.knows(citizen, known) {
                    return Err(WhyNot::IdTaken);
                }
                self.free(credential, None, known)?;
                self.cards.insert(credential.clone(), citizen.clone());
                let resident = Resident {
                    card: Some(credential.clone()),
                    form: Some(form.clone()),
                    consent: consent.clone(),
                    released: false,
                };
                self.residents.insert(citizen.clone(), resident);
                Ok(())
            }
            Said::Relink {
                citizen,
                credential,
                birth,
            } => {
                if !self.knows(citizen, known) {
                    return Err(WhyNot::UnknownId);
                }
                if self.is_released(citizen, known) {
                    return Err(WhyNot::IdReleased);
                }
                let born = self.birth(citizen);
                if born.is_some() && born != *birth {
                    return Err(WhyNot::NotThePerson);
                }
                self.free(credential, Some(citizen), known)?;
                self.release_cards(citizen);
                self.released.remove(credential);
                self.cards.insert(credential.clone(), citizen.clone());
                self.residents.entry(citizen.clone()).or_default().card = Some(credential.clone());
                Ok(())
            }
            Said::Release {
                citizen,
                credential,
            } => {
                // A card with the citizen AP proves the id by itself.
                let proven = matches!(credential, Credential::Citizen(c) if c == citizen);
                if !proven && !self.knows(citizen, known) {
                    return Err(WhyNot::UnknownId);
                }
                // Whoever found a card that was replaced gives up nobody's id with it.
                if !proven && !self.opens(credential, citizen) {
                    return Err(WhyNot::CardReleased);
                }
                self.release_cards(citizen);
                self.released.insert(Credential::Citizen(citizen.clone()));
                let resident = self.residents.entry(citizen.clone()).or_default();
                resident.card = None;
                resident.released = true;
                Ok(())
            }
            Said::Unreadable => Err(WhyNot::Unreadable),
        }
    }

    fn knows(&self, citizen: &CitizenId, known: &Known) -> bool {
        self.residents.contains_key(citizen) || known.citizens.contains(citizen)
    }

    fn opens(&self, credential: &Credential, citizen: &CitizenId) -> bool {
        self.cards.get(credential) == Some(citizen) && !self.released.contains(credential)
    }

    fn is_released(&self, citizen: &CitizenId, known: &Known) -> bool {
        let id = Credential::Citizen(citizen.clone());
        self.released.contains(&id) || known.released.contains(&id)
    }

    fn birth(&self, citizen: &CitizenId) -> Option<Date> {
        let form = self.residents.get(citizen)?.form.as_ref()?;
        form.birth.as_ref().map(|b| *b.reveal())
    }

    /// A card that nobody else holds, and that the town did not call in. One that a resident
    /// themselves had before may be theirs again.
    fn free(
        &self,
        credential: &Credential,
        of: Option<&CitizenId>,
        known: &Known,
    ) -> Result<(), WhyNot> {
        let held = self.cards.get(credential).is_some_and(|c| Some(c) != of);
        let theirs = matches!(credential, Credential::Citizen(c) if Some(c) != of);
        if held || theirs || known.released.contains(credential) {
            return Err(WhyNot::CardTaken);
        }
        Ok(())
    }

    /// Whoever finds a card that was replaced or released finds nothing by it: it stays its last
    /// holder's, and only they can link it again.
    fn release_cards(&mut self, citizen: &CitizenId) {
        let of = self.cards.iter().filter(|(_, c)| *c == citizen);
        self.released.extend(of.map(|(card, _)| card.clone()));
    }
}
