//! A journal that filled while nobody listened.

use std::path::Path;

use anyhow::{Context, Result};
use machitap_domain::{
    BootId, Draft, FacilityId, FactBody, FactId, KioskId, Pseudonym, Quality, Stamp,
    credential::CredentialKind,
    fare::Ride,
    points::{Award, AwardReason},
    time::ClockSource,
};
use machitap_store::{Journal, Settings};
use uuid::Uuid;

use crate::ledger;

/// Facts put on disk together; a real tap puts two.
const TOGETHER: u64 = 500;
/// Residents who come again and again, where nobody says which.
const RESIDENTS: u64 = 400;

/// What happened in the past.
#[derive(Debug, Clone)]
pub enum Deed {
    /// By turns a visit and the points for it.
    Visit,
    /// A ride.
    Ride(Ride),
}

/// Facts of the past, to be put into a journal by the kiosk's own store.
#[derive(Debug, Clone)]
pub struct Backlog {
    /// Whose journal.
    pub kiosk: KioskId,
    /// Where it stands.
    pub facility: FacilityId,
    /// How many facts.
    pub facts: u64,
    /// What they say.
    pub deed: Deed,
    /// Whom they are about, one after the other, again and again.
    pub subjects: Vec<Pseudonym>,
    /// Over how many days before `until_ms` they are spread.
    pub days: u32,
    /// When the last of them happened, milliseconds since 1970-01-01T00:00:00Z.
    pub until_ms: i64,
}

/// Somebody: as many as a small hall has.
///
/// # Panics
/// Never: each is a pseudonym.
pub fn anybody() -> Vec<Pseudonym> {
    let pseudonym = |n| Pseudonym::try_from(format!("{n:032x}"));
    (0..RESIDENTS)
        .map(|n| pseudonym(n).expect("32 digits are a pseudonym"))
        .collect()
}

impl Backlog {
    /// Appends the facts to the journal at that path, which is begun where there is none.
    /// The kiosk must not run.
    ///
    /// # Errors
    /// When the journal does not open or takes no facts.
    pub fn append_to(&self, path: &Path) -> Result<()> {
        let settings = Settings {
            kiosk: self.kiosk.clone(),
            facility: self.facility.clone(),
            zone: ledger::zone(),
            max_bytes: 2 << 30,
            min_free_bytes: 0,
            keep_after_receipt_ms: 40 * 86_400_000,
        };
        let mut journal = Journal::open(path, settings)?.journal;
        let boot = BootId(Uuid::from_u128(1));
        let span_ms = i64::from(self.days) * 86_400_000;
        let mut done = 0;
        while done < self.facts {
            let until = (done + TOGETHER).min(self.facts);
            let mut drafts: Vec<Draft> = Vec::new();
            for n in done..until {
                // Whole numbers below 2^53: no fact is that far from the next.
                let ago_ms = span_ms - span_ms * i64::try_from(n)? / i64::try_from(self.facts)?;
                let at = Stamp {
                    wall_ms: self.until_ms - ago_ms,
                    boot,
                    mono_ms: n * 1_000,
                    quality: Quality {
                        source: ClockSource::Ntp,
                        uncertainty_ms: Some(50),
                    },
                };
                drafts.push(self.draft(n, at, drafts.last()));
            }
            journal.append(drafts).context("appending the backlog")?;
            done = until;
        }
        Ok(())
    }

    fn draft(&self, n: u64, at: Stamp, before: Option<&Draft>) -> Draft {
        let (who, caused_by, body) = match &self.deed {
            Deed::Ride(ride) => (n, None, FactBody::Ride(ride.clone())),
            Deed::Visit => {
                let visit = before.filter(|_| n % 2 == 1).map(|visit| visit.id);
                let award = Award {
                    points: 10,
                    reason: AwardReason::Visit,
                };
                let body = match visit {
                    Some(_) => FactBody::Award(award),
                    None => FactBody::visit(CredentialKind::Citizen),
                };
                (n / 2, visit, body)
            }
        };
        // There are fewer than 2^32 of them.
        let who = who % self.subjects.len() as u64;
        Draft {
            id: FactId(Uuid::now_v7()),
            subject: self.subjects.get(who as usize).copied(),
            at,
            caused_by,
            body,
        }
    }
}
