//! The roster: the people one facility knows. It holds names and lives only there.

mod household;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    credential::Credential,
    ids::{CitizenId, EventId, FacilityId, LinkNumber, SystemId},
    pii::Pii,
    points::caps::{Age, Person},
};

pub use household::{CareFrom, Child, ClassMark, Guardian, Household, HouseholdNotice, May, When};

/// The people of one facility. Published signed, versioned and sealed to its kiosks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// The facility.
    pub facility: FacilityId,
    /// The households with children here.
    #[serde(default)]
    pub households: Vec<Household>,
    /// Those who may open the staff panel.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// Residents who use a card without the citizen AP.
    #[serde(default)]
    pub residents: Vec<Resident>,
    /// Who may come to events that are only for those on a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attending: Vec<Attending>,
    /// Cards and ids that open nothing any more: lost, released, expired.
    #[serde(default)]
    pub released: Vec<Credential>,
}

/// Digits of a staff PIN: what the city hashes and what the kiosk's pad takes.
pub const PIN_LENGTH: usize = 6;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Who.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The staff PIN as an Argon2id PHC string; the PIN itself is nowhere.
    pub pin_hash: String,
    /// The cards; a citizen AP of this citizen always counts.
    #[serde(default)]
    pub cards: Vec<Credential>,
}

/// A resident known here: by a card without the citizen AP, or for a rule that hangs on
/// age. Never a date of birth: a band and a month are all a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resident {
    /// Who.
    pub citizen: CitizenId,
    /// The cards.
    #[serde(default)]
    pub cards: Vec<Credential>,
    /// The age band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// The month of birth, 1 to 12, where the resident wants it known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<u8>,
    /// Their numbers in other houses' systems. A kiosk is sent those of the system its
    /// facility's service names, and no others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<SystemId, LinkNumber>,
}

/// Who may come to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attending {
    /// The event.
    pub event: EventId,
    /// Who.
    pub citizen: CitizenId,
}

/// Whom a card opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// A member of staff.
    Staff(&'a Staff),
    /// A household, by a guardian's or a child's card.
    Household {
        /// The household.
        household: &'a Household,
        /// The guardian, or `None` for a child's own card.
        guardian: Option<&'a Guardian>,
    },
    /// A resident by a linked card.
    Resident(&'a CitizenId),
}

/// Why a roster is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoster {
    /// The same card opens two different doors.
    #[error("a card stands twice in the roster: {first} and {second}")]
    CardTwice {
        /// Where it stands first.
        first: String,
        /// And again.
        second: String,
    },
    /// A household nobody can use.
    #[error("household {0} has no children")]
    NoChildren(String),
    /// Children and people are known on the wire by their id: it must be one person's.
    #[error("in household {0} one id stands for two people")]
    PersonTwice(String),
    /// A month no year has.
    #[error("resident #{0}: birth_month must be 1 to 12")]
    BirthMonth(usize),
    /// One patient would be taken for another. The number itself is not said: it is personal.
    #[error("residents #{first} and #{second} have the same number in {system}")]
    LinkTwice {
        /// The system.
        system: SystemId,
        /// Who has it first, counted from 1.
        first: usize,
        /// And again.
        second: usize,
    },
}

impl Roster {
    /// An empty roster for a facility that needs none.
    pub const fn empty(facility: FacilityId) -> Self {
        Self {
            facility,
            households: Vec::new(),
            staff: Vec::new(),
            residents: Vec::new(),
            attending: Vec::new(),
            released: Vec::new(),
        }
    }

    /// True when they are on the list of that event.
    pub fn attends(&self, event: &EventId, citizen: &CitizenId) -> bool {
        self.attending
            .iter()
            .any(|a| a.event == *event && a.citizen == *citizen)
    }

    /// The roster as a kiosk may have it: with the numbers of that system and of no other.
    #[must_use]
    pub fn with_links_of(mut self, system: Option<&SystemId>) -> Self {
        for resident in &mut self.residents {
            resident.links.retain(|of, _| Some(of) == system);
        }
        self
    }

    /// True when the card or its id was released, lost or has expired.
    pub fn is_released(&self, credential: &Credential) -> bool {
        self.released.contains(credential)
    }

