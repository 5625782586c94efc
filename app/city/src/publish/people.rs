//! What the ledger and the ranking know of residents, by visit pseudonym.

use std::collections::BTreeMap;

use machitap_domain::{CitizenId, Credential, PurposeKey, points::caps::Person};

use crate::{
    db::{Db, DbError, GroupRow},
    documents::Documents,
};

/// Keeps nicknames, age bands and months of birth, areas and teams; takes the phones away of
/// whose id was released.
pub(super) fn keep(db: &Db, documents: &Documents, key: &PurposeKey) -> Result<(), DbError> {
    let nicknames = documents.nicknames.iter();
    let nicknames = nicknames.map(|(citizen, name)| (key.pseudonym(citizen), name.clone()));
    db.put_nicknames(&nicknames.collect())?;
    let people = people(documents);
    let people = people.into_iter().map(|(c, p)| (key.pseudonym(c), p));
    db.put_people(&people.collect())?;
    let groups = documents.groups.iter().map(|(kind, group)| GroupRow {
        kind,
        id: group.id.clone(),
        name: group.name.clone(),
        members: group.members.iter().map(|c| key.pseudonym(c)).collect(),
    });
    db.put_groups(&groups.collect::<Vec<_>>())?;
    for released in documents.rosters.values().flat_map(|r| &r.released) {
        if let Credential::Citizen(citizen) = released {
            db.forget_phones_of(&key.pseudonym(citizen))?;
        }
    }
    Ok(())
}

/// What the rosters together say; that they do not gainsay each other was checked.
fn people(documents: &Documents) -> BTreeMap<&CitizenId, Person> {
    let mut people: BTreeMap<&CitizenId, Person> = BTreeMap::new();
    for resident in documents.rosters.values().flat_map(|r| &r.residents) {
        if resident.age.is_some() || resident.birth_month.is_some() {
            let person = people.entry(&resident.citizen).or_default();
            person.age = person.age.or(resident.age);
            person.birth_month = person.birth_month.or(resident.birth_month);
        }
    }
    people
}

#[cfg(test)]
mod tests;
