//! "One Monday": 120 children of 80 households in 6 classes come and go on the running
//! kiosk. The register and the statement it writes are compared, line by line, with tables
//! written by hand.

pub mod player;
pub mod script;
pub mod tables;

use std::sync::LazyLock;

use anyhow::{Context, Result};
use machitap_domain::{
    catalogue::Catalogue,
    nursery::absence::Absences,
    roster::{Child, Household, Roster},
};

use crate::{
    stage::Documents,
    town::{self, Sample},
};

/// The nursery.
pub const CATALOGUE: &str = include_str!("../town/monday/catalogue.toml");
/// Its people.
pub const ROSTER: &str = include_str!("../town/monday/roster.toml");
/// What the families have said.
pub const ABSENCES: &str = include_str!("../town/monday/absences.toml");
/// What happens.
pub const SCRIPT: &str = include_str!("../town/monday/script.txt");

/// The nursery's id.
pub const FACILITY: &str = "nursery";

static CARDS: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    town::cards(include_str!("../town/monday/cards.toml"))
        .expect("the cards are part of the program, and a test reads them")
});

/// The people of the day, as the player looks them up.
#[derive(Debug)]
pub struct Monday {
    catalogue: Catalogue,
    roster: Roster,
    absences: Absences,
}

impl Monday {
    /// Reads the day's documents.
    ///
    /// # Errors
    /// When one has a slip.
    pub fn read() -> Result<Self> {
        let catalogue: Catalogue = toml::from_str(CATALOGUE).context("catalogue.toml")?;
        catalogue.check()?;
        // The PIN's hash is put in by the city; here its place does.
        let roster: Roster = toml::from_str(ROSTER).context("roster.toml")?;
        roster.check()?;
        let absences: Absences = toml::from_str(ABSENCES).context("absences.toml")?;
        absences.check()?;
        Ok(Self {
            catalogue,
            roster,
            absences,
        })
    }

    /// The people.
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The children, class by class, in the order of the roster.
    pub fn by_class(&self) -> impl Iterator<Item = &Child> {
        let children = || self.roster.households.iter().flat_map(|h| &h.children);
        let mut classes: Vec<&str> = Vec::new();
        for child in children() {
            if !classes.contains(&child.class.as_str()) {
                classes.push(&child.class);
            }
        }
        classes
            .into_iter()
            .flat_map(move |class| children().filter(move |c| c.class == class))
    }

    /// A household by its number.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn household(&self, number: u8) -> Result<&Household> {
        let id = format!("H-{number:02}");
        self.roster
            .households
            .iter()
            .find(|h| h.id.reveal() == id)
            .with_context(|| format!("there is no household {id}"))
    }

    /// A card by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn card(&self, name: &str) -> Result<&'static Sample> {
        CARDS
            .iter()
            .find(|c| c.name == name)
            .with_context(|| format!("there is no card {name:?}"))
    }
}

/// What the city publishes.
pub fn documents() -> Documents {
    Documents {
        catalogue: CATALOGUE.into(),
        notices: town::NOTICES.into(),
        nicknames: String::new(),
        fares: None,
        rosters: vec![(FACILITY.into(), ROSTER.into())],
        absences: vec![(FACILITY.into(), ABSENCES.into())],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn the_day_is_as_large_as_it_says() {
        let monday = Monday::read().unwrap();
        let children: Vec<_> = monday
            .roster
            .households
            .iter()
            .flat_map(|h| &h.children)
            .collect();
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        for child in &children {
            *classes.entry(&child.class).or_default() += 1;
        }
        assert_eq!((monday.roster.households.len(), children.len()), (80, 120));
        assert_eq!(classes.values().collect::<Vec<_>>(), [&20; 6]);
        let names: BTreeSet<&str> = children.iter().map(|c| c.name.reveal().as_str()).collect();
        assert_eq!(
            names.len(),
            120,
            "a name is a label, and must be one child's"
        );
        for household in 1..=80 {
            monday.card(&format!("g{household:02}")).unwrap();
        }
        script::parse(SCRIPT).unwrap();
    }
}
