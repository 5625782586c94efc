//! A roster with the registrations that stand.

use std::collections::BTreeMap;

use jiff::civil::Date;
use machitap_domain::{
    Credential,
    catalogue::Service,
    points::caps::Age,
    register::{Registry, Resident, form::band},
    roster::{self, InvalidRoster, Roster},
};

/// The age band of a resident on that day, where their form says it.
pub fn age(resident: &Resident, today: Date) -> Option<Age> {
    let birth = resident.form.as_ref()?.birth.as_ref()?;
    band(*birth.reveal(), today)
}

/// Adds to a roster what stands of the claims. A nursery's stays as its city wrote it: who may
/// fetch a child is no matter of a points card. Halls and events learn whose cards are whose;
/// buses and receptions only which cards of theirs were replaced or given up.
///
/// # Errors
/// [`InvalidRoster`] where a claim and the roster's households gainsay each other.
pub fn roster(
    mut roster: Roster,
    service: &Service,
    registry: &Registry,
    today: Date,
) -> Result<Roster, InvalidRoster> {
    if matches!(service, Service::Nursery(_)) {
        return Ok(roster);
    }
    let everybody = matches!(service, Service::Visit { .. } | Service::Event(_));
    let mut new: BTreeMap<_, _> = registry.residents.iter().collect();
    for known in &mut roster.residents {
        if let Some(resident) = new.remove(&known.citizen) {
            known.cards.retain(|c| !registry.released.contains(c));
            if let Some(card) = &resident.card
                && !known.cards.contains(card)
            {
                known.cards.push(card.clone());
            }
        }
    }
    for (citizen, resident) in new.into_iter().filter(|_| everybody) {
        let Some(card) = &resident.card else { continue };
        // Of staff and households the roster says it itself.
        if roster.find(&Credential::Citizen(citizen.clone())).is_some() {
            continue;
        }
        roster.residents.push(roster::Resident {
            citizen: citizen.clone(),
            cards: vec![card.clone()],
            age: age(resident, today),
            birth_month: None,
            links: BTreeMap::new(),
        });
    }
    for released in &registry.released {
        if !roster.released.contains(released) {
            roster.released.push(released.clone());
        }
    }
    roster.check()?;
    Ok(roster)
}