    /// The household and the person of that id.
    pub fn person(&self, citizen: &CitizenId) -> Option<(&Household, &Guardian)> {
        self.households.iter().find_map(|h| {
            let person = h.people.iter().find(|p| p.citizen == *citizen)?;
            Some((h, person))
        })
    }

    /// What a point rule may know of that resident; nothing of one not listed.
    pub fn for_points(&self, citizen: &CitizenId) -> Person {
        self.residents
            .iter()
            .find(|r| r.citizen == *citizen)
            .map_or_else(Person::default, |r| Person {
                age: r.age,
                birth_month: r.birth_month,
            })
    }

    /// Whom this credential opens.
    pub fn find(&self, credential: &Credential) -> Option<Known<'_>> {
        let is = |citizen: &CitizenId, cards: &[Credential]| {
            cards.contains(credential)
                || matches!(credential, Credential::Citizen(c) if c == citizen)
        };
        if let Some(staff) = self.staff.iter().find(|s| is(&s.citizen, &s.cards)) {
            return Some(Known::Staff(staff));
        }
        for household in &self.households {
            if let Some(guardian) = household.people.iter().find(|p| is(&p.citizen, &p.cards)) {
                return Some(Known::Household {
                    household,
                    guardian: Some(guardian),
                });
            }
            if household
                .children
                .iter()
                .any(|c| is(&c.citizen, c.card.as_slice()))
            {
                return Some(Known::Household {
                    household,
                    guardian: None,
                });
            }
        }
        self.residents
            .iter()
            .find(|r| is(&r.citizen, &r.cards))
            .map(|r| Known::Resident(&r.citizen))
    }

    /// Checks what the types cannot: each card opens one door, each household has children.
    ///
    /// # Errors
    /// The first [`InvalidRoster`] found.
    pub fn check(&self) -> Result<(), InvalidRoster> {
        let mut seen: BTreeMap<Credential, String> = BTreeMap::new();
        let mut claim = |credential: Credential, place: String| match seen.get(&credential) {
            Some(first) if *first != place => Err(InvalidRoster::CardTwice {
                first: first.clone(),
                second: place,
            }),
            _ => {
                seen.insert(credential, place);
                Ok(())
            }
        };
        for (n, staff) in self.staff.iter().enumerate() {
            let place = format!("staff #{}", n + 1);
            claim(Credential::Citizen(staff.citizen.clone()), place.clone())?;
            for card in &staff.cards {
                claim(card.clone(), place.clone())?;
            }
        }
        for household in &self.households {
            let place = format!("household {}", household.id.reveal());
            if household.children.is_empty() {
                return Err(InvalidRoster::NoChildren(household.id.reveal().to_owned()));
            }
            for child in &household.children {
                claim(Credential::Citizen(child.citizen.clone()), place.clone())?;
                for card in child.card.iter() {
                    claim(card.clone(), place.clone())?;
                }
            }
            let mut ids: Vec<&CitizenId> = household
                .children
                .iter()
                .map(|c| &c.citizen)
                .chain(household.people.iter().map(|p| &p.citizen))
                .collect();
            ids.sort_unstable();
            if ids.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(InvalidRoster::PersonTwice(household.id.reveal().to_owned()));
            }
            for person in &household.people {
                claim(Credential::Citizen(person.citizen.clone()), place.clone())?;
                for card in &person.cards {
                    claim(card.clone(), place.clone())?;
                }
            }
        }
        for (n, resident) in self.residents.iter().enumerate() {
            let place = format!("resident #{}", n + 1);
            if resident.birth_month.is_some_and(|m| !(1..=12).contains(&m)) {
                return Err(InvalidRoster::BirthMonth(n + 1));
            }
            claim(Credential::Citizen(resident.citizen.clone()), place.clone())?;
            for card in &resident.cards {
                claim(card.clone(), place.clone())?;
            }
        }
        self.check_links()
    }

    fn check_links(&self) -> Result<(), InvalidRoster> {
        let mut seen = BTreeMap::new();
        for (n, resident) in (1..).zip(&self.residents) {
            for (system, number) in &resident.links {
                if let Some(first) = seen.insert((system, number), n) {
                    return Err(InvalidRoster::LinkTwice {
                        system: system.clone(),
                        first,
                        second: n,
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
