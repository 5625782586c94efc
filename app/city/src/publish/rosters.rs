//! The roster of each kiosk.

use machitap_domain::roster::Roster;

use crate::{db::Enrolled, documents::Documents};

/// The roster of a kiosk's facility, with the residents' numbers in the system its service
/// names and in no other: a hall is not told who is a patient of the clinic.
pub(super) fn of_kiosk(documents: &Documents, kiosk: &Enrolled) -> Roster {
    let facility = &documents.catalogue.facilities[&kiosk.facility];
    let roster = documents.rosters.get(&kiosk.facility).cloned();
    roster
        .unwrap_or_else(|| Roster::empty(kiosk.facility.clone()))
        .with_links_of(facility.service.linked_system())
}

#[cfg(test)]
mod tests;
