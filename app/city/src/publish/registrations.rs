//! Registrations on their way to the kiosks: rosters with the cards that stand, and each kiosk's
//! leases with the answers it has not written down.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use machitap_domain::{
    DayKey, FacilityId, PurposeKey,
    catalogue::{Catalogue, Service},
    points::caps::Person,
    register::{IdForm, Lease, Leases},
    roster::Roster,
};
use machitap_wire::{DocumentName, seal::SealOpener};

use super::{Keys, PublishError, Staged, put, rosters};
use crate::{
    db::{Db, DbError, Enrolled, LeaseRow},
    ledger::{self, Zones},
    registry::{self, Bench, Judged, merged},
};

/// The keys registrations need.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    visit: &'a PurposeKey,
    letters: &'a SealOpener,
}

impl<'a> Desk<'a> {
    /// With these keys.
    pub const fn new(visit: &'a PurposeKey, letters: &'a SealOpener) -> Self {
        Self { visit, letters }
    }

    /// With the keys of a publication; `None` where one is missing.
    pub fn of(keys: Keys<'a>) -> Option<Self> {
        Some(Self::new(keys.visit?, keys.letters?))
    }

    /// Keeps the rosters as they were published, so that registrations can be added to them
    /// between two publications.
    pub(crate) fn keep_rosters(
        &self,
        db: &Db,
        rosters: &BTreeMap<FacilityId, Roster>,
    ) -> Result<(), DbError> {
        let sealed: Vec<_> = rosters
            .iter()
            .map(|(facility, roster)| {
                let plain = serde_json::to_vec(roster).expect("a roster has a JSON form");
                let sealed = self.letters.public().seal(&plain, &place(facility));
                (facility.clone(), sealed)
            })
            .collect();
        db.put_roster_bases(&sealed)
    }

    /// The rosters as they were published last.
    ///
    /// # Errors
    /// [`DbError`]; rosters sealed to another key are [`DbError::Damaged`].
    pub fn rosters(&self, db: &Db) -> Result<BTreeMap<FacilityId, Roster>, DbError> {
        let bases = db.roster_bases()?.into_iter();
        bases
            .map(|(facility, sealed)| {
                let plain = self.letters.open(&sealed, &place(&facility)).ok();
                let roster = plain.and_then(|p| serde_json::from_slice(&p).ok());
                let damaged = || {
                    DbError::Damaged(format!(
                        "the roster of {facility} is not sealed to keys/letters.key; publish again"
                    ))
                };
                Ok((facility.clone(), roster.ok_or_else(damaged)?))
            })
            .collect()
    }

