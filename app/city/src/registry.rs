//! Registrations as the city judges them: the counted claims, their letters opened, and what
//! stands of them by [`machitap_domain::register::judge()`].

pub mod lease;
pub mod merged;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use machitap_domain::{
    CitizenId, Credential, DayKey, FacilityId, Fact, FactBody, FactId, KioskId, PurposeKey,
    fact::FactKey,
    register::{Answer, Claim, IdForm, Known, Registry, Said, SealedLetter, WhyNot, judge},
    roster::Roster,
};
use machitap_wire::{letter, seal::SealOpener};

use crate::{
    db::{Db, DbError, LeaseRow},
    ledger::Zones,
};

/// A claim with what it says, for whoever lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The fact.
    pub fact: Fact,
    /// What it says.
    pub claim: Claim,
}

/// All claims, judged.
#[derive(Debug)]
pub struct Judged {
    /// What stands.
    pub registry: Registry,
    /// The claims that were not taken back.
    pub made: BTreeMap<FactKey, Made>,
    /// The answers kiosks have written down, the latest of each.
    pub heard: BTreeMap<FactId, Answer>,
}

/// What judging needs beside the claims.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Opens the letters.
    pub letters: &'a SealOpener,
    /// For the pseudonyms that facts must fit.
    pub visit: &'a PurposeKey,
    /// Days are the facilities'.
    pub zones: &'a Zones,
    /// Whom the town knows without any claim.
    pub known: &'a Known,
}

impl Bench<'_> {
    /// Judges every counted claim.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn judge(&self, db: &Db) -> Result<Judged, DbError> {
        let leases = db.leases()?;
        let (mut claims, mut made) = (BTreeMap::new(), BTreeMap::new());
        let mut heard = BTreeMap::new();
        for row in db.claims()? {
            let fact = row.fact;
            if let FactBody::RegistrationAnswered { answer } = &fact.body {
                heard.extend(fact.caused_by.map(|claim| (claim, *answer)));
                continue;
            }
            if row.undone {
                continue;
            }
            let claim = Claim {
                fact: fact.id,
                at_ms: row.at_ms,
                said: self.said(&fact, row.at_ms, &leases),
            };
            claims.insert(fact.key.clone(), claim.clone());
            made.insert(fact.key.clone(), Made { fact, claim });
        }
        Ok(Judged {
            registry: judge(&claims, self.known),
            made,
            heard,
        })
    }

    /// What a claim says; unreadable where its letter does not fit it.
    fn said(&self, fact: &Fact, at_ms: i64, leases: &[LeaseRow]) -> Said {
        let open = |sealed: &SealedLetter| {
            let letter = letter::open(self.letters, &fact.key.kiosk, fact.id, sealed).ok()?;
            let whose = fact.subject == Some(self.visit.pseudonym(&letter.citizen));
            whose.then_some(letter)
        };
        let fits = |card, credential: &Credential| card == self.visit.card(credential);
        match &fact.body {
            FactBody::Registered(r) => match open(&r.letter) {
                Some(letter) if fits(r.card, &letter.credential) => Said::Register {
                    leased: leases.iter().any(|l| {
                        l.id == r.lease
                            && l.covers(&fact.key, r.nth, &letter.citizen)
                            && self.in_time(l, &fact.facility, at_ms)
                    }),
                    citizen: letter.citizen,
                    credential: letter.credential,
                    form: letter.form.unwrap_or_default(),
                    consent: letter.consent,
                },
                _ => Said::Unreadable,
            },
            FactBody::Relinked(r) => match open(&r.letter) {
                Some(letter) if fits(r.card, &letter.credential) => Said::Relink {
                    citizen: letter.citizen,
                    credential: letter.credential,
                    birth: letter.birth.map(|b| *b.reveal()),
                },
                _ => Said::Unreadable,
            },
            FactBody::ReleasedId(r) => match open(&r.letter) {
                Some(letter) if fits(r.card, &letter.credential) => Said::Release {
                    citizen: letter.citizen,
                    credential: letter.credential,
                },
                _ => Said::Unreadable,
            },
            _ => Said::Unreadable,
        }
    }

    fn in_time(&self, lease: &LeaseRow, facility: &FacilityId, at_ms: i64) -> bool {
        let zone: &TimeZone = self.zones.of(facility);
        match DayKey::of_wall(at_ms, zone) {
            Some(DayKey::Date(date)) => date <= lease.until,
            _ => false,
        }
    }
}

impl LeaseRow {
    /// True when that place of this lease makes that id, for that journal.
    fn covers(&self, key: &FactKey, nth: u32, citizen: &CitizenId) -> bool {
        let id =
            IdForm::of(&self.first).and_then(|(form, from)| form.id(from.checked_add(nth)?).ok());
        self.kiosk == key.kiosk
            && self.life == Some(key.incarnation)
            && nth < self.count
            && id.as_ref() == Some(citizen)
    }
}

impl Judged {
    /// Ids that were issued for a card another resident held, and that nobody has: what was
    /// given under them goes to the card's holder.
    pub fn aliases(&self) -> BTreeMap<CitizenId, CitizenId> {
        let taken = Answer::Refused {
            why: WhyNot::CardTaken,
        };
        let refused = self.made.iter().filter_map(|(key, made)| {
            let Said::Register {
                citizen,
                credential,
                ..
            } = &made.claim.said
            else {
                return None;
            };
            (self.registry.answers.get(key) == Some(&taken)).then_some((citizen, credential))
        });
        refused
            .filter(|(citizen, _)| !self.registry.residents.contains_key(*citizen))
            .filter_map(|(citizen, credential)| {
                let truly = self.registry.holder_of(credential)?;
                Some((citizen.clone(), truly.clone()))
            })
            .collect()
    }

    /// The answers a kiosk's present journal has not written down.
    pub fn to_tell(
        &self,
        kiosk: &KioskId,
        life: machitap_domain::Incarnation,
    ) -> BTreeMap<FactId, Answer> {
        let of = |key: &&FactKey| key.kiosk == *kiosk && key.incarnation == life;
        let answers = self.registry.answers.iter().filter(|(key, _)| of(key));
        answers
            .filter_map(|(key, answer)| Some((self.made.get(key)?.fact.id, *answer)))
            .filter(|(fact, answer)| self.heard.get(fact) != Some(answer))
            .collect()
    }
}

/// Whom the rosters know: every card has an owner, or nobody may have it.
pub fn known<'a>(rosters: impl IntoIterator<Item = &'a Roster>) -> Known {
    let mut known = Known::default();
    for roster in rosters {
        let people = roster.households.iter().flat_map(|h| {
            let people = h.people.iter().map(|p| (&p.citizen, p.cards.as_slice()));
            let children = h.children.iter().map(|c| (&c.citizen, c.card.as_slice()));
            people.chain(children)
        });
        let staff = roster
            .staff
            .iter()
            .map(|s| (&s.citizen, s.cards.as_slice()));
        let residents = roster.residents.iter();
        let residents = residents.map(|r| (&r.citizen, r.cards.as_slice()));
        for (citizen, cards) in people.chain(staff).chain(residents) {
            known.citizens.insert(citizen.clone());
            let owned = cards.iter().map(|card| (card.clone(), citizen.clone()));
            known.cards.extend(owned);
        }
        known.released.extend(roster.released.iter().cloned());
    }
    known
}

/// The ids the rosters and the claims name.
pub fn named(known: &Known, registry: &Registry) -> BTreeSet<CitizenId> {
    let claimed = registry.residents.keys();
    known.citizens.iter().chain(claimed).cloned().collect()
}

#[cfg(test)]
mod tests;
