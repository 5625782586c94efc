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
    preferences::Latest,
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

/// What a kiosk is told of those who come to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// All: it has pages of their own.
    Everything,
    /// How they want to be served: it says no balance, so it is told none.
    HowToServe,
}

impl Tells {
    /// `None`: nothing. A nursery, a bus and a reception know people by other names, and are not
    /// told at the moment somebody chose: who listens would see which of their lists changed
    /// just then, and whose name in the hall's stream that is.
    const fn at(service: &Service) -> Option<Self> {
        match service {
            Service::Visit { .. } => Some(Self::Everything),
            Service::Event(_) => Some(Self::HowToServe),
            Service::Nursery(_) | Service::Fare(_) | Service::Reception(_) => None,
        }
    }

    /// True when what was told is not more than that.
    fn covers(self, told: &ToldRow) -> bool {
        let mut holders = told.base.holders.values().chain(told.news.holders.values());
        self == Self::Everything || holders.all(|s| *s == served(s.preferred))
    }
}

/// How somebody wants to be served, and nothing of what they have.
fn served(preferred: Option<Latest>) -> Standing {
    Standing {
        preferred,
        ..Standing::default()
    }
}

/// One kiosk as the ledger knows it.
struct Place<'a> {
    tells: Tells,
    ledger: &'a Ledger,
    journals: BTreeSet<i64>,
    present: i64,
    life: Incarnation,
}

impl Told {
    /// Tells every kiosk that serves people by their visit's name what has changed. Within a
    /// transaction, and after the answers are on disk; after an error both this and the ledger
    /// are begun anew.
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
            let facility = facilities.get(&kiosk.facility);
            match facility.and_then(|f| Tells::at(&f.service)) {
                Some(tells) => self.tell_one(db, ledger, (kiosk, tells), &changed, now_ms)?,
                None => self.withdraw(db, kiosk, now_ms)?,
            }
        }
        Ok(())
    }

    fn tell_one(
        &mut self,
        db: &Db,
        ledger: &Ledger,
        (kiosk, tells): (&Enrolled, Tells),
        changed: &BTreeSet<Pseudonym>,
        now_ms: i64,
    ) -> Result<(), PublishError> {
        let lives = ledger.lives(&kiosk.kiosk);
        let Some((present, life)) = lives.last().copied() else {
            return Ok(());
        };
        let place = Place {
            tells,
            ledger,
            journals: lives.into_iter().map(|(journal, _)| journal).collect(),
            present,
            life,
        };
        let seal_to = String::from(kiosk.seal_to.clone());
        let told = self.kiosks.get_mut(&kiosk.kiosk);
        let Some(told) =
            told.filter(|t| t.seal_to == seal_to && t.base.life == Some(life) && tells.covers(t))
        else {
            return self.tell_all(db, &place, kiosk, now_ms);
        };
        let mut news = told.news.clone();
        for who in changed {
            let told_of = |told: &Accounts| told.holders.contains_key(who);
            let standing = match place.standing(who) {
                Some(standing) => standing,
                // What was chosen was taken back.
                None if told_of(&told.base) || told_of(&news) => Standing::default(),
                None => continue,
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

    /// A kiosk that was told of people and serves them no more is left nothing of anybody.
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
        let preferred = self
            .ledger
            .preferred(who, resident, |journal| journal != self.present);
        if self.tells == Tells::HowToServe {
            return preferred.map(|latest| served(Some(latest)));
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
            preferred,
        })
    }

    fn verdict(&self, resident: &Resident, spend: FactId) -> Option<SpendVerdict> {
        let mut all = resident.spends.in_order().into_iter();
        all.find(|s| s.fact == spend && s.key.incarnation == self.life)?
            .verdict
    }
}