    /// Judges all claims by the catalogue and rosters published last.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn judged(&self, db: &Db) -> Result<Judged, DbError> {
        let zones = Zones::load(db, TimeZone::UTC)?;
        self.judge(db, &self.rosters(db)?, &zones)
    }

    fn judge(
        &self,
        db: &Db,
        rosters: &BTreeMap<FacilityId, Roster>,
        zones: &Zones,
    ) -> Result<Judged, DbError> {
        let bench = Bench {
            letters: self.letters,
            visit: self.visit,
            zones,
            known: &registry::known(rosters.values()),
        };
        bench.judge(db)
    }

    /// Puts rosters and leases in force by what was published last: a claim was counted, an
    /// answer was heard, or a journal began.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn stage_anew(&self, db: &Db, now_ms: i64) -> Result<Vec<Staged>, PublishError> {
        let Some(catalogue) = ledger::catalogue(db)? else {
            return Ok(Vec::new());
        };
        // A city that has published nothing since there are registrations has no rosters here.
        let rosters = self.rosters(db)?;
        if rosters.is_empty() {
            return Ok(Vec::new());
        }
        self.stage(db, &catalogue, &rosters, now_ms)
    }

    pub(super) fn stage(
        &self,
        db: &Db,
        catalogue: &Catalogue,
        rosters: &BTreeMap<FacilityId, Roster>,
        now_ms: i64,
    ) -> Result<Vec<Staged>, PublishError> {
        let zones = Zones::of_catalogue(catalogue, TimeZone::UTC);
        let kiosks = db.kiosks()?;
        let lives: BTreeMap<_, _> = db
            .journals()?
            .into_iter()
            .map(|j| (j.kiosk, j.incarnation))
            .collect();
        for (kiosk, life) in &lives {
            db.bind_leases(kiosk, *life)?;
        }
        let judged = self.judge(db, rosters, &zones)?;
        self.tell_ledger(db, &judged, &zones, now_ms)?;
        let leases = db.leases()?;
        let mut staged = Vec::new();
        for kiosk in &kiosks {
            let roster = rosters::of_kiosk(rosters, catalogue, kiosk);
            let roster = with_claims(roster, catalogue, kiosk, &judged, &zones, now_ms);
            let name = DocumentName::Roster(kiosk.kiosk.clone());
            staged.push(put(db, name, &roster, Some(kiosk), now_ms)?);
            let name = DocumentName::Lease(kiosk.kiosk.clone());
            let told = match lives.get(&kiosk.kiosk) {
                Some(life) => told(&leases, kiosk, *life, &judged),
                None => None,
            };
            if let Some(told) = told {
                staged.push(put(db, name, &told, Some(kiosk), now_ms)?);
            }
        }
        Ok(staged)
    }

    /// Caps that hang on age are the same on kiosk and city; whoever named an area belongs to it in
    /// the ranking; what was given for a card under an id
    /// that does not stand is its holder's; whoever gave their id up has no phone any more.
    fn tell_ledger(
        &self,
        db: &Db,
        judged: &Judged,
        zones: &Zones,
        now_ms: i64,
    ) -> Result<(), DbError> {
        let Some(DayKey::Date(today)) = DayKey::of_wall(now_ms, zones.city()) else {
            return Ok(());
        };
        let aliases = judged.aliases().into_iter();
        let aliases = aliases
            .map(|(id, truly)| (self.visit.pseudonym(&id), self.visit.pseudonym(&truly)))
            .collect();
        let mut new = db.aliases()? != aliases;
        if new {
            db.put_aliases(&aliases)?;
        }
        let mut areas = BTreeMap::new();
        for (citizen, resident) in &judged.registry.residents {
            let who = self.visit.pseudonym(citizen);
            if resident.released {
                db.forget_phones_of(&who)?;
                continue;
            }
            if let Some(age) = merged::age(resident, today) {
                let person = Person {
                    age: Some(age),
                    birth_month: None,
                };
                new |= db.add_person(&who, person)?;
            }
            let area = resident.form.as_ref().and_then(|f| f.area.clone());
            areas.extend(area.map(|area| (who, area)));
        }
        if db.registered_areas()? != areas {
            db.put_registered_areas(&areas)?;
            new = true;
        }
        if new {
            db.published()?;
        }
        Ok(())
    }
}

fn place(facility: &FacilityId) -> Vec<u8> {
    format!("roster base\n{facility}").into_bytes()
}

/// A roster with what stands of the claims; the city's own word where they do not go together.
fn with_claims(
    base: Roster,
    catalogue: &Catalogue,
    kiosk: &Enrolled,
    judged: &Judged,
    zones: &Zones,
    now_ms: i64,
) -> Roster {
    let service: Option<&Service> = catalogue
        .facilities
        .get(&kiosk.facility)
        .map(|f| &f.service);
    let day = DayKey::of_wall(now_ms, zones.of(&kiosk.facility));
    let (Some(service), Some(DayKey::Date(today))) = (service, day) else {
        return base;
    };
    merged::roster(base.clone(), service, &judged.registry, today).unwrap_or_else(|why| {
        tracing::error!(kiosk = %kiosk.kiosk, %why, "registrations are left out of a roster");
        base
    })
}

/// What a kiosk is told; nothing where it was never leased anything and claims nothing.
fn told(
    leases: &[LeaseRow],
    kiosk: &Enrolled,
    life: machitap_domain::Incarnation,
    judged: &Judged,
) -> Option<Leases> {
    // One town writes its ids in one way: a kiosk without a lease of its own can link cards too.
    let (form, _) = leases.first().and_then(|l| IdForm::of(&l.first))?;
    let own = leases.iter().filter(|l| l.kiosk == kiosk.kiosk);
    let own = own.filter_map(|l| {
        Some(Lease {
            id: l.id.clone(),
            life: l.life?,
            from: form.number(&l.first)?,
            count: l.count,
            until: l.until,
        })
    });
    Some(Leases {
        form: form.clone(),
        leases: own.collect(),
        answers: judged.to_tell(&kiosk.kiosk, life),
    })
}
