//! What papers are made on, beside the facts: the city's documents as this kiosk keeps them.

use jiff::tz::TimeZone;
use machitap_domain::{
    FacilityId, Folds, KioskId, PurposeKey,
    catalogue::Catalogue,
    fact::Class,
    nursery::{absence::Absences, board::Sources, settings::Nursery},
    roster::Roster,
};
use machitap_store::{Damage, Journal, StoreError};
use machitap_wire::{DocumentName, bundle::PurposeKeys};

use super::shelf::CannotWrite;
use crate::documents::{Documents, News};

/// Why there are no papers.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The facility is no nursery.
    #[error("this kiosk stands in no nursery: there are no papers to be made")]
    NoNursery,
    /// A document is not here.
    #[error("the city's {0} is not on this kiosk: bring the link up, or publish it")]
    NoDocument(&'static str),
    /// The journal cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal's facts are not what they were, or went away meanwhile.
    #[error("the journal's facts: {0}")]
    Damaged(#[from] Damage),
    /// They are made and cannot be written.
    #[error(transparent)]
    Write(#[from] CannotWrite),
}

impl CannotMake {
    /// How it is answered.
    pub const fn class(&self) -> Class {
        match self {
            Self::NoNursery => Class::Refuse,
            // A fact may also have been pruned while it was waited for.
            Self::NoDocument(_) | Self::Damaged(Damage::Hole { .. }) => Class::Retry,
            Self::Damaged(_) => Class::Repair,
            Self::Store(error) => error.class(),
            Self::Write(error) => error.class(),
        }
    }
}

/// The documents, and who and where this is.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(super) kiosk: KioskId,
    pub(super) facility: String,
    pub(super) zone: TimeZone,
    roster: Roster,
    absences: Option<Absences>,
    nursery: Nursery,
    key: PurposeKey,
}

impl Ground {
    /// Reads the documents the journal keeps.
    pub(crate) fn read(
        journal: &Journal,
        documents: &Documents,
        kiosk: &KioskId,
        facility: &FacilityId,
        purposes: &PurposeKeys,
    ) -> Result<Self, CannotMake> {
        let mut found = Found::default();
        for name in documents.names() {
            found.read(journal, documents, &name)?;
        }
        let catalogue = found.catalogue.ok_or(CannotMake::NoDocument("catalogue"))?;
        let facility = catalogue
            .facilities
            .get(facility)
            .ok_or(CannotMake::NoNursery)?;
        let (Some(nursery), Some(key)) = (facility.service.as_nursery(), &purposes.nursery) else {
            return Err(CannotMake::NoNursery);
        };
        Ok(Self {
            kiosk: kiosk.clone(),
            facility: facility.name.ja.clone(),
            zone: facility
                .zone()
                .map_err(|_| CannotMake::NoDocument("catalogue"))?,
            roster: found.roster.ok_or(CannotMake::NoDocument("roster"))?,
            absences: found.absences,
            nursery: nursery.clone(),
            key: key.clone(),
        })
    }

    /// Together with what the facts make.
    pub(super) fn sources<'a>(&'a self, folds: &'a Folds) -> Sources<'a> {
        Sources {
            roster: &self.roster,
            absences: self.absences.as_ref(),
            nursery: &self.nursery,
            zone: &self.zone,
            key: &self.key,
            folds,
        }
    }
}

#[derive(Default)]
struct Found {
    catalogue: Option<Catalogue>,
    roster: Option<Roster>,
    absences: Option<Absences>,
}

impl Found {
    fn read(
        &mut self,
        journal: &Journal,
        documents: &Documents,
        name: &DocumentName,
    ) -> Result<(), StoreError> {
        if matches!(
            name,
            DocumentName::Ranking
                | DocumentName::Notices
                | DocumentName::Deals(_)
                | DocumentName::Fares(_)
                | DocumentName::Accounts(_)
                | DocumentName::AccountNews(_)
                | DocumentName::Progress
                | DocumentName::Lease(_)
        ) {
            return Ok(());
        }
        let Some(kept) = journal.document(name)? else {
            return Ok(());
        };
        // One that cannot be used counts as none, here as at the door.
        match documents.open(name, kept.version, &kept.bytes) {
            Ok(News::Catalogue(catalogue)) => self.catalogue = Some(*catalogue),
            Ok(News::Roster(roster)) => self.roster = Some(*roster),
            Ok(News::Absences(absences)) => self.absences = Some(*absences),
            Ok(
                News::Ranking(_)
                | News::Notices(_)
                | News::Deals(_)
                | News::Fares(_)
                | News::Accounts(_)
                | News::AccountNews(_)
                | News::Progress(_)
                | News::Leases(_),
            )
            | Err(_) => {}
        }
        Ok(())
    }
}
