//! `groups.toml`: areas and teams of the ranking, by the town's own numbers.

use std::collections::BTreeSet;

use machitap_domain::{CitizenId, catalogue::Text, ids::GroupId, ranking::GroupKind};
use serde::Deserialize;

use super::one_line;
use crate::flaw::{Flaw, Toml};

/// The name of an area or a team has at most so many characters: it stands in a row.
pub const GROUP_NAME_MAX: usize = 16;

/// The groups of a town. Only their members' visit pseudonyms are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Groups {
    /// Where residents live: each in one at most.
    pub areas: Vec<Group>,
    /// What they joined.
    pub teams: Vec<Group>,
}

/// One area or team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id, one of its kind.
    pub id: GroupId,
    /// Its name.
    pub name: Text,
    /// Its members.
    #[serde(default)]
    pub members: Vec<CitizenId>,
}

impl Groups {
    /// Each group with its kind.
    pub fn iter(&self) -> impl Iterator<Item = (GroupKind, &Group)> {
        let areas = self.areas.iter().map(|g| (GroupKind::Area, g));
        areas.chain(self.teams.iter().map(|g| (GroupKind::Team, g)))
    }
}

pub(super) fn groups(toml: &Toml) -> Result<Groups, Flaw> {
    let groups: Groups = toml.parse()?;
    for (table, list) in [("areas", &groups.areas), ("teams", &groups.teams)] {
        let mut ids = BTreeSet::new();
        let mut living = BTreeSet::new();
        for (n, group) in list.iter().enumerate() {
            let key = |name: &str| format!("{table}#{}.{name}", n + 1);
            if !ids.insert(&group.id) {
                return Err(toml.flaw(&key("id"), "stands twice"));
            }
            let texts = [Some(&group.name.ja), group.name.en.as_ref()];
            if !texts
                .into_iter()
                .flatten()
                .all(|t| one_line(t, GROUP_NAME_MAX))
            {
                let why = format_args!("a name has 1 to {GROUP_NAME_MAX} characters on one line");
                return Err(toml.flaw(&key("name"), why));
            }
            let mut members = BTreeSet::new();
            for (m, member) in group.members.iter().enumerate() {
                let key = key(&format!("members#{}", m + 1));
                if !members.insert(member) {
                    return Err(toml.flaw(&key, "stands twice"));
                }
                if table == "areas" && !living.insert(member) {
                    return Err(toml.flaw(&key, "lives in another area already"));
                }
            }
        }
    }
    Ok(groups)
}
