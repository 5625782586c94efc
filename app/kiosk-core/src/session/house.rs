//! The facility this kiosk stands in, as the catalogue has it.

use std::sync::Arc;

use machitap_domain::{
    catalogue::{Catalogue, Facility, Service, Timing},
    nursery::settings::Nursery,
};

use super::Session;

impl Session {
    /// A catalogue whose facility has no known zone is as good as none for this facility.
    pub(super) fn set_catalogue(&mut self, catalogue: Catalogue) {
        self.changed = true;
        let told_to = self.reception_rules().cloned();
        if let Some(zone) = catalogue
            .facilities
            .get(&self.facility_id)
            .and_then(|f| f.zone().ok())
        {
            self.zone = zone;
        }
        self.look = Arc::new(catalogue.look.clone());
        self.catalogue = Some(catalogue);
        self.know_patients();
        // What waits for one place is not waited for at another.
        if self.reception_rules() != told_to.as_ref() {
            self.offered.clear();
        }
    }

    pub(super) fn facility(&self) -> Option<&Facility> {
        self.catalogue
            .as_ref()?
            .facilities
            .get(&self.facility_id)
            .filter(|f| f.zone().is_ok())
    }

    pub(super) fn service(&self) -> Option<&Service> {
        Some(&self.facility()?.service)
    }

    pub(super) fn nursery(&self) -> Option<&Nursery> {
        self.service()?.as_nursery()
    }

    pub(super) fn timing(&self) -> Timing {
        self.facility().map(|f| f.timing).unwrap_or_default()
    }
}
