//! The city's documents: collected, verified, opened, checked — then in force.

use std::collections::BTreeMap;

use machitap_domain::{
    CityId, FacilityId, KioskId,
    catalogue::{Catalogue, InvalidCatalogue},
    draw::Deals,
    fare::{FareList, list::InvalidFareList},
    notices::Notices,
    nursery::absence::Absences,
    points::{accounts::Accounts, offers::Progress},
    ranking::Ranking,
    register::Leases,
    roster::{InvalidRoster, Roster},
};
use machitap_wire::{
    DocumentName, Manifest, Verifier,
    document::{Assembly, Refused},
    envelope::{self, BadMessage, Kind},
    seal::{CannotOpen, SealOpener},
};

/// A document whose every check passed.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A catalogue of this city.
    Catalogue(Box<Catalogue>),
    /// The roster of this facility.
    Roster(Box<Roster>),
    /// A ranking.
    Ranking(Box<Ranking>),
    /// Notices.
    Notices(Box<Notices>),
    /// The absence notices of this facility.
    Absences(Box<Absences>),
    /// The secrets of this kiosk's draw tables.
    Deals(Box<Deals>),
    /// Who holds which fare class.
    Fares(Box<FareList>),
    /// What the residents seen here have.
    Accounts(Box<Accounts>),
    /// What has changed in that since.
    AccountNews(Box<Accounts>),
    /// How far prizes and projects have come.
    Progress(Box<Progress>),
    /// The numbers this kiosk was leased, and what became of its registrations.
    Leases(Box<Leases>),
}

/// A document to be kept and used.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// What the city said of it.
    pub manifest: Manifest,
    /// As received: a sealed document stays sealed on disk.
    pub bytes: Vec<u8>,
    /// What it says.
    pub news: News,
}

