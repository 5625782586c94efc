//! What the city published that points hang on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use machitap_domain::{
    Pii, Pseudonym,
    catalogue::{Catalogue, Service, Text},
    ids::GroupId,
    points::{
        caps::{Age, Person, TownPoints},
        offers::Offers,
    },
    ranking::{GroupKind, Period, Scope, Span},
};

use crate::{
    db::{Db, DbError, GroupRow},
    ledger::{self, Zones},
};

/// The groups with those who named an area themselves. Whom the town counts to an area already
/// stays there; an area the town has no group for has no place in the ranking.
fn joined(mut groups: Vec<GroupRow>, named: BTreeMap<Pseudonym, GroupId>) -> Vec<GroupRow> {
    let areas = groups.iter().filter(|g| g.kind == GroupKind::Area);
    let living: BTreeSet<Pseudonym> = areas.flat_map(|g| g.members.clone()).collect();
    for (who, area) in named {
        let mut areas = groups.iter_mut().filter(|g| g.kind == GroupKind::Area);
        if let Some(area) = areas.find(|g| g.id == area)
            && !living.contains(&who)
        {
            area.members.push(who);
        }
    }
    groups
}

/// Rules, people and groups as they are in force.
#[derive(Debug)]
pub struct Town {
    pub(crate) catalogue: Catalogue,
    pub(crate) zones: Zones,
    pub(crate) nicknames: BTreeMap<Pseudonym, Pii<String>>,
    pub(crate) groups: Vec<GroupRow>,
    people: BTreeMap<Pseudonym, Person>,
    pub(crate) aliases: BTreeMap<Pseudonym, Pseudonym>,
    publication: u64,
}

impl Town {
    /// As it was published last. Before the first publication nothing is capped.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn load(db: &Db, city: TimeZone) -> Result<Self, DbError> {
        // First: what is published meanwhile is then read once more.
        let publication = db.publication()?;
        let catalogue = ledger::catalogue(db)?.unwrap_or_else(unpublished);
        Ok(Self {
            zones: Zones::of_catalogue(&catalogue, city),
            catalogue,
            nicknames: db.nicknames()?,
            groups: joined(db.groups()?, db.registered_areas()?),
            people: db.people()?,
            aliases: db.aliases()?,
            publication,
        })
    }

    /// Which publication this is.
    pub const fn publication(&self) -> u64 {
        self.publication
    }

    /// What a rule may know of that resident.
    pub fn person(&self, who: &Pseudonym) -> Person {
        self.people.get(who).copied().unwrap_or_default()
    }

    /// Whose account facts about that resident go to.
    pub fn truly(&self, who: Pseudonym) -> Pseudonym {
        self.aliases.get(&who).copied().unwrap_or(who)
    }

    /// The names under which kiosks gave that resident points.
    pub fn names(&self, who: Pseudonym) -> impl Iterator<Item = Pseudonym> + '_ {
        let others = self.aliases.iter().filter(move |(_, truly)| **truly == who);
        [who].into_iter().chain(others.map(|(name, _)| *name))
    }

    /// True for one who has no place of their own in any ranking.
    pub fn is_child(&self, who: &Pseudonym) -> bool {
        self.person(who).age == Some(Age::Child)
    }

    /// The city's day.
    pub fn today(&self, now_ms: i64) -> Date {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX);
        self.zones.city().to_datetime(now).date()
    }

    /// The days each board counts now: the town's in the city's zone, a facility's in its own.
    pub fn spans(&self, now_ms: i64) -> BTreeMap<(Scope, Period), Span> {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX);
        let visited = self.catalogue.facilities.iter();
        let visited = visited.filter(|(_, f)| matches!(f.service, Service::Visit { .. }));
        let facilities = visited.map(|(id, _)| {
            let day = self.zones.of(id).to_datetime(now).date();
            (Scope::Facility(id.clone()), day)
        });
        [(Scope::Town, self.today(now_ms))]
            .into_iter()
            .chain(facilities)
            .flat_map(|(scope, day)| {
                [Period::Week, Period::Month]
                    .map(|period| ((scope.clone(), period), Span::of(period, day)))
            })
            .collect()
    }
}

/// The rules of a city that has published none.
fn unpublished() -> Catalogue {
    Catalogue {
        city: "unpublished".parse().expect("an id"),
        name: Text::default(),
        contact: String::new(),
        facilities: BTreeMap::new(),
        points: TownPoints::default(),
        draws: Vec::new(),
        offers: Offers::default(),
        pairing: None,
        registration: None,
        look: machitap_domain::look::Look::default(),
    }
}
