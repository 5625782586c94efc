//! The roster: the people one facility knows. It holds names and lives only there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    credential::Credential,
    ids::{CitizenId, FacilityId, HouseholdId},
    pii::Pii,
};

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
}

/// A household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Household {
    /// Its id here.
    pub id: HouseholdId,
    /// Its children at this nursery.
    pub children: Vec<Child>,
    /// Those who bring and fetch them.
    #[serde(default)]
    pub people: Vec<Guardian>,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Whose facts are about it.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// The class.
    pub class: String,
    /// The picture of the class.
    pub mark: ClassMark,
    /// The child's own card, when it has one.
    #[serde(default)]
    pub card: Option<Credential>,
}

/// The picture a class is known by, for those who cannot read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassMark {
    /// さくら
    Cherry,
    /// ひまわり
    Sunflower,
    /// くま
    Bear,
    /// うさぎ
    Rabbit,
    /// ほし
    Star,
    /// さかな
    Fish,
}

/// Someone who brings and fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    /// Who.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The cards; a citizen AP of this citizen always counts.
    #[serde(default)]
    pub cards: Vec<Credential>,
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

/// A resident known here by a card without the citizen AP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resident {
    /// Who.
    pub citizen: CitizenId,
    /// The cards.
    pub cards: Vec<Credential>,
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
}

impl Roster {
    /// An empty roster for a facility that needs none.
    pub const fn empty(facility: FacilityId) -> Self {
        Self {
            facility,
            households: Vec::new(),
            staff: Vec::new(),
            residents: Vec::new(),
        }
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
            for person in &household.people {
                claim(Credential::Citizen(person.citizen.clone()), place.clone())?;
                for card in &person.cards {
                    claim(card.clone(), place.clone())?;
                }
            }
        }
        for (n, resident) in self.residents.iter().enumerate() {
            let place = format!("resident #{}", n + 1);
            claim(Credential::Citizen(resident.citizen.clone()), place.clone())?;
            for card in &resident.cards {
                claim(card.clone(), place.clone())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{CardUid, Technology};

    fn citizen(id: &str) -> CitizenId {
        CitizenId::new(id).unwrap()
    }

    fn uid(n: u8) -> Credential {
        Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
    }

    fn roster() -> Roster {
        Roster {
            households: vec![Household {
                id: HouseholdId::new("H-1").unwrap(),
                children: vec![Child {
                    citizen: citizen("SKM-000001"),
                    name: "山田 花".to_owned().into(),
                    kana: "やまだ はな".to_owned().into(),
                    class: "さくら".into(),
                    mark: ClassMark::Cherry,
                    card: None,
                }],
                people: vec![Guardian {
                    citizen: citizen("SKM-000002"),
                    name: "山田 太郎".to_owned().into(),
                    cards: vec![uid(1)],
                }],
            }],
            ..Roster::empty("nursery-1".parse().unwrap())
        }
    }

    #[test]
    fn a_citizen_ap_or_a_linked_card_opens_the_household() {
        let roster = roster();
        for credential in [Credential::Citizen(citizen("SKM-000002")), uid(1)] {
            assert!(matches!(
                roster.find(&credential),
                Some(Known::Household {
                    guardian: Some(_),
                    ..
                })
            ));
        }
        assert!(matches!(
            roster.find(&Credential::Citizen(citizen("SKM-000001"))),
            Some(Known::Household { guardian: None, .. })
        ));
        assert_eq!(roster.find(&uid(9)), None);
    }

    #[test]
    fn a_card_that_opens_two_doors_is_refused() {
        let mut twice = roster();
        twice.residents.push(Resident {
            citizen: citizen("SKM-000009"),
            cards: vec![uid(1)],
        });
        assert!(matches!(
            twice.check(),
            Err(InvalidRoster::CardTwice { .. })
        ));
        assert_eq!(roster().check(), Ok(()));
    }

    #[test]
    fn no_name_reaches_a_debug_line() {
        let shown = format!("{:?}", roster());
        for personal in ["山田", "やまだ", "000001", "0101", "H-1"] {
            assert!(!shown.contains(personal), "{personal} in {shown}");
        }
    }
}
