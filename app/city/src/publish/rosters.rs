//! The roster of each kiosk.

use std::collections::BTreeMap;

use machitap_domain::{FacilityId, catalogue::Catalogue, roster::Roster};

use crate::db::Enrolled;

/// The roster of a kiosk's facility, with the residents' numbers in the system its service
/// names and in no other: a hall is not told who is a patient of the clinic.
pub(super) fn of_kiosk(
    rosters: &BTreeMap<FacilityId, Roster>,
    catalogue: &Catalogue,
    kiosk: &Enrolled,
) -> Roster {
    let facility = catalogue.facilities.get(&kiosk.facility);
    let roster = rosters.get(&kiosk.facility).cloned();
    roster
        .unwrap_or_else(|| Roster::empty(kiosk.facility.clone()))
        .with_links_of(facility.and_then(|f| f.service.linked_system()))
}

#[cfg(test)]
mod tests;
