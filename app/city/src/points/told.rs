//! What each kiosk is told of its residents: a base, and what has changed since.

use std::collections::{BTreeMap, BTreeSet};

use machitap_domain::{
    Incarnation, KioskId, Pseudonym,
    catalogue::Service,
    fact::FactId,
    points::{
        accounts::{Accounts, Own, Standing},
        spend::SpendVerdict,
    },
};
use machitap_wire::DocumentName;

use super::Resident;
use crate::{
    db::{Db, Enrolled, ToldRow},
    ledger::Ledger,
    publish::{self, PublishError},
};

/// More holders in the news than this make a new base.
pub const NEWS_HOLDERS: usize = 200;

/// Longer news than this, bytes, make a new base.
pub const NEWS_BYTES: usize = 48 * 1024;

/// What every kiosk was told last.
#[derive(Debug, Default)]
pub struct Told {
    kiosks: BTreeMap<KioskId, ToldRow>,
}

/// One kiosk as the ledger knows it.
struct Place<'a> {
    ledger: &'a Ledger,
    journals: BTreeSet<i64>,
    present: i64,
    life: Incarnation,
}

impl Told {
    /// Tells every kiosk that gives points what has changed. Within a transaction, and after
    /// the answers are on disk; after an error both this and the ledger are begun anew.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn tell(&mut self, db: &Db, ledger: &mut Ledger, now_ms: i64) -> Result<(), PublishError> {
        let changed = ledger.take_changed();
        for kiosk in &db.kiosks()? {
            if !self.kiosks.contains_key(&kiosk.kiosk)
                && let Some(row) = db.accounts_told(&kiosk.kiosk)?
            {
                self.kiosks.insert(kiosk.kiosk.clone(), row);
            }
            let facilities = &ledger.town().catalogue.facilities;
            let visited = facilities
                .get(&kiosk.facility)
                .is_some_and(|f| matches!(f.service, Service::Visit { .. }));
            if visited {
                self.tell_one(db, ledger, kiosk, &changed, now_ms)?;
            } else {
                self.withdraw(db, kiosk, now_ms)?;
            }
        }
        Ok(())
    }

    fn tell_one(
        &mut self,
        db: &Db,
        ledger: &Ledger,
        kiosk: &Enrolled,
        changed: &BTreeSet<Pseudonym>,
        now_ms: i64,
    ) -> Result<(), PublishError> {
        let lives = ledger.lives(&kiosk.kiosk);
        let Some((present, life)) = lives.last().copied() else {
            return Ok(());
        };
        let place = Place {
            ledger,
            journals: lives.into_iter().map(|(journal, _)| journal).collect(),
            present,
            life,
        };
        let seal_to = String::from(kiosk.seal_to.clone());
        let told = self.kiosks.get_mut(&kiosk.kiosk);
        let Some(told) = told.filter(|t| t.seal_to == seal_to && t.base.life == Some(life)) else {
            return self.tell_all(db, &place, kiosk, now_ms);
        };
        let mut news = told.news.clone();
        for who in changed {
            let Some(standing) = place.standing(who) else {
                continue;
            };
            if told.base.holders.get(who) == Some(&standing) {
                news.holders.remove(who);
            } else {
                news.holders.insert(*who, standing);
            }
        }
        if news.holders == told.news.holders {
            return Ok(());
        }
        news.life = Some(life);
        news.as_of_ms = after(told, now_ms);
        let long = serde_json::to_vec(&news).map_or(usize::MAX, |bytes| bytes.len());
        if news.holders.len() > NEWS_HOLDERS || long > NEWS_BYTES {
            return self.tell_all(db, &place, kiosk, now_ms);
        }
        let name = DocumentName::AccountNews(kiosk.kiosk.clone());
        publish::put(db, name, &news, Some(kiosk), now_ms)?;
        db.put_account_news_told(&kiosk.kiosk, &news)?;
        told.news = news;
        Ok(())
    }

    /// A new base. News that are still at the broker are older than it, and say nothing any more.
    fn tell_all(
        &mut self,
        db: &Db,
        place: &Place<'_>,
        kiosk: &Enrolled,
        now_ms: i64,
    ) -> Result<(), PublishError> {
        let told = self.kiosks.get(&kiosk.kiosk);
        let base = Accounts {
            as_of_ms: told.map_or(now_ms, |t| after(t, now_ms)),
            life: Some(place.life),
            holders: place.standings(),
        };
        if told.is_none() && base.holders.is_empty() {
            return Ok(());
        }
        self.put(db, kiosk, base, now_ms)
    }

    /// A kiosk that gave points and does no more is left nothing of anybody.
    fn withdraw(&mut self, db: &Db, kiosk: &Enrolled, now_ms: i64) -> Result<(), PublishError> {
        let Some(told) = self.kiosks.get(&kiosk.kiosk) else {
            return Ok(());
        };
        if told.base.holders.is_empty() && told.news.holders.is_empty() {
            return Ok(());
        }
        let nothing = Accounts {
            as_of_ms: after(told, now_ms),
            ..Accounts::default()
        };
        let name = DocumentName::AccountNews(kiosk.kiosk.clone());
        publish::put(db, name, &nothing, Some(kiosk), now_ms)?;
        self.put(db, kiosk, nothing, now_ms)
    }

    fn put(
        &mut self,
        db: &Db,
        kiosk: &Enrolled,
        base: Accounts,
        now_ms: i64,
    ) -> Result<(), PublishError> {
        let name = DocumentName::Accounts(kiosk.kiosk.clone());
        publish::put(db, name, &base, Some(kiosk), now_ms)?;
        let told = ToldRow {
            seal_to: kiosk.seal_to.clone().into(),
            news: Accounts {
                holders: BTreeMap::new(),
                ..base.clone()
            },
            base,
        };
        db.put_accounts_told(&kiosk.kiosk, &told)?;
        self.kiosks.insert(kiosk.kiosk.clone(), told);
        Ok(())
    }
}

/// Now, or just after what was told last: a kiosk takes only what is newer.
fn after(told: &ToldRow, now_ms: i64) -> i64 {
    let last = told.base.as_of_ms.max(told.news.as_of_ms);
    now_ms.max(last.saturating_add(1))
}

impl Place<'_> {
    fn standings(&self) -> BTreeMap<Pseudonym, Standing> {
        let all = self.ledger.residents();
        all.filter_map(|(who, _)| Some((*who, self.standing(who)?)))
            .collect()
    }

    /// What this kiosk is told of that resident; `None` for one who never held a card to it.
    fn standing(&self, who: &Pseudonym) -> Option<Standing> {
        let resident = self.ledger.resident(who)?;
        if resident.journals.is_disjoint(&self.journals) {
            return None;
        }
        let judged = &resident.judged;
        let account = self.ledger.account(self.present, who);
        let open = account.spends().open().iter();
        let answers: BTreeMap<FactId, SpendVerdict> = open
            .filter_map(|r| Some((r.fact, self.verdict(resident, r.fact)?)))
            .collect();
        Some(Standing {
            free: judged.free,
            owed: judged.owed,
            visits: self.ledger.visits(who, resident),
            own: Own::answered(&account, &answers),
            earned: judged.in_span.clone(),
            answers,
            spent: judged.spent.clone(),
        })
    }

    fn verdict(&self, resident: &Resident, spend: FactId) -> Option<SpendVerdict> {
        let mut all = resident.spends.in_order().into_iter();
        all.find(|s| s.fact == spend && s.key.incarnation == self.life)?
            .verdict
    }
}