/// Why a document is not used. The one before stays in force.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// Its manifest is not the city's.
    #[error("its manifest: {0}")]
    Manifest(#[from] BadMessage),
    /// The manifest of another document.
    #[error("the manifest under this topic is of {0}")]
    OtherName(DocumentName),
    /// Not one that this kiosk follows.
    #[error("this kiosk does not follow it")]
    NotOurs,
    /// Rolled back, damaged or too large.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Sealed to another kiosk, or changed.
    #[error(transparent)]
    Sealed(#[from] CannotOpen),
    /// Not of the form this program reads. The parser's words are left out: they may
    /// repeat a name.
    #[error("not of the form this program reads (line {line}, column {column})")]
    Form {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A catalogue with a fault.
    #[error(transparent)]
    Catalogue(#[from] InvalidCatalogue),
    /// A roster with a fault; which household stays unsaid.
    #[error("{0}")]
    Roster(&'static str),
    /// Absence notices with a fault; whose stays unsaid.
    #[error("{0}")]
    Absences(&'static str),
    /// A fare list with a fault.
    #[error(transparent)]
    Fares(#[from] InvalidFareList),
    /// Of another city or facility.
    #[error("it is of {0}, not of this kiosk's place")]
    Elsewhere(String),
}

impl From<InvalidRoster> for Rejected {
    fn from(fault: InvalidRoster) -> Self {
        Self::Roster(match fault {
            InvalidRoster::CardTwice { .. } => "a card stands twice in it",
            InvalidRoster::NoChildren(_) => "a household in it has no children",
            InvalidRoster::PersonTwice(_) => "an id in it stands for two people",
            InvalidRoster::BirthMonth(_) => "a month of birth in it is in no year",
            InvalidRoster::LinkTwice { .. } => "a number in it stands for two people",
        })
    }
}

impl From<serde_json::Error> for Rejected {
    fn from(error: serde_json::Error) -> Self {
        Self::Form {
            line: error.line(),
            column: error.column(),
        }
    }
}

/// Who may say what to this kiosk, and what has arrived so far.
pub struct Documents {
    city: CityId,
    kiosk: KioskId,
    facility: FacilityId,
    city_key: Verifier,
    opener: SealOpener,
    assemblies: BTreeMap<DocumentName, Assembly>,
}

impl Documents {
    /// For a kiosk with nothing in force yet.
    pub fn new(
        city: CityId,
        kiosk: KioskId,
        facility: FacilityId,
        city_key: Verifier,
        opener: SealOpener,
    ) -> Self {
        let assemblies = DocumentName::for_kiosk(&kiosk)
            .into_iter()
            .map(|name| (name, Assembly::new(0)))
            .collect();
        Self {
            city,
            kiosk,
            facility,
            city_key,
            opener,
            assemblies,
        }
    }

    /// The documents this kiosk follows.
    pub fn names(&self) -> Vec<DocumentName> {
        DocumentName::for_kiosk(&self.kiosk)
    }

    /// Takes up a document kept from earlier: nothing older is taken from now on.
    ///
    /// # Errors
    /// [`Rejected`]; the document then counts as none and is fetched again.
    pub fn restore(
        &mut self,
        name: &DocumentName,
        version: u64,
        bytes: &[u8],
    ) -> Result<News, Rejected> {
        let news = self.open(name, version, bytes)?;
        self.assemblies.insert(name.clone(), Assembly::new(version));
        Ok(news)
    }

    /// Takes a manifest; the document, if it was the last part.
    ///
    /// # Errors
    /// [`Rejected`].
    pub fn manifest(
        &mut self,
        name: &DocumentName,
        payload: &[u8],
    ) -> Result<Option<Accepted>, Rejected> {
        let assembly = self.assemblies.get_mut(name).ok_or(Rejected::NotOurs)?;
        let manifest: Manifest =
            envelope::open(Kind::Manifest, self.city.as_str(), payload, &self.city_key)?;
        if manifest.name != *name {
            return Err(Rejected::OtherName(manifest.name));
        }
        let whole = assembly.manifest(manifest)?;
        self.accept(whole)
    }

    /// Takes a chunk; the document, if it was the last part.
    ///
    /// # Errors
    /// [`Rejected`].
    pub fn chunk(
        &mut self,
        name: &DocumentName,
        version: u64,
        index: u32,
        payload: Vec<u8>,
    ) -> Result<Option<Accepted>, Rejected> {
        let assembly = self.assemblies.get_mut(name).ok_or(Rejected::NotOurs)?;
        let whole = assembly.chunk(version, index, payload)?;
        self.accept(whole)
    }

    fn accept(&self, whole: Option<(Manifest, Vec<u8>)>) -> Result<Option<Accepted>, Rejected> {
        let Some((manifest, bytes)) = whole else {
            return Ok(None);
        };
        let news = self.open(&manifest.name, manifest.version, &bytes)?;
        Ok(Some(Accepted {
            manifest,
            bytes,
            news,
        }))
    }

    /// Opens and checks a document without taking it up.
    ///
    /// # Errors
    /// [`Rejected`].
    pub fn open(&self, name: &DocumentName, version: u64, bytes: &[u8]) -> Result<News, Rejected> {
        let opened = name
            .is_sealed()
            .then(|| self.opener.open(bytes, &name.aad(version)))
            .transpose()?;
        let bytes = opened.as_deref().unwrap_or(bytes);
        Ok(match name {
            DocumentName::Catalogue => {
                let catalogue: Catalogue = serde_json::from_slice(bytes)?;
                catalogue.check()?;
                if catalogue.city != self.city {
                    return Err(Rejected::Elsewhere(catalogue.city.to_string()));
                }
                News::Catalogue(Box::new(catalogue))
            }
            DocumentName::Roster(_) => {
                let roster: Roster = serde_json::from_slice(bytes)?;
                roster.check()?;
                if roster.facility != self.facility {
                    return Err(Rejected::Elsewhere(roster.facility.to_string()));
                }
                News::Roster(Box::new(roster))
            }
            DocumentName::Absences(_) => {
                let absences: Absences = serde_json::from_slice(bytes)?;
                absences.check().map_err(|_| {
                    Rejected::Absences("a notice in it stands twice or ends before it begins")
                })?;
                if absences.facility != self.facility {
                    return Err(Rejected::Elsewhere(absences.facility.to_string()));
                }
                News::Absences(Box::new(absences))
            }
            // Whether a secret is the one promised is asked when a table begins: catalogue and
            // deals come in any order.
            DocumentName::Deals(_) => News::Deals(Box::new(serde_json::from_slice(bytes)?)),
            DocumentName::Fares(_) => {
                let fares: FareList = serde_json::from_slice(bytes)?;
                fares.check()?;
                News::Fares(Box::new(fares))
            }
            DocumentName::Accounts(_) => News::Accounts(Box::new(serde_json::from_slice(bytes)?)),
            DocumentName::AccountNews(_) => {
                News::AccountNews(Box::new(serde_json::from_slice(bytes)?))
            }
            DocumentName::Progress => News::Progress(Box::new(serde_json::from_slice(bytes)?)),
            DocumentName::Lease(_) => News::Leases(Box::new(serde_json::from_slice(bytes)?)),
            DocumentName::Ranking => News::Ranking(Box::new(serde_json::from_slice(bytes)?)),
            DocumentName::Notices => News::Notices(Box::new(serde_json::from_slice(bytes)?)),
        })
    }
}

#[cfg(test)]
mod tests;
